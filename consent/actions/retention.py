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
_START: Final = uuid.UUID(int=0)
#: shorter than any five years, so the database is asked about a few too many and never about too few
_SURELY_KEPT: Final = datetime.timedelta(days=5 * 365)


def forget_old_evidence(*, actor: Actor) -> int:
    """Remove the history of addresses that nobody has relied on for five years; answer of how many addresses.

    Effects: as `forget_next_evidence`, for all addresses in one transaction.
    """
    gone = 0
    after: uuid.UUID | None = _START
    while after is not None:
        some, after = forget_next_evidence(actor=actor, after=after)
        gone += some
    return gone


def forget_next_evidence(*, actor: Actor, after: uuid.UUID = _START) -> tuple[int, uuid.UUID | None]:
    """Do it for the next addresses, in the order of their ids; answer of how many, and after which to go on (None: done).

    Effects: events, attachments, states, preferences and lifted protections of these addresses go, and the audit trail has a
             line when there were any; anchors and their leaves stay. Each address is held until the transaction ends.
             An address that still says no, or that the record of a message rests on, keeps everything, and so does one
             that is used meanwhile. What is younger the database refuses to remove, whoever asks.
    """
    ids = _old_points(after)
    gone = _forget(ids) if ids else 0
    if gone:
        record_audit(actor=actor, action="evidence.forgotten", data={"addresses": gone})
    return gone, ids[-1] if len(ids) == _AT_ONCE else None


def _old_points(after: uuid.UUID) -> list[uuid.UUID]:
    events = ConsentEvent.objects.filter(point_id__gt=after).order_by().values("point_id")
    old = events.annotate(last=Max("recorded_at")).filter(last__lt=clock.now() - _SURELY_KEPT)
    return list(old.order_by("point_id").values_list("point_id", flat=True)[:_AT_ONCE])


def _forget(point_ids: Sequence[uuid.UUID]) -> int:
    with connection.cursor() as cursor:
        cursor.execute("select consent_forget_evidence(%s)", [list(point_ids)])
        return int(cursor.fetchone()[0])
