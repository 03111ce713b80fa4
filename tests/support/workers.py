"""Worker processes a test may kill. One process loads the product, every worker is forked from it in milliseconds."""

import contextlib
import dataclasses
import importlib
import multiprocessing
import os
import pathlib
import signal
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

from tests.databases import Database
from tooling import ports

_MODULE = __name__
#: leases of a test: a dead worker's messages come free in seconds, not in a minute, and yet no living one loses its own
SHORT: Mapping[str, float] = {
    "messaging.actions.claiming.LEASE_SECONDS": 5,
    "messaging.actions.intending._LEASE_SECONDS": 5,
    "messaging.lanes.DRAIN_SECONDS": 2.0,
}

#: every worker that was started and not yet collected
_staff: "list[Worker]" = []

Plant = tuple[str, str, str | None]


@dataclasses.dataclass(frozen=True, slots=True)
class Place:
    """What a worker needs to know to work where the test works."""

    database_url: str
    valkey_url: str
    webhook_url: str
    figures: Mapping[str, float] = dataclasses.field(default_factory=lambda: dict(SHORT))
    plants: tuple[Plant, ...] = ()
    failpoints: str = ""

    @classmethod
    def of(cls, database: Database, webhook_url: str, **more: Any) -> "Place":
        """The place of a test's database and web server."""
        return cls(**({"valkey_url": database.valkey_url} | more), database_url=database.url(), webhook_url=webhook_url)


@dataclasses.dataclass(slots=True)
class Worker:
    """One forked process, and what it answers when it ends well."""

    process: BaseProcess
    pipe: Connection

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self.process.is_alive()

    @property
    def frozen(self) -> bool:
        """Whether a SIGSTOP holds it."""
        return pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"

    def thaw(self) -> None:
        """SIGCONT."""
        assert self.process.pid is not None
        os.kill(self.process.pid, signal.SIGCONT)

    def kill(self) -> None:
        """SIGKILL, and collect it."""
        self.process.kill()
        self.process.join(10)

    def join(self, seconds: float = 60) -> Any:
        """Wait for its end; what its job returned, or None when it was killed or broke."""
        answer = None
        with contextlib.suppress(EOFError):
            assert self.pipe.poll(seconds), "a worker did not end in time"
            answer = self.pipe.recv()
        self.process.join(10)
        return answer


def barrier(parties: int) -> Any:
    """Something workers can wait at until all of them are there."""
    return multiprocessing.get_context("forkserver").Barrier(parties)


def start(place: Place, job: Callable[..., Any], *arguments: Any) -> Worker:
    """Fork a worker that does one job: a function of a module, called with plain arguments."""
    context = multiprocessing.get_context("forkserver")
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
    context.set_forkserver_preload([f"{_MODULE}_loaded"])
    inner, outer = context.Pipe(duplex=False)
    process = context.Process(
        target=_run, args=(outer, place, job.__module__, job.__qualname__, arguments), daemon=True
    )
    process.start()
    outer.close()
    _staff.append(Worker(process, inner))
    return _staff[-1]


def end_all() -> None:
    """Kill whoever still runs or stands still, so that no worker outlives its test."""
    while _staff:
        worker = _staff.pop()
        worker.kill()
        worker.pipe.close()


def _run(pipe: Connection, place: Place, module: str, name: str, arguments: tuple[Any, ...]) -> None:
    from core.failpoints import FailpointReached
    from tests.support import workers_loaded

    with workers_loaded.at(place), contextlib.suppress(FailpointReached):
        pipe.send(getattr(importlib.import_module(module), name)(*arguments))


# ── jobs ──


def send(organization_id: uuid.UUID, sender_ids: Sequence[uuid.UUID], seconds: float) -> int:
    """What workers do, again and again: sweep what the dead left, drain each lane, until nothing waits. Answers calls made."""
    from core.tenancy import tenant_context
    from messaging.models import Message

    made, until = 0, time.monotonic() + seconds
    while time.monotonic() < until:
        made += send_once(organization_id, sender_ids)
        with tenant_context(organization_id):
            if not Message.objects.filter(state__in=["held", "ready", "claimed", "attempting"]).exists():
                break
        time.sleep(0.1)
    return made


def send_once(organization_id: uuid.UUID, sender_ids: Sequence[uuid.UUID]) -> int:
    """One sweep, and one drain of each lane."""
    from core.tenancy import tenant_context
    from messaging.actions.sweeping import sweep_organization

    with tenant_context(organization_id):
        sweep_organization()
    return sum(drain(organization_id, sender_id) for sender_id in sender_ids)


def drain(organization_id: uuid.UUID, sender_id: uuid.UUID) -> int:
    """One drain of one lane, without a look at what others left."""
    from messaging import lanes

    return lanes.drain(organization_id, sender_id)


@contextlib.contextmanager
def kept_at_work(place: Place, count: int, job: Callable[..., Any], *arguments: Any) -> Iterator[list[Worker]]:
    """So many workers at one job; `replace` brings a dead one back. Whatever is alive at the end is killed."""
    staff = [start(place, job, *arguments) for _ in range(count)]
    try:
        yield staff
    finally:
        for worker in staff:
            if worker.alive:
                worker.kill()


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Look every 20 ms."""
    return ports.wait_until(condition, seconds, 0.02)
