"""Calls as their pages show them: the list, and one call with everything that is known of it."""

import dataclasses
import datetime
import uuid
from collections.abc import Mapping, Sequence
from typing import Final

from django.conf import settings
from django.db.models import Q, QuerySet
from django.urls import NoReverseMatch, reverse

from accounts.contracts import Actor
from consent.models import ConsentEvent
from consent.selectors.words import source_label
from messaging.models import Call, InboundMessage, Message
from messaging.selectors.calls import TONES
from messaging.selectors.replies import Badge, Person, people_behind, reply_badge
from messaging.selectors.whys import cost_text
from messaging.states import CALL_OUTCOMES, ORIGIN_AGAIN

PAGE_SIZE: Final = 50
_ICONS: Final[Mapping[str, str]] = {"yes": "check", "note": "info", "wait": "clock", "no": "x"}
_GOING: Final[Badge] = {"label": "Not over yet", "tone": "note", "icon": "phone"}
_WAITS: Final[Badge] = {"label": "Waits for its time", "tone": "note", "icon": "clock"}
#: the views of the list: its word in the address → its label, and which calls
VIEWS: Final[Mapping[str, tuple[str, Q]]] = {
    "all": ("All", Q()),
    "answered": ("Answered", Q(outcome__in=["human", "unclear"])),
    "machines": ("Machines", Q(outcome__in=["machine", "fax"])),
    "missed": ("Not reached", Q(outcome__in=["busy", "no_answer", "failed", "cancelled"])),
    "stopped": ("Said no", Q(stop_event_id__isnull=False)),
    "going": ("Not over yet", Q(outcome="")),
}
#: the carrier's word for who answered, in ours
VERDICTS: Final[Mapping[str, str]] = {
    "human": "a person",
    "machine_start": "a machine, at the start of its greeting",
    "machine_end_beep": "a machine, after the beep",
    "machine_end_silence": "a machine, after a silence",
    "machine_end_other": "a machine, at the end of its greeting",
    "fax": "a fax",
    "unknown": "it could not tell",
}
_HUNG_UP: Final[Mapping[str, str]] = {"us": "We did, after the last word", "them": "They did"}


@dataclasses.dataclass(frozen=True, slots=True)
class CallRow:
    """One call in the list. `page` leads to what it belongs to, empty where that has no page."""

    call: Call
    person: Person
    badge: Badge
    page: str


@dataclasses.dataclass(frozen=True, slots=True)
class CallPage:
    """Some calls, newest first; `newer` and `older` name the call to begin beside, None at the ends."""

    rows: Sequence[CallRow]
    newer: uuid.UUID | None
    older: uuid.UUID | None


@dataclasses.dataclass(frozen=True, slots=True)
class Stop:
    """How somebody said no in a call. `words` only for those who may read replies; `badge` is what was made of them."""

    event_id: uuid.UUID
    how: str
    at: datetime.datetime
    badge: Badge | None


@dataclasses.dataclass(frozen=True, slots=True)
class CallRecord:
    """Everything that is known of one call. `verdict` is what the carrier took who answered for."""

    row: CallRow
    message: Message
    verdict: str
    hung_up: str
    cost: str
    stop: Stop | None
    tries: Sequence[CallRow]


def call_rows(view: str = "all", run_id: uuid.UUID | None = None) -> "QuerySet[Call]":
    """The calls of a view, of one run where it is named, its further tries with them."""
    rows: QuerySet[Call] = Call.objects.filter(VIEWS.get(view, VIEWS["all"])[1])
    if run_id is not None:
        rows = rows.filter(message__origin__in=["run", ORIGIN_AGAIN], message__origin_id=run_id)
    return rows


def call_page(
    *,
    actor: Actor,
    view: str,
    run_id: uuid.UUID | None = None,
    before: uuid.UUID | None = None,
    after: uuid.UUID | None = None,
) -> CallPage:
    """Fifty calls of a view, newest first: the newest, or those before or after the call named. Three queries at most."""
    actor.require("see_contacts")
    rows = call_rows(view, run_id).select_related("message__point")
    if after is not None:
        found = list(rows.filter(id__gt=after).order_by("id")[: PAGE_SIZE + 1])
        shown, newer, older = found[:PAGE_SIZE][::-1], len(found) > PAGE_SIZE, True
    else:
        found = list((rows.filter(id__lt=before) if before else rows).order_by("-id")[: PAGE_SIZE + 1])
        shown, newer, older = found[:PAGE_SIZE], before is not None, len(found) > PAGE_SIZE
    return CallPage(
        _rows(actor, shown),
        shown[0].id if shown and newer else None,
        shown[-1].id if shown and older else None,
    )


def call_record(*, actor: Actor, call: Call) -> CallRecord:
    """One call, its message loaded, with its cost, its stop and all tries to reach the same person. Six queries at most."""
    actor.require("see_contacts")
    tries = Call.objects.filter(first_id=call.first_id).select_related("message__point").order_by("number")
    (row,) = _rows(actor, [call])
    return CallRecord(
        row=row,
        message=call.message,
        verdict=VERDICTS.get(call.verdict, ""),
        hung_up=_HUNG_UP.get(call.hung_up, ""),
        cost=cost_text(call.message),
        stop=_stop(call),
        tries=_rows(actor, list(tries)),
    )


def outcome_badge(call: Call) -> Badge:
    """How a call ended, as a badge; its message must be loaded. A further try waits before it is made."""
    if not call.outcome:
        return _WAITS if call.message.state in ("held", "ready") else _GOING
    tone = TONES.get(call.outcome, "no")
    return {"label": CALL_OUTCOMES[call.outcome], "tone": tone, "icon": _ICONS[tone]}


def _rows(actor: Actor, calls: Sequence[Call]) -> list[CallRow]:
    people = people_behind([call.message.point for call in calls], actor.may("see_addresses")) if calls else {}
    firsts = {call.first_id for call in calls if call.message.origin == ORIGIN_AGAIN}
    origins = dict(Message.objects.filter(id__in=firsts).values_list("id", "origin")) if firsts else {}
    return [
        CallRow(
            call,
            people[call.message.point_id],
            outcome_badge(call),
            _page(origins.get(call.first_id, call.message.origin), call.message.origin_id),
        )
        for call in calls
    ]


def _page(origin: str, origin_id: uuid.UUID | None) -> str:
    name = settings.ORIGIN_PAGES.get(origin, "")
    try:
        return reverse(name, args=[origin_id]) if name and origin_id else ""
    except NoReverseMatch:
        return ""


def _stop(call: Call) -> Stop | None:
    event = ConsentEvent.objects.filter(id=call.stop_event_id).first() if call.stop_event_id else None
    if event is None:
        return None
    heard = InboundMessage.objects.filter(id=event.origin_id).first()
    return Stop(event.id, source_label(event.source), event.recorded_at, reply_badge(heard) if heard else None)
