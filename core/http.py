"""The only place that opens HTTP clients: one request leaves, and every failure says whether it may have arrived.

Nothing is retried, no redirect is followed, no proxy is read from the environment, no cookie is kept and no answer is
read past its cap. A connection that was idle for long is not used again: a reset on it could not be told from a reset
after the far side had read the request.
"""

import asyncio
import dataclasses
import time
from collections.abc import Awaitable, Callable, Hashable, Mapping
from types import TracebackType
from typing import Final, Protocol, Self

import aiohttp
import yarl

_READ_CHUNK_BYTES: Final = 16 * 1024
#: aiohttp rounds deadlines above its threshold up to a whole second; ours are far below this one and stay exact
_NEVER_ROUND_SECONDS: Final = 3600.0


@dataclasses.dataclass(frozen=True, slots=True)
class Limits:
    """What one session grants a call. `connect_seconds` covers waiting for a free connection, DNS, TCP and TLS.

    Units: seconds; `answer_bytes` of body; `connections` open at once. `connect_seconds` must stay below
    `total_seconds`: that is how a timeout before the first byte is told from one after it.
    """

    connect_seconds: float = 3.0
    total_seconds: float = 10.0
    answer_bytes: int = 256 * 1024
    connections: int = 200
    idle_seconds: float = 25.0

    def __post_init__(self) -> None:
        if self.connect_seconds >= self.total_seconds:
            raise ValueError("connect_seconds must be smaller than total_seconds")


@dataclasses.dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer: status, headers with lower-case names (the last of a repeated one), body as received."""

    status: int
    headers: Mapping[str, str]
    body: bytes = dataclasses.field(repr=False)
    seconds: float = 0.0


class HttpFailure(Exception):
    """A call that brought no answer. The text is one word of ours (`refused`, `read_timeout`), never an address."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NotSent(HttpFailure):
    """Not one byte of the request was written: name not found, refused, TLS refused, or no connection in time."""


class MaybeSent(HttpFailure):
    """The request, or a part of it, may have been read by the far side. Never repeat it on this evidence."""


class Companion(Protocol):
    """Something that lives as long as a session: kept connections that speak no HTTP."""

    async def aclose(self) -> None:
        """Let go of everything; called once."""
        ...


class Session:
    """A pool of connections with one set of limits, to be used by one event loop.

    Effects: opens sockets when called; `async with` closes them.
    """

    def __init__(self, limits: Limits = Limits()) -> None:
        self._limits = limits
        self._client: aiohttp.ClientSession | None = None
        self._companions: dict[Hashable, Companion] = {}

    async def __aenter__(self) -> Self:
        self._client = _open_client(self._limits)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for companion in self._companions.values():
            await companion.aclose()
        self._companions.clear()
        if self._client is not None:
            await self._client.close()
            self._client = None

    @property
    def limits(self) -> Limits:
        """What one call is granted, for companions as well."""
        return self._limits

    def beside[Kept: Companion](self, key: Hashable, make: Callable[[], Kept]) -> Kept:
        """What lives beside this session under a key, made when it is first asked for; it is closed with the session.

        Errors: RuntimeError when the session is not open.
        """
        if self._client is None:
            raise RuntimeError("Open the session first: async with core.http.Session() as session")
        if key not in self._companions:
            self._companions[key] = make()
        return self._companions[key]  # type: ignore[return-value]

    async def request(
        self, method: str, url: yarl.URL | str, *, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Answer:
        """Let exactly one request leave and read its whole answer, whatever its status; a redirect is an answer.

        Errors: NotSent - safe to try again; MaybeSent - it may have arrived.
        """
        if self._client is None:
            raise RuntimeError("Open the session first: async with core.http.Session() as session")
        started = time.monotonic()
        try:
            async with self._client.request(
                method, url, headers=headers, data=body or None, allow_redirects=False
            ) as response:
                whole = await self._read(response)
                named = {name.lower(): value for name, value in response.headers.items()}
                return Answer(response.status, named, whole, time.monotonic() - started)
        except (aiohttp.ClientError, OSError) as error:  # TimeoutError is an OSError
            raise sort_error(error) from None

    async def _read(self, response: aiohttp.ClientResponse) -> bytes:
        chunks, size = [], 0
        async for chunk in response.content.iter_chunked(_READ_CHUNK_BYTES):
            size += len(chunk)
            if size > self._limits.answer_bytes:
                raise MaybeSent("answer_too_large")
            chunks.append(chunk)
        return b"".join(chunks)


def run[Result](work: Callable[[Session], Awaitable[Result]], limits: Limits = Limits()) -> Result:
    """Do some calls from code that is not asynchronous: opens a session, awaits `work(session)`, closes it.

    Errors: RuntimeError inside a running event loop; await a Session there instead.
    """

    async def _whole() -> Result:
        async with Session(limits) as session:
            return await work(session)

    return asyncio.run(_whole())


def sort_error(error: Exception) -> HttpFailure:
    """Sort what the client raised into NotSent and MaybeSent; what is not known to come before the first byte is maybe.

    Source: aiohttp 3.14, client.py: connector errors and ConnectionTimeoutError come before the request is written.
    """
    for kind, reason in _BEFORE_THE_FIRST_BYTE:
        if isinstance(error, kind):
            return NotSent(reason)
    if isinstance(error, TimeoutError):
        return MaybeSent("read_timeout")
    return MaybeSent("connection_lost" if isinstance(error, OSError | aiohttp.ClientConnectionError) else "bad_answer")


#: the first match names the reason, so the particular stand before the general
_BEFORE_THE_FIRST_BYTE: Final[tuple[tuple[type[Exception], str], ...]] = (
    (aiohttp.ClientConnectorDNSError, "name_not_found"),
    (aiohttp.ClientSSLError, "tls_failed"),
    (aiohttp.ConnectionTimeoutError, "connect_timeout"),
    (aiohttp.ClientConnectorError, "refused"),
    (aiohttp.InvalidURL, "bad_url"),
    (aiohttp.NonHttpUrlClientError, "bad_url"),
)


def _open_client(limits: Limits) -> aiohttp.ClientSession:
    client = aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=limits.connections, keepalive_timeout=limits.idle_seconds),
        timeout=aiohttp.ClientTimeout(
            total=limits.total_seconds,
            connect=limits.connect_seconds,
            sock_connect=limits.connect_seconds,
            ceil_threshold=_NEVER_ROUND_SECONDS,
        ),
        headers={"User-Agent": "Carillon", "Accept-Encoding": "identity"},
        cookie_jar=aiohttp.DummyCookieJar(),
        trust_env=False,
        auto_decompress=False,
    )
    # aiohttp repeats a GET by itself when a kept connection turns out dead, and offers no public switch for it
    client._retry_connection = False
    return client
