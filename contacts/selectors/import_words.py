"""The answer of an import in one sentence, and its bar."""

from typing import Any

from contacts.models import ImportJob
from contacts.selectors.imports import ImportCounts, ShownImport
from contacts.states import ImportKind, ImportState


def import_words(shown: ShownImport) -> tuple[str, str]:
    """The heading and the sentence below it."""
    job, totals = shown.job, shown.totals
    if job.state == ImportState.FINISHED:
        return _finished(shown), f"{job.file_name}, {totals.rows:,} rows."
    if job.state == ImportState.CHECKED:
        heading = f"{_rows(totals.usable)} can come in. {totals.rejected:,} cannot."
        return heading, f"{job.file_name}, {totals.rows:,} rows. This was a trial: nothing has been written yet."
    if job.state == ImportState.CHECKING:
        return "We are reading the file.", f"{job.file_name}. Nothing is written yet."
    if job.state == ImportState.RUNNING:
        return "People are coming in.", job.file_name
    if job.state == ImportState.FAILED:
        return "This file could not be read.", job.file_name
    return "This import was cancelled.", job.file_name


def _finished(shown: ShownImport) -> str:
    totals = shown.totals
    if shown.job.kind == ImportKind.SUPPRESSIONS:
        return f"{_rows(totals.created)} protected from now on. {totals.unchanged:,} were already."
    if not totals.created and not totals.updated:
        return "Nothing changed: everybody was here already."
    return f"{totals.created:,} new, {totals.updated:,} changed. {totals.rejected:,} could not come in."


def columns_lead(job: ImportJob) -> str:
    """The sentence above the columns of a file that just came."""
    return f"{job.file_name}, about {_rows(job.row_estimate)}. Nothing has been written yet."


def _rows(number: int) -> str:
    return "1 row" if number == 1 else f"{number:,} rows"


def import_bar(totals: ImportCounts) -> dict[str, Any]:
    """The parts of the split bar and the sentence that says the same."""
    parts = [
        ("d1", totals.created),
        ("d2", totals.updated),
        ("d0", totals.unchanged),
        ("d4", totals.duplicates),
        ("no", totals.rejected),
    ]
    label = (
        f"Of {totals.rows:,} rows: {totals.created:,} new, {totals.updated:,} changed, {totals.unchanged:,} the same,"
        f" {totals.duplicates:,} twice in the file, {totals.rejected:,} cannot come in"
    )
    return {"bar_parts": parts, "bar_label": label}
