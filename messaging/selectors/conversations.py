"""One conversation: what an address wrote and what it was told, in order, with what became of each."""

import dataclasses
import datetime
import hashlib
import uuid
from collections.abc import Sequence
from typing import Any, Final

from accounts.contracts import Actor
from consent.models import CHANNELS, ConsentState, Point, Purpose, Suppression
from consent.reasons import Reason
from consent.states import POINT_CHANNELS
from contacts.models import ContactPoint
from core import vault
from core.tenancy import require_organization_id
from messaging.models import InboundMessage, Message, Sender
from messaging.selectors.outcomes import Fate, fate_of
from messaging.selectors.replies import THINGS, Badge, Person, people_behind, reply_badge

#: messages shown of a conversation, the newest
MOST_LINES: Final = 40
_CHANNELS: Final = dict(CHANNELS)
#: reasons whose evidence is what protects the address, not what was agreed
_PROTECTED: Final = ("opted_out", "complaint", "bounced", "erased", "dnc", "platform_suppressed")


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """One message of a conversation, opened. `ours` has a fate and says for what and from where it was sent."""

    id: uuid.UUID
    ours: bool
    text: str
    at: datetime.datetime
    channel_label: str
    about: str = ""
    fate: Fate | None = None
    badge: Badge | None = None
    point_id: uuid.UUID | None = None

    @property
    def key(self) -> str:
        """The id as text, for names inside the page."""
        return str(self.id)


@dataclasses.dataclass(frozen=True, slots=True)
class Conversation:
    """What an address wrote and what it was told, oldest first. `waiting` says that somebody there expects an answer."""

    point: Point
    person: Person
    lines: Sequence[Line]
    waiting: bool
    judging: bool

    @property
    def mark(self) -> str:
        """Changes whenever something of it does, so that a page that has seen it needs nothing new."""
        seen = [(line.key, str(line.fate.badge) if line.fate else str(line.badge)) for line in self.lines]
        return hashlib.sha256(repr((seen, self.waiting)).encode()).hexdigest()[:16]


def conversation(*, actor: Actor, point: Point) -> Conversation:
    """The newest messages of one address, both ways. Five queries, whatever it holds."""
    actor.require("see_replies")
    heard = list(InboundMessage.objects.filter(point=point).order_by("-received_at", "-id")[:MOST_LINES])
    told = list(messages_to([point.id])[:MOST_LINES])
    lines = sorted([*map(_heard, heard), *map(_told, told)], key=lambda line: (line.at, line.id))
    return Conversation(
        point=point,
        person=people_behind([point], actor.may("see_addresses"))[point.id],
        lines=lines[-MOST_LINES:],
        waiting=any(row.handled_at is None and row.verdict != "asked" for row in heard),
        judging=any(row.verdict == "asked" for row in heard),
    )


def messages_to(point_ids: Sequence[uuid.UUID]) -> Any:
    """What some addresses were sent, newest first, with what its words are about."""
    rows = Message.objects.filter(point_id__in=point_ids).select_related("sender__account", "purpose")
    return rows.order_by("-created_at", "-id")


def conversations_of(contact_id: uuid.UUID) -> list[Point]:
    """The addresses of one person, first one first. One query."""
    links = ContactPoint.objects.filter(contact_id=contact_id).select_related("point").order_by("created_at", "id")
    return list({link.point_id: link.point for link in links}.values())


def recent_lines(point_ids: Sequence[uuid.UUID], most: int = 6) -> list[Line]:
    """The newest messages of a person, both ways and over all their addresses, newest first. Three queries."""
    heard = InboundMessage.objects.filter(point_id__in=point_ids).order_by("-received_at", "-id")[:most]
    lines = [*map(_heard, heard), *map(_told, messages_to(point_ids)[:most])]
    return sorted(lines, key=lambda line: (line.at, line.id), reverse=True)[:most]


def letter_choices(point: Point, channels: Sequence[str]) -> tuple[list[Sender], list[Purpose]]:
    """From where, on these channels, and for what one may write: what works first, then what waits for no hours. Two queries."""
    reached = [channel for channel in POINT_CHANNELS[point.kind] if channel in channels]
    rows = Sender.objects.filter(channel__in=reached).select_related("account")
    senders = sorted(rows.order_by("label", "id"), key=_is_idle)
    purposes = Purpose.objects.filter(archived_at=None).order_by("name")
    return senders, sorted(purposes, key=lambda purpose: purpose.tier != "transactional")


def _is_idle(sender: Sender) -> bool:
    return sender.paused_at is not None or sender.account.state != "connected"


def first_choice(point: Point, senders: Sequence[Sender], purposes: Sequence[Purpose]) -> tuple[Any, Any]:
    """The sender they know, else one that reaches them; the purpose they agreed to, else the first. Two queries."""
    last = Message.objects.filter(point=point).order_by("-created_at").values_list("sender_id", flat=True).first()
    wrote_to = InboundMessage.objects.filter(point=point, sender__isnull=False).order_by("-received_at")
    known = wrote_to.values_list("sender_id", flat=True).first() or last
    sender = next((each for each in senders if each.id == known), senders[0] if senders else None)
    agreed = set()
    if sender is not None:
        states = ConsentState.objects.filter(point=point, channel=sender.channel, status="granted")
        agreed = set(states.values_list("purpose_id", flat=True))
    purpose = next((each for each in purposes if each.id in agreed), purposes[0] if purposes else None)
    return sender, purpose


def proof_against(point: Point, channel: str, purpose: Purpose, why: Reason) -> uuid.UUID | None:
    """The event that a refusal rests on: what protects the address, or what was last said about the purpose. One query."""
    if why.code in _PROTECTED:
        live = Suppression.objects.filter(point=point, channel__in=["", channel], lifted_at=None)
        return live.order_by("-created_at").values_list("event_id", flat=True).first()
    states = ConsentState.objects.filter(point=point, channel=channel, purpose=purpose)
    return states.values_list("event_id", flat=True).first()


def _heard(row: InboundMessage) -> Line:
    text, thing = _opened("messaging_inboundmessage", row), THINGS.get(row.form, "")
    text = f"{thing}: {text}" if thing and text else thing or text
    label = _CHANNELS.get(row.channel, row.channel)
    return Line(row.id, False, text, row.received_at, label, badge=reply_badge(row))


def _told(row: Message) -> Line:
    label = _CHANNELS.get(row.channel, row.channel)
    about = f"{row.purpose.name}, from {row.sender.label}"
    text = _opened("messaging_message", row)
    return Line(row.id, True, text, row.created_at, label, about, fate_of(row), point_id=row.point_id)


def _opened(table: str, row: Any) -> str:
    return vault.unseal_text(require_organization_id(), table, "body_sealed", row.id, row.body_sealed)
