"""Calls: what is said to who answers, and what a pressed key does.

A stop is in the ledger before the carrier gets its answer, and the answer ends the call.
"""

import dataclasses
import datetime
import json
import uuid
from collections.abc import Sequence
from typing import Any

from accounts.contracts import SYSTEM
from consent.actions.ledger import stop_point
from consent.actions.ledger_rows import lock_points
from consent.values import Provenance
from core import clock, vault
from core.ids import new_id
from core.tenancy import require_organization_id
from messaging.actions.announcing import open_audio
from messaging.actions.call_gate import may_speak
from messaging.actions.identifying import points_of_line
from messaging.actions.receiving import is_stopped
from messaging.call_audio_links import CallAudioLink, call_audio_url
from messaging.channels.voice_rules import Phrases, call_rules
from messaging.models import AnnouncementAudio, Call, InboundMessage, Message, ProviderAccount, SendAttempt
from messaging.providers.call_message import CallAsks, Recording, Turn


@dataclasses.dataclass(frozen=True, slots=True)
class _Talk:
    """A call somebody is on: its row, its message, and what was made to be said."""

    call: Call
    message: Message
    says: tuple[str | Recording, ...]
    left: tuple[str | Recording, ...]
    phrases: Phrases


def next_turn(*, account: ProviderAccount, asks: CallAsks, keys_url: str, turn: int) -> Turn | None:
    """What is said now: to a person everything, with keys from the first word; to a machine the message, or nothing.

    Shape:   `keys_url` is where the next key would be reported, `turn` how many were heard before. None for no call of ours.
    Effects: who answered is noted, and what the gate says to it now. Who may not be called any more hears nothing.
    """
    talk = _talk_of(account, asks)
    if talk is None:
        return None
    silence = Turn(talk.phrases.voice)
    if asks.key:
        return _turn_after_key(talk, asks.key, keys_url, turn)
    _note_answer(talk.call, asks)
    if asks.answered_by == "fax" or not may_speak(talk.call):
        return silence
    if asks.answered_by != "machine":
        return _listening(talk, talk.says, keys_url)
    Call.objects.filter(id=talk.call.id).update(left_message=bool(talk.left))
    return Turn(talk.phrases.voice, talk.left)


def press_key(*, account: ProviderAccount, asks: CallAsks) -> None:
    """Keep a pressed key; the stop key is a stop of the person themselves.

    Effects: the key on the call's row. For the stop key: a row among the replies, and the ledger, which withdraws every
             purpose on this channel and protects every spelling of the number, all in this very transaction. It counts
             as well when the words of the call were erased while somebody listened.
    Source:  47 CFR 64.1200(b)(3): using the key is a request that is kept at once.
    """
    call = locked_call(account, asks.attempt_id)
    if call is None:
        return
    room = Call._meta.get_field("keys").max_length or 0
    Call.objects.filter(id=call.id).update(keys=(call.keys + asks.key)[:room])
    if asks.key == call_rules().stop_key:
        _stop(account, call, asks)


def _talk_of(account: ProviderAccount, asks: CallAsks) -> _Talk | None:
    call = locked_call(account, asks.attempt_id)
    if call is None:
        return None
    parts = _parts_of(call.message)
    if parts is None:
        return None
    says, left = (_spoken(parts[name], asks.attempt_id) for name in ("says", "left"))
    return _Talk(call, call.message, says, left, call_rules().languages[parts["language"]])


def _spoken(sentences: Sequence[Any], attempt_id: uuid.UUID | None) -> tuple[str | Recording, ...]:
    """What was made to be said, a recording with the address the carrier gets it from, which lives as long as a call may."""
    assert attempt_id is not None, "a call was found by it"
    lives = datetime.timedelta(seconds=call_rules().most_seconds)
    return tuple(
        each if isinstance(each, str) else Recording(call_audio_url(require_organization_id(), attempt_id, lives))
        for each in sentences
    )


