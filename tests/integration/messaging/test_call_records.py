"""The record of a call: who answered and who hung up, the list of calls and one call, on the page and in the API."""

import pytest

from accounts.roles import API_SCOPES
from core.tenancy import tenant_context
from messaging.models import Call, Message
from tests.counts import Statements
from tests.factories.accounts import make_operator, operator_actor
from tests.factories.calls import Line, dial, make_caller, next_address
from tests.factories.campaigns import House, make_house
from tests.integration.api.conftest import application

PHONE, OTHER = "+14025550142", "+14025550143"


def house_of(team) -> House:
    operator = operator_actor(make_operator(f"Olga of {team.name}"))
    return make_caller(make_house(team.id, team.actor(), operator, ""))


@pytest.fixture
def house(acme) -> House:
    return house_of(acme)


@pytest.fixture
def line(house) -> Line:
    """A phone that rings, seen from the carrier."""
    return Line(house, dial(house, PHONE))


def the_call(line: Line) -> Call:
    with tenant_context(line.house.id):
        return Call.objects.get(message=line.call.message)


def listens_to_the_end(line: Line) -> None:
    line.asks(next_address(line.asks(AnsweredBy="human")))


def presses_9(line: Line) -> None:
    line.asks(next_address(line.asks(AnsweredBy="human")), Digits="9")


def says_stop(line: Line) -> None:
    line.asks(next_address(line.asks(AnsweredBy="human")), SpeechResult="do not call me", Confidence="0.9")


def puts_the_phone_down(line: Line) -> None:
    line.asks(AnsweredBy="human")


def is_a_machine(line: Line) -> None:
    line.asks(AnsweredBy="machine_start")


ENDS = {
    "listened to the end": (listens_to_the_end, "us", "human", False),
    "pressed 9": (presses_9, "us", "human", True),
    "said stop": (says_stop, "us", "human", True),
    "put the phone down": (puts_the_phone_down, "them", "human", False),
    "a machine": (is_a_machine, "us", "machine_start", False),
}


@pytest.mark.parametrize(("does", "hung_up", "verdict", "stopped"), ENDS.values(), ids=ENDS)
def test_who_hung_up_what_the_carrier_heard_and_a_stop_are_on_record(line, does, hung_up, verdict, stopped) -> None:
    does(line)
    line.tells("completed", CallDuration="31", AnsweredBy=verdict)
    line.tells("completed", CallDuration="31", AnsweredBy=verdict)

    call = the_call(line)
    assert (call.hung_up, call.verdict, call.seconds) == (hung_up, verdict, 31)
    assert (call.stop_event_id is not None) is stopped


def test_nobody_hangs_up_where_nobody_answered_and_the_longest_call_is_ended_by_us(line) -> None:
    line.tells("busy")
    busy = the_call(line)
    with tenant_context(line.house.id):
        Call.objects.update(outcome="", hung_up="")
    line.tells("completed", CallDuration="300")

    assert (busy.outcome, busy.hung_up) == ("busy", "")
    assert the_call(line).hung_up == "us"


@pytest.mark.parametrize("word", ["a ghost", "machine_end_beep</b>", "x" * 300])
def test_a_word_nobody_knows_is_no_verdict(line, word) -> None:
    line.asks(AnsweredBy=word)

    assert (the_call(line).verdict, the_call(line).answered_by) == ("", "unknown")


@pytest.fixture
def calls(line) -> list[Line]:
    """One who said stop, and one whose line was busy, of another campaign."""
    says_stop(line)
    line.tells("completed", CallDuration="12", AnsweredBy="human")
    other = Line(line.house, dial(line.house, OTHER))
    other.tells("busy")
    return [line, other]


def listed(answer) -> list[tuple[str, str, int]]:
    return [(row.person.address, row.badge["label"], row.call.number) for row in answer.context["page"].rows]


def test_the_list_shows_every_call_newest_first_and_each_view_its_own(acme, rival, calls) -> None:
    browser = acme.client()
    both = [(OTHER, "Waits for its time", 2), (OTHER, "Busy", 1), (PHONE, "Answered by a person", 1)]

    assert listed(browser.get("/calls/")) == both
    assert listed(browser.get("/calls/?show=nonsense&run=x&before=y")) == both
    views = {
        name: listed(browser.get(f"/calls/?show={name}")) for name in ("answered", "missed", "stopped", "machines")
    }
    assert views == {"answered": both[2:], "missed": both[1:2], "stopped": both[2:], "machines": []}
    run_id = calls[1].call.message.origin_id
    assert listed(browser.get(f"/calls/?run={run_id}")) == both[:2]
    assert listed(rival.client().get("/calls/")) == []
    assert "No calls yet" in rival.client().get("/calls/").content.decode()
    assert "No such calls" in browser.get("/calls/?show=machines").content.decode()


