"""Writing to one person: an answer to what they wrote, or a message by itself. The gate decides, as about everything."""

import dataclasses
import datetime
import json
import uuid
from collections.abc import Mapping
from typing import Any, Final

from accounts.actions.audit import record_audit
from accounts.contracts import Actor, Refused
from accounts.models import Organization
from consent.actions.ledger_rows import lock_points
from consent.models import Point, Purpose
from consent.states import POINT_CHANNELS
from consent.values import Address
from core import clock, vault
from core.ids import new_id
from core.tenancy import require_organization_id
from messaging.actions.deciding import Answer, decide_addresses, decide_point
from messaging.actions.lettering import Lettering, letter_for, rendered
from messaging.actions.practice import demand_practice
from messaging.actions.queueing import Errand, Wish, queue_messages
from messaging.channels.protocol import Content, Rendered, lack_of
from messaging.channels.registry import channel as channel_of
from messaging.channels.standing import refuse_misuse, standing_of
from messaging.channels.stop_words import StopWords, stop_words
from messaging.facts import Context, context_for
from messaging.models import InboundMessage, Message, Sender, Template, TemplateVersion
from messaging.providers.registry import PROVIDERS
from messaging.states import ONE_ORIGINS, ORIGIN_OF_ANSWER, ORIGIN_OF_ONE

#: a message by hand that could not leave for a day is about yesterday
WINDOW_HOURS: Final = 24
#: the same words to the same address so soon after are the same press
SAME_PRESS_SECONDS: Final = 60
#: channels on which people write by hand; a call wants a language, a number and a word to machines, which nobody types here
BY_HAND: Final = ("sms", "whatsapp", "email")
_NAME: Final = "Written to one person"


@dataclasses.dataclass(frozen=True, slots=True)
class Letter:
    """What somebody wants to tell one person: to which address, from which sender, for which purpose, in which words.

    Shape: `beside` is what the channel needs beside the words, as in `lettering.letter_for`.
    """

    point: Point
    sender: Sender
    purpose: Purpose
    text: str = dataclasses.field(repr=False)
    beside: Mapping[str, Any] = dataclasses.field(default_factory=dict, repr=False)


@dataclasses.dataclass(frozen=True, slots=True)
class Prospect:
    """What would become of a letter now: what the gate says, the finished message, how many parts it is priced as, and
    whether it says how one stops more of them."""

    answer: Answer
    content: Content
    rendered: Rendered
    parts: int
    stop: StopWords

    @property
    def text(self) -> str:
        """What they would read or hear."""
        return self.rendered.body


def judge_letter(*, actor: Actor, letter: Letter) -> Prospect:
    """Say whether a letter may leave now, without sending it (M4).

    Effects: the record of the decision, and nothing else.
    Errors:  Refused names what is wrong with the letter itself: its sender, its purpose, its text or what stands beside it.
    """
    actor.require("message_people")
    made = _made(letter.sender, letter.purpose, letter.point.kind, letter.text, letter.beside)
    answer = decide_point(_context(letter.sender, letter.purpose, made), letter.point.id)
    return _prospect(letter.sender, letter.purpose, made, answer)


def judge_words(
    *, actor: Actor, address: Address, sender: Sender, purpose: Purpose, text: str, beside: Mapping[str, Any]
) -> Prospect:
    """As `judge_letter`, for an address we may never have met: it is judged and not kept. Errors: as `judge_letter`."""
    actor.require("message_people")
    made = _made(sender, purpose, address.kind, text, beside)
    (answer,) = decide_addresses(_context(sender, purpose, made), [address])
    return _prospect(sender, purpose, made, answer)


def _prospect(sender: Sender, purpose: Purpose, made: Lettering, answer: Answer) -> Prospect:
    found = rendered(sender.channel, made)
    stop = stop_words(sender.channel, purpose.tier, found.body, made.content.parts)
    return Prospect(answer, made.content, found, channel_of(sender.channel).units_of(found), stop)


def _context(sender: Sender, purpose: Purpose, made: Lettering) -> Context:
    """Whom a letter concerns: words of one's own some networks take only in an open conversation, others once approved."""
    return context_for(sender=sender, purpose=purpose, standing=standing_of(sender.channel, made.content.parts))


