"""The sandbox carriers as tests see them: the real process, its control API, a fresh start for every test."""

import contextlib
import json
import os
import pathlib
import signal
import sys
import urllib.request
from collections.abc import Iterator
from typing import Any

from tooling import places, ports, processes

_SECRET = "sandbox-test-secret"
_READY_SECONDS = 30.0


class Sandbox:
    """A running sandbox: where it is, what it saw, what it should do next."""

    def __init__(self, port: int, smtp_port: int) -> None:
        self.port = port
        self.smtp_port = smtp_port
        self.url = f"http://{ports.LOCALHOST}:{port}"
        self.secret = _SECRET

    def call(self, method: str, path: str, body: Any = None) -> bytes:
        """One request to the control API, `path` without its prefix, for example `faults`.

        Errors: urllib.error.HTTPError for every answer that is not a success.
        """
        request = urllib.request.Request(  # noqa: S310 - always http on 127.0.0.1
            f"{self.url}/_sandbox/{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self.secret}", "Content-Type": "application/json"},
            method=method,
        )
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            return bytes(answer.read())

    def get(self, path: str) -> Any:
        """A JSON document of the control API, for example `counts`."""
        return json.loads(self.call("GET", path))

    def post(self, path: str, body: Any = None) -> Any:
        """Change something through the control API, for example `faults`."""
        return json.loads(self.call("POST", path, {} if body is None else body))

    def ledger(self, query: str = "") -> list[dict[str, Any]]:
        """What reached the carriers, oldest first; the query narrows it, for example `kind=message`."""
        return [json.loads(line) for line in self.call("GET", f"ledger?{query}").splitlines()]

    def reset(self) -> None:
        """Forget everything but the accounts."""
        self.post("reset")

    def settle(self, seconds: float = 10.0) -> None:
        """Wait until no webhook is on its way.

        Errors: AssertionError when some still are after `seconds`.
        """
        assert ports.wait_until(lambda: self.get("health")["pending"] == 0, seconds), "webhooks are still on their way"


@contextlib.contextmanager
def running(folder: pathlib.Path) -> Iterator[Sandbox]:
    """A sandbox process of its own, on free ports, with its ledger in `folder`."""
    sandbox = Sandbox(ports.free_port(), ports.free_port())
    command = [sys.executable, "-m", "sandbox", f"--port={sandbox.port}", f"--smtp-port={sandbox.smtp_port}"]
    environment = {**os.environ, "SANDBOX_SECRET": sandbox.secret}
    log = folder / "sandbox.log"
    with log.open("wb") as output:
        process = processes.spawn(
            [*command, f"--data={folder}"], environment=environment, folder=places.PROJECT, output=output
        )
    try:
        ports.wait_until(lambda: process.poll() is not None or ports.answers(sandbox.port), _READY_SECONDS)
        assert process.poll() is None, f"the sandbox ended at once:\n{log.read_text()[-2000:]}"
        yield sandbox
    finally:
        processes.stop(process, (signal.SIGTERM, 5))
