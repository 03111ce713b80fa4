"""`manage.py import_contacts ORG FILE`: the same import as the page's, from a shell; the result is printed as JSON."""

import argparse
import datetime
import json
import pathlib
import time
import uuid
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.contracts import SYSTEM, Refused
from accounts.models import Organization
from contacts.actions import import_engine, imports
from contacts.actions.import_files import store_upload
from contacts.actions.import_work import mapping_of
from contacts.actions.lists import create_list
from contacts.evidence_dates import day_begins
from contacts.files.limits import FileProblem
from contacts.models import ImportJob, List
from contacts.selectors.imports import import_counts
from contacts.states import WORKING, ImportKind, ImportState
from core.tenancy import tenant_context

_CHUNK = 1 << 20


class Command(BaseCommand):
    """Import a file of people, or of addresses that must not be reached."""

    help = "Import a CSV or XLSX file into an organisation. Prints what became of the rows as one JSON object."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("organization", type=uuid.UUID, help="the organisation's id")
        parser.add_argument("file", type=pathlib.Path)
        parser.add_argument("--kind", choices=ImportKind.values, default="people")
        parser.add_argument("--list", dest="target", default="", help="put everybody on the list of this name")
        parser.add_argument("--purpose", default="", help="key of the purpose they agreed to")
        parser.add_argument(
            "--channels", default="", help="sms,email: what everybody agreed to, without consent columns"
        )
        parser.add_argument("--source", default="", help="where they agreed")
        parser.add_argument("--date", type=_day, default=None, help="when they agreed, 2026-03-31")
        parser.add_argument("--wording", default="", help="the words they saw")
        parser.add_argument("--country", default="", help="country of numbers without a code, such as US")
        parser.add_argument("--date-order", choices=["day_first", "month_first"], default="")
        parser.add_argument(
            "--days-in-utc", action="store_true", help="dates are days of UTC; needed while there is no time zone"
        )
        parser.add_argument("--why", dest="suppression", choices=list(imports.SUPPRESSIONS), default="opted_out")
        parser.add_argument("--channel", default="", help="for suppressions: only this channel")
        parser.add_argument("--attest", action="store_true", help="you answer for it that these people may be held")
        parser.add_argument("--dry-run", action="store_true", help="only say what would happen")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            job = self._checked(options)
            if job.state == ImportState.CHECKED and not options["dry_run"]:
                job = self._run(options["organization"], job)
        except Refused as refusal:
            raise CommandError(str(refusal)) from None
        except FileProblem as problem:
            raise CommandError(f"{problem.message} {problem.remedy}") from None
        if job.problem_text:
            raise CommandError(job.problem_text)
        self.stdout.write(json.dumps(_told(job)))

    def _checked(self, options: dict[str, Any]) -> ImportJob:
        whose, path = options["organization"], options["file"]
        with tenant_context(whose):
            if not Organization.objects.exists():
                raise CommandError("There is no organisation with this id.")
        if not path.is_file():
            raise CommandError("There is no such file.")
        with path.open("rb") as file:
            chunks = iter(lambda: file.read(_CHUNK), b"")
            stored = store_upload(organization_id=whose, name=path.name, chunks=chunks)
        with tenant_context(whose):
            country = options["country"] or Organization.objects.current().default_country
            job = imports.receive_import(actor=SYSTEM, stored=stored, kind=options["kind"], country=country)
        with tenant_context(whose):
            imports.declare_import(
                actor=SYSTEM,
                job=job,
                mapping=mapping_of(job.mapping),
                declared=_declaration(options, country),
                target=_list(options["target"]),
            )
        import_engine.check_import(organization_id=whose, job_id=job.id)
        return _awaited(whose, job)

    def _run(self, whose: uuid.UUID, job: ImportJob) -> ImportJob:
        with tenant_context(whose):
            imports.start_import(actor=SYSTEM, job=job)
        import_engine.run_import(organization_id=whose, job_id=job.id)
        return _awaited(whose, job)


def _day(text: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("write the date as 2026-03-31") from None


def _declaration(options: dict[str, Any], country: str) -> imports.Declaration:
    day: datetime.date | None = options["date"]
    return imports.Declaration(
        attested=options["attest"],
        purpose=options["purpose"],
        channels=tuple(filter(None, options["channels"].split(","))),
        consent_source=options["source"],
        consent_at=day_begins(day, Organization.objects.current().time_zone) if day else None,
        consent_wording=options["wording"],
        default_country=country,
        date_order=options["date_order"],
        suppression=options["suppression"],
        channel=options["channel"],
        days_in_utc=options["days_in_utc"],
    )


def _list(name: str) -> List | None:
    if not name:
        return None
    return List.objects.filter(name=name).first() or create_list(actor=SYSTEM, name=name)


def _awaited(whose: uuid.UUID, job: ImportJob) -> ImportJob:
    """The job once nobody works on it any more: a worker that heard the bell may have been quicker than we."""
    while True:
        with tenant_context(whose):
            found = ImportJob.objects.get(id=job.id)
        if found.state not in WORKING:
            return found
        time.sleep(0.5)


def _told(job: ImportJob) -> dict[str, Any]:
    counts = import_counts(job)
    names = ("rows", "created", "updated", "unchanged", "duplicates", "rejected", "said")
    told: dict[str, Any] = {
        "import": str(job.id),
        "state": job.state,
        **{name: getattr(counts, name) for name in names},
    }
    return told | {"reasons": {reason.key: reason.rows for reason in counts.reasons}}
