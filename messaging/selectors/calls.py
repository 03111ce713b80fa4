"""What came of the calls of one origin: how many people were reached by whom, which keys they pressed, how long they listened."""

import dataclasses
import datetime
import uuid
from collections.abc import Sequence
from typing import Final

from django.db.models import Count, Exists, Min, OuterRef, Q, Subquery, Sum

from core import clock
from messaging.channels.voice_rules import call_rules
from messaging.models import Call, Message, SendGate
from messaging.states import CALL_OUTCOMES, ORIGIN_AGAIN, TERMINAL

#: outcome → the tone in which it is shown
TONES: Final = {
    "human": "yes",
    "unclear": "note",
    "machine": "note",
    "fax": "note",
    "withheld": "note",
    "busy": "wait",
    "no_answer": "wait",
}


@dataclasses.dataclass(frozen=True, slots=True)
class CallLine:
    """One outcome: its words, how many people it was the last of, and in how many tries."""

    key: str
    label: str
    tone: str
    people: int
    tries: int


@dataclasses.dataclass(frozen=True, slots=True)
class CallReport:
    """The calls of one origin; `most_tries` to one person.

    Units: `listened_seconds` is the mean of calls a person, or perhaps one, answered.
    """

    lines: Sequence[CallLine]
    pressed_stop: int
    pressed_again: int
    left_messages: int
    listened_seconds: int
    most_tries: int

    @property
    def people(self) -> int:
        """Everybody whose last call has ended."""
        return sum(line.people for line in self.lines)

    @property
    def tries(self) -> int:
        """All calls that have ended."""
        return sum(line.tries for line in self.lines)


def call_report(*, origin: str, origin_id: uuid.UUID) -> CallReport:
    """What came of the calls of one origin, a further try counted with its first. One query.

    Shape: of several tries to one person the last that has ended speaks; one that goes on or waits says nothing yet.
    """
    rules = call_rules()
    later = Call.objects.filter(first_id=OuterRef("first_id"), number__gt=OuterRef("number")).exclude(outcome="")
    ended = Call.objects.filter(message__origin__in=[origin, ORIGIN_AGAIN], message__origin_id=origin_id)
    counted = (
        ended.exclude(outcome="")
        .filter(~Exists(later))
        .values("outcome")
        .annotate(
            people=Count("id"),
            tries=Sum("number"),
            stopped=Count("id", filter=Q(keys__contains=rules.stop_key)),
            again=Count("id", filter=Q(keys__contains=rules.again_key)),
            left=Count("id", filter=Q(left_message=True)),
            seconds_open=Sum("seconds", default=0),
        )
    )
    rows = {row["outcome"]: row for row in counted}
    heard = [rows[key] for key in ("human", "unclear") if key in rows]
    listeners = sum(row["people"] for row in heard)
    return CallReport(
        lines=[
            CallLine(key, label, TONES.get(key, "no"), rows[key]["people"], rows[key]["tries"])
            for key, label in CALL_OUTCOMES.items()
            if key in rows
        ],
        pressed_stop=sum(row["stopped"] for row in rows.values()),
        pressed_again=sum(row["again"] for row in rows.values()),
        left_messages=sum(row["left"] for row in rows.values()),
        listened_seconds=round(sum(row["seconds_open"] for row in heard) / listeners) if listeners else 0,
        most_tries=rules.most_tries,
    )


@dataclasses.dataclass(frozen=True, slots=True)
class TriesAhead:
    """The further calls of one origin that have not left: how many, and when the first may."""

    calls: int
    at: datetime.datetime | None


def tries_ahead(*, origin_id: uuid.UUID) -> TriesAhead:
    """The further calls that are still to be made. One query."""
    waiting = Message.objects.filter(origin=ORIGIN_AGAIN, origin_id=origin_id).exclude(state__in=TERMINAL)
    counted = waiting.aggregate(calls=Count("id"), at=Min("next_at"))
    return TriesAhead(counted["calls"], counted["at"])


def calls_going(*, origin_id: uuid.UUID) -> bool:
    """Whether a call of a run may still come to a further try: it left, and nobody has told its end. One query.

    A report that has not come when the call must long have been over is not waited for.
    """
    rules = call_rules()
    longest = rules.ring_seconds + rules.most_seconds + rules.news_seconds
    ended = Call.objects.filter(message_id=OuterRef("id")).exclude(outcome="")
    left = Message.objects.filter(origin__in=["run", ORIGIN_AGAIN], origin_id=origin_id, state="accepted")
    recent = left.filter(sent_at__gt=clock.now() - datetime.timedelta(seconds=longest))
    return recent.filter(~Exists(ended)).exists()


def tries_in_hand(*, ringing: bool) -> Exists:
    """Whether somebody's further call waits, or (`ringing`) has left and not ended, as an expression on the first's Message."""
    later = Call.objects.filter(first_id=OuterRef("id"), number__gt=1, outcome="")
    ended = Q(message__state__in=TERMINAL)
    return Exists(later.filter(message__state="accepted") if ringing else later.exclude(ended))


def next_try_at() -> Subquery:
    """When the further call of somebody is due, as an expression on the first's Message; null where none waits."""
    later = Call.objects.filter(first_id=OuterRef("id"), number__gt=1, outcome="")
    return Subquery(later.order_by("-number").values("message__next_at")[:1])


def is_try_of_run() -> Q:
    """Whether a message is a further call of a campaign's run, whose gate holds for it, as an expression on Message."""
    gates = SendGate.objects.filter(origin="run", origin_id=OuterRef("origin_id"))
    return Q(origin=ORIGIN_AGAIN) & Q(Exists(gates))
