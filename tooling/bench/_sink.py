"""A mail server that takes everything and looks at nothing: `python -m tooling.bench._sink PORT`.

It answers as fast as it reads, so that a benchmark of a client measures the client. The answer to NOOP is the number of mails
it has taken.
"""

import asyncio
import contextlib
import os
import sys
from collections.abc import Iterator

from tooling import places, ports, processes


class Sink(asyncio.Protocol):
    """One connection: commands are answered line by line, a text ends at its dot."""

    taken = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport, self._rest, self._text = transport, b"", False
        transport.write(b"220 sink ESMTP\r\n")

    def data_received(self, data: bytes) -> None:
        self._rest += data
        while self._step():
            pass

    def _step(self) -> bool:
        """Take one command or one text from what has come; False when it is not there as a whole."""
        end = b"\r\n.\r\n" if self._text else b"\r\n"
        found, separator, rest = self._rest.partition(end)
        if not separator:
            return False
        self._rest = rest
        if self._text:
            self._text = False
            Sink.taken += 1
            self._transport.write(b"250 2.0.0 taken\r\n")
            return True
        word = found[:4].upper()
        self._text = word == b"DATA"
        answers = {b"DATA": b"354 go on", b"QUIT": b"221 bye", b"NOOP": f"250 {Sink.taken}".encode()}
        self._transport.write(answers.get(word, b"250 2.0.0 ok") + b"\r\n")
        if word == b"QUIT":
            self._transport.close()
        return True


async def _serve(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(Sink, "127.0.0.1", port)
    await server.serve_forever()


@contextlib.contextmanager
def running() -> Iterator[int]:
    """The server in a process of its own for the time of the block; its port."""
    port = ports.free_port()
    command = [sys.executable, "-m", "tooling.bench._sink", str(port)]
    process = processes.spawn(command, environment=dict(os.environ), folder=places.PROJECT)
    try:
        ports.wait_until(lambda: ports.answers(port), 20)
        yield port
    finally:
        processes.stop(process)


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1])))
