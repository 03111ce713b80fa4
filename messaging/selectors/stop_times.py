"""How long it took from somebody's stop to its record, and what waits for a person's judgement."""

import dataclasses
import datetime
from typing import Any, Final

from django.db import connection

from consent.request_models import StopRequest
from core import clock
from core.ids import earliest_id
from core.tenancy import require_organization_id
from messaging.models import InboundMessage

# Where the carrier tells when it took a message, from then to our record; carriers that do not tell are answered after the
# record is written, so their stops wait for nobody.
_TOLD: Final = """
select count(*), percentile_disc(array[0.5, 0.99, 1.0]) within group (order by greatest(e.recorded_at - m.said_at, interval '0'))
from messaging_inboundmessage m
join consent_consentevent e on e.organization_id = m.organization_id and e.id = m.consent_event_id
where m.organization_id = %(organization)s and m.id >= %(first)s and m.received_at >= %(since)s
  and m.kind in ('stop', 'doubt') and m.said_at is not null
"""


@dataclasses.dataclass(frozen=True, slots=True)
class StopTimes:
    """Stops in messages since a moment. Units: seconds, of those whose moment the carrier tells; None when none did."""

    in_messages: int
    told: int
    median: float | None
    p99: float | None
    worst: float | None
    #: pleas to stop that a person had to enter or judge, and of these those open and those past their last day
    by_hand: int
    open: int
    overdue: int


def stop_times(since: datetime.datetime) -> StopTimes:
    """How long stops took since a moment. Four queries."""
    first, now = earliest_id(since), clock.now()
    asked: dict[str, Any] = {"organization": require_organization_id(), "first": first, "since": since}
    with connection.cursor() as cursor:
        cursor.execute(_TOLD, asked)
        ((told, shares),) = cursor.fetchall()
    heard = InboundMessage.objects.filter(id__gte=first, received_at__gte=since, kind__in=["stop", "doubt"])
    pleas = StopRequest.objects.all()
    waiting = pleas.filter(decided_at=None)
    median, p99, worst = (round(each.total_seconds(), 1) for each in shares) if told else [None] * 3
    return StopTimes(
        in_messages=heard.count(),
        told=told,
        median=median,
        p99=p99,
        worst=worst,
        by_hand=pleas.filter(requested_at__gte=since).count(),
        open=waiting.count(),
        overdue=waiting.filter(due_at__lt=now).count(),
    )
