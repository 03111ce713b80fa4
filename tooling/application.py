"""An application with an API key, as the check sees one: it sends JSON and reads what comes back."""

import dataclasses
import json
import urllib.error
import urllib.request
from typing import Any

from tooling.visitor import UnexpectedPage

_PATIENCE_SECONDS = 30


@dataclasses.dataclass(frozen=True, slots=True)
class Application:
    """One key at one host."""

    base: str
    key: str = dataclasses.field(repr=False)

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """One request, `path` without its prefix; status and document, whatever they are."""
        request = urllib.request.Request(  # noqa: S310 - the address is made by tooling.environment
            f"{self.base}/api/v1/{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"},
            method=method,
        )
        try:
            with urllib.request.urlopen(request, timeout=_PATIENCE_SECONDS) as answer:  # noqa: S310
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as refusal:
            with refusal:
                return refusal.code, json.loads(refusal.read())

    def demand(self, status: int, method: str, path: str, body: Any = None) -> Any:
        """The document of a request that must be answered with this status.

        Errors: UnexpectedPage with the code and the fields it was answered with instead.
        """
        found, document = self.ask(method, path, body)
        if found != status:
            fields = [f"{each.get('field')}: {each.get('detail')}" for each in document.get("errors", [])]
            told = "; ".join([str(document.get("code", "")), *fields])
            raise UnexpectedPage(f"{method} {path} was answered with {found}, not {status}: {told[:400]}")
        return document
