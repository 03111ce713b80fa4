"""How often programmes write, beside how often the words people agreed to promise. Source: feature C28.

A person is held to the words they agreed to; whoever agreed to none with a number, to the words in force, the strictest of
their languages. Windows move: seven days for a promise by the week, a calendar month back from now for one by the month.
"""

import dataclasses
import datetime
import uuid
from collections.abc import Mapping
from typing import Any, Final

from django.db import connection

from consent.models import PER, Purpose, Wording
from consent.selectors.words import CHANNEL_LABELS
from core import clock
from core.ids import earliest_id
from core.tenancy import require_organization_id
from messaging.promise_models import FrequencyAlert
from messaging.states import KEYWORD_ORIGINS

#: a message has its id when it is planned, and may wait so long for its hours or for units
_PLANNED_BEFORE: Final = datetime.timedelta(days=14)
_LONGEST: Final = datetime.timedelta(days=31)
_SHOWN: Final = 100
_PER: Final[Mapping[str, str]] = dict(PER)

# One row for each person, purpose and channel that something was sent to within a month and that holds a promise. What they
# asked for by a keyword of theirs is no message of a programme.
HELD = """
in_force as (
  select distinct on (newest.purpose_id, newest.channel) newest.purpose_id, newest.channel, newest.most_messages, newest.per
  from (
    select distinct on (w.purpose_id, w.channel, w.language) w.purpose_id, w.channel, w.most_messages, w.per
    from consent_wording w where w.organization_id = %(organization)s
    order by w.purpose_id, w.channel, w.language, w.version desc
  ) newest
  where newest.most_messages is not null
  order by newest.purpose_id, newest.channel, newest.most_messages * case newest.per when 'week' then 4.34 else 1 end
), sent as (
  select m.point_id, m.purpose_id, m.channel, count(*) as in_month,
    count(*) filter (where m.created_at > %(at)s - interval '7 days') as in_week
  from messaging_message m
  where m.organization_id = %(organization)s and m.id >= %(first)s and m.created_at > %(at)s - interval '1 month'
    and m.state in ('accepted', 'attempting', 'uncertain') and m.origin <> all(%(answers)s::text[])
    and m.purpose_id = any(%(purposes)s::uuid[])
  group by m.point_id, m.purpose_id, m.channel
), held as (
  select sent.point_id, sent.purpose_id, sent.channel, coalesce(own.most_messages, in_force.most_messages) as promised,
    coalesce(own.per, in_force.per) as per,
    case coalesce(own.per, in_force.per) when 'week' then sent.in_week else sent.in_month end as got
  from sent
  left join consent_consentstate state on state.organization_id = %(organization)s and state.point_id = sent.point_id
    and state.purpose_id = sent.purpose_id and state.channel = sent.channel
  left join consent_consentevent event on event.organization_id = %(organization)s and event.id = state.event_id
  left join consent_wording own on own.organization_id = %(organization)s and own.id = event.wording_id
    and own.most_messages is not null
  left join in_force on in_force.purpose_id = sent.purpose_id and in_force.channel = sent.channel
  where coalesce(own.most_messages, in_force.most_messages) is not null
)
"""

_PRACTICE = f"""
with {HELD}
select purpose_id, channel, count(*), max(got), count(*) filter (where got > promised),
  coalesce(max(got) filter (where got > promised), 0)
from held group by purpose_id, channel
"""

_PEOPLE = f"""
with {HELD}
select held.point_id, held.purpose_id, held.channel, point.hint, held.got, held.promised, held.per
from held join consent_point point on point.organization_id = %(organization)s and point.id = held.point_id
where held.got > held.promised
order by held.got - held.promised desc, held.point_id limit %(most)s
"""


@dataclasses.dataclass(slots=True)
class PracticeLine:
    """One programme on one channel: what its words in force promise, how many got something of it, and how often."""

    purpose_id: uuid.UUID
    purpose: str
    channel: str
    promise: str
    people: int
    most: int
    over: int
    most_over: int
    alert: FrequencyAlert | None = None

    @property
    def channel_label(self) -> str:
        """The channel in words."""
        return CHANNEL_LABELS[self.channel]


