"""Imports: the list of them, one of them in numbers, its refused rows, and who said stop and stays out."""

import dataclasses
import json
import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet

from accounts.models import User
from consent.models import CHANNELS, Purpose
from contacts.contracts import Rejected, sheet_row
from contacts.models import Contact, ImportJob, ImportRow
from contacts.reasons import reason_words, reasons
from contacts.states import ENDED, WORKING, ConsentNote, ImportState, Outcome
from core import vault
from core.tenancy import require_organization_id

_ROWS = 25
_DOWNLOAD = 1_000
_BADGES = {
    ImportState.UPLOADED: ("wait", "columns"),
    ImportState.CHECKING: ("note", ""),
    ImportState.CHECKED: ("wait", "check"),
    ImportState.RUNNING: ("note", ""),
    ImportState.FINISHED: ("yes", "check"),
    ImportState.FAILED: ("no", "alert"),
    ImportState.CANCELLED: ("plain", "x"),
}


@dataclasses.dataclass(frozen=True, slots=True)
class Reason:
    """One reason for which rows were refused, or cells not taken, with its number."""

    key: str
    words: str
    rows: int
    refuses: bool


@dataclasses.dataclass(frozen=True, slots=True)
class ChannelCount:
    """What a file says of one channel, in rows."""

    name: str
    granted: int
    pending: int
    unproven: int
    withdrawn: int
    kept_out: int
    unchanged: int


@dataclasses.dataclass(frozen=True, slots=True)
class ImportCounts:
    """What became, or would become, of the rows of a file. The five outcomes add up to `rows`."""

    rows: int
    created: int
    updated: int
    unchanged: int
    duplicates: int
    rejected: int
    said: dict[str, int]
    channels: Sequence[ChannelCount]
    reasons: Sequence[Reason]

    @property
    def usable(self) -> int:
        """Rows that come in, or are there already."""
        return self.rows - self.rejected - self.duplicates

    @property
    def adds_up(self) -> bool:
        """Is every row counted exactly once?"""
        return self.rows == self.created + self.updated + self.unchanged + self.duplicates + self.rejected


@dataclasses.dataclass(frozen=True, slots=True)
class RowLine:
    """One row that was refused, or had a cell that was not taken, by the number a spreadsheet shows beside it."""

    number: int
    column: str
    reason: str
    remedy: str
    refused: bool


@dataclasses.dataclass(frozen=True, slots=True)
class ShownImport:
    """A job with what pages show of it. `expected` rows are exact once the file was read to its end."""

    job: ImportJob
    badge: dict[str, Any]
    totals: ImportCounts
    expected: int
    is_exact: bool
    is_working: bool
    is_over: bool


def imports_page(number: str) -> "Page[Any]":
    """Twenty-five imports, newest first. Two queries."""
    page = Paginator(ImportJob.objects.order_by("-created_at", "-id"), 25).get_page(number)
    page.object_list = [shown_import(job) for job in page.object_list]
    return page


def shown_import(job: ImportJob) -> ShownImport:
    """A job with its badge, its numbers, and whether it works or is over. No query."""
    tone, icon = _BADGES[ImportState(job.state)]
    working = job.state in WORKING
    badge = {"label": ImportState(job.state).label, "tone": tone, "icon": icon, "live": working}
    counted = job.checked_counts.get("rows", 0) if job.state != ImportState.CHECKING else 0
    expected = counted or max(job.row_estimate, job.rows_done)
    return ShownImport(job, badge, import_counts(job), expected, bool(counted), working, job.state in ENDED)


def import_counts(job: ImportJob) -> ImportCounts:
    """The numbers of a job: of the import once it has begun, of the trial before. No query."""
    began = job.state in (ImportState.RUNNING, ImportState.FINISHED) or bool(job.counts)
    counts: dict[str, Any] = job.counts if began else job.checked_counts
    channels = [_channel(name, counts[f"by_{key}"]) for key, name in CHANNELS if f"by_{key}" in counts]
    return ImportCounts(
        rows=counts.get("rows", 0),
        created=counts.get(Outcome.CREATED, 0),
        updated=counts.get(Outcome.UPDATED, 0),
        unchanged=counts.get(Outcome.UNCHANGED, 0),
        duplicates=counts.get(Outcome.DUPLICATE, 0),
        rejected=counts.get(Outcome.REJECTED, 0),
        said={word: counts.get("said", {}).get(word, 0) for word in (*ConsentNote.values, "nothing")},
        channels=channels,
        reasons=_reasons(counts.get("reasons", {})),
    )


def _channel(name: str, counts: dict[str, int]) -> ChannelCount:
    return ChannelCount(name, **{note: counts.get(note, 0) for note in ConsentNote.values})


