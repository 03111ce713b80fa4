"""Stops in a call, by key or in their own words: in the ledger before the carrier gets its answer, and confirmed by a text.

Calls are not recorded. Of what somebody says only the words are kept that are a stop, or may be one, as its evidence.
"""

import dataclasses
import uuid
from typing import Any, Final

from accounts.contracts import SYSTEM
from accounts.models import Organization
from consent.actions.ledger_rows import lock_points
from consent.actions.points import points_of_line
from consent.actions.stopping import stop_line
from consent.keywords import Outcome
from consent.models import ConsentState
from consent.rulebook import rulebook
from consent.states import reaches
from consent.values import Provenance
from core import clock, vault
from core.ids import new_id
from core.tenancy import require_organization_id
from messaging.actions.agreeing import confirm_by_key
from messaging.actions.answering import may_answer, queue_answer
from messaging.actions.calling import locked_call, parts_of
from messaging.actions.inbox import keep_event
from messaging.actions.receiving import is_stopped, put_on_the_clock, settle_questions
from messaging.channels.voice_rules import call_rules
from messaging.models import Call, InboundMessage, Message, ProviderAccount, Sender
from messaging.providers.call_message import CallAsks
from messaging.selectors.listening import listener_of
from messaging.states import ORIGIN_OF_REQUEST

#: what the row among the replies is called, and by what the ledger says a stop came
_FORMS: Final = {"key": "keypress", "speech": "spoken"}


@dataclasses.dataclass(frozen=True, slots=True)
class _How:
    """How a stop was said: as surely as `meant`, by this evidence; `judged` says that a person has to look at it."""

    meant: Outcome
    evidence: dict[str, str] = dataclasses.field(repr=False)
    judged: bool = False


def press_key(*, account: ProviderAccount, asks: CallAsks) -> None:
    """Keep a pressed key; the stop key is a stop of the person themselves, the key of a request confirms what it asks about.

    Effects: the key on the call's row. For the stop key: a row among the replies, and the ledger, which withdraws every
             purpose on this channel and protects every spelling of the number, all in this very transaction; then one text
             that confirms it, where texts may reach them. It counts as well when the words of the call were erased while
             somebody listened.
    Source:  47 CFR 64.1200(b)(3): using the key is a request that is kept at once.
    """
    call = locked_call(account, asks.attempt_id)
    if call is None:
        return
    room = Call._meta.get_field("keys").max_length or 0
    Call.objects.filter(id=call.id).update(keys=(call.keys + asks.key)[:room])
    if asks.key == call_rules().stop_key:
        _stop(account, call, asks, _How("certain", {"key": asks.key, "rule": "keypress"}))
    elif asks.key == call_rules().confirm_key and call.message.origin == ORIGIN_OF_REQUEST:
        _confirm_agreement(call, asks)


def _confirm_agreement(call: Call, asks: CallAsks) -> None:
    """The person confirms the agreement that the call asks about, with what was said to them; nothing once that was erased."""
    parts = parts_of(call.message)
    if parts is None:
        return
    evidence = {
        "key": asks.key,
        "shown": " ".join(each for each in parts["says"] if isinstance(each, str)),
        "carrier_id": asks.provider_message_id,
        "attempt_id": str(asks.attempt_id),
    }
    confirm_by_key(request=call.message, evidence=evidence)


def hear_words(*, account: ProviderAccount, asks: CallAsks, body: bytes) -> Outcome:
    """Read what somebody said in a call as any text of theirs is read, and act on a stop, once.

    Shape:   how the words stand to a stop. Words the carrier is not sure of are never certain. `not` for no call of ours.
    Effects: for a stop, and for what may be one, the webhook, a row among the replies and the ledger, as for the stop key;
             what may be one waits for a person's judgement, with its clock, and is confirmed by no text. Of other words
             nothing is kept.
    Source:  47 CFR 64.1200(a)(10): any reasonable words; rules/keywords.toml, voice.toml.
    """
    call = locked_call(account, asks.attempt_id)
    if call is None:
        return "not"
    reading = listener_of(call.message.point_id).read(asks.said)
    meant = reading.outcome
    if meant == "certain" and asks.sure is not None and asks.sure < call_rules().least_sure:
        meant = "likely"
    if meant != "not" and keep_event(account=account, event=asks, body=body) is not None:
        sure = {} if asks.sure is None else {"sure": str(asks.sure)}
        evidence = {"said": asks.said, "rule": reading.rule or "doubt"} | sure
        _stop(account, call, asks, _How(meant, evidence, judged=meant == "likely" or reading.wrong_number))
    return meant


