"""A carrier on 127.0.0.1 that answers byte for byte as told, misbehaves on demand, and counts what reached it."""

import asyncio
import contextlib
import dataclasses
import json
import urllib.parse
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

Behaviour = Callable[[asyncio.StreamWriter], Awaitable[None]]


@dataclasses.dataclass
class Seen:
    """One request that reached the carrier."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        return dict(urllib.parse.parse_qsl(self.body.decode(), keep_blank_values=True))


class Carrier:
    """Answers each request with the next behaviour; the last one repeats. `seen` is its ledger."""

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self.connections = 0
        self.behaviours: list[Behaviour] = []
        self.base_url = ""
        self._writers: list[asyncio.StreamWriter] = []

    def answers(self, *behaviours: Behaviour) -> None:
        """Say what happens to the next requests."""
        self.behaviours = list(behaviours)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection: requests one after the other until either side closes."""
        self.connections += 1
        self._writers.append(writer)
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while not writer.is_closing():
                self.seen.append(await _read(reader))
                behave = self.behaviours.pop(0) if len(self.behaviours) > 1 else self.behaviours[0]
                await behave(writer)
        writer.close()

    def hang_up(self) -> None:
        """Cut every connection that is still open, as a server does with idle ones."""
        for writer in self._writers:
            writer.transport.abort()


@contextlib.asynccontextmanager
async def carrier() -> AsyncIterator[Carrier]:
    """A carrier for one test."""
    running = Carrier()
    server = await asyncio.start_server(running.serve, "127.0.0.1", 0)
    running.base_url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield running
    finally:
        server.close()
        running.hang_up()
        await server.wait_closed()


async def _read(reader: asyncio.StreamReader) -> Seen:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.strip().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    method, target, _ = first.split(" ")
    return Seen(method, target, headers, body)


def status(code: int, body: bytes | dict[str, Any] = b"", **headers: str) -> Behaviour:
    """A whole answer; `Retry_After="7"` becomes the header Retry-After."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [f"HTTP/1.1 {code} Said", f"Content-Length: {len(raw)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]

    async def behave(writer: asyncio.StreamWriter) -> None:
        writer.write("\r\n".join([*lines, "", ""]).encode() + raw)
        await writer.drain()

    return behave


async def silence(writer: asyncio.StreamWriter) -> None:
    """Read the request and never answer."""
    await asyncio.sleep(30)


async def reset(writer: asyncio.StreamWriter) -> None:
    """Read the whole request, then cut the connection."""
    writer.transport.abort()


async def cut_in_the_body(writer: asyncio.StreamWriter) -> None:
    """Promise more than is sent."""
    writer.write(b'HTTP/1.1 201 Created\r\nContent-Length: 500\r\n\r\n{"sid":')
    await writer.drain()
    writer.close()


async def no_http(writer: asyncio.StreamWriter) -> None:
    """Answer with something that is no HTTP at all."""
    writer.write(b"SSH-2.0-OpenSSH\r\n\r\n")
    await writer.drain()
    writer.close()


async def slow_body(writer: asyncio.StreamWriter) -> None:
    """Send the head at once and the body a byte at a time, longer than anyone waits."""
    writer.write(b"HTTP/1.1 201 Created\r\nContent-Length: 5000\r\n\r\n")
    for _ in range(200):
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.05)
