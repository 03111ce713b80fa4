"""No test speaks to any machine but this one: connecting elsewhere, or asking for its address, fails loudly."""

import ipaddress
import socket
from typing import Any


class NetworkForbidden(BaseException):
    """A test tried to leave the machine. Not an Exception, so no retry or fallback of the product can swallow it."""


def forbid() -> None:
    """Guard every socket of this process from now on (unix sockets stay free)."""
    for name in ("connect", "connect_ex", "sendto"):
        setattr(socket.socket, name, _guarded(getattr(socket.socket, name)))
    original = socket.getaddrinfo

    def getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
        _require_here(host)
        return original(host, *args, **kwargs)

    socket.getaddrinfo = getaddrinfo


def _guarded(original: Any) -> Any:
    def call(self: socket.socket, *args: Any) -> Any:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            _require_here(args[-1][0])
        return original(self, *args)

    return call


def _require_here(host: Any) -> None:
    name = host.decode() if isinstance(host, bytes) else host
    if name in (None, "", "localhost"):
        return
    try:
        here = ipaddress.ip_address(name).is_loopback or name == "0.0.0.0"  # noqa: S104 - listening, not reaching out
    except ValueError:
        here = False
    if not here:
        raise NetworkForbidden("A test tried to reach another machine. Use the sandbox carriers on 127.0.0.1.")
