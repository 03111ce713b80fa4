"""What somebody says in a call: a stop by any words, one that only may be one, and what is none."""

import dataclasses
import pathlib
import tomllib

import pytest

from consent.models import ConsentEvent, ConsentState, StopRequest, Suppression
from consent.selectors.receipts import open_evidence
from core.tenancy import tenant_context
from messaging.actions import judging
from messaging.models import InboundMessage, Message, ProviderEvent, Sender
from tests.factories.accounts import make_operator, operator_actor
from tests.factories.calls import LEGAL_NAME, Line, dial, make_caller, next_address, sentences
from tests.factories.campaigns import House, make_house
from tests.factories.consent import grant
from tests.proofs import proves
from tests.snapshots import changed, rows_of

OPENING = f"{LEGAL_NAME}, with an automated call. To get no more calls from us, press 9 at any time."
GOODBYE = "You will get no more calls from us. Goodbye."
NOTED = "We have noted that, and will not call you again for now. Goodbye."
SILENCE = b'<?xml version="1.0" encoding="UTF-8"?><Response><Hangup/></Response>'
SAID = tomllib.loads((pathlib.Path(__file__).parents[2] / "fixtures" / "said_to_stop.toml").read_text("utf-8"))
#: three phrases of each language in which calls or texts are read
CERTAIN = [
    pytest.param(text, id=f"{language}-{number}")
    for language, outcomes in SAID.items()
    for number, text in enumerate(outcomes["certain"][:3])
]


def house_of(team) -> House:
    operator = operator_actor(make_operator(f"Olga of {team.name}"))
    return make_caller(make_house(team.id, team.actor(), operator, ""))


@pytest.fixture
def house(acme) -> House:
    return house_of(acme)


@pytest.fixture
def line(house) -> Line:
    """A phone that was picked up, seen from the carrier."""
    return Line(house, dial(house))


def say(line: Line, words: str, sure: str = "0.93", **more: str):
    """They say something after the opening; what is answered."""
    address = next_address(line.asks(AnsweredBy="human"))
    return line.asks(address, SpeechResult=words, Confidence=sure, **more)


def stops(line: Line) -> list[tuple[str, str, str]]:
    with tenant_context(line.house.id):
        live = Suppression.objects.filter(point_id=line.call.point_id, lifted_at=None)
        return list(live.values_list("channel", "kind", "source"))


@proves("C11")
@pytest.mark.parametrize("words", CERTAIN)
def test_a_stop_in_their_own_words_is_in_the_ledger_before_the_answer_which_ends_the_call(line, words) -> None:
    answer = say(line, words)

    assert sentences(answer) == [GOODBYE]
    assert b"Gather" not in answer.content
    with tenant_context(line.house.id):
        event, heard = ConsentEvent.objects.get(status="withdrawn"), InboundMessage.objects.get()
        assert (event.source, event.channel, event.origin, event.origin_id) == ("spoken", "voice", "inbound", heard.id)
        assert (heard.kind, heard.form, heard.verdict, heard.consent_event_id) == ("stop", "speech", "", event.id)
        assert (heard.message_id, heard.origin_id) == (line.call.message.id, line.call.message.origin_id)
        proof = open_evidence(event)
        assert ConsentState.objects.get(channel="voice").status == "withdrawn"
    assert (proof["said"], proof["offer"], proof["carrier_id"], proof["sure"]) == (
        words,
        OPENING,
        line.call.sid,
        "0.93",
    )
    assert stops(line) == [("voice", "opted_out", "spoken")]


