"""How a house of Carillon is put up on one machine: servers, doors, and what works behind them."""

import contextlib
import dataclasses
import os
import pathlib
import tempfile
from collections.abc import Iterator, Mapping
from typing import IO

from tooling import css, database, environment, parts, places, ports, suite_servers
from tooling.postgres import Postgres
from tooling.supervisor import Supervisor
from tooling.valkey import Valkey

_VALKEY_DATABASE = 63  # the last one: workers of a parallel test run count from 0


def start_servers(
    supervisor: Supervisor, chosen: environment.Ports, kept: Mapping[str, str], variables: Mapping[str, str]
) -> None:
    """Start the embedded servers, unless DATABASE_URL or REDIS_URL name others."""
    own = environment.embedded()
    if "postgres" in own:
        postgres = Postgres(places.servers_folder() / "postgres", chosen.postgres)
        supervisor.add_server("postgres", postgres)
        database.create_database(postgres, environment.DATABASE_NAME, environment.role_passwords(kept))
        supervisor.say(f"ready on port {chosen.postgres}; its log is {postgres.log}", "postgres")
    if "valkey" in own:
        supervisor.add_server("valkey", Valkey(places.servers_folder() / "valkey", chosen.valkey))
        supervisor.say(f"ready on port {chosen.valkey}", "valkey")


def open_doors(
    supervisor: Supervisor, chosen: environment.Ports, variables: Mapping[str, str], folder: pathlib.Path
) -> None:
    """Start what people see: the sandbox, which keeps its ledger below `folder`, the pages and the operators' pages."""
    if css.build():
        supervisor.say("compiled the stylesheet")
    supervisor.add(parts.sandbox(chosen, variables, folder / "sandbox"))
    supervisor.add(parts.web(chosen, variables))
    supervisor.add(parts.operator(chosen, variables))


def start_work(supervisor: Supervisor, variables: Mapping[str, str], folder: pathlib.Path) -> None:
    """Start what works behind the pages: the workers, and the beat, which keeps its notes in `folder`."""
    for part in (*parts.workers(variables), parts.beat(variables, folder)):
        supervisor.add(part)


@contextlib.contextmanager
def temporary_house(output: IO[str]) -> Iterator[dict[str, str]]:
    """A whole house beside whatever runs on this machine: free ports, a database of its own, nothing left afterwards.

    Shape: → the environment of its processes. What they say goes to `output`.
    """
    suite = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.test"}
    with (
        tempfile.TemporaryDirectory(prefix="carillon-check-") as name,
        suite_servers.running(suite) as servers,
        Supervisor(output) as supervisor,
    ):
        folder, database_name = pathlib.Path(name), f"check_{os.getpid()}"
        chosen = environment.Ports(*(ports.free_port() for _ in dataclasses.fields(environment.Ports)))
        kept = environment.own_secrets(folder / "dev.env")
        variables = _environment_of(chosen, kept, servers, database_name) | {"MEDIA_ROOT": str(folder / "media")}
        database.copy_database(servers.postgres, servers.template, database_name)
        try:
            database.run_manage(("prepare_database", "--skip-checks"), {**variables, "CARILLON_ROLE": "owner"})
            open_doors(supervisor, chosen, variables, folder)
            start_work(supervisor, variables, folder)
            yield variables
        finally:
            supervisor.stop_parts()
            database.drop_database(servers.postgres, database_name)


def _environment_of(
    chosen: environment.Ports, kept: Mapping[str, str], servers: suite_servers.SuiteServers, database_name: str
) -> dict[str, str]:
    """The environment of this house; what the shell says about another one does not count."""
    roles = {"DATABASE_URL": database.WEB, "DATABASE_OWNER_URL": database.OWNER}
    roles["DATABASE_OPERATOR_URL"] = database.OPERATOR
    urls = {variable: servers.postgres.url(role, role, database_name) for variable, role in roles.items()}
    own = urls | {"REDIS_URL": f"{servers.valkey}/{_VALKEY_DATABASE}"}
    made = environment.local_environment(chosen, kept, own)
    return {name: value for name, value in os.environ.items() if name not in made} | made
