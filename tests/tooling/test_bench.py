"""The benchmarks: what they make of their samples, and that each still runs, does its work rightly and prints a ratio."""

import json
import os
import subprocess
import sys
import time
from typing import Any

import pytest

from tooling import places, suite_servers
from tooling.bench import __main__ as program
from tooling.bench._measurement import Arm, Report, Sample, compare, interleave

_SECONDS = 110


def test_arms_take_turns_and_every_other_repeat_goes_backwards() -> None:
    order: list[str] = []

    def work(name: str) -> Sample:
        order.append(name)
        return Sample(1.0)

    interleave({"ours": Arm(1, lambda: work("ours")), "limit": Arm(1, lambda: work("limit"))}, 3)

    assert order == ["ours", "limit", "limit", "ours", "ours", "limit"]


def test_the_ratio_is_the_median_over_the_repeats_for_one_item() -> None:
    arms = {"ours": Arm(8, lambda: Sample(1)), "limit": Arm(16, lambda: Sample(1))}
    samples = {
        "ours": [Sample(3.0, 2.0), Sample(2.0, 2.0), Sample(9.0, 2.0)],
        "limit": [Sample(2.0, 4.0), Sample(4.0, 8.0), Sample(2.0, 1.0)],
    }

    wall = compare(arms, samples, "ours", "limit", goal=3.0)
    cpu = compare(arms, samples, "ours", "limit", cpu=True)

    assert wall.ratios == (3.0, 1.0, 9.0)
    assert (wall.ratio, wall.ok, wall.facts()["lowest"], wall.facts()["highest"]) == (3.0, True, 1.0, 9.0)
    assert (cpu.ratio, cpu.ok) == (1.0, True)


def test_a_goal_that_is_missed_is_said_in_words_and_in_the_last_line() -> None:
    arms = {"ours": Arm(10, lambda: Sample(1)), "limit": Arm(10, lambda: Sample(1))}
    samples = {"ours": [Sample(5.0)], "limit": [Sample(2.0)]}

    report = Report(arms, samples, [compare(arms, samples, "ours", "limit", goal=2.0)], {"rows": 10})
    lines = report.text("demo", "full").splitlines()
    told = json.loads(lines[-1])

    assert "  ours / limit: 2.50 (2.50–2.50), goal ≤ 2.00, NOT met" in lines
    assert f"{os.cpu_count()} cores" in lines[0]
    assert (told["bench"], told["ratio"], told["goal"], told["ok"]) == ("demo", 2.5, 2.0, False)
    assert (told["rows"], told["pairs"], told["quick"], told["cores"]) == (10, 1, False, os.cpu_count())


def test_an_unknown_benchmark_is_refused_with_the_list_of_those_there_are(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(program, "_open_the_product", lambda: None)

    code = program.main(["imports"])

    assert code == 2
    assert (
        "There is no imports. There is: email, fanout, gate, import, receipts, send, webhooks."
        in capsys.readouterr().err
    )


@pytest.mark.parametrize(
    ("name", "limit", "checks"),
    [
        ("import", "COPY of the rows it becomes", {"people": 60, "consents with proof": 60}),
        ("fanout", "bare INSERT … SELECT", {"recipients": 200, "allowed": 178}),
        ("gate", "plan, a gate that allows all", {"recipients": 200, "allowed": 178, "decisions": 200}),
        ("send", "bare loop, texts, 0 ms", {"messages in each arm": 40, "twice or lost": 0}),
        ("email", "bare loop, CPU", {"mails taken": 120}),
        ("receipts", "COPY of the events", {"receipts in each arm": 60}),
        ("webhooks", "204, nothing done", {"receipts in each arm": 60, "rows of the inbox": 60, "refused": 0}),
    ],
)
def test_each_benchmark_runs_does_its_work_rightly_and_prints_a_ratio(
    servers: suite_servers.SuiteServers, name: str, limit: str, checks: dict[str, int]
) -> None:
    done = _run(servers, name)

    assert done.returncode == 0, done.stderr[-2000:]
    told = _last(done.stdout)
    assert (told["bench"], told["scale"], told["pairs"], told["checks"]) == (name, "tiny", 1, checks)
    assert told["comparisons"][0]["limit"] == limit
    assert told["ratio"] == told["comparisons"][0]["ratio"] > 0


def test_a_benchmark_that_takes_too_long_is_stopped_and_leaves_no_database(servers: suite_servers.SuiteServers) -> None:
    command = [sys.executable, "-m", "tooling.bench", "import", "--tiny", "--seconds=1"]
    variables = {**os.environ, **servers.announcement()}
    pipe = subprocess.PIPE

    with subprocess.Popen(command, cwd=places.PROJECT, env=variables, text=True, stdout=pipe, stderr=pipe) as bench:
        output, errors = bench.communicate(timeout=_SECONDS)

    assert bench.returncode == 1
    assert "carillon: import: stopped after 1 s." in errors
    assert (output, _databases(servers, bench.pid)) == ("", [])


def test_a_stop_in_the_middle_of_a_statement_is_still_told_as_a_stop() -> None:
    with pytest.raises(program.TookTooLong, match="stopped after 1 s"), program._bounded(1):
        try:
            time.sleep(5)
        finally:
            raise ValueError("this connection cannot be tidied")


def test_a_failure_of_the_benchmark_itself_is_no_stop() -> None:
    with pytest.raises(ValueError, match="its own"), program._bounded(60):
        raise ValueError("its own")


def _databases(servers: suite_servers.SuiteServers, pid: int) -> list[tuple[str]]:
    """What one process made; other tests may run benches of their own meanwhile."""
    return servers.postgres.run_sql(f"select datname from pg_database where starts_with(datname, 'bench_{pid}_')")


def _run(servers: suite_servers.SuiteServers, name: str, *options: str) -> subprocess.CompletedProcess[str]:
    """The program in a process of its own, on the suite's servers, in a database of its own."""
    command = [sys.executable, "-m", "tooling.bench", name, "--tiny", *options]
    variables = {**os.environ, **servers.announcement()}
    return subprocess.run(
        command, cwd=places.PROJECT, env=variables, text=True, capture_output=True, check=False, timeout=_SECONDS
    )


def _last(output: str) -> dict[str, Any]:
    found = json.loads(output.splitlines()[-1])
    assert isinstance(found, dict)
    return found