def test_the_list_goes_on_before_and_after_a_call(acme, calls, monkeypatch) -> None:
    monkeypatch.setattr("messaging.selectors.call_records.PAGE_SIZE", 2)
    browser = acme.client()

    first = browser.get("/calls/")
    second = browser.get("/calls/" + first.context["next"])
    back = browser.get("/calls/" + second.context["back"])

    assert [len(listed(page)) for page in (first, second, back)] == [2, 1, 2]
    assert (first.context["back"], second.context["next"]) == ("", "")
    assert listed(back) == listed(first)


def test_the_list_asks_no_more_for_more_calls(acme, house, calls) -> None:
    browser = acme.client()
    browser.get("/calls/")
    with Statements() as few:
        browser.get("/calls/")
    for number in range(5):
        Line(house, dial(house, f"+1402555015{number}")).tells("no-answer")

    with Statements() as many:
        assert len(listed(browser.get("/calls/"))) == 13

    assert len(many) == len(few)


def test_one_call_shows_times_keys_verdict_who_hung_up_the_stop_and_every_try(acme, rival, calls) -> None:
    call, busy = the_call(calls[0]), the_call(calls[1])
    browser = acme.client()

    page = browser.get(f"/calls/{call.id}/")
    body, tried = page.content.decode(), browser.get(f"/calls/{busy.id}/").content.decode()

    record = page.context["record"]
    assert (record.verdict, record.hung_up, record.stop.how) == (
        "a person",
        "We did, after the last word",
        "Said in a call",
    )
    for words in (
        "They said no",
        "12 seconds",
        f"/consent/events/{call.stop_event_id}/",
        "None: calls are not recorded",
    ):
        assert words in body, words
    assert f"/campaigns/runs/{call.message_id}/" not in body
    assert "All tries" not in body
    assert ("All tries" in tried, "Try 2" in tried) == (True, True)
    assert rival.client().get(f"/calls/{call.id}/").status_code == 404


def test_without_the_right_to_see_addresses_they_are_masked_and_the_words_stay_in_the_ledger(acme, calls) -> None:
    viewer = acme.client("viewer")

    pages = [viewer.get("/calls/"), viewer.get(f"/calls/{the_call(calls[0]).id}/")]

    for page in pages:
        assert page.status_code == 200
        assert PHONE not in page.content.decode()
        assert "4025550142" not in page.content.decode()
    assert "/consent/events/" not in pages[1].content.decode()
    assert "Kept in the ledger" in pages[1].content.decode()


def test_the_api_lists_calls_by_run_outcome_and_stop_and_tells_one_whole(acme, rival, calls) -> None:
    app, call = application(acme), the_call(calls[0])
    with tenant_context(acme.id):
        message = Message.objects.get(id=call.message_id)

    def found(query: str) -> list[tuple[str, int]]:
        return [(row["outcome"], row["number"]) for row in app.get(f"calls/{query}").json()["data"]]

    assert found("") == [("", 2), ("busy", 1), ("human", 1)]
    assert found(f"?run={calls[1].call.message.origin_id}") == [("", 2), ("busy", 1)]
    assert (found("?outcome=busy"), found("?stopped=true")) == ([("busy", 1)], [("human", 1)])
    assert len(found("?stopped=false")) == 2
    one = app.get(f"calls/{call.id}/").json()
    assert one | {"rang_at": None, "started_at": "x", "answered_at": "x", "ended_at": "x", "updated_at": "x"} == {
        "id": str(call.id), "message_id": str(message.id), "first_message_id": str(message.id), "number": 1,
        "run_id": str(message.origin_id), "sender_id": str(message.sender_id),
        "text_version_id": str(message.template_version_id), "address": PHONE, "outcome": "human",
        "answered_by": "human", "verdict": "human", "hung_up": "us", "keys": "", "left_message": False,
        "stop_event_id": str(call.stop_event_id), "started_at": "x", "rang_at": None, "answered_at": "x",
        "ended_at": "x", "updated_at": "x", "seconds": 12,
    }  # fmt: skip
    masked = application(acme, "see_contacts").get(f"calls/{call.id}/").json()
    assert masked["address"] == "+1 … 0142"
    others = [scope for scope in API_SCOPES if scope != "see_contacts"]
    assert application(acme, *others).get("calls/").status_code == 403
    assert application(rival).get(f"calls/{call.id}/").status_code == 404
    assert application(rival).get("calls/").json()["data"] == []
    assert app.get("calls/?outcome=nonsense").status_code == 400
