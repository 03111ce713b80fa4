"""The supervisor: lines under names, revival, giving up, and nothing left behind."""

import contextlib
import io
import os
import pathlib
import signal
import subprocess
import sys
import time

import psutil
import pytest

from tooling import places, ports
from tooling.supervisor import Part, Supervisor, SupervisorFailed

_STEADY = "import time\nprint('here', flush=True)\ntime.sleep(600)"
_STUBBORN = (
    "import signal, subprocess, sys, time\n"
    "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
    "print('child', child.pid, flush=True)\n"
    "time.sleep(600)"
)


def test_lines_of_a_part_carry_its_name() -> None:
    output = io.StringIO()

    with Supervisor(output) as supervisor:
        supervisor.add(_part("steady", _STEADY))
        seen = ports.wait_until(lambda: "here" in output.getvalue(), 10)

    assert seen
    assert "steady      | here\n" in output.getvalue()


def test_a_dead_part_is_named_and_started_again() -> None:
    output = io.StringIO()

    with Supervisor(output) as supervisor:
        supervisor.add(_part("steady", _STEADY))
        first = supervisor.process_ids()["steady"]
        os.kill(first, signal.SIGKILL)
        supervisor.watch(until=lambda: supervisor.process_ids()["steady"] != first)
        second_lives = psutil.pid_exists(supervisor.process_ids()["steady"])

    assert second_lives
    assert "carillon    | steady died with signal SIGKILL; starting it again in 0.5 s\n" in output.getvalue()


def test_a_part_that_keeps_dying_stops_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tooling.supervisor._FIRST_PAUSE_SECONDS", 0.01)
    output = io.StringIO()

    refusal = pytest.raises(SupervisorFailed, match=r"^weak died more than 5 times in a minute, .* exit code 3")
    with refusal, Supervisor(output) as supervisor:
        supervisor.add(_part("steady", _STEADY))
        supervisor.add(_part("weak", "import sys, time; time.sleep(0.2); sys.exit(3)"))
        steady = supervisor.process_ids()["steady"]
        supervisor.watch()

    assert not psutil.pid_exists(steady)
    assert output.getvalue().count("weak died with exit code 3") == 5


def test_a_part_that_ends_at_once_is_refused_by_name() -> None:
    broken = Part("broken", [sys.executable, "-c", "print('no luck')"], os.environ, ready=lambda: False)

    refusal = pytest.raises(SupervisorFailed, match="broken ended at once with exit code 0")
    with refusal, Supervisor(io.StringIO()) as supervisor:
        supervisor.add(broken)


def test_a_part_deaf_to_the_signal_is_killed_with_its_children() -> None:
    output = io.StringIO()

    with Supervisor(output) as supervisor:
        supervisor.add(_part("stubborn", _STUBBORN, stop_seconds=0.3))
        ports.wait_until(lambda: "child" in output.getvalue(), 10)
        child = int(output.getvalue().split("child ")[1].split()[0])
        began = time.monotonic()

    assert time.monotonic() - began < 5
    assert "stubborn did not stop in 0 s and is killed" in output.getvalue()
    assert ports.wait_until(lambda: _is_gone(child), 10)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of their parent's death")
def test_killing_the_supervisor_itself_leaves_nothing(tmp_path: pathlib.Path) -> None:
    script = tmp_path / "house.py"
    script.write_text(
        "import os, sys\n"
        "from tooling.supervisor import Part, Supervisor\n"
        "with Supervisor() as supervisor:\n"
        f"    supervisor.add(Part('steady', [sys.executable, '-c', {_STEADY!r}], os.environ))\n"
        "    print('part', supervisor.process_ids()['steady'], flush=True)\n"
        "    supervisor.watch()\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(places.PROJECT)}
    house = subprocess.Popen([sys.executable, str(script)], env=environment, stdout=subprocess.PIPE, text=True)
    with house, contextlib.ExitStack() as stack:
        stack.callback(house.kill)
        part = next(int(line.split()[1]) for line in house.stdout or () if line.startswith("part "))

        house.kill()

        assert ports.wait_until(lambda: _is_gone(part), 5)


def _part(name: str, program: str, stop_seconds: float = 5.0) -> Part:
    return Part(name, [sys.executable, "-c", program], os.environ, stop_seconds=stop_seconds)


def _is_gone(number: int) -> bool:
    try:
        return psutil.Process(number).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_a_job_that_ends_is_not_started_again_and_what_comes_after_it_begins() -> None:
    output, codes = io.StringIO(), []

    with Supervisor(output) as supervisor:
        supervisor.begin(_part("job", "print('done', flush=True); raise SystemExit(4)"), codes.append)
        running = set(supervisor.process_ids())
        supervisor.watch(until=lambda: codes != [])
        left = set(supervisor.process_ids())

    assert (running, left, codes) == ({"job"}, set(), [4])
    assert "starting it again" not in output.getvalue()


def test_a_job_that_still_works_is_stopped_with_everything_else() -> None:
    codes: list[int] = []

    with Supervisor(io.StringIO()) as supervisor:
        supervisor.begin(_part("job", _STEADY), codes.append)
        job = supervisor.process_ids()["job"]

    assert not psutil.pid_exists(job)
    assert codes == []
