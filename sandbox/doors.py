"""Who may come in: the control API's secret, and no page of another site."""

import hmac
import ipaddress
import urllib.parse
from collections.abc import Awaitable, Callable

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def only_with(secret: str) -> Callable[[Handler], Handler]:
    """Doors of the control API: with a secret only its bearer passes, without one only this machine."""

    def guard(handler: Handler) -> Handler:
        async def guarded(request: web.Request) -> web.StreamResponse:
            if from_another_site(request):
                return refused("Requests of another site's page are refused.")
            if secret and not _bears(request, secret):
                return refused("Send the header Authorization: Bearer with the value of SANDBOX_SECRET.", 401)
            if not secret and not _local(request):
                return refused("Set SANDBOX_SECRET to use the control API from another machine.")
            return await handler(request)

        return guarded

    return guard


def from_another_site(request: web.Request) -> bool:
    """Whether a browser says that the request began on a page of another origin."""
    if site := request.headers.get("Sec-Fetch-Site"):
        return site not in ("same-origin", "none")
    origin = request.headers.get("Origin")
    return origin is not None and urllib.parse.urlsplit(origin).netloc != request.host


def refused(why: str, status: int = 403) -> web.Response:
    """An answer that names the remedy."""
    return web.json_response({"error": why}, status=status)


def _bears(request: web.Request, secret: str) -> bool:
    given = request.headers.get("Authorization", "").encode()
    return hmac.compare_digest(given, f"Bearer {secret}".encode())


def _local(request: web.Request) -> bool:
    try:
        return ipaddress.ip_address(request.remote or "").is_loopback
    except ValueError:
        return False
