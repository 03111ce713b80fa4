"""The house the browser visits: every part as `bin/dev` starts it, on a database, ports and a folder of its own."""

import contextlib
import dataclasses
import datetime
import pathlib
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from typing import Any

from tests.carriers import Sandbox
from tests.databases import Database, process_name, valkey_number
from tooling import css, database, environment, parts, places, ports, processes, suite_servers
from tooling.supervisor import Part

_READY_SECONDS = 60.0
_SETTLED_SECONDS = 1.2  # every process reads a moved clock again within a second
#: Valkey numbers of the other tests end here: their cache is emptied after each test, and a queue must not be
_OWN_VALKEY = 8
_COMPLAINTS = ("Traceback", "ERROR", '"level": "error"', "content security policy", "Error:")
_PASSWORD = "seven plain words that nobody guesses"


@dataclasses.dataclass(slots=True)
class House:
    """A running installation.

    `url` is the product, `operator_url` the operators' host, `sandbox` the carriers and the mailbox. Whatever is asked here
    goes past the pages; the walks themselves use pages only.
    """

    url: str
    operator_url: str
    sandbox: Sandbox
    database: Database
    variables: Mapping[str, str]
    folder: pathlib.Path
    password: str = _PASSWORD
    secrets: dict[str, str] = dataclasses.field(default_factory=dict)
    used_codes: dict[str, int] = dataclasses.field(default_factory=dict)

    def mails(self, to: str) -> list[dict[str, Any]]:
        """The mails somebody got, newest first, with the codes found in each."""
        found: list[dict[str, Any]] = self.sandbox.get(f"mail?to={to}")
        return found

    def code_for(self, to: str, after: int = 0) -> str:
        """The code in the newest mail to somebody, as soon as they have more mails than `after`."""
        assert ports.wait_until(lambda: len(self.mails(to)) > after, 10), "no mail came"
        return str(self.mails(to)[0]["codes"][0])

    def make_operator(self, email: str, name: str) -> str:
        """An operator, made by the command an installation makes its first one with; the code it prints."""
        command = [sys.executable, "manage.py", "make_operator", email, f"--name={name}"]
        variables = {**self.variables, "CARILLON_ROLE": "operator"}
        made = subprocess.run(
            command, cwd=places.PROJECT, env=variables, input=f"{self.password}\n", text=True, check=True,
            capture_output=True,
        )  # fmt: skip
        return made.stdout.split()[-1]

    def set_clock(self, seconds: float) -> None:
        """Set how far business time is ahead, in the product and at the carriers, and wait until every process has noticed."""
        told = self.sandbox.post("clock", {"offset_seconds": seconds, "tell": True})
        assert told["hook_status"] in (200, 204), told
        time.sleep(_SETTLED_SECONDS)

    def complaints(self) -> list[str]:
        """What the parts wrote into their logs that they should not have had to: warnings, errors, reports of browsers."""
        lines = [line for path in sorted(self.folder.glob("*.log")) for line in path.read_text("utf-8").splitlines()]
        return [line[:400] for line in lines if any(word in line for word in _COMPLAINTS)]

    def count(self, statement: str) -> int:
        """One number out of the database, read past every wall."""
        return int(self.database.run_sql(statement)[0][0])


@contextlib.contextmanager
def running(servers: suite_servers.SuiteServers, folder: pathlib.Path) -> Iterator[House]:
    """The house for the time of the block. It is day in America when it opens."""
    name = f"test_{process_name()}_browser"
    database.copy_database(servers.postgres, servers.template, name)
    try:
        own = Database(servers, name, f"{servers.valkey}/{_OWN_VALKEY + valkey_number()}")
        with _open(own, folder) as house:
            yield house
    finally:
        database.drop_database(servers.postgres, name)


@contextlib.contextmanager
def _open(own: Database, folder: pathlib.Path) -> Iterator[House]:
    chosen = environment.Ports(*(ports.free_port() for _ in dataclasses.fields(environment.Ports)))
    variables = _variables(own, chosen, folder)
    sandbox = Sandbox(chosen.sandbox, chosen.smtp)
    css.build()
    with contextlib.ExitStack() as stack:
        _start(stack, _listed(chosen, variables, folder), folder)
        house = House(variables["PUBLIC_URL"], variables["OPERATOR_URL"], sandbox, own, variables, folder)
        house.set_clock(_until_americas_day())
        yield house


def _variables(own: Database, chosen: environment.Ports, folder: pathlib.Path) -> dict[str, str]:
    """What `bin/dev` gives its parts, with the secrets of the suite and addresses of our own."""
    inherited = {name: value for name, value in own.environment().items() if name not in _OURS}
    kept = environment.own_secrets(folder / "secrets.env")
    return environment.local_environment(chosen, kept, inherited) | {
        "SANDBOX_SECRET": Sandbox(0, 0).secret,
        "MEDIA_ROOT": str(folder / "media"),
        "LOG_LEVEL": "WARNING",
    }


_OURS = frozenset(
    {
        "DJANGO_SETTINGS_MODULE",
        "PUBLIC_URL",
        "WEBHOOK_URL",
        "OPERATOR_URL",
        "CSRF_TRUSTED_ORIGINS",
        "SANDBOX_URL",
        "SANDBOX_HOME_URL",
        "SMTP_HOST",
        "SMTP_PORT",
        "SANDBOX_CLOCK_HOOK_URL",
        "SANDBOX_INBOUND_RULE",
    }
)


def _listed(chosen: environment.Ports, variables: Mapping[str, str], folder: pathlib.Path) -> list[Part]:
    """Every part, remembering what it must in our own folder."""
    return [
        parts.sandbox(chosen, variables, folder / "sandbox"),
        parts.web(chosen, variables),
        parts.operator(chosen, variables),
        *parts.workers(variables),
        parts.beat(variables, folder),
    ]


def _start(stack: contextlib.ExitStack, listed: list[Part], folder: pathlib.Path) -> None:
    """Start all parts at once, then wait until each is ready.

    Errors: AssertionError with the last lines of a part that did not become ready.
    """
    started: list[subprocess.Popen[bytes]] = []
    for part in listed:
        output = stack.enter_context((folder / f"{part.name}.log").open("wb"))
        process = processes.spawn(part.command, environment=part.environment, folder=places.PROJECT, output=output)
        stack.callback(processes.stop, process, (signal.SIGTERM, 5))
        started.append(process)
    stack.callback(_ask_to_end, started)
    for part in listed:
        ready = part.ready is None or ports.wait_until(part.ready, _READY_SECONDS)
        assert ready, f"{part.name} is not ready:\n{(folder / f'{part.name}.log').read_text()[-2000:]}"


def _ask_to_end(started: list[subprocess.Popen[bytes]]) -> None:
    """Ask all at once, so that they end beside each other."""
    for process in started:
        process.terminate()


def _until_americas_day() -> float:
    """Seconds until it is between 15:00 and midnight UTC, in which every place from New York to Los Angeles may be written to."""
    now = datetime.datetime.now(datetime.UTC)
    opens = now.replace(hour=15, minute=0, second=0, microsecond=0)
    return max(0.0, (opens - now).total_seconds())
