"""The running sandbox against the carrier's own library: its client understands us, its validator believes us."""

import pathlib
import urllib.parse
import urllib.request

from twilio.http import HttpClient
from twilio.http.response import Response

ROOT = pathlib.Path(__file__).parents[2]
SID, TOKEN, SECRET = "AC" + "7" * 32, "contract-token", "contract-secret"
SENDER, PHONE, SERVICE = "+14025550100", "+14025550142", "MG" + "7" * 32


class SandboxHttpClient(HttpClient):
    """Sends what the official client asks for to the sandbox instead of the carrier."""

    def __init__(self, base: str) -> None:
        super().__init__(logger=__import__("logging").getLogger(__name__), is_async=False, timeout=5)
        self._base = base

    def request(
        self, method, uri, params=None, data=None, headers=None, auth=None, timeout=None, allow_redirects=False
    ):
        parts = urllib.parse.urlsplit(uri)
        query = "&".join(part for part in (parts.query, urllib.parse.urlencode(params or {}, doseq=True)) if part)
        body = urllib.parse.urlencode(data, doseq=True).encode() if data is not None else None
        request = urllib.request.Request(f"{self._base}{parts.path}?{query}", data=body, method=method)
        for name, value in (headers or {}).items():
            request.add_header(name, value)
        request.add_header("Authorization", basic(*auth) if auth else headers["Authorization"])
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:
                return Response(answer.status, answer.read().decode(), dict(answer.headers))
        except urllib.error.HTTPError as error:
            return Response(error.code, error.read().decode(), dict(error.headers))
