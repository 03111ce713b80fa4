"""`bin/dev`: everything Carillon needs, on this machine, until Ctrl-C. `bin/dev --check` tries it out and ends."""

import argparse
import subprocess
import sys
from collections.abc import Mapping

from tooling import check, css, database, environment, house, parts, places
from tooling.carrier import Carrier
from tooling.ports import PortTaken
from tooling.postgres import PostgresFailed
from tooling.supervisor import Supervisor, SupervisorFailed, interruptible
from tooling.valkey import ValkeyFailed

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


def main(arguments: list[str]) -> int:
    """Run the house; 0 after Ctrl-C or a passed check, 1 with a sentence when something failed."""
    parser = argparse.ArgumentParser(prog="bin/dev", description="Run all of Carillon on this machine.")
    parser.add_argument(
        "--check", action="store_true", help="play the whole story in a house of its own, say how it went"
    )
    deeds = parser.add_subparsers(dest="deed", metavar="operator")
    operator = deeds.add_parser("operator", help="make somebody an operator of the house that runs")
    operator.add_argument("email")
    options = parser.parse_args(arguments)
    try:
        with interruptible():
            if options.check:
                return check.main()
            if options.deed == "operator":
                return _make_operator(options.email)
            _run()
    except KeyboardInterrupt:
        return 130 if options.check else 0
    except _REFUSALS as refusal:
        print(f"carillon: {refusal}", file=sys.stderr)
        return 1
    return 0


def _run() -> None:
    """The house of this machine, until somebody interrupts."""
    chosen = environment.read_ports()
    environment.require_free_ports(chosen)
    kept = environment.own_secrets()
    variables = environment.local_environment(chosen, kept)
    with Supervisor() as supervisor:
        house.start_servers(supervisor, chosen, kept, variables)
        supervisor.say("bringing the database up to date")
        database.migrate(variables)
        house.open_doors(supervisor, chosen, variables, places.LOCAL)
        _keep_one_time(variables)
        _greet(supervisor, variables)
        supervisor.say("looking after the demo organisation; on the first start that takes a minute")
        supervisor.begin(parts.demo(variables), lambda code: _go_to_work(supervisor, variables, code))
        supervisor.watch()


def _make_operator(email: str) -> int:
    """`manage.py make_operator` with the settings of the house that runs on this machine; it asks for a password."""
    variables = environment.local_environment(environment.read_ports(), environment.own_secrets())
    command = [sys.executable, "manage.py", "make_operator", email, "--skip-checks"]
    settings = {**variables, "CARILLON_ROLE": "operator"}
    code = subprocess.run(command, cwd=places.PROJECT, env=settings, check=False).returncode
    if code == 0:
        print(f"carillon: the operators' pages are at {variables['OPERATOR_URL']}")
    return code


def _go_to_work(supervisor: Supervisor, variables: Mapping[str, str], code: int) -> None:
    """The demo's history is written without workers: they live in the present, and would take its past for overdue."""
    if code:
        supervisor.say("the demo organisation could not be made; its lines above say why. Everything else works.")
    house.start_work(supervisor, variables, places.LOCAL)
    supervisor.say("the workers are here")


def _keep_one_time(variables: Mapping[str, str]) -> None:
    """A sandbox that begins stands in the present; so must the product, wherever its clock was left."""
    Carrier(variables).post("clock", {"offset_seconds": 0, "tell": True})


def _greet(supervisor: Supervisor, variables: Mapping[str, str]) -> None:
    lines = [f"Carillon   {variables['PUBLIC_URL']}", f"Operators  {variables['OPERATOR_URL']}"]
    lines += [f"Handset    {variables['SANDBOX_URL']}", f"API        {variables['PUBLIC_URL']}/api/"]
    lines += ["An operator is made by: bin/dev operator you@example.com", "Ctrl-C stops everything."]
    for line in lines:
        supervisor.say(line)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
