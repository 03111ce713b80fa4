"""Recordings that calls play: uploaded, heard on the page, and fetched by the carrier of that one call."""

import base64
import datetime
import re
import uuid

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client

from accounts.models import Organization
from campaigns.models import Campaign
from core import clock, vault
from core.tenancy import tenant_context
from messaging import call_audio_links
from messaging.channels import email_imprint
from messaging.models import AnnouncementAudio, Message, TemplateVersion
from tests.factories.accounts import Team
from tests.factories.calls import LEGAL_NAME, Line, dial, next_address, sentences
from tests.factories.campaigns import House
from tests.factories.recordings import SAID, a_file, house_of, keep, written
from tests.factories.sounds import mp3, wav
from tests.proofs import proves
from tests.snapshots import changed, rows_of


@pytest.fixture
def house(acme: Team) -> House:
    """An organisation that calls."""
    return house_of(acme)


def playing(house: House, number: str = "+14025550142", **how: str) -> Line:
    """A phone that rings, to hear a recording."""
    return Line(house, dial(house, number, words=SAID, audio=str(keep(house).id), **how))


def fetch(url: str, **headers: str) -> HttpResponse:
    """What the carrier gets: a plain GET, without a signature."""
    return Client().get(url.removeprefix(settings.WEBHOOK_URL), headers=headers)  # type: ignore[return-value]


def played(answer: HttpResponse) -> list[str]:
    """The addresses of what an answer plays."""
    return re.findall(r"<Play>([^<]*)</Play>", answer.content.decode())


# -- the form


def test_an_uploaded_recording_is_saved_with_the_campaign_and_what_it_says(house: House, acme: Team) -> None:
    answer = acme.client().post("/campaigns/new/voice/", written(house, recording=a_file(mp3(50))))

    assert answer.status_code == 302, answer.context["form"].errors
    with tenant_context(house.id):
        version, audio = TemplateVersion.objects.get(), AnnouncementAudio.objects.get()
        assert (version.body, version.parts["audio"]) == (SAID, str(audio.id))
        campaign = Campaign.objects.get()
    detail = acme.client().get(f"/campaigns/{campaign.id}/").content.decode()
    change = acme.client().get(f"/campaigns/{campaign.id}/change/").content.decode()
    for page in (detail, change):
        assert f'src="/recordings/{audio.id}/"' in page
        assert SAID in page
    assert 'enctype="multipart/form-data"' in change


@pytest.mark.parametrize(
    ("raw", "name", "problem"),
    [
        (b"MZ" + bytes(900), "hello.mp3", "This is no MP3 and no WAV file."),
        (b"<html></html>" * 50, "hello.wav", "This is no MP3 and no WAV file."),
        (wav(181), "hello.wav", "The recording is longer than 3 minutes."),
        (bytes(5_000_001), "hello.mp3", "The recording is larger than 5 MB."),
        (wav()[:40], "hello.wav", "This WAV file is damaged"),
    ],
)
def test_a_file_that_cannot_be_played_is_refused_at_its_field_and_nothing_is_written(
    house: House, acme: Team, raw: bytes, name: str, problem: str
) -> None:
    browser, before = acme.client(), rows_of(house.id)

    answer = browser.post("/campaigns/new/voice/", written(house, recording=a_file(raw, name)))

    assert answer.status_code == 422
    assert answer.context["form"].errors["recording"][0].startswith(problem)
    assert changed(before, rows_of(house.id)) == {}


def test_a_file_survives_a_form_that_is_refused_for_something_else(house: House, acme: Team) -> None:
    browser = acme.client()
    refused = browser.post("/campaigns/new/voice/", written(house, phone="nobody", recording=a_file(wav())))
    with tenant_context(house.id):
        audio = AnnouncementAudio.objects.get()

    saved = browser.post("/campaigns/new/voice/", written(house, audio=str(audio.id)))

    assert (refused.status_code, saved.status_code) == (422, 302)
    assert f'value="{audio.id}"' in refused.content.decode()
    with tenant_context(house.id):
        assert TemplateVersion.objects.get().parts["audio"] == str(audio.id)


