"""The doors of a call: what is answered to whom, who is not believed, and that order and repeats cannot matter."""

import dataclasses
import itertools
import uuid

import pytest

from consent.actions.ledger import stop_point
from consent.models import ConsentEvent, Suppression
from consent.values import Provenance
from core.tenancy import tenant_context
from messaging.models import Call, InboundMessage, Message
from tests.factories.accounts import make_operator, operator_actor
from tests.factories.calls import LEGAL_NAME, Line, dial, make_caller, next_address, sentences
from tests.factories.campaigns import House, make_house
from tests.proofs import proves
from tests.snapshots import changed, rows_of

WORDS = "Hello Person 0, your appointment is tomorrow at ten."
OPENING = f"{LEGAL_NAME}, with an automated call. To get no more calls from us, press 9 at any time."
MACHINES = ("machine_start", "machine_end_beep", "machine_end_silence", "machine_end_other")
MENU = "To hear this again, press 1. To get no more calls, press 9."
SILENCE = b'<?xml version="1.0" encoding="UTF-8"?><Response><Hangup/></Response>'


def house_of(team) -> House:
    operator = operator_actor(make_operator(f"Olga of {team.name}"))
    return make_caller(make_house(team.id, team.actor(), operator, ""))


@pytest.fixture
def house(acme) -> House:
    return house_of(acme)


@pytest.fixture
def line(house) -> Line:
    """A phone that rings, seen from the carrier."""
    return Line(house, dial(house))


def the_call(line: Line) -> Call:
    with tenant_context(line.house.id):
        return Call.objects.get(message=line.call.message)


def test_a_person_hears_the_legal_name_first_then_the_key_and_keys_are_heard_from_the_first_word(line: Line) -> None:
    answer = line.asks(AnsweredBy="human")

    said = answer.content.decode()
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/xml")
    assert sentences(answer)[:2] == [OPENING, WORDS]
    assert sentences(answer)[-1] == MENU
    assert said.index("<Gather") < said.index("<Say") < said.rindex("</Say>") < said.index("</Gather>")
    assert next_address(answer) == f"{line.address('voice')}&turn=1"


@pytest.mark.parametrize("answered_by", ["human", "unknown", ""])
def test_who_may_be_a_person_is_spoken_to(line: Line, answered_by: str) -> None:
    more = {"AnsweredBy": answered_by} if answered_by else {}

    assert sentences(line.asks(**more))[0] == OPENING


@pytest.mark.parametrize("answered_by", ["machine_start", "machine_end_beep", "fax"])
def test_machines_get_nothing_unless_a_message_was_chosen(line: Line, answered_by: str) -> None:
    answer = line.asks(AnsweredBy=answered_by)

    assert answer.content == SILENCE
    assert the_call(line).left_message is False


@proves("H10")
def test_a_machine_gets_the_chosen_message_once_and_is_no_delivery(house: House) -> None:
    line = Line(house, dial(house, machine="leave_message"))

    answer = line.asks(AnsweredBy="machine_end_beep")
    line.tells("completed", CallDuration="20")

    assert sentences(answer)[0] == f"{LEGAL_NAME}, with an automated message."
    assert b"Gather" not in answer.content
    call = the_call(line)
    assert (call.outcome, call.left_message, call.seconds) == ("machine", True, 20)
    with tenant_context(house.id):
        assert Message.objects.get(id=line.call.message.id).delivery_rank == 30


@proves("H11")
def test_9_is_a_stop_with_its_evidence_before_the_answer_and_the_answer_ends_the_call(line: Line) -> None:
    address = next_address(line.asks(AnsweredBy="human"))

    answer = line.asks(address, Digits="9")

    assert sentences(answer) == ["You will get no more calls from us. Goodbye."]
    assert b"Gather" not in answer.content
    with tenant_context(line.house.id):
        event = ConsentEvent.objects.get(status="withdrawn")
        stop, heard = Suppression.objects.get(), InboundMessage.objects.get()
        assert (event.source, event.channel, event.origin, event.origin_id) == (
            "keypress",
            "voice",
            "inbound",
            heard.id,
        )
        assert (stop.point_id, stop.event_id, stop.kind) == (line.call.point_id, event.id, "opted_out")
        assert (heard.message_id, heard.origin_id) == (line.call.message.id, line.call.message.origin_id)
    assert the_call(line).keys == "9"


