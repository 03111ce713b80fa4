"""How consent grows and shrinks: what people said in a time, by where we know it from, and what stands now with which proof."""

import dataclasses
import datetime
from collections.abc import Mapping
from typing import Any, Final, cast

from django.db import connection
from django.db.models import Count, Q

from consent.contracts import Channel
from consent.expiry import too_old
from consent.models import CHANNELS, ConsentState, Purpose
from consent.states import SOURCES, Source
from core import clock
from core.ids import earliest_id
from core.tenancy import require_organization_id

#: how far ahead an agreement that will end by age is counted
SOON: Final = datetime.timedelta(days=90)
_CHANNELS: Final[Mapping[str, str]] = dict(CHANNELS)
_UNKNOWN: Final = "Known from elsewhere"

# Ids are in the order of time, so only the time asked about is read. A stop on everything is one event, as it was said. What
# protects an address for another reason (a bounce, a list, an erasure) is an event as well, and no word of theirs.
_SAID = """
select e.source, e.status, count(*) from consent_consentevent e
where e.organization_id = %(organization)s and e.id >= %(first)s and e.recorded_at >= %(since)s
  and e.status in ('granted', 'unproven', 'withdrawn')
  and not exists (select from consent_suppression s where s.organization_id = e.organization_id and s.point_id = e.point_id
                  and s.event_id = e.id and s.kind not in ('opted_out', 'complaint'))
group by e.source, e.status
"""


@dataclasses.dataclass(frozen=True, slots=True)
class SourceLine:
    """What came from one source in the time: agreements with proof, claims without, and stops."""

    label: str
    agreed: int
    claimed: int
    stopped: int

    @property
    def net(self) -> int:
        """Agreements with proof less stops."""
        return self.agreed - self.stopped


@dataclasses.dataclass(frozen=True, slots=True)
class PurposeLine:
    """How a purpose stands now on one channel: agreements with proof, claims without, those that ended or soon end by age."""

    purpose: str
    channel: str
    agreed: int
    claimed: int
    ended: int
    ending: int

    @property
    def all(self) -> int:
        """Everybody who may have said yes."""
        return self.agreed + self.claimed


def source_lines(since: datetime.datetime) -> list[SourceLine]:
    """What people said since a moment, by where we know it from, the largest first. One query."""
    counts: dict[str, dict[str, int]] = {}
    for source, status, count in _said(since):
        counts.setdefault(source, {})[status] = count
    lines = [
        SourceLine(_label(source), said.get("granted", 0), said.get("unproven", 0), said.get("withdrawn", 0))
        for source, said in counts.items()
    ]
    return sorted(lines, key=lambda line: (-(line.agreed + line.claimed + line.stopped), line.label))


def purpose_lines() -> list[PurposeLine]:
    """How each purpose stands now, channel by channel. Two queries."""
    now = clock.now()
    names = dict(Purpose.objects.values_list("id", "name"))
    agreed = Q(status="granted")
    rows = ConsentState.objects.values("purpose_id", "channel").annotate(
        agreed=Count("id", filter=agreed & ~too_old(now)),
        claimed=Count("id", filter=Q(status="unproven")),
        ended=Count("id", filter=too_old(now)),
        ending=Count("id", filter=agreed & too_old(now + SOON) & ~too_old(now)),
    )
    lines = [
        PurposeLine(
            names[row["purpose_id"]], _CHANNELS[cast(Channel, row["channel"])], row["agreed"], row["claimed"], row["ended"],
            row["ending"],
        )
        for row in rows
        if row["agreed"] or row["claimed"] or row["ended"]
    ]  # fmt: skip
    return sorted(lines, key=lambda line: (line.purpose, line.channel))


def _label(source: str) -> str:
    rule = SOURCES.get(cast(Source, source))
    return rule.label if rule else _UNKNOWN


def _said(since: datetime.datetime) -> list[tuple[str, str, int]]:
    asked: dict[str, Any] = {"organization": require_organization_id(), "since": since, "first": earliest_id(since)}
    with connection.cursor() as cursor:
        cursor.execute(_SAID, asked)
        return cursor.fetchall()
