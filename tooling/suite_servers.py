"""The servers of the test suite: one PostgreSQL and one Valkey that forget everything, shared or one's own.

`bin/test` starts them once and announces them in three variables; a bare `pytest` finds none and starts its own.
"""

import contextlib
import dataclasses
import fcntl
import os
import pathlib
import urllib.parse
from collections.abc import Iterator, Mapping
from typing import IO

from tooling import database, places, ports
from tooling.postgres import Postgres
from tooling.valkey import Valkey

_VARIABLES = ("CARILLON_TEST_POSTGRES", "CARILLON_TEST_VALKEY", "CARILLON_TEST_TEMPLATE")
_POSTGRES_PORT, _VALKEY_PORT = 5433, 6380
_SLOTS = 32  # suites that may run at the same time on one machine


class RemotePostgres(Postgres):
    """A test server that another process started, reached through its superuser URL."""

    def __init__(self, address: str) -> None:
        parts = urllib.parse.urlsplit(address)
        super().__init__(pathlib.Path(os.devnull), parts.port or 5432, durable=False)
        self._superuser_password = urllib.parse.unquote(parts.password or "")

    @property
    def password(self) -> str:
        """The superuser's password."""
        return self._superuser_password


@dataclasses.dataclass(frozen=True, slots=True)
class SuiteServers:
    """What a suite works with: PostgreSQL, Valkey (an address without database number), the template database."""

    postgres: Postgres
    valkey: str
    template: str

    def announcement(self) -> dict[str, str]:
        """The variables that make child processes use these servers."""
        return dict(zip(_VARIABLES, (self.postgres.url(), self.valkey, self.template), strict=True))


@contextlib.contextmanager
def running(environment: Mapping[str, str]) -> Iterator[SuiteServers]:
    """The announced servers, or new ones for the time of the block.

    Effects: new ones take the first free slot, so suites can run side by side, and build the template if it is stale.
    """
    if _VARIABLES[0] in os.environ:
        address, valkey_url, template = (os.environ[name] for name in _VARIABLES)
        yield SuiteServers(RemotePostgres(address), valkey_url, template)
        return
    with (
        _slot() as (number, folder),
        Postgres(folder / "postgres", ports.free_port(_POSTGRES_PORT + number), durable=False) as postgres,
        Valkey(folder / "valkey", ports.free_port(_VALKEY_PORT + number)) as valkey,
    ):
        database.remove_databases(postgres, "test_")
        yield SuiteServers(postgres, valkey.url().rsplit("/", 1)[0], database.ensure_template(postgres, environment))


@contextlib.contextmanager
def _slot() -> Iterator[tuple[int, pathlib.Path]]:
    """A number and a folder that no other suite uses while this one runs."""
    for number in range(_SLOTS):
        folder = places.servers_folder() / f"suite-{number}"
        folder.mkdir(mode=0o711, exist_ok=True)
        with (folder / "lock").open("w") as lock:
            if _take(lock):
                yield number, folder
                return
    raise RuntimeError(f"{_SLOTS} suites are running already. Wait for one to end.")


def _take(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