def test_a_stop_by_key_stops_no_texts(line: Line) -> None:
    line.asks(Digits="9")

    with tenant_context(line.house.id):
        assert set(Suppression.objects.values_list("channel", flat=True)) == {"voice"}


def test_1_says_it_again_a_few_times_any_other_key_the_menu_and_then_the_line_is_closed(line: Line) -> None:
    whole = sentences(line.asks(AnsweredBy="human"))
    address, heard = line.address("voice"), []
    for key in ("1", "5", "1"):
        answer = line.asks(address if not heard else next_address(heard[-1]), Digits=key)
        heard.append(answer)

    last = line.asks(next_address(heard[-1]).replace("turn=3", "turn=4"), Digits="1")

    assert [sentences(answer) for answer in heard] == [whole, [MENU], whole]
    assert last.content == SILENCE
    assert the_call(line).keys == "1511"


def test_who_said_stop_while_it_rang_hears_nothing(line: Line) -> None:
    with tenant_context(line.house.id):
        stop_point(
            actor=line.house.actor, point_id=line.call.point_id, channel="voice", source="staff",
            provenance=Provenance("test"), evidence={},
        )  # fmt: skip

    assert line.asks(AnsweredBy="human").content == SILENCE


FORGERIES = {
    "another secret": lambda line: dataclasses.replace(line, token="another-token").asks(Digits="9"),
    "another attempt under the same mark": lambda line: line.asks(
        line.address("voice").replace(str(line.call.attempt.id), str(uuid.uuid4())), Digits="9"
    ),
    "no mark": lambda line: line.asks(line.address("voice").partition("?")[0], Digits="9"),
    "a forged mark": lambda line: line.asks(line.address("voice")[:-2] + "xx", Digits="9"),
    "another account's call": lambda line: line.asks(Digits="9", AccountSid="AC" + "0" * 31 + "2"),
    "a report at the door of questions": lambda line: line.asks(CallbackSource="call-progress-events"),
    "no call at all": lambda line: line.asks(Digits="9", CallSid="SM1"),
    "the mark of the other door": lambda line: line.asks(
        line.address("voice").replace("/voice/", "/voice/x/", 1), Digits="9"
    ),
}


@proves("fault-18")
@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES)
def test_a_forged_key_is_refused_and_changes_nothing(line: Line, forge) -> None:
    before = rows_of(line.house.id)

    answer = forge(line)

    assert answer.status_code in (403, 404)
    assert answer.content == b"" or answer.status_code == 404
    assert changed(before, rows_of(line.house.id)) == {}


@proves("fault-18")
def test_a_key_told_again_is_answered_again_and_kept_once(line: Line) -> None:
    address = next_address(line.asks(AnsweredBy="human"))
    first = line.asks(address, Digits="9")
    before = rows_of(line.house.id)

    again = [line.asks(address, Digits="9") for _ in range(3)]

    assert [answer.content for answer in again] == [first.content] * 3
    assert changed(before, rows_of(line.house.id)) == {}


@proves("A2")
def test_an_organisation_cannot_press_a_key_in_another_ones_call(line: Line, rival) -> None:
    theirs = house_of(rival)
    own = Line(theirs, dial(theirs, "+14025550143"))
    before = rows_of(line.house.id)

    through_own_account = own.asks(own.address("voice").replace(str(own.call.attempt.id), str(line.call.attempt.id)))
    foreign = dataclasses.replace(own, call=dataclasses.replace(own.call, attempt=line.call.attempt))
    with_own_mark = foreign.asks(Digits="9")

    assert (through_own_account.status_code, with_own_mark.status_code) == (403, 403)
    assert changed(before, rows_of(line.house.id)) == {}


