"""Telnyx's request and answers, where no wire is needed."""

import json
import string

import pytest

from core.http import Answer
from messaging.providers.protocol import Misconfigured, OutcomeUnknown, Rejected, TemplateOutbound
from messaging.providers.telnyx import _idempotency_key, refusal, request_fields
from tests.contract.kit_telnyx import PROFILE, error
from tests.contract.kits import KITS, adapter, outbound
from tests.contract.messages import require_schema

KIT = KITS["telnyx"]


def test_the_request_is_the_documented_one() -> None:
    message = KIT.outbound(
        body="Example Co: your slot is Tue 10:00. Reply STOP to opt out.",
        callback_url="https://hooks.example.com/telnyx/t1?m=m_01J0000000000000000000001",
    )

    fields = request_fields(message, PROFILE)

    assert fields == {
        "from": "+15550100000",
        "to": "+15550100123",
        "messaging_profile_id": "70000000-0000-4000-8000-000000000001",
        "text": "Example Co: your slot is Tue 10:00. Reply STOP to opt out.",
        "type": "SMS",
        "encoding": "auto",
        "webhook_url": "https://hooks.example.com/telnyx/t1?m=m_01J0000000000000000000001",
        "use_profile_webhooks": False,
    }
    require_schema("telnyx", fields)


def test_without_an_address_of_ours_the_profile_reports_to_its_own() -> None:
    fields = request_fields(KIT.outbound(callback_url=""), PROFILE)

    assert not {"webhook_url", "use_profile_webhooks"} & set(fields)
    require_schema("telnyx", fields)


@pytest.mark.parametrize("sender", ["+15550100000", "55501", "ExampleCo", "Example Co1", "1Example"])
def test_numbers_short_codes_and_names_are_senders(sender: str) -> None:
    fields = request_fields(KIT.outbound(sender=sender), PROFILE)

    assert fields["from"] == sender
    require_schema("telnyx", fields)


@pytest.mark.parametrize(
    "sender", ["", "+", "+0555", "Exämple", "Example-Co", "ExampleShop1", "123456789", " ", "MG" + "0" * 32]
)
def test_what_is_no_sender_is_said_before_anything_leaves(sender: str) -> None:
    with pytest.raises(Misconfigured, match="sender"):
        request_fields(KIT.outbound(sender=sender), PROFILE)


def test_the_longest_text_is_ten_parts() -> None:
    fields = request_fields(KIT.outbound(body="a" * 1530), PROFILE)

    require_schema("telnyx", fields)
    with pytest.raises(Rejected):
        request_fields(KIT.outbound(body="a" * 1531), PROFILE)


def test_a_chat_form_cannot_even_be_made_for_a_text_message_channel() -> None:
    with pytest.raises(ValueError, match="do not exist on sms"):
        outbound(TemplateOutbound, template=None)


def answered(status: int, code: object) -> Answer:
    return Answer(status, {}, json.dumps(error(code)).encode())


@pytest.mark.parametrize("status", [400, 403, 404, 422])
def test_an_opt_out_is_one_whatever_the_status(status: int) -> None:
    refused = refusal(answered(status, "40300"))

    assert isinstance(refused, Rejected)
    assert (refused.opt_out, refused.suppress, refused.code) == (True, False, "40300")


@pytest.mark.parametrize(
    ("status", "code"), [(409, "10012"), (408, "40300"), (422, "10015"), (400, "10008"), (500, "40300")]
)
def test_what_does_not_prove_a_refusal_may_have_left(status: int, code: str) -> None:
    refused = refusal(answered(status, code))

    assert (type(refused), refused.may_have_left, refused.code) == (OutcomeUnknown, True, code)


def test_the_same_code_without_the_status_of_a_used_key_is_a_refusal() -> None:
    refused = refusal(answered(400, "10015"))

    assert (type(refused), refused.reason) == (Rejected, "content")


@pytest.mark.parametrize("profile", ["1", "../messages", "70000000-0000-4000-8000-00000000000g"])
def test_a_profile_that_is_no_id_is_named(profile: str) -> None:
    with pytest.raises(Misconfigured, match="messaging_profile_id"):
        adapter("telnyx", KIT.credentials | {"messaging_profile_id": profile})


def test_every_letter_an_idempotency_key_may_have_is_taken() -> None:
    key = string.ascii_letters + string.digits + "_-:,"

    assert _idempotency_key(KIT.outbound(idempotency_key=key)) == key


def test_half_a_character_in_a_text_is_sent_as_json_allows_and_breaks_nothing() -> None:
    body = json.dumps(request_fields(KIT.outbound(body="a \ud83d"), PROFILE)).encode()

    assert json.loads(body)["text"] == "a \ud83d"
