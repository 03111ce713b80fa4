"""The sandbox's control API, as the tooling calls it."""

import json
import urllib.request
from collections.abc import Mapping
from typing import Any


class Carrier:
    """A running sandbox: what it saw, and what it shall do."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._url = variables["SANDBOX_URL"]
        self._secret = variables["SANDBOX_SECRET"]

    def call(self, method: str, path: str, body: Any = None) -> bytes:
        """One request, `path` without its prefix, for example `counts`.

        Errors: urllib.error.URLError for every answer that is not a success, and for none.
        """
        request = urllib.request.Request(  # noqa: S310 - the address is made by tooling.environment
            f"{self._url}/_sandbox/{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self._secret}", "Content-Type": "application/json"},
            method=method,
        )
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
            return bytes(answer.read())

    def get(self, path: str) -> Any:
        """A JSON document, for example `mail?to=…`."""
        return json.loads(self.call("GET", path))

    def post(self, path: str, body: Any) -> Any:
        """Change something, for example `clock`."""
        return json.loads(self.call("POST", path, body))

    def ledger(self, query: str) -> list[dict[str, Any]]:
        """What reached the carrier, oldest first, for example `kind=message`."""
        return [json.loads(line) for line in self.call("GET", f"ledger?{query}").splitlines()]
