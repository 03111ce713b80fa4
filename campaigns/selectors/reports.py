"""The report of a run: what became of everybody, counted from rows in one statement, whoever is looking."""

import dataclasses
import datetime
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from django.db.models import Case, Count, DateTimeField, F, IntegerField, Q, Sum, Value, When
from django.db.models.functions import Coalesce

from billing.contracts import Used
from billing.selectors import used_by
from campaigns.models import Recipient, Run
from campaigns.outcomes import (
    ANSWERS,
    NOT_REPORTED,
    OUTCOMES,
    Outcome,
    answer_kind,
    message_outcome,
    outcome_by,
    plan_outcome,
    tells_arrival,
)
from campaigns.reasons import explain, words_of
from campaigns.selectors.barred import CODE as BARRED
from campaigns.selectors.barred import BarredBy, barred_by
from campaigns.selectors.full import FULL, possible_again
from consent.reasons import UnknownReason
from core import clock
from core.wording import counted_text
from messaging.models import InboundMessage, Message
from messaging.states import WAITING_FOR_TEMPLATE, WAITING_FOR_UNITS

_WAITING = (WAITING_FOR_UNITS, WAITING_FOR_TEMPLATE)
_SEVERITIES = (
    ("fix", "You can change this"),
    ("wait", "It passes by itself"),
    ("never", "Nobody here can change this"),
)
_TONES = {"never": "no", "wait": "wait", "fix": "plain"}


@dataclasses.dataclass(frozen=True, slots=True)
class Part:
    """One outcome and how many people have it."""

    outcome: Outcome
    people: int


@dataclasses.dataclass(frozen=True, slots=True)
class ReasonRow:
    """One reason: its words, how many people, and the view of the people behind it."""

    view: str
    code: str
    label: str
    sentence: str
    people: int
    tone: str = "plain"
    rules: Sequence[BarredBy] = ()
    #: the first and the last moment at which they may be written to again; None where nothing tells
    possible: tuple[datetime.datetime, datetime.datetime] | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class ReasonGroup:
    """Reasons that ask for the same kind of remedy."""

    title: str
    people: int
    rows: Sequence[ReasonRow]


@dataclasses.dataclass(frozen=True, slots=True)
class Report:
    """What became of everybody of a run. The people of `parts` are exactly those of the plan."""

    run: Run
    people: Mapping[str, int]
    by_reason: Mapping[tuple[str, str], int]
    parts: Sequence[Part]
    left_out: Sequence[ReasonGroup]
    troubles: Sequence[ReasonRow]
    answers: Mapping[str, int]
    sent: int
    segments: int
    used: Used = dataclasses.field(default_factory=Used)

    @property
    def without_units(self) -> int:
        """How many wait because there were no units for their message."""
        return self.by_reason.get(("waiting", WAITING_FOR_UNITS), 0)

    @property
    def tells_arrival(self) -> bool:
        """Whether its carrier reports what arrived."""
        return tells_arrival(self.run.sender.account)

    @property
    def delivered_note(self) -> str:
        """Why nothing is counted as arrived; empty where the carrier reports it."""
        return "" if self.tells_arrival else NOT_REPORTED

    @property
    def planned(self) -> int:
        """Everybody who was asked for."""
        return sum(self.people.values())

    @property
    def allowed(self) -> int:
        """Everybody who was to get it when it was planned."""
        return self.planned - self.people.get("left_out", 0)

    @property
    def of_allowed(self) -> Sequence[Part]:
        """The parts of those who were to get it; the ones that matter are always there, the rest when not empty."""
        always = ("delivered", "on_way", "failed", "waiting")
        return [
            part for part in self.parts
            if part.outcome.key != "left_out" and (part.people or part.outcome.key in always)
        ]  # fmt: skip

    @property
    def bar(self) -> list[tuple[str, int]]:
        """The same as parts of a drawing."""
        return [(part.outcome.fill, part.people) for part in self.of_allowed]

    @property
    def funnel(self) -> list[tuple[str, str, int, int]]:
        """How far it got, as (view, label, people, of how many)."""
        whole = self.people["delivered"] if self.tells_arrival else self.sent
        arrived = [("delivered", "Delivered", whole, self.sent)] if self.tells_arrival else []
        answers = [(key, ANSWERS[key], self.answers[key], whole) for key in ANSWERS]
        return [("sent", "Sent", self.sent, self.sent), *arrived, *answers]

    @property
    def spoken(self) -> str:
        """The drawing as a sentence."""
        said = [f"{part.people:,} {part.outcome.label.lower()}" for part in self.of_allowed if part.people]
        return f"Of {counted_text(self.allowed, 'person', 'people')}: {', '.join(said) or 'nothing yet'}"


