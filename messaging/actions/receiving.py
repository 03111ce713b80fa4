"""What people write to us: kept, understood, and acted on. A stop is done before the carrier gets its answer."""

import dataclasses
import datetime
import logging
import uuid
from collections.abc import Collection, Sequence
from typing import cast

from accounts.contracts import SYSTEM
from accounts.models import Organization
from consent.actions.engaging import record_engagement
from consent.actions.ledger import stop_point
from consent.actions.ledger_rows import lock_points
from consent.actions.lifting import start_point
from consent.actions.points import points_of_line
from consent.actions.stop_requests import open_for_message, settle_for_messages, settle_for_start
from consent.contracts import Answers
from consent.keywords import Reading
from consent.models import ConsentEvent, ConsentState, Suppression
from consent.rule_types import Keyword
from consent.rulebook import rulebook
from consent.values import Provenance
from core import clock, vault
from core.ids import new_id
from core.tenancy import require_organization_id
from messaging.actions.agreeing import confirm_by_reply, open_request
from messaging.actions.answering import answers_in_webhook, has_help_enough, may_answer, queue_answer
from messaging.actions.asking_again import answer_by_message
from messaging.actions.identifying import (
    Writer,
    identify,
    live_stops,
    may_lift,
    point_of_person,
)
from messaging.actions.preferences import resume_marketing
from messaging.carrier_ids import kept_as
from messaging.contracts import Inbound
from messaging.models import InboundMessage, Message, ProviderAccount, Sender
from messaging.notice_words import is_yes
from messaging.providers.protocol import ChatInbound, Preference
from messaging.selectors.listening import listener_of, may_mean_start
from messaging.states import KEYWORD_ORIGINS

logger = logging.getLogger(__name__)
#: rules of `consent.keywords` by which the whole message is a word made for stopping; the others read people's own words
_BY_KEYWORD = ("keyword", "symbol", "carrier")


@dataclasses.dataclass(frozen=True, slots=True)
class Heard:
    """What an inbound message came to: its row, and what to answer at once in the webhook's own answer (maybe nothing)."""

    message: InboundMessage
    replies: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class _Meaning:
    """How a message was understood: its kind, the rule that matched, and whether somebody must judge it."""

    kind: str
    rule: str
    asks: bool = False


def receive_inbound(
    *, account: ProviderAccount, inbound: Inbound, confirmed: bool = False, late: datetime.datetime | None = None
) -> Heard | None:
    """Take one message from a person; None when we had it already.

    Shape:   `confirmed` says that the carrier was asked and has it in its own books; `late` is when the
             carrier took it, of one that was found there and no
             webhook had brought it: then nothing is answered (a confirmation may come within five minutes only, and the
             carrier may have answered by itself), and a START waits for somebody, for newer words may have come since.
    Effects: the row; for STOP and START the ledger, in this very transaction. What may be a stop counts as one until somebody
             has judged it. A stop protects every spelling of the address and is answered once: when the address was stopped
             already, it is recorded again and answered with silence; so is what only may be one. A START lifts only when
             it is confirmed, and only what `may_lift` allows; else it waits for somebody. An address nobody can read is
             kept, and waits as well. HELP is answered so often in a day and no more.
             Where the carrier takes no answer in its webhook, the answer is queued as a message, in this transaction too.
             A YES to an open request to confirm an agreement confirms it, and is no START.
    Source:  47 CFR 64.1200(a)(10)–(12).
    """
    known = kept_as(inbound.provider_message_id)
    if InboundMessage.objects.filter(account=account, provider_message_id__in=known).exists():
        return None
    writer = identify(inbound.sender)
    request = None if late else _answered_request(inbound, writer.point_id)
    meaning = _Meaning("yes", "confirm") if request else _meaning_of(inbound, writer.point_id)
    row = _inbound_row(account, inbound, writer.point_id, meaning)
    row.said_at = late or row.said_at
    row.save(force_insert=True)
    if request is not None:
        _confirm(row, request, inbound)
    replies = _act_late(row, meaning, inbound) if late else _act(row, meaning, inbound, writer, confirmed)
    if request is None and meaning.kind == "text" and late is None and answer_by_message(row, inbound.body) is None:
        _note_use(row)
    if isinstance(inbound, Preference) and inbound.choice == "resume":
        resume_marketing(row, writer)
    if not writer.known:
        logger.warning("an address could not be read; its message is kept", extra={"inbound_id": row.id})
        _ask_somebody(row)
    put_on_the_clock(row)
    return Heard(row, replies)


def _answered_request(inbound: Inbound, point_id: uuid.UUID) -> Message | None:
    """The request to confirm that this answers with a yes; None for anything else. No query for what says no yes."""
    if isinstance(inbound, Preference) or inbound.opt_out_type in ("STOP", "HELP") or not is_yes(inbound.body):
        return None
    return open_request([point_id, *points_of_line(point_id)], inbound.channel)


