"""What the rules did to campaigns in a time: who was left out and why, and whose messages waited for their hours."""

import dataclasses
import datetime
from typing import Final

from django.db.models import Count, F, Q

from campaigns.models import Recipient, Run
from campaigns.reasons import words_of
from core.ids import earliest_id
from messaging.models import Message
from messaging.states import ONE_ORIGINS

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