def _stop(account: ProviderAccount, call: Call, asks: CallAsks, how: _How) -> None:
    """The stop of a key or of words, with what was offered as it was said; answered by one text, unless it is in doubt."""
    row = _reply_row(account, call, asks, how)
    if InboundMessage.objects.filter(account=account, provider_message_id=row.provider_message_id).exists():
        return
    row.save(force_insert=True)
    others = points_of_line(row.point_id)
    lock_points([row.point_id, *others])
    line = None if is_stopped(row.point_id, "voice") or how.meant != "certain" else _line_for_text(row)
    offered = {
        "offer": _offer(call.message),
        "carrier_id": asks.provider_message_id,
        "attempt_id": str(asks.attempt_id),
    }
    event, *_ = stop_line(
        actor=SYSTEM,
        point_id=row.point_id,
        channel="voice",
        source=_FORMS[row.form],
        provenance=Provenance("inbound", row.id),
        evidence=how.evidence | offered,
        others=others,
    )
    InboundMessage.objects.filter(id=row.id).update(consent_event_id=event.id)
    Call.objects.filter(id=call.id, stop_event_id=None).update(stop_event_id=event.id)
    put_on_the_clock(row)
    if not how.judged:
        settle_questions(row, "stop")
    if line is not None:
        _confirm(row, line, how.evidence)


def _line_for_text(row: InboundMessage) -> Sender | None:
    """The number a text may confirm from: the last that texted them, else any; none where they take no texts from us.

    Only who agreed to texts, and has not stopped them, gets one; a practice call is confirmed in practice alone.
    """
    point = row.point
    agreed = ConsentState.objects.filter(point_id=point.id, channel="sms", status="granted")
    if not reaches("sms", point.kind, point.number_type) or is_stopped(point.id, "sms") or not agreed.exists():
        return None
    lines = Sender.objects.select_related("account").filter(
        channel="sms", paused_at=None, account__state="connected", account__practice=row.account.practice
    )
    last = Message.objects.filter(point_id=point.id, channel="sms", state="accepted").order_by("-created_at").first()
    return (lines.filter(id=last.sender_id).first() if last else None) or lines.order_by("created_at", "id").first()


def _confirm(row: InboundMessage, line: Sender, evidence: dict[str, str]) -> None:
    """One text that says what is closed, if the gate lets it leave. Source: 47 CFR 64.1200(a)(12)."""
    if not may_answer(heard=row, keyword="stop", line=line):
        return
    closed = rulebook().stopped_channels("voice", clock.now().date())
    text = listener_of(row.point_id).answer("stop", Organization.objects.current(), closed)
    queue_answer(heard=row, keyword="stop", text=text, evidence=evidence, line=line)


def _offer(message: Message) -> str:
    """The sentence that offers the key; empty once the words were erased."""
    parts: dict[str, Any] = parts_of(message) or {"says": []}
    return next((each for each in parts["says"] if isinstance(each, str)), "")


def _reply_row(account: ProviderAccount, call: Call, asks: CallAsks, how: _How) -> InboundMessage:
    row_id, organization_id = new_id(), require_organization_id()
    message, first = call.message, Message.objects.get(id=call.first_id)
    return InboundMessage(
        id=row_id,
        account=account,
        sender_id=message.sender_id,
        channel="voice",
        point_id=message.point_id,
        body_sealed=_sealed(organization_id, row_id, asks.key or asks.said),
        kind="stop" if how.meant == "certain" else "doubt",
        verdict="asked" if how.judged else "",
        form="key" if asks.key else "speech",
        provider_message_id=f"{asks.provider_message_id}:{asks.key}" if asks.key else asks.event_key,
        message_id=first.id,
        origin=first.origin,
        origin_id=first.origin_id,
        received_at=clock.now(),
        handled_at=None if how.judged else clock.now(),
    )


def _sealed(organization_id: uuid.UUID, row_id: uuid.UUID, words: str) -> bytes:
    return vault.seal(organization_id, "messaging_inboundmessage", "body_sealed", row_id, words)
