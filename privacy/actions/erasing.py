"""Erasing a person: everything about them goes in one transaction, and what has to stay says why and until when (K7, K9)."""

import datetime
import uuid
from collections.abc import Sequence
from typing import Any, Final

from django.db import IntegrityError, OperationalError, connection, transaction
from psycopg import sql

from accounts.actions.audit import record_audit
from accounts.contracts import SYSTEM, Actor, Refused
from core import clock
from core.jobs import enqueue
from core.personal_data import PersonMoved, Subject, deeds, directory
from core.tenancy import require_organization_id
from privacy.contracts import Going
from privacy.models import Erasure
from privacy.selectors.tables import Table, condition, count_rows, going, staying, still_erased, tables

#: whatever was being written about the person when they were erased has committed or failed by then
SETTLED_AFTER: Final = datetime.timedelta(minutes=10)
_TRIES: Final = 3


def erase_person(*, actor: Actor, contact_id: uuid.UUID) -> Erasure:
    """Erase a person now; answer the certificate, the first one where they were erased before.

    Shape:   what becomes of each field is what its app registered; see docs/adr/0019-erased-but-still-protected.md.
    Effects: in one transaction: they leave every campaign that has not come to them, what was written to and by them is
             emptied, their addresses are closed on every channel and emptied, and they, their notes, lists, tags and links
             are deleted. Evidence of consent stays as it is, so its chain and its anchors hold. What must be read to be found
             is looked for right after the commit, and everything once more when nothing older can be on its way.
    Errors:  Refused when there is no such person; NotAllowed without the right.
    """
    actor.require("erase_people")
    for attempt in range(_TRIES):
        before = Erasure.objects.filter(contact_id=contact_id).first()
        if before is not None:
            return before
        try:
            with transaction.atomic():
                return _erase(actor, contact_id)
        except (PersonMoved, IntegrityError, OperationalError):  # somebody wrote about them meanwhile: look again
            if attempt == _TRIES - 1:
                raise
    raise AssertionError("the last try answers or raises")


def finish_erasure(*, erasure_id: uuid.UUID) -> None:
    """Look for what is left of somebody who was erased: rows that must be read to be found, and what was on its way.

    Effects: nothing of an address that came back meanwhile. Done twice it changes nothing; interrupted it is done again.
    """
    erasure = Erasure.objects.select_for_update().filter(id=erasure_id, finished_at=None).first()
    if erasure is None:
        return
    now, points = clock.now(), still_erased(erasure)
    found = _clear(SYSTEM, Subject(erasure.contact_id, points), late=True)
    erasure.done = _added(erasure.done, [each.stored for each in found])
    settled = erasure.erased_at + SETTLED_AFTER
    erasure.next_at, erasure.finished_at = (None, now) if now >= settled else (settled, None)
    erasure.save(update_fields=["done", "next_at", "finished_at"])


def _erase(actor: Actor, contact_id: uuid.UUID) -> Erasure:
    subject = directory().hold(contact_id)
    if subject is None:
        raise Refused("There is no such person.", remedy="They may have been erased already: look at what was erased.")
    done = _clear(actor, subject, late=False)
    lasting = [table for table in tables() if table.stays and not table.rows.late]
    kept = [each for table in lasting for each in staying(table, count_rows(table, subject))]
    now = clock.now()
    erasure = Erasure.objects.create(
        contact_id=contact_id,
        point_ids=list(subject.points),
        shared_ids=list(subject.shared),
        actor_kind=actor.kind,
        actor_id=actor.id,
        done=[each.stored for each in done],
        kept=[each.stored for each in kept],
        erased_at=now,
        next_at=now,
    )
    enqueue("privacy.finish_erasure", organization_id=require_organization_id(), erasure_id=erasure.id)
    data = {"addresses": len(subject.points), "shared": len(subject.shared)}
    record_audit(actor=actor, action="contact.erased", on=("contact", contact_id), data=data)
    return erasure


def _clear(actor: Actor, subject: Subject, *, late: bool) -> list[Going]:
    """Take every step in its turn: what apps do by themselves, and the strategy of each field; answer what went.

    Messages come before addresses and addresses before people, as lanes and imports hold them: no two wait for each other.
    """
    steps: list[tuple[int, str, Any]] = list(deeds(late=late))
    steps += [(each.rows.place, each.rows.what, each) for each in tables() if late or not each.rows.late]
    went = []
    for _, _, step in sorted(steps, key=lambda step: step[:2]):
        if isinstance(step, Table):
            done = going(step, _clear_table(step, subject))
            went += [done] if done else []
        else:
            step(actor, subject)
    return went


def _clear_table(table: Table, subject: Subject) -> int:
    """Delete or empty the rows about somebody that still say something; answer how many."""
    if not table.deletes and not table.changes:
        return 0
    where, values = condition(table, subject)
    statement = sql.SQL("delete from {} where {}").format(table.name, where)
    if not table.deletes:
        values |= {field.column: table.nothing_in(field) for field in table.changes}
        new = [(sql.Identifier(field.column), sql.Placeholder(field.column)) for field in table.changes]
        sets = sql.SQL(", ").join(sql.SQL("{} = {}").format(*each) for each in new)
        differs = sql.SQL(" or ").join(sql.SQL("{} is distinct from {}").format(*each) for each in new)
        statement = sql.SQL("update {} set {} where {} and ({})").format(table.name, sets, where, differs)
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.rowcount


def _added(before: Sequence[Sequence[Any]], more: Sequence[Sequence[Any]]) -> list[list[Any]]:
    """Two lists of what went as one: rows of one kind are counted together."""
    total = {(what, how): rows for what, how, rows in before}
    for what, how, rows in more:
        total[what, how] = total.get((what, how), 0) + rows
    return [[what, how, rows] for (what, how), rows in total.items()]
