"""Calls: what is said to who answers, and after each key they press and each word they say.

What a key or a word does to the ledger is done before, in `call_stops`.
"""

import dataclasses
import datetime
import json
import uuid
from collections.abc import Sequence
from typing import Any

from consent.keywords import Outcome
from core import clock, vault
from core.ids import new_id
from core.tenancy import require_organization_id
from messaging.actions.announcing import open_audio
from messaging.actions.call_gate import may_speak
from messaging.actions.receiving import is_stopped
from messaging.call_audio_links import CallAudioLink, call_audio_url
from messaging.channels.voice_rules import Phrases, call_rules
from messaging.models import AnnouncementAudio, Call, Message, ProviderAccount, SendAttempt
from messaging.notice_words import notice_language
from messaging.providers.call_message import CallAsks, Recording, Turn
from messaging.states import ORIGIN_OF_REQUEST


@dataclasses.dataclass(frozen=True, slots=True)
class _Talk:
    """A call somebody is on: its row, its message, and what was made to be said."""

    call: Call
    message: Message
    says: tuple[str | Recording, ...]
    left: tuple[str | Recording, ...]
    phrases: Phrases


def next_turn(
    *, account: ProviderAccount, asks: CallAsks, keys_url: str, turn: int, meant: Outcome = "not"
) -> Turn | None:
    """What is said now: to a person everything, with keys and words from the first word; to a machine the message, or nothing.

    Shape:   `keys_url` is where the next key or words would be reported, `turn` how many were heard before, `meant` how what
             they said just now stands to a stop. None for no call of ours.
    Effects: who answered is noted, what the gate says to it now, and that we hang up where nothing more is listened for.
             Who may not be called any more hears nothing.
    """
    talk = _talk_of(account, asks)
    if talk is None:
        return None
    said = _turn(talk, asks, keys_url, turn, meant)
    if not said.keys_url:
        Call.objects.filter(id=talk.call.id, hung_up="").update(hung_up="us")
    return said


def _turn(talk: _Talk, asks: CallAsks, keys_url: str, turn: int, meant: Outcome) -> Turn:
    silence = Turn(talk.phrases.voice)
    if asks.key:
        return _turn_after_key(talk, asks.key, keys_url, turn)
    if asks.said:
        return _turn_after_words(talk, meant, keys_url, turn)
    if asks.silent:
        return silence
    _note_answer(talk.call, asks)
    if asks.answered_by == "fax" or not may_speak(talk.call):
        return silence
    if asks.answered_by != "machine":
        return _listening(talk, talk.says, keys_url)
    Call.objects.filter(id=talk.call.id).update(left_message=bool(talk.left))
    return Turn(talk.phrases.voice, talk.left)


def _talk_of(account: ProviderAccount, asks: CallAsks) -> _Talk | None:
    call = locked_call(account, asks.attempt_id)
    if call is None:
        return None
    parts = parts_of(call.message)
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
    parts = parts_of(call.message) if call is not None else None
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


def parts_of(message: Message) -> dict[str, Any] | None:
    """What was made to be said; None once it was erased."""
    if message.parts_sealed is None:
        return None
    organization_id = require_organization_id()
    text = vault.unseal_text(organization_id, "messaging_message", "parts_sealed", message.id, message.parts_sealed)
    return dict(json.loads(text))


def _note_answer(call: Call, asks: CallAsks) -> None:
    call.answered_by = call.answered_by or asks.answered_by
    call.verdict = call.verdict or asks.verdict
    call.answered_at = call.answered_at or clock.now()
    call.save(update_fields=["answered_by", "verdict", "answered_at"])


def _listening(talk: _Talk, says: tuple[str | Recording, ...], keys_url: str, *, hears_words: bool = True) -> Turn:
    return Turn(talk.phrases.voice, says, keys_url, call_rules().wait_seconds, hears_words)


def _turn_after_key(talk: _Talk, key: str, keys_url: str, turn: int) -> Turn:
    """Goodbye after a stop; the words again, or the menu after any other key, as long as there were not too many."""
    rules = call_rules()
    if key == rules.stop_key:
        return Turn(talk.phrases.voice, (talk.phrases.goodbye,))
    if turn > rules.most_repeats or is_stopped(talk.message.point_id, "voice"):
        return Turn(talk.phrases.voice)
    if key == rules.confirm_key and talk.message.origin == ORIGIN_OF_REQUEST:
        return Turn(talk.phrases.voice, (notice_language(talk.phrases.voice).words["thanks_call"],))
    return _listening(talk, talk.says if key == rules.again_key else (talk.phrases.menu,), keys_url)


def _turn_after_words(talk: _Talk, meant: Outcome, keys_url: str, turn: int) -> Turn:
    """Goodbye after a stop, and after what may be one; all of it again after any other words, as often as after a key.

    The last time only keys are heard, so that a noisy room cannot keep somebody from hearing the end.
    """
    most = call_rules().most_repeats
    if meant != "not":
        return Turn(talk.phrases.voice, (talk.phrases.goodbye if meant == "certain" else talk.phrases.goodbye_noted,))
    if turn > most or is_stopped(talk.message.point_id, "voice"):
        return Turn(talk.phrases.voice)
    return _listening(talk, talk.says, keys_url, hears_words=turn < most)