def message_one(*, actor: Actor, letter: Letter) -> Message:
    """Send one person a message, or answer what they wrote (G32); it leaves by the sender's lane, which asks the gate again.

    Effects: one message, sealed; what they had written and nobody had read is read. The same words to the same address again
             within a minute are the same message. An audit row with no word of it.
    Errors:  Refused as by `judge_letter`; or because the gate says no, with the code of its reason and its remedy.
    """
    prospect = judge_letter(actor=actor, letter=letter)
    demand_practice(actor, letter.sender.account)
    refuse_if_denied(prospect)
    lock_points([letter.point.id])
    again = _said_just_now(letter, prospect.rendered)
    if again is not None:
        return again
    waiting = InboundMessage.objects.filter(point=letter.point, handled_at=None).exclude(verdict="asked")
    answers = bool(waiting.update(handled_at=clock.now()))
    message_id = _queue(letter, prospect, ORIGIN_OF_ANSWER if answers else ORIGIN_OF_ONE)
    data = {"channel": letter.sender.channel, "purpose": letter.purpose.key, "answers": answers}
    record_audit(actor=actor, action="message.written", on=("message", message_id), data=data)
    return Message.objects.get(id=message_id)


def refuse_if_denied(prospect: Prospect) -> None:
    """Errors: Refused when the gate says no, with the code of its reason, so that programs can decide by it."""
    why = prospect.answer.reason
    if prospect.answer.outcome == "denied" and why is not None:
        raise Refused(f"{why.label}.", field="to", remedy=why.sentence, code=why.code)


def _made(sender: Sender, purpose: Purpose, kind: str, text: str, beside: Mapping[str, Any]) -> Lettering:
    """The letter as its channel takes it. Errors: Refused."""
    if sender.channel not in POINT_CHANNELS[kind]:
        raise Refused("This sender does not reach that address.", field="sender", remedy="Choose another sender.")
    if purpose.archived_at is not None:
        remedy = "Choose another purpose."
        raise Refused("This purpose is no longer in use.", field="purpose", remedy=remedy, code="purpose_archived")
    lack = lack_of(channel_of(sender.channel), Organization.objects.current())
    if lack is not None:
        raise lack
    most = PROVIDERS[sender.account.provider].capabilities.max_text_units
    if len(text.strip()) > most:
        problem = f"The text has {len(text.strip()):,} characters; this sender's provider takes at most {most:,}."
        raise Refused(problem, field="text", remedy=f"Shorten it by {len(text.strip()) - most:,}.")
    made = letter_for(sender.channel, text, beside)
    refuse_misuse(made.content.parts, tier=purpose.tier, account_id=sender.account_id)
    return made


def _queue(letter: Letter, prospect: Prospect, origin: str) -> uuid.UUID:
    sender = letter.sender
    errand = Errand(
        origin=origin,
        origin_id=letter.point.id,
        sender_id=sender.id,
        channel=sender.channel,
        purpose_id=letter.purpose.id,
        template_version_id=_version(sender.channel, letter.purpose, prospect.content).id,
        expires_at=clock.now() + datetime.timedelta(hours=WINDOW_HOURS),
    )
    wish = Wish(new_id(), letter.point.id, prospect.text, prospect.parts, prospect.rendered.parts)
    queue_messages(errand=errand, wishes=[wish])
    return wish.message_id


def _version(channel: str, purpose: Purpose, content: Content) -> TemplateVersion:
    """The version that messages to one person share on a channel for a purpose; made at the first that needs it."""
    same = TemplateVersion.objects.filter(body=content.body, parts=dict(content.parts))
    known = same.filter(template__name=_NAME, template__channel=channel, template__purpose=purpose)
    found = known.order_by("created_at", "id").first()
    if found is not None:
        return found
    template = Template.objects.create(name=_NAME, channel=channel, purpose=purpose)
    return TemplateVersion.objects.create(template=template, number=1, body=content.body, parts=dict(content.parts))


def _said_just_now(letter: Letter, said: Rendered) -> Message | None:
    """The last message to this address, if it says the same and somebody pressed a moment ago. The caller holds the address."""
    since = clock.now() - datetime.timedelta(seconds=SAME_PRESS_SECONDS)
    recent = Message.objects.filter(point=letter.point, sender=letter.sender, created_at__gte=since)
    last = recent.filter(origin__in=ONE_ORIGINS).order_by("-created_at", "-id").first()
    if last is None:
        return None
    same = _opened(last, "body_sealed") == said.body and _opened(last, "parts_sealed") == _as_kept(said.parts)
    return last if same else None


def _opened(message: Message, column: str) -> str:
    sealed = getattr(message, column)
    if sealed is None:
        return ""
    return vault.unseal_text(require_organization_id(), "messaging_message", column, message.id, sealed)


def _as_kept(parts: Mapping[str, Any]) -> str:
    return json.dumps(parts, ensure_ascii=False) if parts else ""
