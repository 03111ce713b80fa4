"""Posting webhooks as fast as a web process takes them: prepared bytes, kept connections, nothing parsed but the answer's end."""

import asyncio
import collections
import time
from collections.abc import Sequence
from typing import cast

import psutil
import uvloop

from tooling import ports
from tooling.bench._ground import expect
from tooling.bench._measurement import Sample

CONNECTIONS = 32
_END_OF_HEAD = b"\r\n\r\n"
_LONGEST_SECONDS = 120


def post_all(port: int, requests: Sequence[bytes], answer: int, server: psutil.Process) -> Sample:
    """Post every request once over 32 kept connections; CPU seconds are those of the server and its children.

    Errors: WrongResult when an answer is not the expected status.
    """
    used = cpu_seconds(server)
    began = time.perf_counter()
    statuses = uvloop.run(asyncio.wait_for(_post_all(port, requests), _LONGEST_SECONDS))
    seconds = time.perf_counter() - began
    expect("answers", dict(statuses), {answer: len(requests)})
    return Sample(seconds, cpu_seconds(server) - used)


def cpu_seconds(process: psutil.Process) -> float:
    """User and system time of a process and all below it."""
    times = [each.cpu_times() for each in (process, *process.children(recursive=True))]
    return sum(each.user + each.system for each in times)


def request_bytes(path: str, body: bytes, headers: dict[str, str]) -> bytes:
    """One POST as it goes over the wire."""
    named = {"Host": "127.0.0.1", "Content-Length": str(len(body)), **headers}
    lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in named.items())]
    return "\r\n".join(lines).encode() + _END_OF_HEAD + body


async def _post_all(port: int, requests: Sequence[bytes]) -> collections.Counter[int]:
    loop, waiting = asyncio.get_running_loop(), collections.deque(requests)
    statuses: collections.Counter[int] = collections.Counter()
    callers = [_Caller(waiting, statuses, loop.create_future()) for _ in range(min(CONNECTIONS, len(requests)))]
    for caller in callers:
        await loop.create_connection(lambda caller=caller: caller, ports.LOCALHOST, port)  # type: ignore[misc]
    await asyncio.gather(*(caller.done for caller in callers))
    return statuses


class _Caller(asyncio.Protocol):
    """One connection: writes the next request as soon as the answer to the last one is whole."""

    def __init__(
        self, waiting: collections.deque[bytes], statuses: collections.Counter[int], done: asyncio.Future[None]
    ) -> None:
        self._waiting, self._statuses, self.done = waiting, statuses, done
        self._heard = b""
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast(asyncio.Transport, transport)
        self._next()

    def data_received(self, data: bytes) -> None:
        """Take a piece of an answer."""
        self._heard += data
        head, end, body = self._heard.partition(_END_OF_HEAD)
        if end and len(body) >= _length(head):
            self._statuses[int(head[9:12])] += 1
            self._heard = b""
            self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        """A server that hangs up early leaves answers missing, and the count says so."""
        if not self.done.done():
            self.done.set_result(None)

    def _next(self) -> None:
        if self._waiting:
            self._transport.write(self._waiting.popleft())
        else:
            self.done.set_result(None)
            self._transport.close()


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0
