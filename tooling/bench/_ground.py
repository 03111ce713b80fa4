"""Where a benchmark runs: PostgreSQL as durable as in production, Valkey, and fresh copies of the migrated database."""

import contextlib
import dataclasses
import io
import os
import pathlib
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import psycopg
from django.conf import settings
from django.db import connections

from config.celery import app as celery
from tests.databases import MAKE_OPERATOR, Database
from tooling import database, places, ports, suite_servers
from tooling.postgres import Postgres
from tooling.valkey import Valkey

_VALKEY_DATABASES = range(32, 64)  # the suite's own processes use the lower ones


class WrongResult(Exception):
    """The work was done wrongly, so how long it took means nothing; the text says what was expected and what came."""


@dataclasses.dataclass(frozen=True, slots=True)
class Ground:
    """The servers of one run, its folder, and whether figures may be taken from it (`tiny` runs on forgetful servers)."""

    servers: suite_servers.SuiteServers
    folder: pathlib.Path
    scale: str

    @contextlib.contextmanager
    def fresh_database(self, label: str = "main") -> Iterator[Database]:
        """A new copy of the migrated database, in use by Django in this process; removed at the end."""
        name = f"bench_{os.getpid()}_{label}"
        number = _VALKEY_DATABASES[os.getpid() % len(_VALKEY_DATABASES)]
        copy = Database(self.servers, name, f"{self.servers.valkey}/{number}")
        try:  # a benchmark may be stopped anywhere, even while its database is being made
            database.copy_database(self.servers.postgres, self.servers.template, name)
            copy.run_sql(MAKE_OPERATOR)
            copy.use()
            yield copy
        finally:
            try:
                connections.close_all()
            finally:
                database.drop_database(self.servers.postgres, name)


@contextlib.contextmanager
def prepared(scale: str) -> Iterator[Ground]:
    """Servers for the time of the block.

    Effects: Celery's bells go to Valkey, where nobody answers them: a benchmark rings the tasks itself, by name.
    """
    celery.conf.task_always_eager = False
    with tempfile.TemporaryDirectory(prefix="carillon-bench-") as scratch, _servers(scale) as servers:
        settings.MEDIA_ROOT = pathlib.Path(scratch) / "media"
        settings.MEDIA_ROOT.mkdir()
        yield Ground(servers, pathlib.Path(scratch), scale)


@contextlib.contextmanager
def _servers(scale: str) -> Iterator[suite_servers.SuiteServers]:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.test"}
    if scale == "tiny":
        with suite_servers.running(environment) as servers:
            yield servers
        return
    folder = places.servers_folder() / "bench"
    folder.mkdir(mode=0o711, exist_ok=True)
    with (
        Postgres(folder / "postgres", ports.free_port(), durable=True) as postgres,
        Valkey(folder / "valkey", ports.free_port()) as valkey,
    ):
        database.remove_databases(postgres, "bench_")
        template = database.ensure_template(postgres, environment)
        yield suite_servers.SuiteServers(postgres, valkey.url().rsplit("/", 1)[0], template)


def ring(task: str, **ids: Any) -> Any:
    """Do what a worker does when this bell rings, here and now."""
    return celery.tasks[task](**{name: str(value) for name, value in ids.items()})


def expect(what: str, found: object, expected: object) -> None:
    """Refuse figures about work that was not done rightly.

    Errors: WrongResult.
    """
    if found != expected:
        raise WrongResult(f"{what}: expected {expected}, found {found}. The figures of this run mean nothing.")


# ── bare tables: what the same rows cost when nothing is asked of them but their indexes ──


def dump_rows(base: Database, tables: Sequence[str]) -> dict[str, bytes]:
    """All rows of some tables in PostgreSQL's binary form."""
    found = {}
    with psycopg.connect(_superuser(base)) as connection:
        for table in tables:
            whole = io.BytesIO()
            with connection.cursor().copy(f"copy {table} to stdout (format binary)") as copy:
                for piece in copy:
                    whole.write(piece)
            found[table] = whole.getvalue()
    return found


def make_bare(base: Database, tables: Sequence[str]) -> None:
    """Empty twins of tables: the same columns, checks and indexes; no keys to other tables, no policies, no triggers."""
    for table in tables:
        base.run_sql(f"drop table if exists bare_{table}; create table bare_{table} (like {table} including all)")


def copy_into_bare(base: Database, dumps: Mapping[str, bytes]) -> None:
    """Bring dumped rows into the twins, in one transaction."""
    with psycopg.connect(_superuser(base)) as connection:
        for table, whole in dumps.items():
            with connection.cursor().copy(f"copy bare_{table} from stdin (format binary)") as copy:
                copy.write(whole)


def settle_down(base: Database) -> None:
    """Let the server finish what earlier work left to do, so that no arm pays for another's."""
    base.run_sql("vacuum analyze")
    base.run_sql("checkpoint")


def _superuser(base: Database) -> str:
    return base.servers.postgres.url(database=base.name)