def played_in(link: CallAudioLink) -> tuple[AnnouncementAudio, bytes] | None:
    """The recording of a call that goes on, with its sound; None when the call is over, was erased or plays none."""
    attempt = SendAttempt.objects.filter(id=link.attempt_id, message__channel="voice").first()
    call = Call.objects.filter(message_id=attempt.message_id, outcome="").first() if attempt is not None else None
    parts = _parts_of(call.message) if call is not None else None
    played = [each["play"] for each in parts["says"] if not isinstance(each, str)] if parts is not None else []
    audio = AnnouncementAudio.objects.filter(id__in=played).first()
    return (audio, open_audio(audio)) if audio is not None else None


def locked_call(account: ProviderAccount, attempt_id: uuid.UUID | None) -> Call | None:
    """The call of an attempt of this very account, made now where this is the first news of it; held until the end."""
    attempt = SendAttempt.objects.filter(id=attempt_id, account=account, message__channel="voice").first()
    if attempt is None:
        return None
    made = {"id": new_id(), "first_id": attempt.message_id}
    Call.objects.get_or_create(message_id=attempt.message_id, defaults=made)
    held = Call.objects.select_for_update(of=("self",)).select_related("message__purpose", "decision")
    return held.get(message_id=attempt.message_id)


def _parts_of(message: Message) -> dict[str, Any] | None:
    """What was made to be said; None once it was erased."""
    if message.parts_sealed is None:
        return None
    organization_id = require_organization_id()
    text = vault.unseal_text(organization_id, "messaging_message", "parts_sealed", message.id, message.parts_sealed)
    return dict(json.loads(text))


def _note_answer(call: Call, asks: CallAsks) -> None:
    call.answered_by = call.answered_by or asks.answered_by
    call.answered_at = call.answered_at or clock.now()
    call.save(update_fields=["answered_by", "answered_at"])


def _listening(talk: _Talk, says: tuple[str | Recording, ...], keys_url: str) -> Turn:
    return Turn(talk.phrases.voice, says, keys_url, call_rules().wait_seconds)


def _turn_after_key(talk: _Talk, key: str, keys_url: str, turn: int) -> Turn:
    """Goodbye after a stop; the words again, or the menu after any other key, as long as there were not too many."""
    rules = call_rules()
    if key == rules.stop_key:
        return Turn(talk.phrases.voice, (talk.phrases.goodbye,))
    if turn > rules.most_repeats or is_stopped(talk.message.point_id, "voice"):
        return Turn(talk.phrases.voice)
    return _listening(talk, talk.says if key == rules.again_key else (talk.phrases.menu,), keys_url)


def _stop(account: ProviderAccount, call: Call, asks: CallAsks) -> None:
    """The stop of a key, with what was offered as it was said."""
    first = Message.objects.get(id=call.first_id)
    row = _reply_row(account, call.message, asks, first)
    if InboundMessage.objects.filter(account=account, provider_message_id=row.provider_message_id).exists():
        return
    row.save(force_insert=True)
    others = points_of_line(row.point_id)
    lock_points([row.point_id, *others])
    evidence = {
        "key": asks.key,
        "offer": _offer(call.message),
        "carrier_id": asks.provider_message_id,
        "attempt_id": str(asks.attempt_id),
        "rule": "keypress",
    }
    events = [
        stop_point(
            actor=SYSTEM,
            point_id=point_id,
            channel="voice",
            source="keypress",
            provenance=Provenance("inbound", row.id),
            evidence=evidence,
        )
        for point_id in (row.point_id, *others)
    ]
    InboundMessage.objects.filter(id=row.id).update(consent_event_id=events[0].id)


def _offer(message: Message) -> str:
    """The sentence that offers the key; empty once the words were erased."""
    parts = _parts_of(message) or {"says": []}
    return next((each for each in parts["says"] if isinstance(each, str)), "")


def _reply_row(account: ProviderAccount, message: Message, asks: CallAsks, first: Message) -> InboundMessage:
    row_id, organization_id = new_id(), require_organization_id()
    return InboundMessage(
        id=row_id,
        account=account,
        sender_id=message.sender_id,
        channel="voice",
        point_id=message.point_id,
        body_sealed=vault.seal(organization_id, "messaging_inboundmessage", "body_sealed", row_id, asks.key),
        kind="stop",
        form="key",
        provider_message_id=f"{asks.provider_message_id}:{asks.key}",
        message_id=first.id,
        origin=first.origin,
        origin_id=first.origin_id,
        received_at=clock.now(),
        handled_at=clock.now(),
    )
