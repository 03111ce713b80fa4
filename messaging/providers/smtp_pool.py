"""Kept connections to one mail server for one account, closed with the session of the lane that asked for them."""

import asyncio
import contextlib
import dataclasses
import math
import socket
import ssl
import time
from collections.abc import AsyncIterator
from typing import Final, Literal

import aiosmtplib

from core.public_hosts import NotPublic, Place, find_any, find_public
from messaging.providers.protocol import Misconfigured, NotBegun, ProviderError, Unavailable

Security = Literal["starttls", "tls", "none"]


@dataclasses.dataclass(frozen=True, slots=True)
class Patience:
    """How long a mail server may take for each thing, and how many connections it gets.

    Units: seconds. All of them together stay below the lease of a message: whoever holds one longer has lost it.
    """

    free_connection: float = 10.0
    connect: float = 8.0
    command: float = 8.0
    message: float = 20.0
    idle: float = 25.0
    connections: int = 10


PATIENCE: Final = Patience()
#: a connection that rested this long is asked whether it still lives before a mail is trusted to it
_RESTED_SECONDS: Final = 1.0


@dataclasses.dataclass(frozen=True, slots=True)
class Server:
    """A mail server and who we are there. `ours`: our own settings name it, so it may stand on a private address."""

    host: str
    port: int
    security: Security
    username: str = dataclasses.field(default="", repr=False)
    password: str = dataclasses.field(default="", repr=False)
    ours: bool = False


class Pool:
    """A few connections to one server, each used by one mail at a time and kept while the server likes."""

    def __init__(self, server: Server, patience: Patience = PATIENCE) -> None:
        self._server = server
        self._patience = patience
        self._free: list[tuple[float, aiosmtplib.SMTP]] = []
        self._places = asyncio.Semaphore(patience.connections)

    @contextlib.asynccontextmanager
    async def connection(self, seconds: float = math.inf) -> AsyncIterator[aiosmtplib.SMTP]:
        """A connection for one mail, logged in. It is kept for the next one, unless the block ends with an error.

        Errors: Unavailable, Misconfigured when there is none, NotBegun when none is free within `seconds`; nothing was sent
                then.
        """
        longest = self._patience.free_connection
        try:
            await asyncio.wait_for(self._places.acquire(), max(0.0, min(seconds, longest)))
        except TimeoutError:
            raise (NotBegun if seconds < longest else Unavailable)("no_free_connection") from None
        try:
            client = await self._kept() or await self._open()
            try:
                yield client
            except BaseException:
                client.close()
                raise
            if client.is_connected:
                self._free.append((time.monotonic(), client))
        finally:
            self._places.release()

    async def aclose(self) -> None:
        """Say goodbye to the server on every kept connection."""
        for _, client in self._free:
            with contextlib.suppress(aiosmtplib.SMTPException, OSError):
                await client.quit(timeout=1)
            client.close()
        self._free.clear()

    async def _kept(self) -> aiosmtplib.SMTP | None:
        """A kept connection that still lives; one that rested too long, or that the server has left, is closed."""
        while self._free:
            since, client = self._free.pop()
            rested = time.monotonic() - since
            if (
                rested < self._patience.idle
                and client.is_connected
                and (rested < _RESTED_SECONDS or await _lives(client))
            ):
                return client
            client.close()
        return None

    async def _open(self) -> aiosmtplib.SMTP:
        """A new connection: name looked up once, one of its addresses connected to, encrypted, logged in."""
        try:
            async with asyncio.timeout(self._patience.connect):
                return await self._connect()
        except TimeoutError:
            raise Unavailable("connect_timeout") from None
        except NotPublic:
            raise Misconfigured("host leads to a private address; give the public name of the mail server") from None
        except (aiosmtplib.SMTPException, ssl.SSLError, OSError) as error:
            raise sort_connecting(error) from None

    async def _connect(self) -> aiosmtplib.SMTP:
        server = self._server
        find = find_any if server.ours else find_public
        connected = await _socket(await find(server.host, server.port), server.port)
        try:
            client = aiosmtplib.SMTP(
                hostname=server.host,
                local_hostname=_literal(connected),
                timeout=self._patience.command,
                use_tls=server.security == "tls",
                start_tls=server.security == "starttls",
                username=server.username or None,
                password=server.password if server.username else None,
                sock=connected,
            )
            await client.connect()
        except BaseException:
            connected.close()
            raise
        return client


async def _socket(places: tuple[Place, ...], port: int) -> socket.socket:
    """A connected socket to the first place that answers. Errors: OSError of the last one."""
    failure: OSError = ConnectionRefusedError()
    for place in places:
        one = socket.socket(place.family, socket.SOCK_STREAM)
        one.setblocking(False)
        try:
            await asyncio.get_running_loop().sock_connect(one, (place.address, port))
        except OSError as error:
            one.close()
            failure = error
        except BaseException:
            one.close()
            raise
        else:
            return one
    raise failure


def _literal(connected: socket.socket) -> str:
    """Who we say we are: our address in brackets, as a client without a name of its own does (RFC 5321, 4.1.3)."""
    address = connected.getsockname()[0]
    return f"[IPv6:{address}]" if connected.family == socket.AF_INET6 else f"[{address}]"


async def _lives(client: aiosmtplib.SMTP) -> bool:
    try:
        await client.noop()
    except (aiosmtplib.SMTPException, OSError):
        return False
    return True


def sort_connecting(error: Exception) -> ProviderError:
    """Sort what went wrong before a mail was begun: all of it says that nothing was sent."""
    if isinstance(error, aiosmtplib.SMTPResponseException):
        code = str(error.code)
        if not 500 <= error.code < 600:
            return Unavailable("server_busy" if 400 <= error.code < 500 else "bad_answer", code)
        refused = isinstance(error, aiosmtplib.SMTPAuthenticationError)
        return Misconfigured("the server refuses the login" if refused else "the server refuses us", code)
    if isinstance(error, socket.gaierror):
        return Unavailable("name_not_found")
    if isinstance(error, TimeoutError):
        return Unavailable("connect_timeout")
    if isinstance(error, ssl.SSLError) or isinstance(error.__cause__, ssl.SSLError):
        return Unavailable("tls_failed")
    if isinstance(error, OSError):
        return Unavailable("refused")
    return Misconfigured("the server offers no encryption or no login on this port; choose another port or security")
