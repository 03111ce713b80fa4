"""What every request gets before anything else: an id, and the one true client address; and what no request may hold."""

import ipaddress
import uuid
from collections.abc import Callable
from urllib.parse import unquote_plus

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.middleware.common import CommonMiddleware

from core.ids import new_id


class RequestIdMiddleware:
    """Give each request an id (ours, never the client's) and answer it back for support."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.request_id = new_id()  # type: ignore[attr-defined]
        response = self.get_response(request)
        response["X-Request-Id"] = str(request.request_id)  # type: ignore[attr-defined]
        return response


class NulMiddleware:
    """Answer 400 to an address with a NUL in its query: no form sends one, and no text in the database can hold one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in unquote_plus(request.META.get("QUERY_STRING", "")):
            raise BadRequest("the query holds a NUL")
        return self.get_response(request)


class SlashMiddleware(CommonMiddleware):
    """An address without its last slash leads to the one with it where nothing was sent: a redirect would lose a body."""

    def should_redirect_with_slash(self, request: HttpRequest) -> bool:
        """Whether to redirect; else there is nothing at that address, and the answer says so."""
        return request.method in ("GET", "HEAD") and super().should_redirect_with_slash(request)


def request_id(request: HttpRequest) -> uuid.UUID:
    """The id this request carries through audit rows and logs."""
    return getattr(request, "request_id", None) or new_id()


def client_address(request: HttpRequest) -> str:
    """Where the request came from: the only function that decides it.

    The socket's peer, unless that peer is a configured proxy: then the right-most forwarded address that is not one.
    IPv4-mapped IPv6 is written as IPv4. Empty when the peer is unknown.
    """
    peer = _plain(request.META.get("REMOTE_ADDR", ""))
    if peer not in settings.TRUSTED_PROXIES:
        return peer
    entries = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    for address in map(_plain, reversed([entry for entry in entries if entry.strip()])):
        if address not in settings.TRUSTED_PROXIES:
            return address or peer  # left of a garbled entry stands what the client made up
    return peer


def _plain(text: str) -> str:
    try:
        address = ipaddress.ip_address(text.strip())
    except ValueError:
        return ""
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address)