@pytest.mark.parametrize(
    ("changes", "field", "problem"),
    [
        ({"body": ""}, "body", "Write what people shall hear."),
        ({"body": "Hello {{ contact.first_name }}"}, "body", "A recording says the same to everybody."),
        ({"body": "a" * 3001}, "body", "That is longer than 3,000 characters."),
    ],
)
def test_a_recording_needs_what_it_says_word_for_word(
    house: House, acme: Team, changes: dict[str, str], field: str, problem: str
) -> None:
    audio = keep(house)

    answer = acme.client().post("/campaigns/new/voice/", written(house, audio=str(audio.id), **changes))

    assert answer.status_code == 422
    assert answer.context["form"].errors[field][0].startswith(problem)
    with tenant_context(house.id):
        assert not TemplateVersion.objects.exists()


def test_a_voice_may_read_the_text_instead_again(house: House, acme: Team) -> None:
    audio = keep(house)

    answer = acme.client().post("/campaigns/new/voice/", written(house, audio=str(audio.id), read_out="on"))

    assert answer.status_code == 302
    with tenant_context(house.id):
        assert "audio" not in TemplateVersion.objects.get().parts


def test_a_recording_of_another_organisation_cannot_be_chosen(house: House, acme: Team, rival: Team) -> None:
    theirs, before = keep(house_of(rival)), rows_of(house.id)

    answer = acme.client().post("/campaigns/new/voice/", written(house, audio=str(theirs.id)))

    assert answer.status_code == 422
    assert "This recording is not there." in str(answer.context["form"].errors)
    assert changed(before, rows_of(house.id)) == {}


# -- hearing it on a page


def test_members_hear_their_own_recording_and_no_cache_keeps_it(house: House, acme: Team, rival: Team) -> None:
    audio = keep(house)
    address = f"/recordings/{audio.id}/"

    ours, theirs, nobody = acme.client().get(address), rival.client().get(address), Client().get(address)

    assert (ours.status_code, ours["Content-Type"], ours.content) == (200, "audio/wav", wav())
    assert (ours["Cache-Control"], ours["X-Content-Type-Options"]) == ("private, no-store", "nosniff")
    assert (theirs.status_code, nobody.status_code) == (404, 302)
    assert acme.client().post(address).status_code == 405


@pytest.mark.parametrize(
    ("asked", "status", "part"),
    [
        ("bytes=0-1", 206, slice(0, 2)),
        ("bytes=10-", 206, slice(10, None)),
        ("bytes=999999-", 416, slice(0, 0)),
        ("bytes=5-2", 416, slice(0, 0)),
        ("lines=1-2", 200, slice(None)),
    ],
)
def test_players_get_the_piece_they_ask_for(house: House, acme: Team, asked: str, status: int, part: slice) -> None:
    audio = keep(house)

    answer = acme.client().get(f"/recordings/{audio.id}/", headers={"Range": asked})

    assert (answer.status_code, answer.content) == (status, wav()[part])


# -- in the call


def test_the_frame_is_read_around_the_recording_and_keys_are_heard_from_the_first_word(house: House) -> None:
    line = playing(house)

    answer = line.asks(AnsweredBy="human")

    said = answer.content.decode()
    assert (
        sentences(answer)[0]
        == f"{LEGAL_NAME}, with an automated call. To get no more calls from us, press 9 at any time."
    )
    assert sentences(answer)[-1] == "To hear this again, press 1. To get no more calls, press 9."
    assert SAID not in said
    (url,) = played(answer)
    assert url.startswith(f"{settings.WEBHOOK_URL}/webhooks/recording/")
    order = [said.index(each) for each in ("<Gather", "<Say", "<Play", "</Play>", "</Gather>", "<Hangup/>")]
    assert order == sorted(order)
    got = fetch(url)
    assert (got.status_code, got["Content-Type"], got.content) == (200, "audio/wav", wav())
    assert "no-store" in got["Cache-Control"]


def test_9_ends_a_call_that_plays_and_1_plays_it_again(house: House) -> None:
    line = playing(house)
    first = line.asks(AnsweredBy="human")

    again = line.asks(next_address(first), Digits="1")
    menu = line.asks(next_address(again), Digits="5")
    end = line.asks(next_address(menu), Digits="9")

    assert (len(played(again)), played(menu), played(end)) == (1, [], [])
    assert sentences(end) == ["You will get no more calls from us. Goodbye."]


