"""The people behind any number of a run, a page at a time: name, address as far as the reader may see it, why, proof."""

import dataclasses
import datetime
import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db.models import DateTimeField, F, QuerySet, Value
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThanOrEqual

from accounts.contracts import Actor
from campaigns.models import Recipient, Run
from campaigns.outcomes import (
    ANSWERS,
    BY_KEY,
    HANDED_OVER,
    WOULD_GET,
    Outcome,
    answer_kind,
    message_outcome,
    outcome_by,
    plan_outcome,
)
from campaigns.reasons import lacks_agreement, words_of
from campaigns.selectors.full import FULL, possible_for
from campaigns.selectors.reports import Report
from consent.models import ConsentEvent, Point
from consent.selectors.words import receipt_number
from contacts.models import Contact
from contacts.selectors.people import shown
from messaging.models import InboundMessage, Message, MessageEvent, SendAttempt
from messaging.selectors.calls import next_try_at

PAGE_SIZE = 50
_EXPORT_SLICE = 1000
_FIRST, _LAST = uuid.UUID(int=0), uuid.UUID(int=2**128 - 1)
#: views of a run's people: word in the address → heading
VIEWS: Mapping[str, str] = {
    "all": "Everybody",
    "gets": "Those who get it",
    "sent": "Sent",
    **{key: outcome.label for key, outcome in BY_KEY.items()},
    **ANSWERS,
}


@dataclasses.dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened to somebody's message."""

    at: datetime.datetime
    words: str
    tone: str
    icon: str
    code: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Person:
    """One recipient as the actor may see it."""

    id: uuid.UUID
    contact_id: uuid.UUID | None
    name: str
    address: str
    outcome: Outcome
    code: str
    words: str
    remedy: str
    evidence_id: uuid.UUID | None
    evidence_number: str
    due_at: datetime.datetime | None
    #: when somebody left out for a limit may be written to again
    possible_at: datetime.datetime | None
    sent_at: datetime.datetime | None
    delivered_at: datetime.datetime | None
    segments: int | None
    answer: str
    #: the kept decision by which they were left out or let in when the run was planned; None once a message tells its own
    decision_id: uuid.UUID | None
    steps: Sequence[Step]
    #: the address whose page records an agreement; None where none is missing, or it may not be seen
    point_id: uuid.UUID | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class PeoplePage:
    """Some people of a run; `next` is where the following page begins, "" at the end."""

    people: Sequence[Person]
    next: str


@dataclasses.dataclass(frozen=True, slots=True)
class ViewChip:
    """One view of a run's people and how many it holds."""

    key: str
    label: str
    people: int


def people_chips(report: Report) -> list[ViewChip]:
    """The views of a run that hold somebody, from its report."""
    if report.run.kind == "simulation":
        counted = {"all": report.planned, "gets": report.allowed, "left_out": report.people["left_out"]}
    else:
        counted = {"all": report.planned, **report.people, **report.answers}
    return [ViewChip(key, view_title(report.run, key), people) for key, people in counted.items() if people]


def view_title(run: Run, view: str) -> str:
    """What a view of a run's people is called."""
    return outcome_by(run.sender.account, view).label if view in BY_KEY else VIEWS[view]


def people_page(*, actor: Actor, run: Run, view: str, reason: str = "", after: str = "") -> PeoplePage:
    """Fifty people of a view of a run, and of one reason if one is named. At most ten queries, however many there are."""
    key = _cursor(after)
    if view in BY_KEY and view != "left_out" or view == "sent":
        found = _by_message(run, view, reason, key)
        following = str(found[PAGE_SIZE - 1].id) if len(found) > PAGE_SIZE else ""
    else:
        rows = _by_plan(run, view, reason)
        rows = rows.filter(contact_id__gt=key) if key is not None else rows
        found = list(rows.order_by("contact_id")[: PAGE_SIZE + 1])
        following = str(found[PAGE_SIZE - 1].contact_id) if len(found) > PAGE_SIZE else ""
    return PeoplePage(_people(actor, run, found[:PAGE_SIZE], whole=True), following)


def all_people(*, actor: Actor, run: Run, view: str, reason: str = "") -> Iterator[Person]:
    """Everybody of a view: the run is walked once, a thousand people at a time, six queries for each slice."""
    rows, key = _by_plan(run, view, reason).order_by("contact_id"), None
    while True:
        found = list((rows.filter(contact_id__gt=key) if key is not None else rows)[:_EXPORT_SLICE])
        yield from _people(actor, run, found, whole=False, view=view, reason=reason)
        if len(found) < _EXPORT_SLICE:
            return
        key = found[-1].contact_id


def people_total(report: Report, view: str, reason: str = "") -> int:
    """How many people a view of a run holds, from its report."""
    whole = {"all": report.planned, "gets": report.allowed, "sent": report.sent, **report.people, **report.answers}
    return report.by_reason.get((view, reason), 0) if reason else whole.get(view, 0)


