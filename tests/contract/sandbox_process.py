"""The sandbox as a process of its own, the official client pointed at it, and the official validator listening."""

import dataclasses
import http.server
import json
import pathlib
import subprocess
import urllib.parse
from typing import Any

import requests
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator

ROOT = pathlib.Path(__file__).parents[2]
SID, TOKEN, SECRET = "AC" + "7" * 32, "contract-token", "contract-secret"
SENDER, PHONE, SERVICE = "+14025550100", "+14025550142", "MG" + "7" * 32


class SandboxHttpClient(TwilioHttpClient):
    """The official transport with another address."""

    def __init__(self, base: str) -> None:
        super().__init__(timeout=5, pool_connections=False)
        self._base = base

    def request(self, method: str, url: str, *args: Any, **more: Any) -> Any:
        """Send what was meant for the carrier to the sandbox."""
        return super().request(method, url.replace("https://api.twilio.com", self._base), *args, **more)


class Webhooks(http.server.ThreadingHTTPServer):
    """The application's side: judges every signature with the official validator."""

    daemon_threads = True

    def __init__(self) -> None:
        self.heard: list[dict[str, str]] = []
        self.believed: list[bool] = []
        self.clock: list[tuple[str | None, Any]] = []
        super().__init__(("127.0.0.1", 0), _Hook)

    @property
    def url(self) -> str:
        """Where the sandbox calls."""
        return f"http://127.0.0.1:{self.server_port}/hook/t1?m=m_01&k=a%2Bb"


class _Hook(http.server.BaseHTTPRequestHandler):
    server: Webhooks

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if self.headers["Content-Type"].startswith("application/json"):
            self.server.clock.append((self.headers["Authorization"], json.loads(body)))
        else:
            form = dict(urllib.parse.parse_qsl(body, keep_blank_values=True))
            url = f"http://127.0.0.1:{self.server.server_port}{self.path}"
            genuine = RequestValidator(TOKEN).validate(url, form, self.headers["X-Twilio-Signature"])
            self.server.believed.append(genuine)
            self.server.heard.append(form)
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Keep the test's output clean."""


@dataclasses.dataclass
class Sandbox:
    """A sandbox process, its ports, and its control API."""

    process: subprocess.Popen[str]
    base: str
    smtp_port: int

    def control(self, path: str, content: Any = None) -> Any:
        """GET without content, POST with it."""
        return self._ask(path, "GET" if content is None else "POST", content).json()

    def ledger(self, kind: str) -> list[dict[str, Any]]:
        """Ledger entries of one kind, as a judge reads them."""
        return [json.loads(line) for line in self._ask(f"ledger?kind={kind}", "GET", None).content.splitlines()]

    def _ask(self, path: str, method: str, content: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {SECRET}"}
        answer = requests.request(method, f"{self.base}/_sandbox/{path}", json=content, headers=headers, timeout=5)
        answer.raise_for_status()
        return answer
