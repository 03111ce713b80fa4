"""What erasing somebody means for messages beside emptying them: nobody is asked to answer or judge what is no more."""

import uuid
from collections.abc import Sequence
from typing import Any, Final

from django.db import connection
from psycopg import sql

from core import clock
from core.personal_data import Subject
from core.tenancy import require_organization_id
from messaging.carrier_ids import TELLING, mark_of
from messaging.models import InboundMessage, Message
from messaging.personal_data import REPORTS

#: their turns among the tables: what they wrote comes after their addresses, as whoever hears them holds both; ids of carriers
#: when the reports that are found by them have been emptied
PLACE: Final = 41
PLACE_OF_IDS: Final = 26


def close_replies(_actor: Any, subject: Subject) -> None:
    """What an erased person wrote waits for nobody any more; what may have been a stop counts as one.

    Messages that were to go to them need nothing: whichever lane claims one asks the gate, which says that they were erased.
    """
    theirs = InboundMessage.objects.filter(point_id__in=subject.points)
    theirs.filter(verdict="asked").update(verdict="stop", handled_at=clock.now())
    theirs.filter(handled_at=None).update(handled_at=clock.now())


def mark_ids(_actor: Any, subject: Subject) -> None:
    """Ids of carriers that tell an erased person's number become keyed marks, and so do the keys of reports that hold one.

    Effects: a report that comes late is matched by our own attempt, one that comes again is known by its mark.
    """
    points = list(subject.points)
    # reports are found by the ids as they came, so all are read before any is marked
    found = [
        ("messaging_providerevent", each, _reported(each, points)) for each in ("provider_message_id", "event_key")
    ]
    for model in (Message, InboundMessage):
        telling = model.objects.filter(point_id__in=points, provider_message_id__startswith=TELLING)  # type: ignore[attr-defined]
        rows = list(telling.values_list("id", "provider_message_id"))
        found.append((model._meta.db_table, "provider_message_id", rows))
    for table, column, rows in found:
        _mark(table, column, rows)


def _reported(column: str, points: Sequence[uuid.UUID]) -> list[tuple[uuid.UUID, str]]:
    statement = sql.SQL("select id, {0} from messaging_providerevent where starts_with({0}, %(telling)s) and ({1})")
    with connection.cursor() as cursor:
        asked = statement.format(sql.Identifier(column), sql.SQL(REPORTS))
        cursor.execute(asked, {"telling": TELLING, "points": list(points), "organization": require_organization_id()})
        return cursor.fetchall()


def _mark(table: str, column: str, rows: Sequence[tuple[uuid.UUID, str]]) -> None:
    """Put the mark in the place of each id. One statement."""
    statement = sql.SQL(
        "update {table} set {column} = marked.mark from unnest(%s::uuid[], %s::text[]) as marked(id, mark)"
        " where {table}.id = marked.id"
    )
    named = statement.format(table=sql.Identifier(table), column=sql.Identifier(column))
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(named, [[row_id for row_id, _ in rows], [mark_of(text) for _, text in rows]])
