"""`bin/dev`: everything Carillon needs, on this machine, until Ctrl-C. `bin/dev --check` tries it out and ends."""

import argparse
import contextlib
import sys
from collections.abc import Iterator, Mapping

from tooling import check, css, database, environment, parts, places
from tooling.ports import PortTaken
from tooling.postgres import Postgres, PostgresFailed
from tooling.supervisor import Supervisor, SupervisorFailed, interruptible
from tooling.valkey import Valkey, ValkeyFailed

_REFUSALS = (
    PortTaken,
    PostgresFailed,
    ValkeyFailed,
    SupervisorFailed,
    environment.EnvironmentRefused,
    database.MigrationFailed,
    css.StylesheetFailed,
    places.PlaceRefused,
)
_DEMO_COMMAND = "seed_demo"


def main(arguments: list[str]) -> int:
    """Run the house; 0 after Ctrl-C or a passed check, 1 with a sentence when something failed."""
    parser = argparse.ArgumentParser(prog="bin/dev", description="Run all of Carillon on this machine.")
    parser.add_argument("--check", action="store_true", help="start everything, try it out, stop, say how it went")
    options = parser.parse_args(arguments)
    try:
        with interruptible(), _house() as (supervisor, variables):
            if options.check:
                return check.main(variables)
            supervisor.watch()
    except KeyboardInterrupt:
        return 130 if options.check else 0
    except _REFUSALS as refusal:
        print(f"carillon: {refusal}", file=sys.stderr)
        return 1
    return 0


@contextlib.contextmanager
def _house() -> Iterator[tuple[Supervisor, Mapping[str, str]]]:
    """Everything started and ready; everything stopped at the end."""
    chosen = environment.read_ports()
    environment.require_free_ports(chosen)
    kept = environment.own_secrets()
    variables = environment.local_environment(chosen, kept)
    with Supervisor() as supervisor:
        _start_servers(supervisor, chosen, kept, variables)
        supervisor.say("bringing the database up to date")
        database.migrate(variables)
        if css.build():
            supervisor.say("compiled the stylesheet")
        supervisor.add(parts.sandbox(chosen, variables))
        login = _seed(supervisor, variables)
        supervisor.add(parts.web(chosen, variables))
        supervisor.add(parts.operator(chosen, variables))
        for part in (*parts.workers(variables), parts.beat(variables)):
            supervisor.add(part)
        _greet(supervisor, variables, login)
        yield supervisor, variables


def _start_servers(
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


def _seed(supervisor: Supervisor, variables: Mapping[str, str]) -> list[str]:
    """Fill an empty installation with the demo organisation; what the command prints is how to log in."""
    listed = 'from django.core.management import get_commands; print("seed_demo" in get_commands())'
    if database.run_manage(("shell", "--no-imports", "--verbosity=0", "-c", listed), variables).strip() != "True":
        return []
    supervisor.say("looking after the demo organisation")
    return database.run_manage((_DEMO_COMMAND,), variables).strip().splitlines()


def _greet(supervisor: Supervisor, variables: Mapping[str, str], login: list[str]) -> None:
    lines = [f"Carillon   {variables['PUBLIC_URL']}", f"Operators  {variables['OPERATOR_URL']}"]
    lines += [f"Handset    {variables['SANDBOX_URL']}", *login, "Ctrl-C stops everything."]
    for line in lines:
        supervisor.say(line)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
