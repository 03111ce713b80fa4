"""Keeping recordings that calls play."""

import datetime
import hashlib

from django.db import IntegrityError, connection, transaction

from accounts.actions.audit import record_audit
from accounts.contracts import Actor
from core import clock, vault
from core.ids import new_id
from core.tenancy import require_organization_id
from messaging.channels.announcement_audio import read_sound
from messaging.models import AnnouncementAudio

_TABLE = "messaging_announcementaudio"
#: how long a recording waits for a text to name it
_WAITS = datetime.timedelta(days=1)


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
    row = AnnouncementAudio(
        id=audio_id,
        digest=digest,
        content_type=sound.content_type,
        seconds=sound.seconds,
        size=len(sound.raw),
        audio_sealed=vault.seal(require_organization_id(), _TABLE, "audio_sealed", audio_id, sound.raw),
        created_by=actor.id,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:  # somebody uploaded the same sound meanwhile
        return AnnouncementAudio.objects.defer("audio_sealed").get(digest=digest)
    record_audit(
        actor=actor, action="recording.kept", on=("announcement_audio", audio_id), data={"seconds": row.seconds}
    )
    return row


def forget_audio() -> int:
    """Remove the recordings that no text has named within a day; answer how many."""
    statement = (
        "delete from messaging_announcementaudio a where a.organization_id = %s and a.created_at < %s"
        " and not exists (select from messaging_templateversion v"
        " where v.organization_id = a.organization_id and v.parts ->> 'audio' = a.id::text)"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [require_organization_id(), clock.now() - _WAITS])
        return cursor.rowcount


def open_audio(audio: AnnouncementAudio) -> bytes:
    """The sound of a recording."""
    return vault.unseal(require_organization_id(), _TABLE, "audio_sealed", audio.id, audio.audio_sealed)
