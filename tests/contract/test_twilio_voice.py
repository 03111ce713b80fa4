"""Calls by Twilio on the wire: exactly which form leaves, what every answer is taken for, what webhooks say, and TwiML."""

import dataclasses
import logging
import urllib.parse
from collections.abc import AsyncIterator
from typing import Any

import pytest

from core.http import Session
from messaging.contracts import Accepted, Outbound
from messaging.providers.call_message import CallOutbound, CallReceipt, Recording, SpeaksInCalls, Turn
from messaging.providers.protocol import (
    BadSignature,
    ExplainsCodes,
    Misconfigured,
    OutcomeUnknown,
    ProviderError,
    Rejected,
    ReportsToMarkedAddress,
    Throttled,
    Unavailable,
)
from sandbox import call_twiml
from tests.contract import carrier as wire
from tests.contract.carrier import Carrier
from tests.contract.kit_twilio import ACCOUNT
from tests.contract.kits import ATTEMPT, CALLBACK_SECRET, KITS, QUICK, RECIPIENT, WEBHOOK_BASE, adapter
from tests.contract.messages import outbound, require_schema

KIT = KITS["twilio"]
SID = "CA" + "0" * 31 + "1"
ANSWER_URL = f"{WEBHOOK_BASE}/voice/t1/{ATTEMPT}?k=mark#rc=5&rp=all"
TAKEN = {"sid": SID, "status": "queued", "account_sid": ACCOUNT}


@pytest.fixture
async def carrier() -> AsyncIterator[Carrier]:
    async with wire.carrier() as running:
        yield running


def call(**changes: Any) -> CallOutbound:
    values = {
        "channel": "voice",
        "sender": "+15550100000",
        "answer_url": ANSWER_URL,
        "ring_seconds": 25,
        "most_seconds": 300,
    }
    return outbound(CallOutbound, **values | changes)  # type: ignore[no-any-return]


async def send(base_url: str, message: Outbound) -> Accepted:
    async with Session(QUICK) as session:
        return await adapter("twilio", base_url=base_url, session=session).send(message)


async def failure(base_url: str, message: Outbound) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        await send(base_url, message)
    return caught.value


# -- sending


@pytest.mark.parametrize(("waits", "detection"), [(False, "Enable"), (True, "DetectMessageEnd")])
async def test_exactly_the_documented_form_leaves_and_nothing_in_it_asks_for_a_recording(
    waits: bool, detection: str, carrier: Carrier
) -> None:
    carrier.answers(wire.status(201, TAKEN))

    accepted = await send(carrier.base_url, call(waits_for_beep=waits))

    (seen,) = carrier.seen
    form = urllib.parse.parse_qs(seen.body.decode(), keep_blank_values=True)
    assert accepted == Accepted(SID, "accepted")
    assert (seen.method, seen.target) == ("POST", f"/2010-04-01/Accounts/{ACCOUNT}/Calls.json")
    assert seen.headers["authorization"].startswith("Basic ")
    assert "idempotency-key" not in seen.headers
    assert form == {
        "To": [RECIPIENT],
        "From": ["+15550100000"],
        "Url": [ANSWER_URL],
        "Method": ["POST"],
        "StatusCallback": [f"{WEBHOOK_BASE}/t1/{ATTEMPT}?k=mark"],
        "StatusCallbackMethod": ["POST"],
        "StatusCallbackEvent": ["initiated", "ringing", "answered", "completed"],
        "Timeout": ["25"],
        "TimeLimit": ["300"],
        "MachineDetection": [detection],
        "MachineDetectionTimeout": ["30"],
    }
    require_schema("twilio_voice", form)


UNCLEAR = {
    "408": wire.status(408, b""),
    "400 without a code": wire.status(400, b"<html>"),
    "502 from a gateway": wire.status(502, b"<html>Bad Gateway</html>"),
    "a redirect": wire.status(307, b"", Location="http://127.0.0.1:1/elsewhere"),
    "201 with broken JSON": wire.status(201, b'{"sid": "CA'),
    "204": wire.status(204),
    "no answer in time": wire.silence,
    "a reset after the request": wire.reset,
    "an answer cut short": wire.cut_in_the_body,
    "201 without an id": wire.status(201, {"status": "queued"}),
    "201 with the id of a message": wire.status(201, {"sid": "SM" + "0" * 32}),
    "500 with a code": wire.status(500, {"code": 20500}),
}


