"""The channel of texts: what may be written, what one person gets, what leaves, what it is priced as."""

import datetime
import uuid

import pytest

from accounts.contracts import Refused
from consent.contracts import Allowed, Permit
from consent.gate import permit
from messaging.channels.protocol import Common, Rendered, Written
from messaging.channels.registry import CHANNELS, UnknownChannel, channel
from messaging.channels.sms import SMS
from messaging.contracts import Outbound


def ticket() -> Permit:
    """A permit as the gate makes it."""
    moment = datetime.datetime(2026, 11, 25, 12, tzinfo=datetime.UTC)
    ids = {"message_id": uuid.UUID(int=1), "attempt_id": uuid.UUID(int=2), "evidence_id": uuid.UUID(int=3)}
    return permit(**ids, decision=Allowed(), decided_at=moment)


@pytest.mark.parametrize(
    ("body", "parts", "field", "problem"),
    [
        ("", {}, "body", "There is no text."),
        (" \n", {}, "body", "There is no text."),
        ("Hello {{ contact.city", {}, "body", "A {{ in line 1 is not closed."),
        ("Hello", {"subject": "Sale"}, "subject", "A text has no subject."),
    ],
)
def test_what_is_no_text_is_refused_at_its_field_with_the_remedy(body, parts, field, problem):
    with pytest.raises(Refused) as refusal:
        SMS.check(body, parts)

    assert (refusal.value.field, refusal.value.message) == (field, problem)
    assert refusal.value.remedy.endswith(".")


def test_a_text_is_made_for_one_person_and_priced_by_its_parts():
    written = Written("Hello {{ contact.first_name }} ")

    short = SMS.render(written, {"contact": {"first_name": "Ada"}})
    long = SMS.render(written, {"contact": {"first_name": "A" * 200}})

    assert (short, SMS.units_of(short)) == (Rendered("Hello Ada"), 1)
    assert (len(long.body), SMS.units_of(long)) == (206, 2)
    assert SMS.units_of(Rendered("")) == 0
    assert SMS.texts(written) == {"body": "Hello {{ contact.first_name }} "}


def test_what_leaves_is_the_text_to_the_number_with_the_permit():
    common = Common(ticket(), "+14025550100", "+14025550142", "https://carillon.example/hook", 900, "key")

    outbound = SMS.outbound(common, Rendered("Hello Ada"))

    assert outbound == Outbound(
        permit=common.permit,
        channel="sms",
        sender="+14025550100",
        recipient="+14025550142",
        body="Hello Ada",
        callback_url="https://carillon.example/hook",
        validity_seconds=900,
        idempotency_key="key",
    )
    assert "+14025550142" not in repr(common)
    assert "Ada" not in repr(Rendered("Hello Ada"))


def test_every_channel_is_listed_under_its_own_name_and_an_unknown_one_is_an_error():
    assert set(CHANNELS) == {"sms", "whatsapp", "voice", "email"}
    assert all(channel(name).name == name for name in CHANNELS)
    with pytest.raises(UnknownChannel, match="there is no channel called 'fax'"):
        channel("fax")
