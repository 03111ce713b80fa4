"""The parts of Carillon on one machine: how each is started and how one sees that it is ready."""

import contextlib
import pathlib
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping

from config.queues import QUEUES
from tooling import css, environment, places, ports
from tooling.supervisor import Part

_WEB_THREADS = 32


def web(chosen: environment.Ports, variables: Mapping[str, str]) -> Part:
    """The pages, the API and the webhooks."""
    return _granian("web", chosen.web, {**variables, "CARILLON_ROLE": "web"})


def operator(chosen: environment.Ports, variables: Mapping[str, str]) -> Part:
    """The operators' pages: own port, own database role."""
    return _granian("operator", chosen.operator, {**variables, "CARILLON_ROLE": "operator"})


def workers(variables: Mapping[str, str]) -> list[Part]:
    """One Celery worker for each name in config.queues, with the queues that list gives it."""
    queues: dict[str, list[str]] = {}
    for queue in QUEUES:
        queues.setdefault(queue.worker, []).append(queue.name)
    return [_worker(name, names, variables) for name, names in queues.items()]


def beat(variables: Mapping[str, str], folder: pathlib.Path = places.LOCAL) -> Part:
    """The scheduler that rings the sweeper; it remembers in `folder` what it rang last."""
    schedule = folder / "celerybeat-schedule"
    command = [
        "celery",
        "--quiet",
        "-A",
        "config.celery",
        "beat",
        "--loglevel=WARNING",
        f"--schedule={schedule}",
        "--pidfile=",
    ]
    return Part("beat", [sys.executable, "-m", *command], variables)


def sandbox(chosen: environment.Ports, variables: Mapping[str, str], data: pathlib.Path) -> Part:
    """The carriers that belong to nobody; what they saw is kept below `data`."""
    command = [sys.executable, "-m", "sandbox", f"--port={chosen.sandbox}", f"--smtp-port={chosen.smtp}"]
    command += [f"--data={data}", f"--public-css={css.RESULT}"]
    command += [f"--public-fonts={css.fonts_folder()}"]
    return Part("sandbox", command, variables, ready=lambda: answers_ok(f"{variables['SANDBOX_URL']}/_sandbox/health"))


def demo(variables: Mapping[str, str]) -> Part:
    """The job that makes the demo organisation, once; it prints how to log in."""
    return Part("demo", [sys.executable, "manage.py", "seed_demo", "--skip-checks"], variables)


def answers_ok(url: str) -> bool:
    """Whether the address answers 200 within two seconds."""
    with contextlib.suppress(urllib.error.URLError, OSError), urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310
        return answer.status == 200
    return False


def _granian(name: str, port: int, variables: Mapping[str, str]) -> Part:
    command = [sys.executable, "-m", "granian", "--interface=wsgi", f"--host={ports.LOCALHOST}", f"--port={port}"]
    command += ["--workers=1", f"--blocking-threads={_WEB_THREADS}", "--no-access-log", "--no-ws", "--http=1"]
    command += ["--log-level=error", "--workers-kill-timeout=5", "config.wsgi:application"]
    return Part(name, command, variables, ready=_ready_at(port))


def _ready_at(port: int) -> Callable[[], bool]:
    return lambda: answers_ok(f"http://{ports.LOCALHOST}:{port}/health/ready/")


def _worker(name: str, queues: list[str], variables: Mapping[str, str]) -> Part:
    command = [
        "celery",
        "--quiet",
        "-A",
        "config.celery",
        "worker",
        "--loglevel=WARNING",
        f"--queues={','.join(queues)}",
    ]
    command += [f"--hostname={name}@%h", "--concurrency=2", "--without-gossip", "--without-mingle"]
    return Part(name, [sys.executable, "-m", *command], variables)
