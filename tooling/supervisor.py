"""The supervisor: starts named parts, shows their lines, revives the dead, stops everything in order."""

import collections
import contextlib
import dataclasses
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import IO, Protocol

from tooling import places, ports, processes

_PATIENCE = 5  # restarts of one part …
_WINDOW_SECONDS = 60.0  # … within this time before the supervisor gives up
_FIRST_PAUSE_SECONDS = 0.5  # doubles with every restart inside the window
_LOOK_SECONDS = 0.2


class SupervisorFailed(Exception):
    """A part did not become ready or died too often; the text names it."""


class Server(Protocol):
    """An embedded server as the supervisor sees it: tooling.postgres and tooling.valkey."""

    def start(self) -> object:
        """Start and wait until it answers."""

    def stop(self) -> None:
        """Stop within a bounded time."""

    @property
    def process(self) -> subprocess.Popen[bytes] | None:
        """Its process while it runs."""


@dataclasses.dataclass(frozen=True, slots=True)
class Part:
    """One program under supervision. Units: seconds of wall time.

    `ready` is asked until it is true before the next part starts; None means the part counts as ready at once.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    ready: Callable[[], bool] | None = None
    ready_seconds: float = 60.0
    stop_seconds: float = 12.0


class Supervisor:
    """Runs servers and parts: `with Supervisor() as house: house.add_server(…); house.add(part); house.watch()`.

    Effects: leaving the block stops the parts together, then the servers in reverse order, by force where needed: 12 s
             for the parts and 12 s for two servers that hang is the worst case, one second is the usual one.
    """

    def __init__(self, output: IO[str] | None = None) -> None:
        self._output = output or sys.stdout
        self._lock = threading.Lock()
        self._parts: dict[str, Part] = {}
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._servers: dict[str, Server] = {}
        self._jobs: dict[str, Callable[[int], None]] = {}
        self._deaths: dict[str, collections.deque[float]] = collections.defaultdict(collections.deque)

    def __enter__(self) -> "Supervisor":
        return self

    def __exit__(self, *_: object) -> None:
        with _deaf():
            self.stop_parts()
            for name in reversed(self._servers):
                self._servers[name].stop()
            self.say("everything is stopped")

    def say(self, text: str, name: str = "carillon") -> None:
        """Print one line under a part's name."""
        with self._lock, contextlib.suppress(BrokenPipeError, ValueError):
            self._output.write(f"{name:<11} | {text}\n")
            self._output.flush()

    def add_server(self, name: str, server: Server) -> None:
        """Start an embedded server and keep it running.

        Errors: whatever its `start` raises.
        """
        server.start()
        self._servers[name] = server

    def add(self, part: Part) -> None:
        """Start a part and wait until it is ready.

        Errors: SupervisorFailed when it ends or is not ready in time.
        """
        self._parts[part.name] = part
        process = self._start(part)
        if not ports.wait_until(lambda: process.poll() is not None or _is_ready(part), part.ready_seconds, 0.1):
            raise SupervisorFailed(f"{part.name} was not ready after {part.ready_seconds:.0f} s; see its lines above.")
        if process.poll() is not None:
            raise SupervisorFailed(f"{part.name} ended at once with {_fate(process)}. Its lines above say why.")

    def begin(self, job: Part, then: Callable[[int], None]) -> None:
        """Start a program that ends by itself; `watch` calls `then` with its exit code and never starts it again."""
        self._parts[job.name] = job
        self._jobs[job.name] = then
        self._start(job)

    def watch(self, until: Callable[[], bool] = lambda: False) -> None:
        """Revive whatever dies, until `until` holds or the process is interrupted.

        Errors: SupervisorFailed when one part dies more than five times in a minute.
        """
        while not until():
            for name, part in list(self._parts.items()):
                if self._running[name].poll() is None:
                    continue
                if name in self._jobs:
                    self._finish(name)
                else:
                    self._revive(name, self._running[name], lambda part=part: self._start(part))
            for name, server in self._servers.items():
                if server.process is not None and server.process.poll() is not None:
                    self._revive(name, server.process, server.start)
            time.sleep(_LOOK_SECONDS)

    def process_ids(self) -> dict[str, int]:
        """Name → process id of everything that runs now."""
        servers = {name: server.process.pid for name, server in self._servers.items() if server.process}
        return servers | {name: process.pid for name, process in self._running.items()}

    def _start(self, part: Part) -> subprocess.Popen[bytes]:
        process = processes.spawn(
            part.command, environment=part.environment, folder=places.PROJECT, output=subprocess.PIPE
        )
        self._running[part.name] = process
        threading.Thread(target=self._relay, args=(part.name, process), daemon=True).start()
        return process

    def _relay(self, name: str, process: subprocess.Popen[bytes]) -> None:
        if process.stdout is not None:
            with process.stdout:
                for line in process.stdout:
                    self.say(line.decode(errors="replace").rstrip(), name)

    def _finish(self, name: str) -> None:
        process, then = self._running.pop(name), self._jobs.pop(name)
        del self._parts[name]
        processes.kill_group(process)
        then(process.returncode)

    def _revive(self, name: str, dead: subprocess.Popen[bytes], start: Callable[[], object]) -> None:
        processes.kill_group(dead)
        deaths = self._deaths[name]
        now = time.monotonic()
        while deaths and now - deaths[0] > _WINDOW_SECONDS:
            deaths.popleft()
        if len(deaths) >= _PATIENCE:
            raise SupervisorFailed(
                f"{name} died more than {_PATIENCE} times in a minute, the last time with {_fate(dead)}."
                " Its lines above say why. Everything stops now."
            )
        pause = _FIRST_PAUSE_SECONDS * 2 ** len(deaths)
        deaths.append(now)
        self.say(f"{name} died with {_fate(dead)}; starting it again in {pause:g} s")
        time.sleep(pause)
        start()

    def stop_parts(self) -> None:
        """Ask all parts at once, the youngest first, then wait for each until its own time is over; servers stay."""
        for name in reversed(self._running):
            with contextlib.suppress(ProcessLookupError):
                self._running[name].terminate()
        began = time.monotonic()
        for name, process in reversed(self._running.items()):
            left = max(0.1, self._parts[name].stop_seconds - (time.monotonic() - began))
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(left)
            if process.poll() is None:
                self.say(f"{name} did not stop in {self._parts[name].stop_seconds:.0f} s and is killed")
            processes.kill_group(process)
        self._running.clear()
        self._parts.clear()


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """SIGTERM and a closed terminal end the block as Ctrl-C does: with KeyboardInterrupt in the main thread."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    former = {number: signal.signal(number, interrupt) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def _deaf() -> Iterator[None]:
    """While everything is being stopped, a further Ctrl-C changes nothing: the stop is bounded anyway."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    former = {number: signal.signal(number, signal.SIG_IGN) for number in numbers}
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


def _is_ready(part: Part) -> bool:
    return part.ready is None or part.ready()


def _fate(process: subprocess.Popen[bytes]) -> str:
    code = process.returncode
    return f"signal {signal.Signals(-code).name}" if code is not None and code < 0 else f"exit code {code}"