@dataclasses.dataclass(frozen=True, slots=True)
class PersonOver:
    """Somebody who got more than they were promised, with the mark of their address alone."""

    point_id: uuid.UUID
    purpose: str
    channel: str
    hint: str
    got: int
    promised: str


def promising_purposes() -> list[uuid.UUID]:
    """The purposes of which any words ever promised a number: nobody else is held to one. One query."""
    rows = Wording.objects.filter(most_messages__isnull=False).order_by().values_list("purpose_id", flat=True)
    return list(rows.distinct())


def frequency_parameters(at: datetime.datetime, purposes: list[uuid.UUID]) -> dict[str, Any]:
    """The parameters `HELD` names, at a moment, for these purposes."""
    return {
        "organization": require_organization_id(),
        "at": at,
        "first": earliest_id(at - _LONGEST - _PLANNED_BEFORE),
        "answers": list(KEYWORD_ORIGINS),
        "purposes": purposes,
    }


def practice() -> list[PracticeLine]:
    """Every programme that promises a number and has words in force or wrote lately, the most broken first. Four queries.

    One query where no words promise a number.
    """
    purposes = promising_purposes()
    if not purposes:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_PRACTICE, frequency_parameters(clock.now(), purposes))
        found = {(row[0], row[1]): row[2:] for row in cursor.fetchall()}
    promised = _promises(purposes)
    alerts = {(row.purpose_id, row.channel): row for row in FrequencyAlert.objects.filter(ended_at=None)}
    names = dict(Purpose.objects.filter(id__in=purposes).values_list("id", "name"))
    lines = [
        PracticeLine(purpose_id, names[purpose_id], channel, promised.get((purpose_id, channel), ""), *counts)
        for purpose_id, channel in {*found, *promised}
        for counts in [found.get((purpose_id, channel), (0, 0, 0, 0))]
    ]
    for line in lines:
        line.alert = alerts.get((line.purpose_id, line.channel))
    return sorted(lines, key=lambda line: (-line.over, line.purpose, line.channel))


def people_over() -> list[PersonOver]:
    """Who got more than they were promised, the most first; a hundred at most. Three queries."""
    purposes = promising_purposes()
    if not purposes:
        return []
    names = dict(Purpose.objects.filter(id__in=purposes).values_list("id", "name"))
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE, frequency_parameters(clock.now(), purposes) | {"most": _SHOWN})
        return [
            PersonOver(point_id, names[purpose_id], CHANNEL_LABELS[channel], hint, got, _promise_text(most, per))
            for point_id, purpose_id, channel, hint, got, most, per in cursor.fetchall()
        ]


def open_alerts() -> list[FrequencyAlert]:
    """What is above its promise now, as the last comparison found it, the most people first. One query."""
    rows = FrequencyAlert.objects.filter(ended_at=None).select_related("purpose")
    return list(rows.order_by("-people", "began_at", "id"))


def _promises(purposes: list[uuid.UUID]) -> dict[tuple[uuid.UUID, str], str]:
    """What the words in force promise, channel by channel; where languages differ, the strictest. One query."""
    newest = Wording.objects.filter(purpose_id__in=purposes).order_by("purpose_id", "channel", "language", "-version")
    found: dict[tuple[uuid.UUID, str], Wording] = {}
    for wording in newest.distinct("purpose_id", "channel", "language"):
        key = wording.purpose_id, wording.channel
        if wording.most_messages and (key not in found or _monthly(wording) < _monthly(found[key])):
            found[key] = wording
    return {key: wording.promise for key, wording in found.items()}


def _monthly(wording: Wording) -> float:
    return (wording.most_messages or 0) * (4.34 if wording.per == "week" else 1)


def _promise_text(most: int, per: str) -> str:
    return f"at most {most} {_PER[per]}"
