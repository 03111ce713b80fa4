"""Evidence whose time is over: the database decides what may go, this only asks for it."""

import datetime
import uuid
from collections.abc import Sequence
from typing import Final

from django.db import connection
from django.db.models import Max

from accounts.actions.audit import record_audit
from accounts.contracts import Actor
from consent.models import ConsentEvent
from core import clock

#: how many addresses one statement looks at
_AT_ONCE: Final = 500
#: shorter than any five years, so the database is asked about a few too many and never about too few
_SURELY_KEPT: Final = datetime.timedelta(days=5 * 365)


def forget_old_evidence(*, actor: Actor) -> int:
    """Remove the history of addresses that nobody has relied on for five years; answer of how many addresses.

    Effects: events, attachments, states, preferences and lifted protections of these addresses; anchors and their leaves stay.
             An address that still says no, or that the record of a message rests on, keeps everything. What is younger
             the database refuses to remove, whoever asks.
    """
    gone = sum(_forget(some) for some in _batches(_old_points()))
    if gone:
        record_audit(actor=actor, action="evidence.forgotten", data={"addresses": gone})
    return gone


def _old_points() -> list[uuid.UUID]:
    last = ConsentEvent.objects.order_by().values("point_id").annotate(last=Max("recorded_at"))
    old = last.filter(last__lt=clock.now() - _SURELY_KEPT)
    return list(old.values_list("point_id", flat=True))


def _batches(ids: Sequence[uuid.UUID]) -> list[Sequence[uuid.UUID]]:
    return [ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE)]


def _forget(point_ids: Sequence[uuid.UUID]) -> int:
    with connection.cursor() as cursor:
        cursor.execute("select consent_forget_evidence(%s)", [list(point_ids)])
        return int(cursor.fetchone()[0])