def _cursor(after: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(after)
    except ValueError:
        return None


def _by_plan(run: Run, view: str, reason: str) -> "QuerySet[Any]":
    """The recipients among whom a view's people are: exactly them where the plan decides, else all who were to get it."""
    rows = Recipient.objects.filter(run=run)
    if view in ANSWERS:
        answers = InboundMessage.objects.filter(origin="run", origin_id=run.id).annotate(key=answer_kind())
        return rows.filter(id__in=answers.filter(key=view).values("message_id"))
    if view == "left_out":
        return rows.filter(outcome="left_out", **({"reason": reason} if reason else {}))
    return rows if view == "all" else rows.filter(outcome="allowed")


def _by_message(run: Run, view: str, reason: str, key: uuid.UUID | None) -> list[Any]:
    """The next recipients whose messages (or, before they have one, who themselves) have an outcome. Three queries."""
    messages = _walk(Message.objects.all(), {"origin": "run", "origin_id": run.id}, key)
    messages = messages.annotate(key=message_outcome(run.sender.channel))
    chosen = messages.filter(state="accepted") if view == "sent" else messages.filter(key=view)
    planned = _walk(Recipient.objects.all(), {"run_id": run.id, "outcome": "allowed", "reason": ""}, key)
    kept = planned.filter(promoted_at=None).annotate(key=plan_outcome()).filter(key=view)
    ids: list[uuid.UUID] = []
    for rows in (chosen, kept) if view in ("waiting", "stopped") else (chosen,):
        rows = rows.filter(reason=reason) if reason else rows
        ids += rows.values_list("id", flat=True)[: PAGE_SIZE + 1]
    found = Recipient.objects.in_bulk(ids)
    return [found[each] for each in sorted(found)[: PAGE_SIZE + 1]]


def _walk(rows: "QuerySet[Any]", where: Mapping[str, Any], key: uuid.UUID | None) -> "QuerySet[Any]":
    """Rows with these values, after a key, in the order of ids: read off the index that begins with these columns.

    Written as a range of rows and not as equal columns, because the planner takes the primary key for those: it ends soon
    where a tenth of the table fits, and reads all older rows of the table where the run is a new one.
    """
    columns, values = Tuple(*map(F, (*where, "id"))), list(where.values())
    above = TupleGreaterThan(columns, (*values, key or _FIRST))
    below = TupleLessThanOrEqual(columns, (*values, _LAST))
    return rows.filter(above, below).order_by(*where, "id")


def _people(
    actor: Actor, run: Run, rows: Sequence[Any], *, whole: bool, view: str = "all", reason: str = ""
) -> list[Person]:
    """Those of some rows who fit a view, with all that is said of them; with `whole` also each message's own story."""
    messages = {
        message.id: message
        for message in Message.objects.filter(id__in=[row.id for row in rows])
        .defer("body_sealed")
        .annotate(key=message_outcome(run.sender.channel), again_at=_again_at(run))
    }
    rows = [row for row in rows if _fits(row, messages.get(row.id), view, reason)]
    ids = [row.id for row in rows]
    contacts = Contact.objects.in_bulk({row.contact_id for row in rows})
    points = Point.objects.in_bulk({row.point_id for row in rows if row.point_id})
    proofs = dict(
        ConsentEvent.objects.filter(id__in={row.evidence_id for row in rows if row.evidence_id}).values_list(
            "id", "status"
        )
    )
    heard: dict[uuid.UUID, list[Any]] = {}
    answers = InboundMessage.objects.filter(message_id__in=ids).defer("body_sealed").annotate(key=answer_kind())
    for answer in answers.order_by("received_at"):
        heard.setdefault(answer.message_id, []).append(answer)
    steps = _steps(ids, messages, heard, run.sender.account.provider) if whole else {}
    possible = possible_for(row.decision_id for row in rows if row.reason == FULL and row.decision_id) if whole else {}
    return [
        _person(actor, run, row, contacts.get(row.contact_id), points.get(row.point_id), messages.get(row.id),
                proofs, heard.get(row.id, []), steps.get(row.id, []), possible.get(row.decision_id))
        for row in rows
    ]  # fmt: skip


def _person(
    actor: Actor,
    run: Run,
    row: Any,
    contact: Contact | None,
    point: Point | None,
    message: Any,
    proofs: Mapping[uuid.UUID, str],
    heard: Sequence[Any],
    steps: Sequence[Step],
    possible_at: datetime.datetime | None,
) -> Person:
    key = _outcome_of(row, message)
    account = run.sender.account
    outcome = WOULD_GET if run.kind == "simulation" and key == "waiting" else outcome_by(account, key)
    code = message.reason if message is not None else row.reason
    again_at = message.again_at if message is not None else None
    words, remedy = _said(outcome, code, account.provider) if again_at is None else _AGAIN
    proof = row.evidence_id if row.evidence_id in proofs else None
    return Person(
        id=row.id,
        contact_id=contact.id if contact else None,
        name=str(contact) if contact else "Forgotten person",
        address=shown(actor, point) if point else "",
        outcome=outcome,
        code=code,
        words=words,
        remedy=remedy,
        evidence_id=proof if actor.may("see_addresses") else None,
        evidence_number=receipt_number(proof, proofs[proof]) if proof else "",
        due_at=row.due_at if message is None else again_at or message.next_at,
        possible_at=possible_at,
        sent_at=message.sent_at if message is not None else None,
        delivered_at=message.delivered_at if message is not None else None,
        segments=message.units if message is not None else None,
        answer=max((answer.key for answer in heard), key=("", "replied", "opted_out").index, default=""),
        decision_id=row.decision_id if message is None else None,
        steps=steps,
        point_id=row.point_id if lacks_agreement(code) else None,
    )


def _fits(row: Any, message: Any, view: str, reason: str) -> bool:
    """Whether one row in hand belongs to a view, as the queries say it of all."""
    if view == "sent":
        return message is not None and message.state == "accepted"
    code = message.reason if message is not None else row.reason
    return view not in BY_KEY or (_outcome_of(row, message) == view and reason in ("", code))


def _outcome_of(row: Any, message: Any) -> str:
    """What `message_outcome` says of its message, or `plan_outcome` of the row itself."""
    if message is not None:
        return str(message.key)
    if row.outcome == "left_out":
        return "left_out"
    return "waiting" if row.due_at is not None else "stopped"


def _said(outcome: Outcome, code: str, carrier: str) -> tuple[str, str]:
    if code:
        return words_of(code, carrier, outcome=outcome.key)
    if outcome == HANDED_OVER:
        return "The carrier took it; it does not say what arrived", ""
    return _PLAIN_WORDS.get(outcome.key, outcome.label), ""


def _again_at(run: Run) -> Any:
    """When the further call of a message is due; of any other channel there is none."""
    return next_try_at() if run.sender.channel == "voice" else Value(None, output_field=DateTimeField())


#: somebody whom the call has not reached so far
_AGAIN = ("Not reached yet; called again", "The line was busy or nobody answered. It leaves by itself at the next try.")
#: what is said of an outcome that came without a reason
_PLAIN_WORDS = {
    "would_get": "Nothing stands against it",
    "delivered": "Arrived on the phone",
    "on_way": "The carrier has it; no receipt yet",
    "waiting": "Not sent yet",
    "stopped": "The campaign was stopped before it left",
    "unclear": "No answer came; it may have left, and is not sent twice",
    "held": "Held back until somebody looks at it",
}
_EVENT_WORDS = {
    "accepted": ("The carrier took it", "note", "send"),
    "queued": ("The carrier has it in its queue", "note", "clock"),
    "sent": ("The carrier handed it to the network", "note", "send"),
    "delivered": ("It arrived on the phone", "yes", "double-check"),
    "read": ("They opened it", "yes", "double-check"),
    "failed": ("The carrier says it failed", "no", "x"),
    "rejected": ("The carrier refused it", "no", "x"),
    "uncertain": ("No answer came; it may have left. We do not send twice", "wait", "clock"),
}
_ANSWER_WORDS = {"opted_out": ("They said stop", "no", "hand"), "replied": ("They answered", "note", "inbox")}


def _steps(
    ids: Sequence[uuid.UUID], messages: Mapping[uuid.UUID, Any], heard: Mapping[uuid.UUID, Sequence[Any]], carrier: str
) -> dict[uuid.UUID, list[Step]]:
    """Each message's story, oldest first. Two queries."""
    found: dict[uuid.UUID, list[Step]] = {
        key: [Step(row.created_at, "Its turn came", "plain", "clock")] for key, row in messages.items()
    }
    for attempt in SendAttempt.objects.filter(message_id__in=ids):
        again = "" if attempt.number == 1 else f", try {attempt.number}"
        words = f"Checked once more at the door and allowed{again}"
        found[attempt.message_id].append(Step(attempt.intent_at, words, "plain", "check"))
    for event in MessageEvent.objects.filter(message_id__in=ids):
        words, tone, icon = _EVENT_WORDS.get(event.kind, (event.kind.capitalize(), "plain", "info"))
        meaning = f": {words_of(event.code, carrier, outcome='failed')[0].lower()}" if event.code else ""
        found.setdefault(event.message_id, []).append(Step(event.occurred_at, words + meaning, tone, icon, event.code))
    for key, answers in heard.items():
        found.setdefault(key, []).extend(Step(each.received_at, *_ANSWER_WORDS[each.key]) for each in answers)
    return {key: sorted(steps, key=lambda step: step.at) for key, steps in found.items()}
