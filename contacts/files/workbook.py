"""Workbooks (XLSX): checked as an archive, then read by a process of its own with bounded memory and time."""

import contextlib
import dataclasses
import io
import json
import pathlib
import subprocess
import sys
from collections.abc import Iterator

from contacts.files import workbook_process
from contacts.files.archive import check_archive
from contacts.files.limits import FileProblem, Limits
from contacts.files.text import records


@dataclasses.dataclass(frozen=True, slots=True)
class SheetFacts:
    """The visible sheets of a workbook, the one that is read, and how many rows it has with its header."""

    sheets: tuple[str, ...]
    sheet: str
    rows: int


@contextlib.contextmanager
def opened_sheet(path: pathlib.Path, sheet: str, limits: Limits) -> Iterator[tuple[SheetFacts, Iterator[list[str]]]]:
    """Open one sheet ("" for the first that holds anything) and give its facts and records, blank rows as empty cells.

    Effects: starts a process for as long as the context is open; it is stopped on the way out.
    Errors:  FileProblem of `check_archive`, and damaged_workbook, locked_workbook, no_sheet, workbook_too_big.
    """
    check_archive(path, limits)
    command = [sys.executable, "-I", workbook_process.__file__, str(path), sheet]
    command += [str(limits.memory), str(limits.processor_seconds)]
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        try:
            assert process.stdout is not None
            lines = io.TextIOWrapper(process.stdout, encoding="utf-8", newline="")
            first = lines.readline()
            if not first.endswith("\n"):
                raise _failure(process.wait())
            facts = json.loads(first)
            yield SheetFacts(tuple(facts["sheets"]), facts["sheet"], facts["rows"]), _until_the_end(lines, process)
        finally:
            process.kill()


def _until_the_end(lines: io.TextIOWrapper, process: subprocess.Popen[bytes]) -> Iterator[list[str]]:
    """All records; a process that died in the middle is an error, not an early end."""
    try:
        yield from records(lines, ",")
    except FileProblem:
        if process.poll():
            raise _failure(process.returncode) from None
        raise
    if process.wait():
        raise _failure(process.returncode)


def _failure(exit_code: int) -> FileProblem:
    if exit_code == workbook_process.LOCKED:
        return FileProblem("locked_workbook", "The workbook has a password.", "Take the password off and upload again.")
    if exit_code == workbook_process.NO_SHEET:
        return FileProblem(
            "no_sheet", "The workbook has no visible sheet to read.", "Put your contacts on a visible sheet."
        )
    if exit_code == workbook_process.DAMAGED:
        return FileProblem("damaged_workbook", "The workbook is damaged.", "Open it, save it again, and upload that.")
    return FileProblem(
        "workbook_too_big",
        "The workbook needs more memory or time than one upload may take.",
        "Split it, or save the sheet as CSV UTF-8 and upload that.",
    )
