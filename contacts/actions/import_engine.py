"""Working through a file, slice by slice. Rows and cursor commit together, so a killed worker loses time and no row.

The row of the job is the truth: `rows_done` is the last row of the file that is done, `next_at` when somebody should look
again if no worker has moved it on. A second worker of the same job finds the cursor elsewhere at its next slice, and stops.
"""

import dataclasses
import datetime
import logging
import uuid
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.db import InterfaceError, OperationalError

from accounts.actions.audit import record_audit
from consent.actions.ledger import suppress_points
from consent.actions.points import ensure_points
from consent.values import Address, Provenance, address_of
from contacts.actions import import_consent, import_planning, import_writing
from contacts.actions.erasing import naming_erased
from contacts.actions.import_files import remove_later
from contacts.actions.import_planning import RowPlan
from contacts.actions.import_work import Work, open_until, work_of
from contacts.duplicates import Deduplicator
from contacts.files.limits import FileProblem
from contacts.files.reading import read_rows, sniff
from contacts.models import ImportJob, ImportRow
from contacts.rows import RowCleaner
from contacts.selectors.points import known_points, lock_points
from contacts.states import ImportState, Outcome
from core import clock
from core.failpoints import failpoint
from core.memory import collector_at_rest
from core.tenancy import tenant_context

logger = logging.getLogger(__name__)

SLICE = 2_000
#: a worker that has not moved the cursor for so long is thought dead
LEASE_SECONDS = 60

#: what a slice writes (the import) or only counts (the trial)
Deed = Callable[["Work", Sequence[RowPlan], "Remembered", str], None]


@dataclasses.dataclass(frozen=True, slots=True)
class Remembered:
    """What a worker remembers from slice to slice: contacts the file was about, and what a trial would have written."""

    touched: Deduplicator = dataclasses.field(default_factory=Deduplicator)
    trial: import_consent.Memory = dataclasses.field(default_factory=import_consent.Memory)


def check_import(*, organization_id: uuid.UUID, job_id: uuid.UUID) -> None:
    """The trial: read the whole file and say what would become of each row. Writes no contact and no consent.

    Effects: counts on the job; a record row for each row that is refused or has a problem. Starts over after a kill.
    """
    with tenant_context(organization_id):
        job = _begin(job_id, ImportState.CHECKING)
        if job is None:
            return
        ImportRow.objects.filter(job=job).delete()
        ImportJob.objects.filter(id=job_id).update(rows_done=0, checked_counts={})
        job.rows_done = 0
        work = work_of(job, clock.now())
    if _work_through(work, ImportState.CHECKING, foresee_slice, "checked_counts"):
        with tenant_context(organization_id):
            _end(work, ImportState.CHECKING, ImportState.CHECKED)


def run_import(*, organization_id: uuid.UUID, job_id: uuid.UUID) -> None:
    """The import itself, from where it stands to the end of the file.

    Effects: contacts, addresses, lists, tags and consent; a record row for each row. Goes on after a kill.
    """
    with tenant_context(organization_id):
        job = _begin(job_id, ImportState.RUNNING)
        if job is None:
            return
        work = work_of(job, job.started_at or clock.now())
    if _work_through(work, ImportState.RUNNING, write_slice, "counts"):
        with tenant_context(organization_id):
            _end(work, ImportState.RUNNING, ImportState.FINISHED)


def _begin(job_id: uuid.UUID, state: str) -> ImportJob | None:
    job = ImportJob.objects.select_for_update().filter(id=job_id, state=state).first()
    if job is not None:
        job.next_at = _lease()
        job.save(update_fields=["next_at"])
    return job


def _work_through(work: Work, state: str, deed: Deed, field: str) -> bool:
    """All slices from the cursor on; True at the end of the file, False when stopped, overtaken or refused."""
    try:
        done = work.rows_done
        remembered = _remembered(work)
        with collector_at_rest() as collect:
            for plans in _slices(work):
                with tenant_context(work.organization_id):
                    if not _one_slice(work, state, deed, field, plans, remembered, done):
                        return False
                failpoint("after_import_slice")
                done = plans[-1].number
                collect()
    except FileProblem as problem:
        _fail(work, state, problem.code, f"{problem.message} {problem.remedy}")
        return False
    except (OperationalError, InterfaceError):
        raise  # the database is away or busy; the sweeper rings again
    except Exception:
        _fail(work, state, "internal", "We could not go on with this file. What came in so far stays, and is listed.")
        raise
    return True


def _slices(work: Work) -> Iterator[list[RowPlan]]:
    """The file in slices of rows not done yet; the rows before are only remembered, so that repeats are still found."""
    shape = sniff(work.path, sheet=work.sheet)
    cleaner, seen = RowCleaner(work.mapping, work.defaults), Deduplicator()
    slice_: list[RowPlan] = []
    for number, cells in read_rows(work.path, shape):
        plan = import_planning.clean_row(number, cells, work, cleaner, seen)
        if number > work.rows_done:
            slice_.append(plan)
        if len(slice_) == SLICE:
            yield slice_
            slice_ = []
    if slice_:
        yield slice_


def _remembered(work: Work) -> Remembered:
    """Nothing yet; after a restart, which contacts the rows already done were about."""
    remembered = Remembered()
    if work.rows_done:
        with tenant_context(work.organization_id):
            rows = ImportRow.objects.filter(job=work.job_id, outcome__in=(Outcome.UPDATED, Outcome.UNCHANGED))
            for number, contact_id in rows.values_list("number", "contact_id").iterator():
                remembered.touched.first_row(number, [("contact", str(contact_id))])
    return remembered