def test_a_machine_gets_the_recording_between_who_calls_and_the_toll_free_number(house: House) -> None:
    line = playing(house, machine="leave_message")

    answer = line.asks(AnsweredBy="machine_end_beep")

    assert len(played(answer)) == 1
    assert sentences(answer)[0] == f"{LEGAL_NAME}, with an automated message."
    assert "8 0 0, 5 5 5, 0 1 2 3" in sentences(answer)[-1]
    assert b"Gather" not in answer.content
    assert fetch(played(answer)[0]).status_code == 200


def test_what_was_said_stands_in_the_message_as_words(house: House) -> None:
    line = playing(house)

    with tenant_context(house.id):
        message = Message.objects.get(id=line.call.message.id)
        body = vault.unseal_text(house.id, "messaging_message", "body_sealed", message.id, message.body_sealed)

    assert SAID in body
    assert body.startswith(LEGAL_NAME)


def test_the_address_ends_with_the_call(house: House) -> None:
    line = playing(house)
    (url,) = played(line.asks(AnsweredBy="human"))

    during = fetch(url)
    line.tells("completed", CallDuration="20", AnsweredBy="human")

    assert (during.status_code, fetch(url).status_code) == (200, 404)


def test_the_address_ends_after_five_minutes_and_with_what_was_erased(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = playing(house)
    (url,) = played(line.asks(AnsweredBy="human"))

    with monkeypatch.context() as later:
        moment = clock.now() + datetime.timedelta(seconds=302)
        later.setattr(call_audio_links.clock, "now", lambda: moment)
        late = fetch(url)
    with tenant_context(house.id):
        Message.objects.update(parts_sealed=None)

    assert (late.status_code, fetch(url).status_code) == (404, 404)


def test_before_anybody_has_answered_there_is_no_address_that_works(house: House) -> None:
    line = playing(house)

    url = call_audio_links.call_audio_url(house.id, line.call.attempt.id, datetime.timedelta(seconds=300))

    assert fetch(url).status_code == 404


@proves("A2")
def test_no_stranger_finds_a_recording(house: House, rival: Team) -> None:
    line, theirs = playing(house), playing(house_of(rival), "+14025550143")
    (url,), (other,) = played(line.asks(AnsweredBy="human")), played(theirs.asks(AnsweredBy="human"))
    start, token = url[: -len(url.rpartition("/")[2])], url.rpartition("/")[2]
    raw, foreign = (
        base64.urlsafe_b64decode(each + "=" * (-len(each) % 4)) for each in (token, other.rpartition("/")[2])
    )
    before = rows_of(house.id)

    def made(content: bytes) -> str:
        return start + base64.urlsafe_b64encode(content).decode().rstrip("=")

    forged = [
        made(raw[:-1] + bytes([raw[-1] ^ 1])),
        made(raw[:16] + foreign[16:]),
        made(foreign[:16] + raw[16:]),
        made(raw[:16] + foreign[16:32] + raw[32:]),
        made(raw[:32] + (2**40).to_bytes(8, "big") + raw[40:]),
        made(uuid.uuid4().bytes + raw[16:]),
        url + "=", url[:-1], url + "A", start + "x", start + "é" * 40,
    ]  # fmt: skip

    assert {fetch(each).status_code for each in forged} == {404}
    assert Client().post(url.removeprefix(settings.WEBHOOK_URL)).status_code == 405
    assert changed(before, rows_of(house.id)) == {}
    assert str(house.id) not in url


def test_a_call_that_plays_nothing_has_no_recording_to_fetch(house: House) -> None:
    line = Line(house, dial(house))
    line.asks(AnsweredBy="human")

    url = call_audio_links.call_audio_url(house.id, line.call.attempt.id, datetime.timedelta(seconds=300))

    assert fetch(url).status_code == 404


def test_a_name_changed_since_is_the_one_that_is_said(house: House) -> None:
    with tenant_context(house.id):
        Organization.objects.update(legal_name="Acme Health Limited")
    email_imprint._imprint.cache_clear()

    line = Line(house, dial(house))

    assert sentences(line.asks(AnsweredBy="human"))[0].startswith("Acme Health Limited, with an automated call.")
