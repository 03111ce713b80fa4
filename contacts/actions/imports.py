"""The verbs of an import, used alike by the page, the command and whoever else: receive, declare, check, run, cancel."""

import dataclasses
import datetime
import hashlib
import json
from collections.abc import Sequence
from typing import Any

from accounts.actions.audit import record_audit
from accounts.contracts import SYSTEM, Actor, Refused
from accounts.models import Organization
from consent.models import Purpose
from contacts.actions.import_files import StoredFile, remove_later
from contacts.actions.import_work import mapping_of, open_until, stored_mapping
from contacts.contracts import CHANNELS, Mapping
from contacts.mapping import check_mapping, guess_mapping
from contacts.models import CustomField, ImportJob, ImportRow, List, SavedMapping
from contacts.spelling import fold
from contacts.states import ENDED, OPEN, WORKING, ConsentNote, ImportKind, ImportState, Outcome, can_move
from core import clock
from core.jobs import enqueue
from core.tenancy import require_organization_id

#: when the sweeper looks after a job whose bell may have been lost
_SECONDS_TO_RING = 30
#: decided 25 November 2026: more files than anybody prepares at once, few enough that they cannot fill the disk
MOST_OPEN = 20
SUPPRESSIONS = {
    "opted_out": "Said stop elsewhere",
    "complaint": "Complained",
    "bounced": "Cannot be reached there",
    "dnc": "On a do-not-call register",
}


@dataclasses.dataclass(frozen=True, slots=True)
class Declaration:
    """What the importer declares about a file, and answers for.

    `purpose` is a purpose's key. `channels` are those everybody in the file agreed to, for a file without consent columns.
    `consent_at` (aware) and `consent_source` make a yes count as proof; without them it stays a claim. `attested`: these
    people may be held and what is declared is true. `days_in_utc`: dates without a time are days of UTC, for an organisation
    that has no time zone of its own. For kind suppressions only `suppression`, `channel` ("" for every
    channel) and `default_country` matter.
    """

    attested: bool = False
    purpose: str = ""
    channels: tuple[str, ...] = ()
    consent_source: str = ""
    consent_at: datetime.datetime | None = None
    consent_wording: str = ""
    default_country: str = ""
    date_order: str = ""
    sheet: str = ""
    suppression: str = "opted_out"
    channel: str = ""
    days_in_utc: bool = False


def receive_import(*, actor: Actor, stored: StoredFile, kind: str = "people", country: str = "") -> ImportJob:
    """Begin an import with a stored file: its columns are guessed, or taken from the last time such a file came.

    Effects: one job and an audit row; a job that stays open is cancelled after OPEN_DAYS, and its file removed.
    Errors:  Refused for an unknown kind, or while too many files are open.
    """
    actor.require("change_contacts")
    if kind not in ImportKind.values:
        raise Refused("This kind of file is unknown.", field="kind", remedy="Choose people or suppressions.")
    if ImportJob.objects.filter(state__in=OPEN).count() >= MOST_OPEN:
        raise Refused(
            f"{MOST_OPEN} files wait to be brought in already.",
            field="file",
            remedy="Finish or cancel one of them first.",
        )
    saved = saved_mapping(stored.shape.headers)
    if saved is not None:
        mapping, declared = mapping_of(saved.mapping), dict(saved.declared)
    else:
        own = dict(CustomField.objects.values_list("key", "label"))
        mapping = guess_mapping(stored.shape.headers, stored.shape.sample, own, country)
        declared = {"default_country": country}
    job = ImportJob.objects.create(
        kind=kind,
        file_name=stored.name,
        file_path=stored.path,
        file_digest=stored.digest,
        size_bytes=stored.size,
        headers=list(stored.shape.headers),
        mapping=stored_mapping(mapping),
        declared=declared,
        row_estimate=stored.shape.estimated_rows,
        created_by=actor.id,
        next_at=open_until(),
    )
    record_audit(
        actor=actor, action="import.received", on=("import", job.id), data={"kind": kind, "bytes": stored.size}
    )
    return job


