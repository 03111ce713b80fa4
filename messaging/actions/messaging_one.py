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
from contacts.selectors.points import known_points
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
from messaging.line_book import LineBook, Reader, line_book
from messaging.lines import lacking_words, refuse_words
from messaging.models import InboundMessage, Message, Sender, Template, TemplateVersion
from messaging.providers.registry import PROVIDERS
from messaging.selectors.line_readers import line_readers
from messaging.states import ONE_ORIGINS, ORIGIN_OF_ANSWER, ORIGIN_OF_ONE

#: a message by hand that could not leave for a day is about yesterday
WINDOW_HOURS: Final = 24
#: the same words to the same address so soon after are the same press
SAME_PRESS_SECONDS: Final = 60
#: channels on which people write by hand; a call wants a language, a number and a word to machines, which nobody types here
BY_HAND: Final = ("sms", "whatsapp", "email")
_NAME: Final = "Written to one person"
_LINE_MISSING: Final = "line_missing"


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
    #: words for the lines whose want is the gate's reason
    lacking: tuple[str, ...] = ()
    #: the lines put into it because their place wants them
    added: tuple[str, ...] = ()

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
    made = made_letter(letter.sender, letter.purpose, letter.point.kind, letter.text, letter.beside)
    found = said_to(letter.sender, letter.purpose, made, letter.point.region)
    added: tuple[str, ...] = ()
    book = line_book(letter.sender, letter.purpose)
    if book.is_open:
        reader = line_readers(letter.purpose, letter.sender.channel, [letter.point.id])[letter.point.id]
        found, added = completed(letter.sender, found, book, reader)
    answer = decide_point(_context(letter.sender, letter.purpose, made, found), letter.point.id)
    prospect = prospect_of(letter.sender, letter.purpose, made, found, answer, letter.point.region)
    return dataclasses.replace(prospect, added=added)


def judge_words(
    *, actor: Actor, address: Address, sender: Sender, purpose: Purpose, text: str, beside: Mapping[str, Any]
) -> Prospect:
    """As `judge_letter`, for an address we may never have met: it is judged and not kept. Errors: as `judge_letter`."""
    actor.require("message_people")
    made = made_letter(sender, purpose, address.kind, text, beside)
    found = said_to(sender, purpose, made, address.region)
    added: tuple[str, ...] = ()
    book = line_book(sender, purpose)
    if book.is_open:
        readers = line_readers(purpose, sender.channel, list(known_points([address]).values())).values()
        found, added = completed(sender, found, book, next(iter(readers), Reader(address.region)))
    (answer,) = decide_addresses(_context(sender, purpose, made, found), [address])
    return dataclasses.replace(prospect_of(sender, purpose, made, found, answer, address.region), added=added)


def said_to(sender: Sender, purpose: Purpose, made: Lettering, region: str) -> Rendered:
    """What this one person gets. Errors: Refused when it cannot be made, or the carriers of their place do not take it."""
    found = rendered(sender.channel, made)
    said = f"{found.parts.get('subject', '')}\n{found.body}"
    refuse_words(said, channel=sender.channel, tier=purpose.tier, places=[region] if region else [], field="text")
    return found


def completed(sender: Sender, found: Rendered, book: LineBook, reader: Reader) -> tuple[Rendered, tuple[str, ...]]:
    """The message with the lines their place wants, and the words of these. Errors: Refused when they make it too long."""
    added = tuple(line.words for line in book.lacking(found.body, reader))
    whole, most = book.complete(found, reader), PROVIDERS[sender.account.provider].capabilities.max_text_units
    if added and len(whole.body) > most:
        problem = (
            f"With the lines that must stand in it the text is longer than the {most:,} characters this provider takes."
        )
        raise Refused(problem, field="text", remedy=f"Shorten it by {len(whole.body) - most:,}.")
    return whole, added


def prospect_of(
    sender: Sender, purpose: Purpose, made: Lettering, found: Rendered, answer: Answer, region: str
) -> Prospect:
    """What would become of a finished letter to a region about which the gate says this."""
    channel, tier = sender.channel, purpose.tier
    stop = stop_words(channel, tier, found.body, made.content.parts)
    lacks = answer.reason is not None and answer.reason.code == _LINE_MISSING
    lacking = tuple(lacking_words(found.body, sender=sender, tier=tier, region=region) if lacks else ())
    return Prospect(answer, made.content, found, channel_of(channel).units_of(found), stop, lacking)


def _context(sender: Sender, purpose: Purpose, made: Lettering, found: Rendered) -> Context:
    """Whom a letter concerns: words of one's own some networks take only in an open conversation, others once approved."""
    standing = standing_of(sender.channel, made.content.parts)
    return context_for(sender=sender, purpose=purpose, standing=standing, text=found.body)


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
    """Errors: Refused when the gate says no, with the code of its reason, so that programs can decide by it; a line that is
    missing is named on the text, with words for it."""
    why = prospect.answer.reason
    if prospect.answer.outcome == "denied" and why is not None:
        field, remedy = "to", why.sentence
        if prospect.lacking:
            words = " and ".join(f"“{each}”" for each in prospect.lacking)
            field, remedy = "text", f"Add to the text {words}; other words that say the same will do."
        raise Refused(f"{why.label}.", field=field, remedy=remedy, code=why.code)


def made_letter(
    sender: Sender,
    purpose: Purpose,
    kind: str,
    text: str,
    beside: Mapping[str, Any],
    organization: Organization | None = None,
) -> Lettering:
    """The letter as its channel takes it, to a kind of address; whoever makes many has read the organisation once.

    Errors: Refused names what is wrong with it.
    """
    if sender.channel not in POINT_CHANNELS[kind]:
        raise Refused("This sender does not reach that address.", field="sender", remedy="Choose another sender.")
    if purpose.archived_at is not None:
        remedy = "Choose another purpose."
        raise Refused("This purpose is no longer in use.", field="purpose", remedy=remedy, code="purpose_archived")
    lack = lack_of(channel_of(sender.channel), organization or Organization.objects.current())
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
        template_version_id=version_for(sender.channel, letter.purpose, prospect.content).id,
        expires_at=clock.now() + datetime.timedelta(hours=WINDOW_HOURS),
    )
    wish = Wish(new_id(), letter.point.id, prospect.text, prospect.parts, prospect.rendered.parts)
    queue_messages(errand=errand, wishes=[wish])
    return wish.message_id


def version_for(channel: str, purpose: Purpose, content: Content) -> TemplateVersion:
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
    same = opened(last, "body_sealed") == said.body and opened(last, "parts_sealed") == as_kept(said.parts)
    return last if same else None


def opened(message: Message, column: str) -> str:
    """What is sealed in a column of a message; empty where nothing is."""
    sealed = getattr(message, column)
    if sealed is None:
        return ""
    return vault.unseal_text(require_organization_id(), "messaging_message", column, message.id, sealed)


def as_kept(parts: Mapping[str, Any]) -> str:
    """What stands beside the words of a message, as it is sealed; empty where nothing does."""
    return json.dumps(parts, ensure_ascii=False) if parts else ""