@proves("C11")
def test_what_may_be_a_stop_protects_at_once_and_waits_for_a_person_with_its_clock(acme, line) -> None:
    answer = say(line, "Cancel my 3pm appointment")

    assert sentences(answer) == [NOTED]
    assert stops(line) == [("voice", "opted_out", "spoken")]
    with tenant_context(line.house.id):
        heard = InboundMessage.objects.get()
        assert (heard.kind, heard.verdict, heard.handled_at) == ("doubt", "asked", None)
        assert StopRequest.objects.get().inbound_id == heard.id
        assert not Message.objects.filter(channel="sms").exists()
    page = acme.client().get("/replies/?show=judge")
    (reply,) = page.context["page"].replies
    assert (reply.text, reply.thing, reply.badge["label"]) == (
        "Cancel my 3pm appointment", "Said in a call", "Needs your judgement",
    )  # fmt: skip


def test_what_was_judged_to_be_no_stop_may_be_called_again(acme, line) -> None:
    say(line, "Cancel my 3pm appointment")

    with tenant_context(line.house.id):
        assert judging.deny_stop(actor=acme.actor(), message=InboundMessage.objects.get()) is True
        assert ConsentState.objects.get(channel="voice").status == "granted"

    assert stops(line) == []


@proves("C11")
@pytest.mark.parametrize(("sure", "meant"), [("0.49", "doubt"), ("0", "doubt"), ("0.5", "stop"), ("", "stop")])
def test_a_stop_the_carrier_is_not_sure_of_holds_and_is_judged(line, sure, meant) -> None:
    answer = say(line, "stop calling me", sure)

    assert sentences(answer) == [NOTED if meant == "doubt" else GOODBYE]
    assert stops(line) == [("voice", "opted_out", "spoken")]
    with tenant_context(line.house.id):
        heard = InboundMessage.objects.get()
        assert (heard.kind, heard.verdict) == (meant, "asked" if meant == "doubt" else "")


def test_a_wrong_number_that_says_stop_is_a_stop_and_somebody_looks_at_it(line) -> None:
    answer = say(line, "Stop, you have the wrong number")

    assert stops(line) == [("voice", "opted_out", "spoken")]
    with tenant_context(line.house.id):
        assert InboundMessage.objects.get().verdict == "asked"
    assert b"Gather" not in answer.content


@proves("C11")
@pytest.mark.parametrize("words", ["Hello?", "Who is this?", "Yes, tell me more", "My bus leaves in five minutes"])
def test_what_is_no_stop_is_not_kept_and_everything_is_said_again(line, words) -> None:
    whole = sentences(line.asks(AnsweredBy="human"))
    before = rows_of(line.house.id)

    answer = say(line, words)

    assert sentences(answer) == whole
    assert stops(line) == []
    assert changed(before, rows_of(line.house.id)) == {}


def test_a_noisy_room_hears_the_end_at_last_with_keys_alone_and_then_the_line_is_closed(line) -> None:
    answers = [line.asks(AnsweredBy="human")]
    for _ in range(4):
        answers.append(line.asks(next_address(answers[-1]), SpeechResult="Hello?", Confidence="0.9"))
        if b"Gather" not in answers[-1].content:
            break

    listens = [b'input="dtmf speech"' in answer.content for answer in answers]
    assert listens == [True, True, True, False, False]
    assert b'input="dtmf"' in answers[3].content
    assert answers[4].content == SILENCE


def test_silence_ends_the_call_and_nothing_is_noted_but_that_we_hung_up(line) -> None:
    address = next_address(line.asks(AnsweredBy="human"))
    before = rows_of(line.house.id)

    answer = line.asks(address)

    assert answer.content == SILENCE
    assert changed(before, rows_of(line.house.id)) == {"messaging_call": 0}


@proves("fault-18")
def test_words_told_again_are_answered_again_and_kept_once(line) -> None:
    address = next_address(line.asks(AnsweredBy="human"))
    first = line.asks(address, SpeechResult="do not call me", Confidence="0.9")
    before = rows_of(line.house.id)

    again = [line.asks(address, SpeechResult="do not call me", Confidence="0.9") for _ in range(3)]

    assert [answer.content for answer in again] == [first.content] * 3
    assert changed(before, rows_of(line.house.id)) == {}