def _reasons(counts: dict[str, int]) -> list[Reason]:
    """The commonest first; those that refuse a row before those that only drop a cell."""
    found = [Reason(key, reasons()[key]["reason"], rows, _refuses(key)) for key, rows in counts.items()]
    return sorted(found, key=lambda reason: (not reason.refuses, -reason.rows, reason.key))


def _refuses(key: str) -> bool:
    code = key.partition(".")[0]
    return code in {
        "bad_phone",
        "bad_email",
        "spreadsheet_number",
        "no_address",
        "extra_cells",
        "two_people",
    } or key in {
        "too_long.cell",
        "erased_person.asked",
    }


def import_rows(job: ImportJob, reason: str = "", number: str = "1") -> "Page[Any]":
    """Twenty-five rows of a job that were refused or had a cell not taken, in the order of the file. Two queries."""
    page = Paginator(_doubtful(job, reason), _ROWS).get_page(number)
    lines: Any = [_line(row) for row in page.object_list]
    page.object_list = lines
    return page


def _doubtful(job: ImportJob, reason: str = "") -> "QuerySet[ImportRow]":
    rows = ImportRow.objects.filter(job=job).exclude(code="").defer("cells_sealed", "former_sealed").order_by("number")
    code, _, cause = reason.partition(".")
    return rows.filter(code=code, cause=cause) if reason else rows


def _line(row: ImportRow) -> RowLine:
    reason, remedy = reason_words(row.code, row.cause)
    return RowLine(sheet_row(row.number), row.column, reason, remedy, row.outcome == Outcome.REJECTED)


@dataclasses.dataclass(frozen=True, slots=True)
class KeptOut:
    """One row, by its number in a spreadsheet, whose yes did not count, because its person had said stop."""

    number: int
    contact_id: uuid.UUID | None
    name: str


def kept_out(job: ImportJob, most: int = 20) -> list[KeptOut]:
    """The first people who had said stop and stay out although the file says yes. Two queries."""
    rows = ImportRow.objects.filter(job=job, consent_note=ConsentNote.KEPT_OUT).order_by("number")
    found = list(rows.values_list("number", "contact_id")[:most])
    people = Contact.objects.filter(id__in=[contact_id for _, contact_id in found if contact_id])
    names = {contact.id: str(contact) for contact in people}
    return [KeptOut(sheet_row(number), contact_id, names.get(contact_id, "")) for number, contact_id in found]


def rejected_rows(job: ImportJob) -> Iterator[tuple[Rejected, Sequence[str]]]:
    """Every refused row with its cells as they were uploaded, opened. One query for each 1,000 rows."""
    after = 0
    while True:
        rows = ImportRow.objects.filter(job=job, outcome=Outcome.REJECTED, number__gt=after).order_by("number")
        found = [(_rejected(row), _cells(row)) for row in rows[:_DOWNLOAD]]
        yield from found
        if len(found) < _DOWNLOAD:
            return
        after = found[-1][0].row


def _rejected(row: ImportRow) -> Rejected:
    return Rejected(row.number, row.code, row.cause, "", row.column)


def _cells(row: ImportRow) -> list[str]:
    if row.cells_sealed is None:
        return []
    text = vault.unseal_text(require_organization_id(), "contacts_importrow", "cells_sealed", row.id, row.cells_sealed)
    return [str(cell) for cell in json.loads(text)]


def same_file_before(job: ImportJob) -> ImportJob | None:
    """An earlier import of exactly this file that came in. One query."""
    earlier = ImportJob.objects.filter(file_digest=job.file_digest, state=ImportState.FINISHED, kind=job.kind)
    return earlier.exclude(id=job.id).order_by("-finished_at").first()


def declared_words(job: ImportJob) -> list[tuple[str, str]]:
    """What was declared about a file, in words. Two queries at most."""
    declared = job.declared
    purpose = Purpose.objects.filter(key=declared.get("purpose") or "-").first()
    people = User.objects.filter(id__in=[job.created_by] if job.created_by else [])
    by = people.values_list("full_name", flat=True).first()
    names = dict(CHANNELS)
    found = [
        ("Purpose", purpose.name if purpose else ""),
        ("Everybody agreed to", ", ".join(names[channel] for channel in declared.get("channels", ()))),
        ("Where they agreed", declared.get("consent_source", "")),
        ("When", declared.get("consent_at", "")[:10]),
        ("Text they saw", declared.get("consent_wording", "")),
        ("Country of numbers", declared.get("default_country", "")),
        ("Declared by", by or ""),
    ]
    return [(label, text) for label, text in found if text]