def _one_slice(
    work: Work, state: str, deed: Deed, field: str, plans: Sequence[RowPlan], remembered: Remembered, done: int
) -> bool:
    """Do one slice in the caller's transaction; False when the job was stopped, or somebody else moved its cursor."""
    job = ImportJob.objects.select_for_update().filter(id=work.job_id, state=state, rows_done=done).first()
    if job is None:
        return False
    deed(work, plans, remembered, import_writing.list_name_of(work))
    setattr(job, field, added(getattr(job, field), _counts(plans)))
    job.rows_done, job.next_at = plans[-1].number, _lease()
    job.save(update_fields=[field, "rows_done", "next_at"])
    failpoint("before_import_commit")
    return True


def foresee_slice(work: Work, plans: Sequence[RowPlan], remembered: Remembered, list_name: str) -> None:
    """Say what would become of the rows; keep only the refused and the doubtful ones. At most ten queries and an insert."""
    points = known_points(_addresses(plans))
    standing = import_consent.standing_of(list(points.values()))
    if work.kind == "people":
        known = import_planning.look_up(points, work, plans)
        import_planning.decide_slice(plans, points, known, standing.erased, remembered.touched, list_name)
        said = import_consent.said_by(plans, points, work)
        import_consent.foresee(said, standing, remembered.trial, work, clock.now())
    else:
        import_consent.protect(plans, points, standing, work)
    _forget_unread(plans, work)
    import_writing.write_record([plan for plan in plans if plan.code or plan.problems], work)


def write_slice(work: Work, plans: Sequence[RowPlan], remembered: Remembered, list_name: str) -> None:
    """Bring the rows in.

    Effects: the addresses are locked first, in the order of their ids, so an opt-out that arrives meanwhile either is seen
             here or waits. At most sixty statements for 2,000 rows, the same whatever the rows hold.
    """
    now = clock.now()
    points = ensure_points(_addresses(plans))
    lock_points(list(points.values()))
    standing = import_consent.standing_of(list(points.values()))
    if work.kind == "people":
        known = import_planning.look_up(points, work, plans)
        import_planning.decide_slice(plans, points, known, standing.erased, remembered.touched, list_name)
        import_writing.write_people(plans, points, known, work, now)
        import_consent.apply(import_consent.said_by(plans, points, work), standing, work, now)
    else:
        _suppress(work, import_consent.protect(plans, points, standing, work))
    _forget_unread(plans, work)
    import_writing.write_record(plans, work)


def _forget_unread(plans: Sequence[RowPlan], work: Work) -> None:
    """Keep nothing of a row that was refused before anybody read it, where a cell is an address of somebody who is erased."""
    unread = [plan for plan in plans if plan.parsed is None and plan.cells]
    erased = naming_erased([plan.cells or [] for plan in unread], work.defaults.default_country)
    for plan, names_one in zip(unread, erased, strict=True):
        if names_one:
            plan.cells = None


def _suppress(work: Work, point_ids: list[uuid.UUID]) -> None:
    if point_ids:
        suppress_points(
            actor=work.actor,
            point_ids=point_ids,
            channel=work.channel,
            kind=work.suppression,
            source="import",
            provenance=Provenance("import", work.job_id),
        )


def _addresses(plans: Sequence[RowPlan]) -> list[Address]:
    values: list[Any] = []
    for plan in plans:
        if plan.parsed is not None:
            values += filter(None, (plan.parsed.phone, plan.parsed.whatsapp, plan.parsed.email))
    return [address_of(value) for value in values]


def _counts(plans: Sequence[RowPlan]) -> dict[str, Any]:
    outcomes: dict[str, int] = {}
    reasons: dict[str, int] = {}
    for plan in plans:
        outcomes[str(plan.outcome)] = outcomes.get(str(plan.outcome), 0) + 1
        for code, cause, _ in [(plan.code, plan.cause, "")] if plan.code else plan.problems:
            reasons[f"{code}.{cause}"] = reasons.get(f"{code}.{cause}", 0) + 1
    return {"rows": len(plans), **outcomes, "reasons": reasons, **import_consent.count_consent(plans)}


def added(counts: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    """Two counts as one: numbers are added, tables of numbers entry by entry."""
    total = dict(counts)
    for word, number in more.items():
        if isinstance(number, dict):
            total[word] = added(total.get(word, {}), number)
        else:
            total[word] = total.get(word, 0) + number
    return total


def _end(work: Work, state: str, after: str) -> None:
    job = ImportJob.objects.select_for_update().filter(id=work.job_id, state=state).first()
    if job is None:
        return
    job.state, job.next_at = after, open_until() if after == ImportState.CHECKED else None
    if after == ImportState.FINISHED:
        job.finished_at = clock.now()
        numbers = {word: number for word, number in job.counts.items() if isinstance(number, int)}
        record_audit(actor=work.actor, action="import.finished", on=("import", job.id), data=numbers)
        remove_later(job)
    job.save(update_fields=["state", "next_at", "finished_at"])


def _fail(work: Work, state: str, code: str, words: str) -> None:
    with tenant_context(work.organization_id):
        job = ImportJob.objects.select_for_update().filter(id=work.job_id, state=state).first()
        if job is None:
            return
        job.state, job.next_at, job.finished_at = ImportState.FAILED, None, clock.now()
        job.problem_code, job.problem_text = code[:40], words[:300]
        job.save(update_fields=["state", "next_at", "finished_at", "problem_code", "problem_text"])
        record_audit(actor=work.actor, action="import.failed", on=("import", job.id), data={"code": code})
        remove_later(job)


def _lease() -> datetime.datetime:
    return clock.now() + datetime.timedelta(seconds=LEASE_SECONDS)
