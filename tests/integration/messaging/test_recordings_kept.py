"""Recordings are kept once, sealed, never changed, and forgotten when no text names them."""

import datetime
import hashlib
import uuid

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import AuditEvent
from core import clock, vault
from core.tenancy import tenant_context
from messaging import tasks
from messaging.actions.announcing import forget_audio, open_audio
from messaging.models import AnnouncementAudio, TemplateVersion
from tests.factories.accounts import Team
from tests.factories.campaigns import House
from tests.factories.recordings import a_file, house_of, keep, written
from tests.factories.sounds import id3, mp3, wav

SAID = "We are open again from Monday."


@pytest.fixture
def house(acme: Team) -> House:
    """An organisation that calls."""
    return house_of(acme)


def test_a_recording_is_kept_once_sealed_and_on_record(house: House) -> None:
    first = keep(house, id3() + mp3(50))

    again = keep(house, mp3(50))

    assert again.id == first.id
    assert (first.content_type, first.seconds, first.size) == ("audio/mpeg", 2, 50 * 104)
    assert first.digest == hashlib.sha256(mp3(50)).hexdigest()
    with tenant_context(house.id):
        kept = AnnouncementAudio.objects.get()
        assert open_audio(kept) == mp3(50)
        assert mp3(1) not in bytes(kept.audio_sealed)
        assert AuditEvent.objects.filter(action="recording.kept").count() == 1


def test_two_organisations_with_the_same_sound_have_a_row_each_that_opens_for_none_but_them(
    house: House, rival: Team
) -> None:
    ours, theirs = keep(house), keep(house_of(rival))

    assert (ours.id != theirs.id, ours.digest == theirs.digest) == (True, True)
    with tenant_context(rival.id):
        assert [row.id for row in AnnouncementAudio.objects.all()] == [theirs.id]
        ours.audio_sealed = bytes(ours.audio_sealed)
        with pytest.raises(vault.CannotOpen):
            open_audio(ours)


def test_two_who_upload_the_same_sound_at_once_keep_one_recording(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    seal, quicker = vault.seal, []

    def overtaken(*what: object) -> bytes:
        if not quicker:
            quicker.append(True)
            quicker.append(keep(house))
        return seal(*what)

    monkeypatch.setattr(vault, "seal", overtaken)

    kept = keep(house)

    assert kept.id == quicker[1].id
    with tenant_context(house.id):
        assert AnnouncementAudio.objects.count() == AuditEvent.objects.filter(action="recording.kept").count() == 1


def test_a_recording_is_never_changed(house: House) -> None:
    keep(house)

    with pytest.raises(DatabaseError), transaction.atomic(), tenant_context(house.id), connection.cursor() as cursor:
        cursor.execute("update messaging_announcementaudio set seconds = 1")

    with tenant_context(house.id):
        assert AnnouncementAudio.objects.get().seconds == 2


def test_a_recording_that_a_text_names_is_never_removed(house: House, acme: Team) -> None:
    acme.client().post("/campaigns/new/voice/", written(house, recording=a_file(wav())))

    with pytest.raises(DatabaseError), transaction.atomic(), tenant_context(house.id), connection.cursor() as cursor:
        cursor.execute("delete from messaging_announcementaudio")

    with tenant_context(house.id):
        assert AnnouncementAudio.objects.count() == TemplateVersion.objects.count() == 1


def test_a_recording_no_text_names_is_forgotten_after_a_day_and_the_others_stay(
    house: House, rival: Team, acme: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    acme.client().post("/campaigns/new/voice/", written(house, recording=a_file(wav())))
    unused, theirs = keep(house, mp3(50)), keep(house_of(rival))
    now = clock.now()

    def forget(hours: int) -> int:
        with monkeypatch.context() as later, tenant_context(house.id):
            later.setattr(clock, "now", lambda: now + datetime.timedelta(hours=hours))
            return forget_audio()

    early, late, again = forget(23), forget(25), forget(49)

    assert (early, late, again) == (0, 1, 0)
    with tenant_context(house.id):
        assert [str(row.id) for row in AnnouncementAudio.objects.all()] == [
            TemplateVersion.objects.get().parts["audio"]
        ]
        assert not AnnouncementAudio.objects.filter(id=unused.id).exists()
    with tenant_context(rival.id):
        assert AnnouncementAudio.objects.get().id == theirs.id


def test_the_beat_rings_for_those_who_keep_a_recording_for_nothing_and_for_nobody_else(
    house: House, rival: Team, acme: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[tuple[str, uuid.UUID]] = []
    monkeypatch.setattr(tasks, "enqueue", lambda name, organization_id: rung.append((name, organization_id)))
    acme.client().post("/campaigns/new/voice/", written(house, recording=a_file(wav())))
    with monkeypatch.context() as earlier:
        before = clock.now() - datetime.timedelta(hours=25)
        earlier.setattr(clock, "now", lambda: before)
        keep(house, mp3(50))
    keep(house_of(rival))

    tasks.forget_all_recordings()

    assert rung == [("messaging.forget_recordings", house.id)]