def run_report(run: Run) -> Report:
    """The report of a run. One query of one moment, however many people there are: the parts add up at every tick.

    What a launch has used of the units takes one query more.

    Shape: recipients that messaging has count by their message, all others by themselves; answers count people once.
    """
    rows = _counted(run)
    by_reason: Counter[tuple[str, str]] = Counter()
    for row in rows:
        by_reason[row.key, row.reason] += row.people
    people = {outcome.key: sum(row.people for row in rows if row.key == outcome.key) for outcome in OUTCOMES}
    return Report(
        run=run,
        people=people,
        by_reason=by_reason,
        parts=[Part(outcome_by(run.sender.account, each.key), people[each.key]) for each in OUTCOMES],
        left_out=reason_groups([(row.reason, row.people) for row in rows if row.key == "left_out"], run),
        troubles=_troubles(rows, run),
        answers={key: sum(row.people for row in rows if row.key == key) for key in ANSWERS},
        sent=sum(row.taken for row in rows),
        segments=sum(row.segments for row in rows),
        used=used_by(run.id) if run.kind == "launch" else Used(),
    )


class _Count(NamedTuple):
    """How many have one outcome (or answered in one way) for one reason; `taken` of them a carrier has accepted."""

    key: str
    reason: str
    people: int
    taken: int
    segments: int


def _counted(run: Run) -> list[_Count]:
    none, taken = Sum(Value(0), output_field=IntegerField()), Q(state="accepted")
    kept = Recipient.objects.filter(run=run, promoted_at=None).annotate(key=plan_outcome())
    plan = kept.values("key", "reason").annotate(people=Count("id"), taken=none, segments=none)
    sent = Message.objects.filter(origin="run", origin_id=run.id).annotate(key=message_outcome(run.sender.channel))
    messages = sent.values("key", "reason").annotate(
        people=Count("id"), taken=Count("id", filter=taken), segments=Coalesce(Sum("units", filter=taken), 0)
    )
    heard = InboundMessage.objects.filter(origin="run", origin_id=run.id).annotate(key=answer_kind(), reason=Value(""))
    people = Count("message_id", distinct=True)
    answers = heard.values("key", "reason").annotate(people=people, taken=none, segments=none)
    one, *others = (each.values_list(*_Count._fields) for each in (plan, messages, answers))
    return [_Count(*row) for row in one.union(*others, all=True)]


def reason_groups(counts: Sequence[tuple[str, int]], run: Run) -> list[ReasonGroup]:
    """Reasons by what can be done about them, the larger first; their numbers add up to all that is left out.

    One query where a rule closes the channel to somebody: the rule and the countries are named beside it; one more where
    people have had enough: when they may be written to again.
    """
    rows = [(_severity(code), _reason_row("left_out", code, number)) for code, number in counts]
    rows = [(kind, dataclasses.replace(row, rules=barred_by(run)) if row.code == BARRED else row) for kind, row in rows]
    rows = [
        (kind, dataclasses.replace(row, possible=possible_again(run)) if row.code == FULL else row)
        for kind, row in rows
    ]
    groups = []
    for severity, title in _SEVERITIES:
        found = sorted((row for kind, row in rows if kind == severity), key=lambda row: (-row.people, row.code))
        if found:
            groups.append(ReasonGroup(title, sum(row.people for row in found), found))
    return sorted(groups, key=lambda group: -group.people)


def _severity(code: str) -> str:
    try:
        return explain(code).severity
    except UnknownReason:
        return "fix"


def _reason_row(view: str, code: str, people: int, carrier: str = "") -> ReasonRow:
    label, sentence = words_of(code, carrier, outcome=view)
    return ReasonRow(view, code, label, sentence, people, _TONES[_severity(code)])


def _troubles(rows: Sequence[_Count], run: Run) -> list[ReasonRow]:
    """What went wrong after the launch, the larger first."""
    carrier = run.sender.account.provider
    found = [
        _reason_row(row.key, row.reason, row.people, carrier)
        for row in rows
        if row.key in ("failed", "refused", "unclear", "held", "expired") or row.reason in _WAITING
    ]
    return sorted(found, key=lambda row: -row.people)


@dataclasses.dataclass(frozen=True, slots=True)
class Wave:
    """How many people wait for one moment. `at_once` are those whose moment has come."""

    at: datetime.datetime
    people: int
    at_once: bool


def waves(run: Run, most: int | None = 6) -> list[Wave]:
    """When those who wait may leave at the earliest, and how many: quiet hours move people to later moments. One query.

    Shape: the first `most` moments, or all of them.
    """
    come = clock.now() if run.finished_at is None else run.finished_at
    moment = Case(When(due_at__lte=come, then=Value(None)), default=F("due_at"), output_field=DateTimeField())
    waiting = Recipient.objects.filter(run=run, due_at__isnull=False, promoted_at=None).annotate(moment=moment)
    rows = waiting.values_list("moment").annotate(people=Count("id")).order_by(F("moment").asc(nulls_first=True))
    return [Wave(at or run.planned_for, people, at is None) for at, people in rows[:most]]