NEWS = [
    ("initiated", {}),
    ("ringing", {}),
    ("in-progress", {}),
    ("completed", {"CallDuration": "31", "AnsweredBy": "human"}),
]


@proves("fault-17")
@pytest.mark.parametrize("order", list(itertools.permutations(range(len(NEWS))))[::5])
def test_news_in_any_order_and_repeated_come_to_the_same(line: Line, order: tuple[int, ...]) -> None:
    for place in (*order, *order[::-1]):
        status, more = NEWS[place]
        assert line.tells(status, **more).status_code == 200

    call = the_call(line)
    assert (call.outcome, call.answered_by, call.seconds, call.number) == ("human", "human", 31, 1)
    assert None not in (call.rang_at, call.answered_at, call.ended_at)
    with tenant_context(line.house.id):
        message = Message.objects.get()
        assert (message.state, message.delivery_rank, message.reason) == ("accepted", 40, "")


@proves("fault-17")
@pytest.mark.parametrize("order", list(itertools.permutations(["initiated", "ringing", "busy"])))
def test_a_busy_line_told_in_any_order_and_often_makes_one_further_try(line: Line, order: tuple[str, ...]) -> None:
    for status in (*order, *order, *order[::-1]):
        line.tells(status)

    with tenant_context(line.house.id):
        first, second = Message.objects.order_by("created_at")
        tries = sorted(Call.objects.values_list("message_id", "first_id", "number", "outcome"), key=lambda row: row[2])
        assert (first.delivery_rank, first.reason, second.origin, second.state) == (35, "busy", "again", "ready")
        assert tries == [(first.id, first.id, 1, "busy"), (second.id, first.id, 2, "")]


def test_words_that_were_erased_are_not_said(line: Line) -> None:
    with tenant_context(line.house.id):
        Message.objects.update(parts_sealed=None)

    assert line.asks(AnsweredBy="human").status_code == 403


def test_a_stop_by_key_counts_also_when_the_words_were_erased_while_somebody_listened(line: Line) -> None:
    address = next_address(line.asks(AnsweredBy="human"))
    with tenant_context(line.house.id):
        Message.objects.update(parts_sealed=None)

    answer = line.asks(address, Digits="9")

    assert answer.status_code == 403
    with tenant_context(line.house.id):
        stop = Suppression.objects.get()
        assert (stop.point_id, stop.channel, stop.kind) == (line.call.point_id, "voice", "opted_out")
    assert the_call(line).keys == "9"


#: what Twilio says of who answered → the outcome, and what is said: everything, the message after the beep, or nothing
POLICIES = [
    ("human", "hang_up", "human", OPENING),
    ("human", "leave_message", "human", OPENING),
    ("", "hang_up", "unclear", OPENING),
    ("unknown", "hang_up", "unclear", OPENING),
    ("unknown", "leave_message", "unclear", OPENING),
    ("fax", "hang_up", "fax", ""),
    ("fax", "leave_message", "fax", ""),
    *((word, "hang_up", "machine", "") for word in MACHINES),
    *((word, "leave_message", "machine", f"{LEGAL_NAME}, with an automated message.") for word in MACHINES),
]


@pytest.mark.parametrize(("word", "policy", "outcome", "first"), POLICIES)
def test_each_answer_of_the_machine_detection_has_its_outcome_and_gets_what_the_campaign_chose(
    house: House, word: str, policy: str, outcome: str, first: str
) -> None:
    line = Line(house, dial(house, machine=policy))
    told = {"AnsweredBy": word} if word else {}

    answer = line.asks(**told)
    line.tells("completed", CallDuration="20", **told)

    call = the_call(line)
    assert (sentences(answer) or [""])[0] == first
    assert (b"<Gather" in answer.content) is (first == OPENING)
    assert (call.outcome, call.verdict, call.left_message) == (outcome, word, first not in ("", OPENING))
    with tenant_context(house.id):
        assert Message.objects.get().delivery_rank == (40 if outcome in ("human", "unclear") else 30)