def declare_import(
    *, actor: Actor, job: ImportJob, mapping: Mapping, declared: Declaration, target: List | None = None, save: str = ""
) -> ImportJob:
    """Say what the columns are and where the people come from; then the file is checked (B9, B12).

    Effects: state checking, one task. `save` is a name under which the mapping is kept for files with the same columns.
    Errors:  Refused when the mapping does not fit, a column about consent has no purpose, nobody attests, days are read while
             the organisation has no time zone, or the job is busy.
    """
    actor.require("change_contacts")
    job = _held(job, OPEN, "This import is past that step.")
    _demand_mapping(mapping, job.headers)
    _demand_declaration(job, mapping, declared)
    job.mapping, job.declared, job.list = stored_mapping(mapping), _stored(declared, actor), target
    job.created_by = actor.id
    job.save(update_fields=["mapping", "declared", "list", "created_by"])
    if save:
        _save_mapping(save, job)
    record_audit(
        actor=actor,
        action="import.declared",
        on=("import", job.id),
        data={"purpose": declared.purpose, "channels": list(declared.channels), "attested": declared.attested},
    )
    _move(job, ImportState.CHECKING, next_at=_soon(), rows_done=0, checked_counts={})
    enqueue("contacts.check_import", organization_id=require_organization_id(), job_id=job.id)
    return job


def start_import(*, actor: Actor, job: ImportJob) -> ImportJob:
    """Bring the people of a checked file in.

    Effects: state running, one task; the record of the trial makes room for that of the import.
    Errors:  Refused when the file was not checked, or nothing of it can come in.
    """
    actor.require("change_contacts")
    job = _held(job, {ImportState.CHECKED}, "Only a checked file can be imported.")
    usable = job.checked_counts.get("rows", 0) - job.checked_counts.get(Outcome.REJECTED, 0)
    stops = job.checked_counts.get("said", {}).get(ConsentNote.WITHDRAWN, 0)
    if not usable and not stops:
        raise Refused(
            "No row of this file can come in.", remedy="Look at the reasons, correct the file, upload it again."
        )
    ImportRow.objects.filter(job=job).delete()
    _move(job, ImportState.RUNNING, next_at=_soon(), rows_done=0, counts={}, started_at=clock.now())
    record_audit(actor=actor, action="import.started", on=("import", job.id))
    enqueue("contacts.run_import", organization_id=require_organization_id(), job_id=job.id)
    return job


def cancel_import(*, actor: Actor, job: ImportJob) -> ImportJob:
    """Stop an import. What came in before stays, and its counts say so.

    Errors: Refused when it is over.
    """
    actor.require("change_contacts")
    job = _held(job, OPEN | WORKING, "This import is over.")
    _move(job, ImportState.CANCELLED, next_at=None, finished_at=clock.now())
    record_audit(actor=actor, action="import.cancelled", on=("import", job.id), data={"rows": job.rows_done})
    remove_later(job)
    return job


def forget_import(*, job: ImportJob) -> None:
    """Cancel an import nobody came back for. One that is not open, or not due, stays as it is."""
    due = ImportJob.objects.select_for_update(of=("self",)).filter(id=job.id, state__in=OPEN, next_at__lte=clock.now())
    if due.exists():
        cancel_import(actor=SYSTEM, job=job)


def saved_mapping(headers: Sequence[str]) -> SavedMapping | None:
    """The mapping kept for files with these columns. One query."""
    return SavedMapping.objects.filter(headers_digest=headers_digest(headers)).first()


def headers_digest(headers: Sequence[str]) -> bytes:
    """What tells files with the same columns: case, accents and punctuation do not matter, the order does."""
    return hashlib.sha256(json.dumps([fold(header) for header in headers]).encode()).digest()


def _held(job: ImportJob, states: Any, refusal: str) -> ImportJob:
    held = ImportJob.objects.select_for_update(of=("self",)).get(id=job.id)
    if held.state not in states:
        remedy = "Upload the file again." if held.state in ENDED else "Wait until it is done, or cancel it."
        raise Refused(refusal, remedy=remedy)
    return held


