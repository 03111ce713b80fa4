"""The people behind a number as a CSV file, made in slices and held on disk when it is large."""

import datetime
import zoneinfo
from collections.abc import Iterator
from typing import IO

from accounts.contracts import Actor
from accounts.models import Organization
from campaigns.models import Run
from campaigns.outcomes import ANSWERS
from campaigns.selectors.people import Person, all_people
from core.spreadsheets import csv_file

HEADERS = (
    "Name", "Address", "Outcome", "Reason code", "Reason", "What to do", "Not before", "Sent", "Delivered", "Segments",
    "Answer", "Receipt", "Contact",
)  # fmt: skip


def people_file(*, actor: Actor, run: Run, view: str, reason: str = "") -> tuple[IO[bytes], int]:
    """A file with one row for each person of a view, at its beginning; and how many rows it has.

    Effects: nothing is written to the database; whoever answers with the file closes it. Times are in the organisation's zone.
    """
    zone = zoneinfo.ZoneInfo(Organization.objects.current().time_zone)
    rows = 0

    def counted() -> Iterator[list[str]]:
        nonlocal rows
        for person in all_people(actor=actor, run=run, view=view, reason=reason):
            rows += 1
            yield _row(person, zone)

    file = csv_file(HEADERS, counted())
    return file, rows


def _row(person: Person, zone: zoneinfo.ZoneInfo) -> list[str]:
    return [
        person.name,
        person.address,
        person.outcome.label,
        person.code,
        person.words,
        person.remedy,
        _moment(person.due_at, zone),
        _moment(person.sent_at, zone),
        _moment(person.delivered_at, zone),
        str(person.segments or ""),
        ANSWERS.get(person.answer, ""),
        person.evidence_number,
        str(person.contact_id or ""),
    ]


def _moment(value: datetime.datetime | None, zone: zoneinfo.ZoneInfo) -> str:
    return value.astimezone(zone).isoformat(sep=" ", timespec="seconds") if value is not None else ""
