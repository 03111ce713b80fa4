"""Links that stand in mails and calls stay valid byte for byte, and a token signed for one use opens no other."""

import base64
import datetime
import uuid

import pytest

from core import clock, vault
from core.tenancy import tenant_context
from messaging import call_audio_links, preference_links, unsubscribe_links
from tests.factories.accounts import Team

MOMENT = datetime.datetime(2026, 11, 25, 16, 0, tzinfo=datetime.UTC)
MESSAGE = uuid.UUID("01936f5e-0000-7000-8000-0000000000aa")
DIGEST = bytes(range(16))


def token_of(team: Team, use: str, content: bytes, mark_bytes: int) -> str:
    """A token as it was first made: what it says and the start of its mark, in the letters of an address, unpadded."""
    mark = vault.digest(team.id, use, content.hex())[:mark_bytes]
    return base64.urlsafe_b64encode(content + mark).decode().rstrip("=")


@pytest.fixture
def tokens(acme: Team, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A token of each use, made by hand."""
    monkeypatch.setattr(clock, "now", lambda: MOMENT)
    made, ends = int(MOMENT.timestamp()), int(MOMENT.timestamp()) + 300
    with tenant_context(acme.id):
        mailbox = unsubscribe_links.mailbox_digest(acme.id, "ana@people.example")
        ours, said = acme.id.bytes, MESSAGE.bytes
        return {
            "unsubscribe": token_of(acme, "unsubscribe-link", ours + mailbox + said, 16),
            "short": token_of(acme, "preference-link", ours + DIGEST + made.to_bytes(4), 12),
            "preference": token_of(acme, "preference-link", ours + DIGEST + made.to_bytes(4) + said, 12),
            "call": token_of(acme, "call-audio-link", ours + said + ends.to_bytes(8), 16),
        }


def test_tokens_are_made_as_they_were_ever_since(acme: Team, tokens: dict[str, str]) -> None:
    with tenant_context(acme.id):
        made = {
            "unsubscribe": unsubscribe_links.unsubscribe_url(acme.id, "Ana@People.example", MESSAGE),
            "short": preference_links.preference_url(acme.id, DIGEST),
            "preference": preference_links.preference_url(acme.id, DIGEST, MESSAGE),
            "call": call_audio_links.call_audio_url(acme.id, MESSAGE, datetime.timedelta(seconds=300)),
        }

    assert {use: url.rpartition("/")[2] for use, url in made.items()} == tokens


def test_tokens_say_what_they_said_and_none_opens_another_use(acme: Team, tokens: dict[str, str]) -> None:
    readers = {
        "unsubscribe": unsubscribe_links.read_token,
        "preference": preference_links.read_preference_token,
        "call": call_audio_links.read_token,
    }

    said = {(use, reader): read(token) for use, token in tokens.items() for reader, read in readers.items()}

    with tenant_context(acme.id):
        mailbox = unsubscribe_links.mailbox_digest(acme.id, "ana@people.example")
    assert {pair: what for pair, what in said.items() if what is not None} == {
        ("unsubscribe", "unsubscribe"): unsubscribe_links.UnsubscribeLink(acme.id, mailbox, MESSAGE),
        ("short", "preference"): preference_links.PreferenceLink(acme.id, DIGEST, MOMENT),
        ("preference", "preference"): preference_links.PreferenceLink(acme.id, DIGEST, MOMENT, MESSAGE),
        ("call", "call"): call_audio_links.CallAudioLink(acme.id, MESSAGE),
    }


@pytest.mark.parametrize("use", ["unsubscribe", "short", "preference", "call"])
def test_no_other_spelling_of_a_token_is_read(acme: Team, tokens: dict[str, str], use: str) -> None:
    token = tokens[use]
    last = "B" if token[-1] == "A" else "A"
    wrong = ["", token[:-1], token + "A", token + "=", token[:-1] + last, "é" + token[1:], " " + token]

    for each in wrong:
        assert unsubscribe_links.read_token(each) is None
        assert preference_links.read_preference_token(each) is None
        assert call_audio_links.read_token(each) is None
