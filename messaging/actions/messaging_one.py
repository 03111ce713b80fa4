"""Writing to one person: an answer to what they wrote, or a message by itself. The gate decides, as about everything."""

import dataclasses
import datetime
import uuid
from collections.abc import Mapping
from typing import Any, Final

from accounts.actions.audit import record_audit
from accounts.contracts import Actor, Refused
from consent.actions.ledger_rows import lock_points
from consent.models import Point, Purpose
from consent.states import POINT_CHANNELS
from consent.values import Address
from core import clock, vault
from core.ids import new_id
from core.tenancy import require_organization_id
from messaging.actions.deciding import Answer, decide_addresses, decide_point
from messaging.actions.practice import demand_practice
from messaging.actions.queueing import Errand, Wish, queue_messages
from messaging.channels.protocol import Rendered
from messaging.channels.registry import channel as channel_of
from messaging.channels.standing import free_text
from messaging.facts import Context, context_for
from messaging.models import InboundMessage, Message, Sender, Template, TemplateVersion
from messaging.providers.registry import PROVIDERS
from messaging.states import ONE_ORIGINS, ORIGIN_OF_ANSWER, ORIGIN_OF_ONE

#: a message by hand that could not leave for a day is about yesterday
WINDOW_HOURS: Final = 24
#: the same words to the same address so soon after are the same press
SAME_PRESS_SECONDS: Final = 60
#: channels on which anybody may be told anything in one's own words
FREE_CHANNELS: Final = ("sms", "whatsapp")
# What one person is told belongs to nobody else, so no text of it is kept in the clear: the words stand in the message, sealed.
_BODY: Final = "{{ text }}"
_NAME: Final = "Written to one person"


@dataclasses.dataclass(frozen=True, slots=True)
class Letter:
    """What somebody wants to tell one person: to which address, from which sender, for which purpose, in which words."""

    point: Point
    sender: Sender
    purpose: Purpose
    text: str = dataclasses.field(repr=False)


@dataclasses.dataclass(frozen=True, slots=True)
class Prospect:
    """What would become of a letter now: what the gate says, the finished text, and how many parts it has."""

    answer: Answer
    text: str = dataclasses.field(repr=False)
    parts: int


def judge_letter(*, actor: Actor, letter: Letter) -> Prospect:
    """Say whether a letter may leave now, without sending it (M4).

    Effects: the record of the decision, and nothing else.
    Errors:  Refused names what is wrong with the letter itself: its sender, its purpose or its text.
    """
    actor.require("message_people")
    rendered = _rendered(letter.sender, letter.purpose, letter.point.kind, letter.text)
    context = _context(letter.sender, letter.purpose)
    parts = channel_of(letter.sender.channel).units_of(rendered)
    return Prospect(decide_point(context, letter.point.id), rendered.body, parts)


def judge_words(*, actor: Actor, address: Address, sender: Sender, purpose: Purpose, text: str) -> Prospect:
    """As `judge_letter`, for an address we may never have met: it is judged and not kept. Errors: as `judge_letter`."""
    actor.require("message_people")
    rendered = _rendered(sender, purpose, address.kind, text)
    (answer,) = decide_addresses(_context(sender, purpose), [address])
    return Prospect(answer, rendered.body, channel_of(sender.channel).units_of(rendered))


def _context(sender: Sender, purpose: Purpose) -> Context:
    """Whom a letter concerns: words of one's own, which some networks take only in an open conversation."""
    return context_for(sender=sender, purpose=purpose, standing=free_text(sender.channel))


