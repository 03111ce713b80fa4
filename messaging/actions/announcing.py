"""Keeping recordings that calls play."""

import hashlib

from accounts.actions.audit import record_audit
from accounts.contracts import Actor
from core import vault
from core.ids import new_id
from core.tenancy import require_organization_id
from messaging.channels.announcement_audio import read_sound
from messaging.models import AnnouncementAudio

_TABLE = "messaging_announcementaudio"


def keep_audio(*, actor: Actor, raw: bytes) -> AnnouncementAudio:
    """Keep the sound of an uploaded file, sealed; the same sound again is the same recording.

    Errors: Refused, on the field `recording`, when it is no sound that a call can play.
    """
    actor.require("author_campaigns")
    sound = read_sound(raw)
    digest = hashlib.sha256(sound.raw).hexdigest()
    known = AnnouncementAudio.objects.defer("audio_sealed").filter(digest=digest).first()
    if known is not None:
        return known
    audio_id = new_id()
    kept = AnnouncementAudio.objects.create(
        id=audio_id,
        digest=digest,
        content_type=sound.content_type,
        seconds=sound.seconds,
        size=len(sound.raw),
        audio_sealed=vault.seal(require_organization_id(), _TABLE, "audio_sealed", audio_id, sound.raw),
        created_by=actor.id,
    )
    record_audit(
        actor=actor, action="recording.kept", on=("announcement_audio", audio_id), data={"seconds": kept.seconds}
    )
    return kept


def open_audio(audio: AnnouncementAudio) -> bytes:
    """The sound of a recording."""
    return vault.unseal(require_organization_id(), _TABLE, "audio_sealed", audio.id, audio.audio_sealed)