def _move(job: ImportJob, state: str, **fields: Any) -> None:
    if not can_move(job.state, state):
        raise Refused(f"An import that is {job.state} cannot become {state}.")
    job.state = state
    for name, value in fields.items():
        setattr(job, name, value)
    job.save(update_fields=["state", *fields])


def _demand_mapping(mapping: Mapping, headers: Sequence[str]) -> None:
    for problem in check_mapping(mapping, headers):
        raise Refused(problem.message, field=_field_of(mapping, problem.column), remedy=problem.remedy)
    wanted = {column.field.partition(":")[2] for column in mapping.columns if column.field.startswith("custom:")}
    missing = (
        wanted - set(CustomField.objects.filter(key__in=wanted).values_list("key", flat=True)) if wanted else set()
    )
    for column in mapping.columns:
        if column.field.partition(":")[2] in missing:
            raise Refused(
                f'The column "{column.header}" is mapped to a field that does not exist.',
                field=f"column_{column.position}",
                remedy="Open the field first, or leave the column out.",
            )


def _field_of(mapping: Mapping, header: str) -> str:
    return next((f"column_{column.position}" for column in mapping.columns if column.header == header), "")


def _demand_declaration(job: ImportJob, mapping: Mapping, declared: Declaration) -> None:
    if not declared.attested:
        raise Refused(
            "Somebody must answer for where these people come from.",
            field="attested",
            remedy="Tick the box if it is true; if not, do not import them.",
        )
    if job.kind == ImportKind.SUPPRESSIONS:
        if declared.suppression not in SUPPRESSIONS or declared.channel not in ("", *CHANNELS):
            raise Refused(
                "Say why these addresses must not be reached.", field="suppression", remedy="Choose a reason."
            )
        return
    speaks = declared.channels or any(column.field.startswith("consent:") for column in mapping.columns)
    if speaks and not Purpose.objects.filter(key=declared.purpose, archived_at=None).exists():
        raise Refused(
            "The file speaks of consent: consent to what?",
            field="purpose",
            remedy="Choose the purpose people agreed to; open one under Consent if there is none.",
        )
    if declared.consent_at and declared.consent_at > clock.now():
        raise Refused("The date of consent lies in the future.", field="consent_at", remedy="Correct the date.")
    _demand_zone(mapping, declared)


def _demand_zone(mapping: Mapping, declared: Declaration) -> None:
    """A day begins somewhere: read before anybody said where, it would be the day before on every page afterwards."""
    names_days = any(column.field == "consent_date" for column in mapping.columns)
    declares_day = declared.consent_at is not None and declared.consent_at.time() == datetime.time()
    if (names_days or declares_day) and not declared.days_in_utc and Organization.objects.current().time_zone == "UTC":
        raise Refused(
            "Nobody has said your time zone yet, and the dates of consent are days in it.",
            field="days_in_utc",
            remedy="Choose it under Settings and come back, or tick that they are days of UTC.",
        )


def _stored(declared: Declaration, actor: Actor) -> dict[str, Any]:
    told = dataclasses.asdict(declared)
    told["consent_at"] = declared.consent_at.isoformat() if declared.consent_at else ""
    told["channels"] = list(declared.channels)
    return {**told, "declared_by_kind": actor.kind, "declared_at": clock.now().isoformat()}


def _save_mapping(name: str, job: ImportJob) -> None:
    """Keep the mapping and the habits of reading; never the evidence, which belongs to one file."""
    habits = {key: job.declared[key] for key in ("default_country", "date_order", "purpose")}
    SavedMapping.objects.update_or_create(
        headers_digest=headers_digest(job.headers),
        defaults={"name": name.strip()[:80], "mapping": job.mapping, "declared": habits},
    )


def _soon() -> datetime.datetime:
    return clock.now() + datetime.timedelta(seconds=_SECONDS_TO_RING)