@pytest.mark.parametrize("behaviour", UNCLEAR.values(), ids=UNCLEAR)
async def test_an_unclear_answer_may_be_a_phone_that_rings_and_is_never_called_again(
    behaviour: wire.Behaviour, carrier: Carrier, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    carrier.answers(behaviour)

    error = await failure(carrier.base_url, call())

    assert (type(error), error.may_have_left, len(carrier.seen)) == (OutcomeUnknown, True, 1)
    said = repr(error) + caplog.text + "".join(str(vars(line)) for line in caplog.records)
    assert not [secret for secret in (RECIPIENT, "mark", "test_auth_token", str(ATTEMPT)) if secret in said]


@pytest.mark.parametrize(
    ("status", "code", "kind", "facts"),
    [
        (400, 21217, Rejected, {"suppress": True}),
        (400, 21215, Rejected, {"suppress": False}),
        (401, 20003, Misconfigured, {}),
        (429, 20429, Throttled, {}),
    ],
)
async def test_a_refusal_says_what_to_do(
    status: int, code: int, kind: type[ProviderError], facts: dict[str, bool], carrier: Carrier
) -> None:
    carrier.answers(wire.status(status, {"code": code, "status": status}))

    error = await failure(carrier.base_url, call())

    assert (type(error), error.may_have_left) == (kind, False)
    assert {name: getattr(error, name) for name in facts} == facts


@pytest.mark.parametrize("changes", [{"ring_seconds": 4}, {"ring_seconds": 601}, {"answer_url": ""}])
async def test_what_could_never_be_a_call_does_not_leave(changes: dict[str, Any], carrier: Carrier) -> None:
    carrier.answers(wire.status(201, TAKEN))

    error = await failure(carrier.base_url, call(**changes))

    assert (type(error), carrier.connections) == (Misconfigured, 0)


async def test_a_text_is_never_sent_as_a_call_and_nobody_there_means_nothing_left(carrier: Carrier) -> None:
    carrier.answers(wire.status(201, TAKEN))

    plain = await failure(carrier.base_url, outbound(channel="voice"))
    nobody = await failure("http://127.0.0.1:1", call())

    assert (type(plain), carrier.connections) == (Misconfigured, 0)
    assert (type(nobody), nobody.may_have_left) == (Unavailable, False)


def test_a_call_exists_on_no_other_channel_and_not_without_a_permit() -> None:
    with pytest.raises(ValueError, match="cannot be made on sms"):
        call(channel="sms")
    with pytest.raises(TypeError, match="Permit"):
        call(permit=None)


# -- what Twilio reports


def fields(status: str, **more: str) -> dict[str, str]:
    common = {
        "AccountSid": ACCOUNT, "ApiVersion": "2010-04-01", "CallSid": SID, "CallStatus": status,
        "Called": RECIPIENT, "Caller": "+15550100000", "Direction": "outbound-api", "From": "+15550100000",
        "To": RECIPIENT,
    }  # fmt: skip
    return common | more


def reported(status: str, **more: str) -> CallReceipt:
    made = adapter("twilio")
    assert isinstance(made, ReportsToMarkedAddress)
    marked = made.callback_url(WEBHOOK_BASE, "t1", ATTEMPT, CALLBACK_SECRET.encode())
    request = KIT.reported(fields(status, CallbackSource="call-progress-events", **more), marked)
    made.verify(request)
    (event,) = made.parse(request)
    assert isinstance(event, CallReceipt)
    return event


REPORTS = [
    ("initiated", {}, ("queued", "", "", "", None)),
    ("ringing", {}, ("sent", "", "", "", None)),
    ("in-progress", {}, ("sent", "", "", "", None)),
    ("completed", {"CallDuration": "47"}, ("delivered", "", "answered", "", 47)),
    ("completed", {"CallDuration": "9", "AnsweredBy": "human"}, ("delivered", "", "answered", "human", 9)),
    ("completed", {"AnsweredBy": "machine_end_beep"}, ("sent", "", "answered", "machine", None)),
    ("completed", {"AnsweredBy": "machine_start"}, ("sent", "", "answered", "machine", None)),
    ("completed", {"AnsweredBy": "fax"}, ("sent", "", "answered", "fax", None)),
    ("completed", {"AnsweredBy": "unknown"}, ("delivered", "", "answered", "unknown", None)),
    ("completed", {"AnsweredBy": "a ghost", "CallDuration": "-1"}, ("delivered", "", "answered", "unknown", None)),
    ("busy", {"SipResponseCode": "486", "CallDuration": "0"}, ("failed", "busy", "busy", "", 0)),
    ("no-answer", {"SipResponseCode": "487"}, ("failed", "no-answer", "no_answer", "", None)),
    ("failed", {"SipResponseCode": "404"}, ("failed", "sip_404", "failed", "", None)),
    ("failed", {"SipResponseCode": "599"}, ("failed", "failed", "failed", "", None)),
    ("canceled", {}, ("failed", "canceled", "cancelled", "", None)),
    ("levitating", {}, ("unknown", "", "", "", None)),
]


@pytest.mark.parametrize(("status", "more", "expected"), REPORTS)
def test_a_report_is_read_whole(status: str, more: dict[str, str], expected: tuple[Any, ...]) -> None:
    news = reported(status, **more)

    assert (news.status, news.code, news.end, news.answered_by, news.seconds) == expected
    assert (news.provider_message_id, news.raw_status, news.attempt_id) == (SID, status, ATTEMPT)
    assert news.event_key == f"{SID}:{status}"


@pytest.mark.parametrize(
    ("code", "action"),
    [("busy", "retry"), ("no-answer", "retry"), ("sip_404", "bad_address"), ("sip_607", "route"), ("sip_1", "unknown")],
)
def test_an_end_has_words_and_an_action(code: str, action: str) -> None:
    made = adapter("twilio")
    assert isinstance(made, ExplainsCodes)

    meaning = made.explain(code)

    assert meaning.action == action
    assert meaning.meaning.endswith(".")


# -- what Twilio asks


def asked(query: str = "", **more: str) -> Any:
    made = adapter("twilio")
    assert isinstance(made, SpeaksInCalls)
    assert isinstance(made, ReportsToMarkedAddress)
    marked = made.callback_url(WEBHOOK_BASE, "t1", ATTEMPT, CALLBACK_SECRET.encode()).partition("#")[0]
    request = KIT.webhook(fields("in-progress", **more), marked + query)
    made.verify(request)
    return made.read_question(request)


def test_an_answered_call_asks_and_a_key_asks_again_under_a_key_of_its_own() -> None:
    first, pressed = asked(AnsweredBy="machine_start"), asked("&turn=2", Digits="9", FinishedOnKey="")

    assert (first.attempt_id, first.answered_by, first.key, first.event_key) == (
        ATTEMPT, "machine", "", f"{SID}:asks:",
    )  # fmt: skip
    assert (pressed.key, pressed.answered_by, pressed.event_key) == ("9", "", f"{SID}:key:2:9")


@pytest.mark.parametrize("digits", ["", "99", "x", "٩", "9 "])
def test_what_is_not_one_key_is_none(digits: str) -> None:
    assert asked(Digits=digits).key == ""


SPOKEN = [
    ({"SpeechResult": "Please take me off your list.", "Confidence": "0.8714", "Language": "en-US"}, 0.8714),
    ({"SpeechResult": " No more calls ", "Confidence": "0"}, 0.0),
    ({"SpeechResult": "stop"}, None),
    ({"SpeechResult": "stop", "Confidence": "nan"}, None),
    ({"SpeechResult": "stop", "Confidence": "2.5"}, None),
]


@pytest.mark.parametrize(("more", "sure"), SPOKEN)
def test_what_somebody_said_is_told_with_how_sure_twilio_is_under_a_key_of_its_turn(
    more: dict[str, str], sure: Any
) -> None:
    heard = asked("&turn=2", **more)

    assert (heard.said, heard.sure, heard.key, heard.silent) == (more["SpeechResult"].strip(), sure, "", False)
    assert heard.event_key == f"{SID}:said:2"
    assert heard.said not in repr(heard)


def test_silence_is_told_as_silence_and_the_first_question_is_none() -> None:
    silent = asked("&turn=1", FinishedOnKey="", SpeechResult="")

    assert (silent.said, silent.key, silent.silent) == ("", "", True)
    assert asked(AnsweredBy="human").silent is False
    assert asked("&turn=1", Digits="9", SpeechResult="hello").said == ""


def test_a_report_is_no_question_and_neither_is_a_text() -> None:
    made = adapter("twilio")
    assert isinstance(made, SpeaksInCalls)

    for other in (fields("ringing", CallbackSource="call-progress-events"), {"AccountSid": ACCOUNT, "CallSid": "SM1"}):
        with pytest.raises(BadSignature, match="asks nothing"):
            made.read_question(KIT.webhook(other))


# -- TwiML


def twiml(turn: Turn) -> str:
    made = adapter("twilio")
    assert isinstance(made, SpeaksInCalls)
    answer = made.say(turn)
    assert (answer.status, answer.content_type) == (200, "text/xml")
    return answer.body.decode()


HEAD = '<?xml version="1.0" encoding="UTF-8"?>'


def test_a_turn_with_keys_listens_from_the_first_word_and_hangs_up_after_silence() -> None:
    said = twiml(Turn("en-US", ("Acme Ltd.", "Hello."), "https://h.example/voice/t/1?k=m&turn=1", 5))

    assert said == (
        f'{HEAD}<Response><Gather input="dtmf" numDigits="1" timeout="5" actionOnEmptyResult="true" method="POST"'
        ' action="https://h.example/voice/t/1?k=m&amp;turn=1#rc=5&amp;rp=all">'
        '<Say language="en-US">Acme Ltd.</Say><Say language="en-US">Hello.</Say></Gather><Hangup/></Response>'
    )


def test_a_turn_that_hears_words_listens_in_the_language_of_the_call_and_stars_nothing_out() -> None:
    said = twiml(Turn("es-US", ("Acme Ltd.",), "https://h.example/voice/t/1?k=m&turn=1", 5, hears_words=True))

    assert said == (
        f'{HEAD}<Response><Gather input="dtmf speech" speechTimeout="auto" language="es-US" profanityFilter="false"'
        ' numDigits="1" timeout="5" actionOnEmptyResult="true" method="POST"'
        ' action="https://h.example/voice/t/1?k=m&amp;turn=1#rc=5&amp;rp=all">'
        '<Say language="es-US">Acme Ltd.</Say></Gather><Hangup/></Response>'
    )


def test_a_turn_without_keys_says_and_hangs_up_and_silence_only_hangs_up() -> None:
    assert twiml(Turn("de-DE", ("Auf Wiederhören.",))) == (
        f'{HEAD}<Response><Say language="de-DE">Auf Wiederhören.</Say><Hangup/></Response>'
    )
    assert twiml(Turn("en-US")) == f"{HEAD}<Response><Hangup/></Response>"


@pytest.mark.parametrize(
    ("words", "spoken"),
    [
        ("</Say><Dial>+19005550100</Dial>", "&lt;/Say&gt;&lt;Dial&gt;+19005550100&lt;/Dial&gt;"),
        ("Fish & <chips>", "Fish &amp; &lt;chips&gt;"),
        ("bell\x07 \x00 \ufffe end", "bell   end"),
    ],
)
def test_what_somebody_wrote_is_spoken_and_never_carried_out(words: str, spoken: str) -> None:
    assert twiml(Turn("en-US", (words,))) == f'{HEAD}<Response><Say language="en-US">{spoken}</Say><Hangup/></Response>'


PLAYED = Recording("https://h.example/webhooks/recording/AbC-_1")
TURNS = {
    "a recording between what is read": Turn("en-US", ("Acme Ltd.", PLAYED, "Press 9."), "https://h.example/v?turn=1"),
    "words are heard as well": Turn("en-US", ("Acme Ltd.", PLAYED), "https://h.example/v?turn=1", 5, hears_words=True),
    "words alone": Turn("de-DE", ("Acme GmbH.", "Hallo."), "https://h.example/v?turn=1", 5),
    "a recording left on a machine": Turn("en-US", ("Acme Ltd.", PLAYED, "Call us.")),
    "a goodbye": Turn("en-US", ("Goodbye.",)),
    "silence": Turn("en-US"),
}


@pytest.mark.parametrize("turn", TURNS.values(), ids=TURNS)
def test_every_answer_in_a_call_keeps_to_the_schema_of_our_own(turn: Turn) -> None:
    verbs = call_twiml.verbs(twiml(turn).encode())

    require_schema("twilio_twiml", [dataclasses.asdict(verb) for verb in verbs])
    assert [verb.name for verb in verbs][-1] == "Hangup"


def test_a_recording_is_played_in_its_place_while_keys_are_heard_and_its_address_cannot_break_out() -> None:
    broken = Recording("https://h.example/x</Play><Dial>+19005550100</Dial>")

    said = twiml(TURNS["a recording between what is read"])

    assert said.partition('&amp;rp=all">')[2] == (
        '<Say language="en-US">Acme Ltd.</Say><Play>https://h.example/webhooks/recording/AbC-_1</Play>'
        '<Say language="en-US">Press 9.</Say></Gather><Hangup/></Response>'
    )
    assert "<Dial>" not in twiml(Turn("en-US", (broken,)))