def _confirm(row: InboundMessage, request: Message, inbound: Inbound) -> None:
    evidence = {"said": inbound.body, "carrier_id": inbound.provider_message_id, "rule": "confirm"}
    confirm_by_reply(row=row, request=request, evidence=evidence)


def _note_use(row: InboundMessage) -> None:
    """A reply keeps the agreement to what it answers, on that channel, from growing old."""
    answered = Message.objects.filter(id=row.message_id).values_list("purpose_id", flat=True).first()
    if answered is not None:
        at = min(row.said_at or row.received_at, row.received_at)
        record_engagement(point_id=row.point_id, purpose_id=answered, channel=row.channel, kind="reply", at=at)


def put_on_the_clock(row: InboundMessage) -> None:
    """What somebody must judge gets a deadline, an owner and people who are told; nothing for what nobody has to."""
    kept = InboundMessage.objects.get(id=row.id)
    if kept.verdict == "asked":
        open_for_message(
            point_id=kept.point_id,
            channel=kept.channel,
            inbound_id=kept.id,
            event_id=kept.consent_event_id,
            said_at=kept.said_at or kept.received_at,
        )


def means_start(inbound: Inbound) -> bool:
    """Whether this may say START, in whichever language the organisation's people write."""
    if inbound.opt_out_type in ("STOP", "START", "HELP"):
        return inbound.opt_out_type == "START"
    return may_mean_start(inbound.body)


def _meaning_of(inbound: Inbound, point_id: uuid.UUID) -> _Meaning:
    if inbound.opt_out_type in ("STOP", "START", "HELP"):
        rule = "preference" if isinstance(inbound, Preference) else "carrier"
        return _Meaning(inbound.opt_out_type.lower(), rule)
    reading: Reading = listener_of(point_id).read(inbound.body)
    if reading.review:
        return _Meaning("doubt", reading.rule or "doubt", asks=True)
    return _Meaning(reading.kind, reading.rule, asks=reading.wrong_number) if reading.kind else _Meaning("text", "")


def _inbound_row(account: ProviderAccount, inbound: Inbound, point_id: uuid.UUID, meaning: _Meaning) -> InboundMessage:
    row_id = new_id()
    sender = Sender.objects.filter(account=account, channel=inbound.channel, address=inbound.recipient).first()
    sent = {"point_id": point_id, "channel": inbound.channel, "state__in": ["accepted", "attempting", "uncertain"]}
    ours = Message.objects.filter(**sent)
    # nobody answers to a confirmation: what they write next still concerns what we had wanted to tell them
    last = ours.exclude(origin__in=list(KEYWORD_ORIGINS)).order_by("-created_at").first()
    return InboundMessage(
        id=row_id,
        account=account,
        sender=sender,
        channel=inbound.channel,
        point_id=point_id,
        body_sealed=vault.seal(
            require_organization_id(), "messaging_inboundmessage", "body_sealed", row_id, inbound.body
        ),
        kind=meaning.kind,
        verdict="asked" if meaning.asks else "",
        form=inbound.form if isinstance(inbound, ChatInbound) else "text",
        media_id=(inbound.media or ("",))[0][:64],
        said_at=inbound.occurred_at if isinstance(inbound, ChatInbound) else None,
        provider_message_id=inbound.provider_message_id,
        message_id=last.id if last else None,
        origin=last.origin if last else "",
        origin_id=last.origin_id if last else None,
        received_at=clock.now(),
        handled_at=None if meaning.asks or meaning.kind == "text" else clock.now(),
    )


def _act(row: InboundMessage, meaning: _Meaning, inbound: Inbound, writer: Writer, confirmed: bool) -> tuple[str, ...]:
    """Do what the word asks for, and say what to answer; silence when the carrier has answered by itself."""
    evidence = {"said": inbound.body, "carrier_id": inbound.provider_message_id, "rule": meaning.rule}
    replies: tuple[str, ...] = ()
    if meaning.kind in ("stop", "doubt"):
        replies = _stop(row, meaning, evidence, _twins(row, inbound))
    elif meaning.kind == "start":
        replies = _start(row, evidence, writer, confirmed)
    elif meaning.kind == "help":
        replies = () if has_help_enough(row) else _reply("help", row)
    if inbound.opt_out_type:
        return ()
    if replies and not answers_in_webhook(row.account.provider):
        keyword = cast(Answers, meaning.kind)
        queue_answer(heard=row, keyword=keyword, text=replies[0], evidence=evidence)
        return ()
    return replies


def _act_late(row: InboundMessage, meaning: _Meaning, inbound: Inbound) -> tuple[str, ...]:
    """Do what a message asks for that was found long after it was written: the safe half, and in silence."""
    if meaning.kind in ("stop", "doubt"):
        twins = _twins(row, inbound)
        lock_points([row.point_id, *twins])
        said = {"said": inbound.body, "carrier_id": inbound.provider_message_id, "rule": meaning.rule, "found": "list"}
        _write_stops(row, meaning, said, twins)
    elif meaning.kind == "start":
        _ask_somebody(row)
    return ()


