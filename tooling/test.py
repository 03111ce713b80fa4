"""`bin/test`: the checks and the whole suite on servers of their own. `bin/test -k name` runs pytest alone with that."""

import dataclasses
import os
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping, Sequence

from tooling import browser, css, database, places, suite_servers
from tooling.postgres import PostgresFailed
from tooling.valkey import ValkeyFailed

_RESULTS = places.LOCAL / "test-results.xml"
_REFUSALS = (css.StylesheetFailed, database.MigrationFailed, PostgresFailed, ValkeyFailed, places.PlaceRefused)


@dataclasses.dataclass(frozen=True, slots=True)
class Step:
    """One check: a name for the summary and the command that fails when something is wrong."""

    name: str
    command: Sequence[str]


def main(arguments: list[str]) -> int:
    """Run everything, or pytest alone when there are arguments; 0 only when all of it passed."""
    began = time.monotonic()
    variables = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.test", "PYTHONUNBUFFERED": "1"}
    chromium = browser.ensure()
    if chromium is not None:
        variables[browser.VARIABLE] = str(chromium)
    try:
        css.build()
        with suite_servers.running(variables) as servers:
            variables |= servers.announcement()
            failed = [] if arguments else _run_steps(steps(), variables)
            failed += _run_pytest(arguments, variables, with_browser=chromium is not None)
    except _REFUSALS as refusal:
        print(f"carillon: {refusal}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    if chromium is None:
        failed += _complain_about_the_browser()
    print(_summary(failed, time.monotonic() - began))
    return 1 if failed else 0


def steps() -> list[Step]:
    """The checks that come before the tests, quickest first."""
    python = sys.executable
    manage = [python, "manage.py"]
    listed = [
        Step("ruff check", [python, "-m", "ruff", "check", "."]),
        Step("ruff format", [python, "-m", "ruff", "format", "--check", "."]),
        Step("makemigrations --check", [*manage, "makemigrations", "--check", "--dry-run"]),
        Step("system checks", [*manage, "check", "--fail-level", "WARNING"]),
    ]
    if "[tool.importlinter]" in (places.PROJECT / "pyproject.toml").read_text():
        runner = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"
        listed.append(Step("import-linter", [python, "-c", runner, "--no-cache"]))
    if (places.PROJECT / "templates").exists():
        listed.append(Step("djlint", [python, "-m", "djlint", "templates", "--check"]))
    listed.append(Step("mypy", [python, "-m", "mypy", "."]))
    return listed


def _run_steps(listed: list[Step], variables: Mapping[str, str]) -> list[str]:
    failed = []
    for step in listed:
        began = time.monotonic()
        done = subprocess.run(
            step.command, cwd=places.PROJECT, env=dict(variables), text=True, capture_output=True, check=False
        )
        word = "ok" if done.returncode == 0 else "FAILED"
        print(f"{step.name:<24} {word:<7} {time.monotonic() - began:6.1f} s", flush=True)
        if done.returncode != 0:
            print((done.stdout + done.stderr).rstrip(), flush=True)
            failed.append(step.name)
    return failed


def _run_pytest(arguments: list[str], variables: Mapping[str, str], *, with_browser: bool) -> list[str]:
    """Run the suite; its exit code 0 alone counts as passed, so an empty selection does not."""
    _RESULTS.parent.mkdir(exist_ok=True)
    _RESULTS.unlink(missing_ok=True)
    command = [sys.executable, "-m", "pytest", f"--junit-xml={_RESULTS}"]
    command += arguments or ["-n", "2", "--dist", "worksteal"]
    if not with_browser and not arguments:
        command += ["-m", "not browser"]
    return (
        []
        if subprocess.run(command, cwd=places.PROJECT, env=dict(variables), check=False).returncode == 0
        else ["pytest"]
    )


def _complain_about_the_browser() -> list[str]:
    strict = os.environ.get("CI", "") not in ("", "0", "false")
    print("*" * 100)
    print(
        f"carillon: NO CHROMIUM, so the browser tests did NOT run. Install chromium or set {browser.VARIABLE}=/path/to/it."
    )
    if strict:
        print("carillon: CI is set, so this is a failure.")
    print("*" * 100)
    return ["browser tests (no Chromium)"] if strict else []


def _summary(failed: list[str], seconds: float) -> str:
    counts = _counts()
    told = ", ".join(f"{number} {word}" for word, number in counts.items()) if counts else "no tests counted"
    verdict = f"FAILED: {', '.join(failed)}" if failed else "all passed"
    return f"carillon: {told}; {verdict}; {seconds:.0f} s"


def _counts() -> dict[str, int]:
    """Tests, failures, errors and skips as pytest's own report counts them."""
    if not _RESULTS.exists():
        return {}
    suite = next(ElementTree.parse(_RESULTS).getroot().iter("testsuite")).attrib  # noqa: S314 - written by our own run
    return {word: int(suite[word]) for word in ("tests", "failures", "errors", "skipped")}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
