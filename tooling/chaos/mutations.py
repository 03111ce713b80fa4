"""Tests of the tests: break one line of the product in a copy of it, and expect the test that guards it to fail.

`tests/mutations/*.py` hold lists `MUTATIONS` of tuples (file, exact line, test[, replacement]). The line is compared
without its indentation and must occur exactly once; without a replacement it becomes `pass`.
"""

import dataclasses
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
    replacement: str = "pass"


def run(seed: int) -> Verdict:
    """Plant every listed fault, one at a time. `seed` also orders the tests of each run."""
    with (
        tempfile.TemporaryDirectory(prefix="carillon-mutations-") as scratch,
        suite_servers.running(os.environ) as servers,
    ):
        copy = pathlib.Path(scratch) / "project"
        shutil.copytree(places.PROJECT, copy, ignore=_LEFT_OUT, symlinks=True)
        variables = {**os.environ, **servers.announcement()}
        found = list(listed(places.PROJECT))
        unbroken = {test: outcome(copy, test, variables, seed) for test in {mutation.test for mutation in found}}
        results = [
            (
                each,
                judge(copy, each, variables, seed)
                if unbroken[each.test] == "green"
                else f"BEFORE {unbroken[each.test]}",
            )
            for each in found
        ]
    for mutation, word in results:
        print(f"{word:<9} {mutation.file}: {mutation.line.strip()[:60]:<60} {mutation.test}")
    seen = sum(word == "seen" for _, word in results)
    return Verdict(bool(results) and seen == len(results), {"planted": len(results), "seen": seen})


def listed(project: pathlib.Path) -> Iterator[Mutation]:
    """Every mutation of tests/mutations/, in the order of the files."""
    for path in sorted((project / "tests" / "mutations").glob("[!_]*.py")):
        for entry in runpy.run_path(str(path)).get("MUTATIONS", ()):
            yield Mutation(*entry)


def judge(copy: pathlib.Path, mutation: Mutation, variables: dict[str, str], seed: int = 0) -> str:
    """Plant one fault, run its test, mend the file: `seen` when the test failed, `MISSED` when it stayed green.

    `NOT RUN` means that pytest could not run the test at all, which proves nothing.
    """
    path = copy / mutation.file
    whole = path.read_text()
    path.write_text(planted(whole, mutation))
    try:
        return {"red": "seen", "green": "MISSED"}.get(outcome(copy, mutation.test, variables, seed), "NOT RUN")
    finally:
        path.write_text(whole)


def planted(text: str, mutation: Mutation) -> str:
    """The text of the file with the fault in it.

    Errors: MutationMisfit when the line is absent or there more than once.
    """
    lines = text.split("\n")
    places_of_it = [number for number, line in enumerate(lines) if line.strip() == mutation.line.strip()]
    if len(places_of_it) != 1:
        raise MutationMisfit(
            f"{mutation.file} has the line {mutation.line.strip()!r} {len(places_of_it)} times, not once."
        )
    number = places_of_it[0]
    indentation = lines[number][: len(lines[number]) - len(lines[number].lstrip())]
    lines[number] = indentation + mutation.replacement.strip()
    return "\n".join(lines)


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