def _twins(row: InboundMessage, inbound: Inbound) -> list[uuid.UUID]:
    """The other spellings of the line that wrote, and the person's id where the network tells it beside the number."""
    person = point_of_person(inbound.person_id) if isinstance(inbound, ChatInbound) else None
    others = points_of_line(row.point_id)
    return others if person is None or person == row.point_id else [*others, person]


def _stop(
    row: InboundMessage, meaning: _Meaning, evidence: dict[str, str], others: Sequence[uuid.UUID]
) -> tuple[str, ...]:
    # two stops at the same moment queue up here, so only one of them is the first
    lock_points([row.point_id, *others])
    doubts = _open_doubts(row)
    first = not is_stopped(row.point_id, row.channel, besides=doubts)
    event = _write_stops(row, meaning, evidence, others)
    if meaning.kind == "doubt":
        return ()
    if not meaning.asks:
        settle_questions(row, "stop")
    closed = rulebook().stopped_channels(row.channel, event.recorded_at.date())
    return _reply("stop", row, closed) if first else ()


def _write_stops(
    row: InboundMessage, meaning: _Meaning, evidence: dict[str, str], others: Sequence[uuid.UUID]
) -> ConsentEvent:
    """The stop of every spelling of the address; the row names that of its own."""
    event, *_ = [_record_stop(row, point_id, meaning, evidence) for point_id in (row.point_id, *others)]
    InboundMessage.objects.filter(id=row.id).update(consent_event_id=event.id)
    return event


def _record_stop(row: InboundMessage, point_id: uuid.UUID, meaning: _Meaning, evidence: dict[str, str]) -> ConsentEvent:
    return stop_point(
        actor=SYSTEM,
        point_id=point_id,
        channel=row.channel,
        source=_stop_source(row.channel, meaning.rule),
        provenance=Provenance("inbound", row.id),
        evidence=evidence,
    )


def _stop_source(channel: str, rule: str) -> str:
    """By what a stop was said: a mail is an answer in their own words, whichever word it begins with."""
    if channel == "email":
        return "email_reply"
    if rule == "preference":
        return "provider"
    return "keyword" if rule in _BY_KEYWORD else "free_text"


def _start(row: InboundMessage, evidence: dict[str, str], writer: Writer, confirmed: bool) -> tuple[str, ...]:
    lock_points([row.point_id])
    if live_stops(row).exists() and not (confirmed and may_lift(row, writer)):
        _ask_somebody(row)
        return ()
    provenance = Provenance("inbound", row.id)
    events = start_point(
        actor=SYSTEM,
        point_id=row.point_id,
        channel=row.channel,
        source="keyword",
        provenance=provenance,
        evidence=evidence,
    )
    if not events:
        return ()
    InboundMessage.objects.filter(id=row.id).update(consent_event_id=events[0].id)
    settle_questions(row, "restarted")
    settle_for_start(row.point_id, row.channel, row.received_at)
    agreed = ConsentState.objects.filter(point_id=row.point_id, channel=row.channel, status="granted")
    return _reply("start", row) if agreed.exists() else ()


def _ask_somebody(row: InboundMessage) -> None:
    """Nothing follows from this message by itself; it waits until somebody has judged it."""
    row.verdict, row.handled_at = "asked", None
    row.save(update_fields=["verdict", "handled_at"])


def _open_doubts(row: InboundMessage) -> list[uuid.UUID]:
    """The events of what this address wrote that may have been a stop, which nobody has judged and nothing has answered."""
    asked = InboundMessage.objects.filter(point_id=row.point_id, channel=row.channel, kind="doubt", verdict="asked")
    return list(asked.exclude(consent_event_id=None).values_list("consent_event_id", flat=True))


def settle_questions(row: InboundMessage, verdict: str) -> None:
    """They have said themselves what they want; nobody needs to judge what they wrote before."""
    asked = InboundMessage.objects.filter(point_id=row.point_id, channel=row.channel, verdict="asked")
    settled = list(asked.exclude(id=row.id).values_list("id", flat=True))
    InboundMessage.objects.filter(id__in=settled).update(verdict=verdict, handled_at=clock.now())
    settle_for_messages(settled, verdict)


def is_stopped(point_id: uuid.UUID, channel: str, besides: Collection[uuid.UUID] = ()) -> bool:
    """Whether an address has said stop on this channel or on all; the stops of the events `besides` do not count."""
    live = Suppression.objects.filter(point_id=point_id, channel__in=["", channel], kind="opted_out", lifted_at=None)
    return any(event_id not in besides for event_id in live.values_list("event_id", flat=True))


def _reply(kind: Keyword, row: InboundMessage, closed: Sequence[str] = ()) -> tuple[str, ...]:
    """The text of an answer to a keyword, if the gate lets it leave: it asks like any other message does."""
    if not may_answer(heard=row, keyword=cast(Answers, kind)):
        return ()
    return (listener_of(row.point_id).answer(kind, Organization.objects.current(), closed),)
