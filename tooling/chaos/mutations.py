"""Tests of the tests: break one line of the product in a copy of it, and expect the test that guards it to fail.

`tests/mutations/*.py` hold lists `MUTATIONS` of tuples (file, line, test) or (file, line, test, replacement); a pair
(line, replacement) may stand for the line. The line occurs exactly once in its file. Without a replacement it is commented
out or, where that leaves no program, becomes `pass`.
"""

import ast
import dataclasses
import functools
import os
import pathlib
import runpy
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator

from tooling import places, suite_servers
from tooling.chaos._verdict import Verdict

_LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv", ".local", "__pycache__", ".*_cache", ".hypothesis", "media", "staticfiles"
)
_SECONDS = 300


class MutationMisfit(Exception):
    """A listed line is not in its file exactly once: the list must follow the code; the text names both."""


@dataclasses.dataclass(frozen=True, slots=True)
class Mutation:
    """One planted fault: the file, the line as it is, the test that must notice, what stands there instead."""

    file: str
    line: str
    test: str
    replacement: str | None = None


def run(seed: int, only: str = "") -> Verdict:
    """Plant every listed fault, one at a time, in a copy of the project. `seed` also orders the tests of each run.

    `only` names one file of tests/mutations, without its ending; an unknown one plants nothing, and that is no success.
    A test that is not green before any fault is planted proves nothing: its faults are judged `BEFORE`.
    """
    settings = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.test"}
    words = []
    with (
        tempfile.TemporaryDirectory(prefix="carillon-mutations-") as scratch,
        suite_servers.running(settings) as servers,
    ):
        copy = pathlib.Path(scratch) / "project"
        shutil.copytree(places.PROJECT, copy, ignore=_LEFT_OUT, symlinks=True)
        variables = settings | servers.announcement()
        before = functools.cache(lambda test: outcome(copy, test, variables, seed))
        for each in listed(places.PROJECT, only):
            words.append(judge(copy, each, variables, seed) if before(each.test) == "green" else "BEFORE")
            print(f"{words[-1]:<8} {each.file}: {each.line.strip()[:60]:<60} {each.test}", flush=True)
    seen = words.count("seen")
    return Verdict(bool(words) and seen == len(words), {"planted": len(words), "seen": seen})


def listed(project: pathlib.Path, only: str = "") -> Iterator[Mutation]:
    """Every mutation of tests/mutations/, or of one file there, in the order of the files."""
    for path in sorted((project / "tests" / "mutations").glob(f"{only or '[!_]*'}.py")):
        for file, line, test, *replacement in runpy.run_path(str(path)).get("MUTATIONS", ()):
            text, *other = (line,) if isinstance(line, str) else line
            yield Mutation(file, text, test, *other, *replacement)


def judge(copy: pathlib.Path, mutation: Mutation, variables: dict[str, str], seed: int = 0) -> str:
    """Plant one fault, run its test, mend the file: `seen` when the test failed, `MISSED` when it stayed green.

    `NOT RUN` means that pytest could not run the test at all, `MISFIT` that the list no longer fits the code.
    """
    path = copy / mutation.file
    whole = path.read_text()
    if _shapes_the_database(mutation.file):
        variables = {name: value for name, value in variables.items() if not name.startswith("CARILLON_TEST_")}
    try:
        path.write_text(planted(whole, mutation))
        return {"red": "seen", "green": "MISSED"}.get(outcome(copy, mutation.test, variables, seed), "NOT RUN")
    except MutationMisfit as misfit:
        print(misfit)
        return "MISFIT"
    finally:
        path.write_text(whole)


def _shapes_the_database(file: str) -> bool:
    """Whether the fault shows only in a database migrated with it: the test then starts servers of its own and migrates."""
    return "/migrations/" in file or file.endswith(".sql") or file == "core/tenant_sql.py"


def planted(text: str, mutation: Mutation) -> str:
    """The text of the file with the fault in it.

    Errors: MutationMisfit when the line is absent or there more than once, or nothing that runs can stand there instead.
    """
    lines = text.split("\n")
    wanted = mutation.line.strip()
    exact = mutation.line != wanted  # a line listed with its indentation is compared with it
    found = [number for number, line in enumerate(lines) if mutation.line == (line if exact else line.strip())]
    if len(found) != 1:
        raise MutationMisfit(f"{mutation.file} has the line {wanted!r} {len(found)} times, not once.")
    number = found[0]
    indentation = lines[number].removesuffix(lines[number].lstrip())
    choices = [f"# {wanted}", "pass"] if mutation.replacement is None else [mutation.replacement.strip()]
    for choice in choices:
        broken = "\n".join([*lines[:number], indentation + choice, *lines[number + 1 :]])
        if not mutation.file.endswith(".py") or _is_program(broken):
            return broken
    raise MutationMisfit(f"{mutation.file}: without {wanted!r} it is no program; list a replacement.")


def _is_program(text: str) -> bool:
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True


def outcome(copy: pathlib.Path, test: str, variables: dict[str, str], seed: int = 0) -> str:
    """Run one test in the copy: `green`, `red`, or `not run` when it was not collected, by pytest's own report."""
    report = copy / "mutation-report.xml"
    report.unlink(missing_ok=True)
    command = [sys.executable, "-m", "pytest", test, "-q", "-p", "no:cacheprovider", f"--randomly-seed={seed}"]
    unstored = {**variables, "PYTHONDONTWRITEBYTECODE": "1"}  # a fault of equal length must not meet the old bytecode
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    try:
        subprocess.run(
            [*command, f"--junit-xml={report}"], cwd=copy, env=unstored, timeout=_SECONDS, check=False, **quiet
        )
    except subprocess.TimeoutExpired:
        return "red"
    return _read_report(report) if report.exists() else "not run"


def _read_report(report: pathlib.Path) -> str:
    cases = list(ElementTree.parse(report).getroot().iter("testcase"))  # noqa: S314 - written by our own run
    troubles = [trouble for case in cases for trouble in (*case.findall("failure"), *case.findall("error"))]
    if not cases or any(trouble.get("message") == "collection failure" for trouble in troubles):
        return "not run"
    return "red" if troubles else "green"