def message_one(*, actor: Actor, letter: Letter) -> Message:
    """Send one person a message, or answer what they wrote (G32); it leaves by the sender's lane, which asks the gate again.

    Effects: one message, sealed; what they had written and nobody had read is read. The same words to the same address again
             within a minute are the same message. An audit row with no word of it.
    Errors:  Refused as by `judge_letter`; or because the gate says no, with the code of its reason first and its remedy.
    """
    prospect = judge_letter(actor=actor, letter=letter)
    demand_practice(actor, letter.sender)
    refuse_if_denied(prospect)
    lock_points([letter.point.id])
    again = _said_just_now(letter, prospect.text)
    if again is not None:
        return again
    waiting = InboundMessage.objects.filter(point=letter.point, handled_at=None).exclude(verdict="asked")
    answers = bool(waiting.update(handled_at=clock.now()))
    message_id = _queue(letter, prospect, ORIGIN_OF_ANSWER if answers else ORIGIN_OF_ONE)
    data = {"channel": letter.sender.channel, "purpose": letter.purpose.key, "answers": answers}
    record_audit(actor=actor, action="message.written", on=("message", message_id), data=data)
    return Message.objects.get(id=message_id)


def refuse_if_denied(prospect: Prospect) -> None:
    """Errors: Refused when the gate says no, with the code of its reason first, so that programs can decide by it."""
    why = prospect.answer.reason
    if prospect.answer.outcome == "denied" and why is not None:
        raise Refused(f"{why.code}: {why.label}.", field="to", remedy=why.sentence)


def _rendered(sender: Sender, purpose: Purpose, kind: str, text: str) -> Rendered:
    """The finished message. Errors: Refused."""
    text = text.strip()
    if sender.channel not in POINT_CHANNELS[kind] or sender.channel not in FREE_CHANNELS:
        raise Refused("This sender does not reach that address.", field="sender", remedy="Choose another sender.")
    if purpose.archived_at is not None:
        raise Refused("This purpose is no longer in use.", field="purpose", remedy="Choose another purpose.")
    if not text:
        raise Refused("There is no text.", field="text", remedy="Write what they shall read.")
    most = PROVIDERS[sender.account.provider].capabilities.max_text_units
    if len(text) > most:
        problem = f"The text has {len(text):,} characters; this sender's provider takes at most {most:,}."
        raise Refused(problem, field="text", remedy=f"Shorten it by {len(text) - most:,}.")
    return channel_of(sender.channel).render(_Words(), {"text": text})


@dataclasses.dataclass(frozen=True, slots=True)
class _Words:
    """The content every letter has: its own words."""

    body: str = _BODY
    parts: Mapping[str, Any] = dataclasses.field(default_factory=dict)


def _queue(letter: Letter, prospect: Prospect, origin: str) -> uuid.UUID:
    sender = letter.sender
    errand = Errand(
        origin=origin,
        origin_id=letter.point.id,
        sender_id=sender.id,
        channel=sender.channel,
        purpose_id=letter.purpose.id,
        template_version_id=_version(sender.channel, letter.purpose).id,
        expires_at=clock.now() + datetime.timedelta(hours=WINDOW_HOURS),
    )
    wish = Wish(new_id(), letter.point.id, prospect.text, prospect.parts)
    queue_messages(errand=errand, wishes=[wish])
    return wish.message_id


def _version(channel: str, purpose: Purpose) -> TemplateVersion:
    """The version all messages to one person share on a channel for a purpose; made at the first."""
    known = TemplateVersion.objects.filter(template__name=_NAME, template__channel=channel, template__purpose=purpose)
    found = known.filter(body=_BODY).order_by("created_at", "id").first()
    if found is not None:
        return found
    template = Template.objects.create(name=_NAME, channel=channel, purpose=purpose)
    return TemplateVersion.objects.create(template=template, number=1, body=_BODY)


def _said_just_now(letter: Letter, text: str) -> Message | None:
    """The last message to this address, if it says the same and somebody pressed a moment ago. The caller holds the address."""
    since = clock.now() - datetime.timedelta(seconds=SAME_PRESS_SECONDS)
    recent = Message.objects.filter(point=letter.point, sender=letter.sender, created_at__gte=since)
    last = recent.filter(origin__in=ONE_ORIGINS).order_by("-created_at", "-id").first()
    if last is None:
        return None
    organization_id, table = require_organization_id(), "messaging_message"
    said = vault.unseal_text(organization_id, table, "body_sealed", last.id, last.body_sealed)
    return last if said == text else None