@proves("fault-18")
def test_forged_words_are_refused_and_change_nothing(line, rival) -> None:
    theirs = house_of(rival)
    own = Line(theirs, dial(theirs, "+14025550143"))
    before = [rows_of(each.house.id) for each in (line, own)]
    words = {"SpeechResult": "do not call me", "Confidence": "0.9"}

    unsigned = dataclasses.replace(line, token="another-token").asks(**words)
    foreign = dataclasses.replace(own, call=dataclasses.replace(own.call, attempt=line.call.attempt)).asks(**words)

    assert (unsigned.status_code, foreign.status_code) == (403, 403)
    assert [rows_of(each.house.id) for each in (line, own)] == before


def test_a_stop_counts_also_when_the_words_of_the_call_were_erased_while_somebody_listened(line) -> None:
    address = next_address(line.asks(AnsweredBy="human"))
    with tenant_context(line.house.id):
        Message.objects.update(parts_sealed=None)

    answer = line.asks(address, SpeechResult="take me off your list", Confidence="0.9")

    assert answer.status_code == 403
    assert stops(line) == [("voice", "opted_out", "spoken")]


def test_the_webhook_of_a_stop_is_kept_sealed_and_that_of_other_words_is_not(line) -> None:
    say(line, "What is it about?")
    with tenant_context(line.house.id):
        kept = ProviderEvent.objects.filter(event_key__contains=":said:").count()
    say(line, "no more calls please")

    with tenant_context(line.house.id):
        (event,) = ProviderEvent.objects.filter(event_key__contains=":said:")
    assert kept == 0
    assert b"calls" not in bytes(event.body_sealed)


CONFIRMING = {"a key": {"Digits": "9"}, "words": {"SpeechResult": "do not call me again", "Confidence": "0.9"}}


def texted(line: Line) -> list[tuple[str, str, str]]:
    with tenant_context(line.house.id):
        return list(Message.objects.filter(channel="sms").values_list("origin", "channel", "point__hint"))


@proves("H11")
@pytest.mark.parametrize("how", CONFIRMING.values(), ids=CONFIRMING)
def test_who_takes_texts_gets_one_that_confirms_the_stop(line, how) -> None:
    with tenant_context(line.house.id):
        grant(line.call.message.point, line.house.purpose, "sms")
    address = next_address(line.asks(AnsweredBy="human"))

    line.asks(address, **how)
    line.asks(address, **how)
    line.asks(address.replace("turn=1", "turn=2"), **how)

    assert texted(line) == [("said_stop", "sms", "+1 … 0142")]


def no_agreement(line: Line) -> None:
    """They never agreed to texts."""


def stopped_texts(line: Line) -> None:
    """They agreed, and said stop to texts since."""
    grant(line.call.message.point, line.house.purpose, "sms")
    Suppression.objects.create(
        point_id=line.call.point_id, channel="sms", kind="opted_out", source="keyword",
        created_at=line.call.message.created_at,
    )  # fmt: skip


def no_number(line: Line) -> None:
    """They agreed, and the only number that texts is paused."""
    grant(line.call.message.point, line.house.purpose, "sms")
    Sender.objects.filter(channel="sms").update(paused_at=line.call.message.created_at)


def stopped_calls(line: Line) -> None:
    """They agreed to texts, and had stopped calls before."""
    grant(line.call.message.point, line.house.purpose, "sms")
    Suppression.objects.create(
        point_id=line.call.point_id, channel="voice", kind="opted_out", source="staff",
        created_at=line.call.message.created_at,
    )  # fmt: skip


@pytest.mark.parametrize("scene", [no_agreement, stopped_texts, no_number, stopped_calls])
def test_no_text_confirms_where_none_is_allowed_or_needed(line, scene) -> None:
    with tenant_context(line.house.id):
        scene(line)

    line.asks(Digits="9")

    assert texted(line) == []
    assert ("voice", "opted_out", "keypress") in stops(line) or scene is stopped_calls
