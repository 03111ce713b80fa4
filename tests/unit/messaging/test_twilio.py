"""Twilio's tables and answers, where no wire is needed."""

from typing import get_args
from xml.etree import ElementTree

import pytest

from messaging.contracts import ReceiptStatus
from messaging.providers.protocol import Action
from messaging.providers.registry import provider
from messaging.providers.twilio import CODES, STATUSES, Twilio
from tests.contract.kits import ATTEMPT, CALLBACK_SECRET, KITS, WEBHOOK_BASE

TWILIO = Twilio(KITS["twilio"].credentials)


def test_every_code_has_a_known_action_and_a_sentence() -> None:
    actions, sentences = {one.action for one in CODES.values()}, [one.meaning for one in CODES.values()]

    assert actions <= set(get_args(Action)) - {"unknown"}
    assert all(sentence.endswith(".") and len(sentence) < 90 for sentence in sentences)
    assert all(code.isdigit() and len(code) == 5 for code in CODES)


@pytest.mark.parametrize(
    ("code", "action"),
    [
        ("21610", "opt_out"),
        ("63014", "opt_out"),
        ("63033", "opt_out"),
        ("21211", "bad_address"),
        ("30005", "bad_address"),
        ("30640", "risk"),
        ("21612", "route"),
        ("20003", "setup"),
        ("21715", "setup"),
        ("30447", "setup"),
        ("30007", "content"),
        ("30036", "later"),
        ("30003", "retry"),
        ("11200", "ours"),
        ("20409", "note"),
        ("39999", "unknown"),
        ("", "unknown"),
    ],
)
def test_a_code_says_what_to_do(code: str, action: str) -> None:
    meaning = TWILIO.explain(code)

    assert (meaning.code, meaning.action) == (code, action)
    assert meaning.meaning


def test_every_status_is_in_our_vocabulary() -> None:
    assert set(STATUSES.values()) <= set(get_args(ReceiptStatus)) - {"unknown"}


def test_an_empty_answer_says_nothing() -> None:
    answer = TWILIO.answer()

    assert (answer.status, answer.content_type) == (200, "text/xml")
    assert answer.body == b'<?xml version="1.0" encoding="UTF-8"?><Response/>'


@pytest.mark.parametrize(
    "reply",
    [
        "Example Co: you are opted out.",
        "</Message><Dial>+15550100199</Dial>",
        "a & b < c",
        "nul\x00bell\x07",
        "😀 \ud800",
    ],
)
def test_a_reply_is_words_and_never_a_command(reply: str) -> None:
    body = TWILIO.answer([reply, "second"]).body

    root = ElementTree.fromstring(body.decode())  # noqa: S314 - our own output

    assert [child.tag for child in root] == ["Message", "Message"]
    assert [len(child) for child in root] == [0, 0]
    assert root[0].text == reply.replace("\x00", "").replace("\x07", "").replace("\ud800", "")


def test_twilio_is_asked_to_repeat_a_failed_webhook_five_times() -> None:
    url = TWILIO.callback_url(WEBHOOK_BASE, "t1", ATTEMPT, CALLBACK_SECRET.encode())

    assert url.endswith("#rc=5&rp=all")
    assert url.startswith(f"{WEBHOOK_BASE}/t1/{ATTEMPT}?k=")


def test_an_api_key_needs_its_secret() -> None:
    from messaging.providers.protocol import Misconfigured

    with pytest.raises(Misconfigured, match="api_key_secret is missing"):
        provider("twilio", KITS["twilio"].credentials | {"api_key_sid": "SK1"})


def test_a_receipt_with_code_nought_has_no_code() -> None:
    fields = {
        "AccountSid": "AC" + "0" * 31 + "1",
        "MessageSid": "SM" + "0" * 32,
        "MessageStatus": "sent",
        "ErrorCode": "0",
    }

    (receipt,) = TWILIO.parse(KITS["twilio"].webhook(fields))

    assert receipt.code == ""  # type: ignore[union-attr]
