"""What the rules did to campaigns in a time: who was left out and why, and whose messages waited for their hours."""

import dataclasses
import datetime
from typing import Final

from django.db.models import Count, F, Q

from campaigns.models import Recipient, Run
from campaigns.reasons import words_of
from consent.selectors.growth import PurposeLine, SourceLine, purpose_lines, source_lines
from core import clock
from core.ids import earliest_id
from messaging.models import Message
from messaging.selectors.frequency import PracticeLine, practice
from messaging.selectors.stop_times import StopTimes, stop_times
from messaging.states import ONE_ORIGINS

#: how many days back may be asked about
DAYS: Final = (7, 30, 90, 365)
USUAL: Final = 30
#: quiet hours move somebody's message later than the start of its run by at least so much
_MOVED: Final = datetime.timedelta(minutes=1)


@dataclasses.dataclass(frozen=True, slots=True)
class ReasonLine:
    """One reason, and how many were left out for it by plans and how many messages the gate stopped at the last moment."""

    code: str
    label: str
    remedy: str
    planned: int
    at_sending: int

    @property
    def all(self) -> int:
        """Both together."""
        return self.planned + self.at_sending


@dataclasses.dataclass(frozen=True, slots=True)
class RuleEffects:
    """What rules did in a time."""

    campaigns: int
    people: int
    left_out: int
    deferred: int
    lines: list[ReasonLine]


@dataclasses.dataclass(frozen=True, slots=True)
class ComplianceReport:
    """Everything that whoever answers for consent is asked about a number of days: how it grew, what rules did, how fast stops
    were heard, and whether what was promised is kept."""

    days: int
    sources: list[SourceLine]
    purposes: list[PurposeLine]
    effects: RuleEffects
    stops: StopTimes
    practice: list[PracticeLine]

    @property
    def gained(self) -> int:
        """Agreements with proof in the time."""
        return sum(line.agreed for line in self.sources)

    @property
    def lost(self) -> int:
        """Stops in the time."""
        return sum(line.stopped for line in self.sources)

    @property
    def agreed(self) -> int:
        """Agreements that hold now, with proof."""
        return sum(line.agreed for line in self.purposes)

    @property
    def all(self) -> int:
        """Those and claims without proof."""
        return sum(line.all for line in self.purposes)

    @property
    def ending(self) -> int:
        """How many of them end by age within 90 days."""
        return sum(line.ending for line in self.purposes)

    @property
    def over(self) -> int:
        """People who got more than they were promised, now."""
        return sum(line.over for line in self.practice)


def compliance_report(days: int) -> ComplianceReport:
    """The report about the last days, up to now. At most fifteen queries, however much happened."""
    since = clock.now() - datetime.timedelta(days=days)
    return ComplianceReport(
        days, source_lines(since), purpose_lines(), rule_effects(since), stop_times(since), practice()
    )


def rule_effects(since: datetime.datetime) -> RuleEffects:
    """What the rules did to the campaigns launched since a moment, and to single messages. Four queries."""
    runs = Run.objects.filter(kind="launch", started_at__gte=since)
    ids = list(runs.values_list("id", flat=True))
    planned = Recipient.objects.filter(run_id__in=ids)
    by_plan = dict(
        planned.filter(outcome="left_out").values("reason").annotate(n=Count("id")).values_list("reason", "n")
    )
    stopped = Message.objects.filter(id__gte=earliest_id(since), created_at__gte=since, state="suppressed")
    of_ours = stopped.filter(Q(origin="run", origin_id__in=ids) | Q(origin__in=ONE_ORIGINS))
    at_sending = dict(of_ours.values("reason").annotate(n=Count("id")).values_list("reason", "n"))
    totals = planned.aggregate(
        people=Count("id"),
        deferred=Count("id", filter=Q(outcome="allowed", due_at__gt=F("run__started_at") + _MOVED)),
    )
    lines = [_line(code, by_plan.get(code, 0), at_sending.get(code, 0)) for code in {*by_plan, *at_sending}]
    return RuleEffects(
        campaigns=len(ids),
        people=totals["people"],
        left_out=sum(by_plan.values()),
        deferred=totals["deferred"],
        lines=sorted(lines, key=lambda line: (-line.all, line.label)),
    )


def _line(code: str, planned: int, at_sending: int) -> ReasonLine:
    label, remedy = words_of(code)
    return ReasonLine(code, label, remedy, planned, at_sending)
