"""Why somebody got a message, or did not: the agreement it rests on, the decision with its rules, what it cost (N18)."""

import dataclasses
import datetime
import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.conf import settings
from django.urls import NoReverseMatch, reverse

from accounts.contracts import Actor
from accounts.models import Organization
from billing.contracts import units_text
from billing.models import LedgerEntry
from consent.models import CHANNELS, ConsentEvent, DecisionRecord, Point
from consent.reasons import REASONS
from consent.selectors.words import places_text, receipt_number, source_label, status_badge
from consent.states import STATUS_LABELS, SUPPRESSION_LABELS
from consent.values import Address, address_of
from contacts.selectors.points import known_points
from core.email import EmailAddress, parse_email
from core.phone import PhoneNumber, parse_phone
from core.wording import language_text
from messaging.carrier_ids import kept_as
from messaging.models import Message, SendAttempt
from messaging.selectors.outcomes import Fate, fate_of
from messaging.selectors.replies import Badge, Person, people_behind

MOST_FOUND: Final = 50
_CHANNELS: Final = dict(CHANNELS)
_OUTCOMES: Final[Mapping[str, str]] = {
    "allowed": "Allowed",
    "denied": "Refused",
    "deferred": "Not yet: it waits until its hours open",
}
_ORIGINS: Final[Mapping[str, str]] = {
    "run": "A campaign",
    "test": "A test to your guests",
    "one": "A message to this person alone",
    "reply": "An answer to what they wrote",
    "said_stop": "The one confirmation of their stop",
    "said_start": "The confirmation that they are back",
    "confirm": "The request to confirm what they agreed to",
    "receipt": "The receipt of what they agreed to",
    "said_help": "The answer to their call for help",
}


@dataclasses.dataclass(frozen=True, slots=True)
class Proof:
    """The agreement a message rests on. `words` are those they agreed to; empty where no words are kept."""

    id: uuid.UUID
    number: str
    badge: Badge
    how: str
    occurred_at: datetime.datetime
    words: str
    words_source: str


@dataclasses.dataclass(frozen=True, slots=True)
class Verdict:
    """What the gate decided, under which rules, from which facts. `id` is the kept decision's."""

    id: uuid.UUID
    outcome: str
    reason: str
    rules_version: str
    decided_at: datetime.datetime
    facts: Sequence[tuple[str, str]]


@dataclasses.dataclass(frozen=True, slots=True)
class Try:
    """One time the gate let it through to the carrier, and what came of it."""

    number: int
    at: datetime.datetime
    outcome: str


@dataclasses.dataclass(frozen=True, slots=True)
class Why:
    """Everything a message rests on. Without a try nothing has left, and there is no proof to show for it yet."""

    message: Message
    person: Person
    fate: Fate
    channel_label: str
    origin: str
    page: str
    proof: Proof | None
    verdict: Verdict | None
    tries: Sequence[Try]
    cost: str


_TRIES: Final[Mapping[str, str]] = {
    "accepted": "the carrier took it",
    "not_accepted": "the carrier did not take it",
    "ambiguous": "no clear answer; it is not sent twice",
    "aborted_before_call": "it was too late, so nothing left",
    "": "on its way",
}


def why_of(*, actor: Actor, message: Message) -> Why:
    """Why this message. Seven queries at most; the words they agreed to are shown to those who may see addresses."""
    actor.require("see_contacts")
    attempts = SendAttempt.objects.filter(message=message).select_related(
        "consent_event__wording", "consent_event__purpose", "decision"
    )
    tries = list(attempts.order_by("number"))
    last = tries[-1] if tries else None
    point = Point.objects.get(id=message.point_id)
    return Why(
        message=message,
        person=people_behind([point], actor.may("see_addresses"))[point.id],
        fate=fate_of(message),
        channel_label=_CHANNELS.get(message.channel, message.channel),
        origin=_ORIGINS.get(message.origin, "A message"),
        page=_page(message),
        proof=_proof(last.consent_event, actor.may("see_addresses")) if last else None,
        verdict=_verdict(last.decision, last.intent_at) if last else None,
        tries=[Try(each.number, each.intent_at, _TRIES.get(each.outcome, each.outcome)) for each in tries],
        cost=cost_text(message),
    )


def messages_found(*, actor: Actor, query: str) -> list[tuple[Message, Fate]]:
    """The newest messages of a carrier's id, an id of ours, or a whole address typed or pasted; fifty at most.

    An address is looked for only for those who may see addresses. Three queries at most.
    """
    actor.require("see_contacts")
    rows = Message.objects.select_related("sender__account", "purpose", "point").order_by("-created_at", "-id")
    key = _key(query)
    if key is not None:
        found = rows.filter(id=key)
    else:
        found = rows.filter(provider_message_id__in=kept_as(query)) if query else rows.none()
        address = address_in(query) if actor.may("see_addresses") else None
        if address is not None:
            found = rows.filter(point_id__in=known_points([address]).values())
    return [(row, fate_of(row)) for row in found[:MOST_FOUND]]


def _key(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def address_in(text: str) -> Address | None:
    """The address somebody typed or pasted; None where the text is none."""
    value = parse_email(text) if "@" in text else parse_phone(text, Organization.objects.current().default_country)
    return address_of(value) if isinstance(value, EmailAddress | PhoneNumber) else None


def _proof(event: ConsentEvent, whole: bool) -> Proof:
    wording = event.wording
    source = (
        f"Version {wording.version}, {_CHANNELS[wording.channel]}, {language_text(wording.language)}" if wording else ""
    )
    return Proof(
        id=event.id,
        number=receipt_number(event.id, event.status),
        badge=status_badge(event.status),
        how=source_label(event.source, event.status),
        occurred_at=event.occurred_at,
        words=wording.text if wording and whole else "",
        words_source=source if whole else "",
    )


def _verdict(record: DecisionRecord, at: datetime.datetime) -> Verdict:
    """The decision as of the try: a record is kept once for equal facts, so its own moment may be an earlier one."""
    reason = REASONS[record.reason].label if record.reason in REASONS else record.reason
    return Verdict(record.id, _OUTCOMES[record.outcome], reason, record.rules_version, at, _facts(record.facts))


def _facts(known: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What the gate knew, in words; what is not in the record is not told."""
    consent, kind, cap = known.get("consent", ""), known.get("suppression", ""), known.get("cap")
    told = [
        ("Agreement", STATUS_LABELS.get(consent, consent)),
        ("Protection", SUPPRESSION_LABELS.get(kind, kind) if kind else "None"),
        ("Where they are", places_text(str(known.get("region", "")))),
        ("Their clocks", ", ".join(known.get("zones", ())) or "Not known"),
    ]
    if cap is not None:
        told.append(("Had already", f"{known.get('recent_sends', 0)} of at most {cap}"))
    if known.get("own_full"):
        told.append(("Wanted this week", "No more than they had"))
    if known.get("own_hours"):
        told.append(("Their own hours", _hours(known["own_hours"])))
    return told


def _hours(own: Mapping[str, Any]) -> str:
    start, end = (f"{own[name] // 60:02d}:{own[name] % 60:02d}" for name in ("start", "end"))
    return f"{start} to {end}, {own['zone']}"


def cost_text(message: Message) -> str:
    """What was taken for it and not given back; empty where nothing was."""
    entries = LedgerEntry.objects.filter(message_id=message.id).values_list("debit", "credit", "amount")
    taken = sum(amount * ((debit == "available") - (credit == "available")) for debit, credit, amount in entries)
    return units_text(taken) if taken > 0 else ""


def _page(message: Message) -> str:
    name = settings.ORIGIN_PAGES.get(message.origin, "")
    try:
        return reverse(name, args=[message.origin_id]) if name else ""
    except NoReverseMatch:
        return ""
