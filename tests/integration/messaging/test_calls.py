"""Calls from campaign to keypress, over real HTTP: who picks up, who presses 9, who is a machine, and who is tried again."""

import contextlib
import datetime
import http.client
import pathlib
import urllib.parse
import zoneinfo
from collections.abc import Iterator

import pytest
from django.conf import settings

from accounts.models import Organization
from campaigns.actions import advancing
from campaigns.actions.launching import cancel_run, pause_run, resume_run
from campaigns.models import Recipient, Run
from consent.actions.ledger import stop_point
from consent.models import ConsentEvent, ConsentState, Purpose, Suppression
from consent.values import Provenance
from core import clock
from core.tenancy import tenant_context
from core.wording import time_text
from messaging.actions.announcing import keep_audio, open_audio
from messaging.models import Call, InboundMessage, Message, SendAttempt, SendGate
from messaging.selectors.calls import call_report, is_try_of_run
from messaging.states import ORIGIN_AGAIN
from tests.carriers import Sandbox
from tests.databases import Database
from tests.factories.accounts import Team, make_operator, make_team, operator_actor
from tests.factories.calls import add_callees, make_call_campaign, make_caller
from tests.factories.campaigns import ACCOUNT_SID, TOKEN, House, make_house
from tests.factories.sounds import wav
from tests.integration.campaigns.test_story import check, launch, reasons, tick, web
from tests.proofs import proves
from tests.snapshots import changed, rows_of
from tooling import ports

LISTENS, BUSY, MACHINE, NOT_IN_USE, PRESSES_9, PRESSES_1, BUSY_ONCE = (
    f"+140255501{digits}" for digits in ("01", "90", "92", "94", "95", "96", "97")
)
HEARD = [
    "Acme Dental Limited, with an automated call. To get no more calls from us, press 9 at any time.",
    "Hello Person 0, your appointment is tomorrow at ten.",
    "You can also call us at 1, 8 0 0, 5 5 5, 0 1 2 3.",
    "To hear this again, press 1. To get no more calls, press 9.",
]
BYE = "You will get no more calls from us. Goodbye."


@pytest.fixture
def team(committed_db: Database) -> Team:
    """Who calls."""
    return make_team("Acme")


@contextlib.contextmanager
def calling_house(database: Database, team: Team, sandbox: Sandbox, folder: pathlib.Path) -> Iterator[House]:
    """A live organisation that calls from a number at the sandbox, and the web process at the address of webhooks."""
    made = make_caller(make_house(team.id, team.actor(), operator_actor(make_operator()), sandbox.url))
    sandbox.post("accounts", {"sid": ACCOUNT_SID, "token": TOKEN, "sender": "+14025550100"})
    with web(database, folder, int(settings.WEBHOOK_URL.rpartition(":")[2])):
        yield made


@pytest.fixture
def house(
    committed_db: Database,
    team: Team,
    sandbox: Sandbox,
    tmp_path: pathlib.Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[House]:
    """The house of these tests, whose campaigns leave at once."""
    monkeypatch.setattr(settings, "WEBHOOK_URL", f"http://127.0.0.1:{ports.free_port()}")
    monkeypatch.setattr(advancing, "BREATH_SECONDS", 0)
    with calling_house(committed_db, team, sandbox, tmp_path) as made:
        yield made


def call_everybody(house: House, sandbox: Sandbox, people: int, **parts: str) -> Run:
    campaign = make_call_campaign(house, **parts)
    check(house, campaign)
    run = launch(house, campaign, people)
    tick(house)
    sandbox.settle()
    tick(house)
    return run


def test_a_recording_is_fetched_by_the_carrier_in_the_call_and_nine_still_ends_it(
    house: House, sandbox: Sandbox
) -> None:
    points = add_callees(house, LISTENS, PRESSES_9)
    with tenant_context(house.id):
        audio = keep_audio(actor=house.actor, raw=wav(3))
        sound = open_audio(audio)

    call_everybody(house, sandbox, 2, words="We are open again.", audio=str(audio.id))

    plays = sandbox.ledger("kind=play")
    assert [(play["http"], play["bytes"], play["content_type"]) for play in plays] == [
        (200, len(sound), "audio/wav")
    ] * 2
    assert {play["sha256"] for play in plays} == {audio.digest}
    assert len({play["url"] for play in plays}) == 2
    heard = [HEARD[0], f"plays {len(sound):,} bytes of audio/wav", *HEARD[2:]]
    calls = ended(sandbox)
    assert calls[LISTENS]["said"] == heard
    assert calls[PRESSES_9]["said"] == [*heard, "key 9", BYE]
    with tenant_context(house.id):
        assert Suppression.objects.get().point_id == points[PRESSES_9]
    assert [status_of(str(play["url"])) for play in plays] == [404, 404]


def status_of(url: str) -> int:
    """What the web process answers to a plain GET."""
    address = urllib.parse.urlsplit(url)
    with contextlib.closing(http.client.HTTPConnection(address.netloc, timeout=5)) as connection:
        connection.request("GET", address.path)
        with connection.getresponse() as answer:
            return answer.status


def state_of(house: House, run: Run) -> tuple[str, str, str]:
    """What is stored of a run, its campaign and its gate."""
    with tenant_context(house.id):
        kept = Run.objects.select_related("campaign").get(id=run.id)
        return kept.state, kept.campaign.state, SendGate.objects.get(origin_id=run.id).state


def next_try(house: House, sandbox: Sandbox) -> Message:
    """Let the waiting further try be due now, and the lane take it; the message of that try."""
    with tenant_context(house.id):
        waiting = Message.objects.get(origin=ORIGIN_AGAIN, state="ready")
        Message.objects.filter(id=waiting.id).update(next_at=clock.now())
    tick(house)
    sandbox.settle()
    with tenant_context(house.id):
        return Message.objects.get(id=waiting.id)


def ended(sandbox: Sandbox) -> dict[str, dict[str, object]]:
    """The last call to each phone, as the carrier saw it end."""
    return {entry["to"]: entry for entry in sandbox.ledger("kind=call_end")}


def outcomes(house: House) -> list[tuple[str, str, int]]:
    with tenant_context(house.id):
        return sorted(Call.objects.values_list("outcome", "keys", "number"))


def test_one_presses_9_one_is_a_machine_one_listens_and_the_next_run_leaves_the_first_out(
    house: House, team: Team, sandbox: Sandbox
) -> None:
    points = add_callees(house, PRESSES_9, MACHINE, LISTENS)

    run = call_everybody(house, sandbox, 3)

    calls = ended(sandbox)
    assert calls[PRESSES_9]["said"] == [*HEARD, "key 9", BYE]
    assert calls[MACHINE]["said"] == []
    assert calls[LISTENS]["said"] == [HEARD[0], HEARD[1].replace("0", "2"), *HEARD[2:]]
    assert outcomes(house) == [("human", "", 1), ("human", "9", 1), ("machine", "", 1)]
    with tenant_context(house.id):
        stop = Suppression.objects.get()
        event, heard = ConsentEvent.objects.get(id=stop.event_id), InboundMessage.objects.get()
        state = ConsentState.objects.get(point_id=points[PRESSES_9])
        assert (stop.point_id, stop.kind, stop.channel) == (points[PRESSES_9], "opted_out", "voice")
        assert (event.source, event.status, event.origin_id) == ("keypress", "withdrawn", heard.id)
        assert (state.status, state.event_id) == ("withdrawn", event.id)
        assert (heard.kind, heard.channel, heard.origin, heard.consent_event_id) == ("stop", "voice", "run", event.id)
        ranks = dict(Message.objects.values_list("point_id", "delivery_rank"))
        assert ranks == {points[PRESSES_9]: 40, points[MACHINE]: 30, points[LISTENS]: 40}
        told = call_report(origin="run", origin_id=run.id)
        assert [(line.key, line.people, line.tries) for line in told.lines] == [("human", 2, 2), ("machine", 1, 1)]
        assert (told.pressed_stop, told.pressed_again, told.left_messages) == (1, 0, 0)
        assert told.listened_seconds > 10
    page = team.client().get(f"/campaigns/runs/{run.id}/").content.decode()
    assert "Answered by a machine" in page
    assert "3 calls to 3 people" in page
    second = check(house, make_call_campaign(house))
    assert reasons(house, second) == {("allowed", ""): 2, ("left_out", "opted_out"): 1}
    with tenant_context(house.id):
        assert Recipient.objects.get(run=second, outcome="left_out").evidence_id == event.id


@proves("H4")
def test_a_busy_line_is_tried_again_as_a_message_of_its_own_and_the_report_shows_the_best_try(
    house: House, sandbox: Sandbox
) -> None:
    add_callees(house, BUSY_ONCE)
    run = call_everybody(house, sandbox, 1)
    with tenant_context(house.id):
        first = Message.objects.get(origin="run")
        waiting = Message.objects.get(origin=ORIGIN_AGAIN)
        pause = waiting.next_at - Call.objects.get(message=first).ended_at
        assert (first.state, first.delivery_rank, first.reason) == ("accepted", 35, "busy")
        assert (waiting.origin_id, waiting.expires_at, pause) == (
            run.id, first.expires_at, datetime.timedelta(minutes=120),
        )  # fmt: skip

    second = next_try(house, sandbox)

    assert outcomes(house) == [("busy", "", 1), ("human", "", 2)]
    with tenant_context(house.id):
        (line,) = call_report(origin="run", origin_id=run.id).lines
        assert (line.key, line.people, line.tries) == ("human", 1, 2)
    assert ended(sandbox)[BUSY_ONCE]["said"] == HEARD
    with tenant_context(house.id):
        first = Message.objects.get(origin="run")
        assert (second.state, second.delivery_rank, first.delivery_rank, first.reason) == ("accepted", 40, 40, "")
        assert SendAttempt.objects.filter(message=second).values_list("consent_event_id", flat=True).get() is not None


def test_a_run_is_not_over_while_a_call_is_to_be_tried_again(house: House, team: Team, sandbox: Sandbox) -> None:
    add_callees(house, BUSY_ONCE)
    run = call_everybody(house, sandbox, 1)
    browser = team.client()

    kept = state_of(house, run)
    page = browser.get(f"/campaigns/runs/{run.id}/")
    (row,) = browser.get("/campaigns/").context["page"].object_list
    home = browser.get("/").content.decode()
    (person,) = browser.get(f"/campaigns/runs/{run.id}/people/?show=waiting").context["page"].people
    next_try(house, sandbox)
    tick(house)
    after = browser.get(f"/campaigns/runs/{run.id}/")

    with tenant_context(house.id):
        second = Message.objects.get(origin=ORIGIN_AGAIN)
        at = time_text(person.due_at, Organization.objects.current().time_zone, clock.now())
    assert (kept, state_of(house, run)) == (("sending", "running", "open"), ("finished", "finished", "closed"))
    assert (row.badge["label"], row.when_words, row.when) == ("Waiting", "goes on", person.due_at)
    assert "1 campaign waits for people&#x27;s hours to open or for a further try." in home
    assert page.context["heading"] == f"1 call will be tried again at {at}."
    assert page.context["badge"]["label"] == "Waiting"
    assert [page.context["report"].people[key] for key in ("waiting", "failed", "delivered")] == [1, 0, 0]
    assert (person.words, person.outcome.key) == ("Not reached yet; called again", "waiting")
    assert after.context["heading"] == "1 of 1 person got it."
    assert [after.context["report"].people[key] for key in ("waiting", "failed", "delivered")] == [0, 0, 1]
    with tenant_context(house.id):
        rows = Message.objects.annotate(of_run=is_try_of_run())
        assert dict(rows.values_list("origin", "of_run")) == {"run": False, ORIGIN_AGAIN: True}
        assert second.origin_id == run.id


def test_a_line_that_stays_busy_is_called_three_times_and_no_more(house: House, sandbox: Sandbox) -> None:
    add_callees(house, BUSY)
    call_everybody(house, sandbox, 1)

    next_try(house, sandbox)
    next_try(house, sandbox)

    assert outcomes(house) == [("busy", "", 1), ("busy", "", 2), ("busy", "", 3)]
    assert len([entry for entry in sandbox.ledger("kind=call") if entry["accepted"]]) == 3
    with tenant_context(house.id):
        assert not Message.objects.filter(state="ready").exists()


@proves("H4")
def test_a_stop_between_two_tries_keeps_the_second_from_leaving(house: House, sandbox: Sandbox) -> None:
    points = add_callees(house, BUSY)
    call_everybody(house, sandbox, 1)
    with tenant_context(house.id):
        stop_point(
            actor=house.actor, point_id=points[BUSY], channel="voice", source="staff",
            provenance=Provenance("test"), evidence={},
        )  # fmt: skip

    second = next_try(house, sandbox)

    assert (second.state, second.reason) == ("suppressed", "opted_out")
    assert len(sandbox.ledger("kind=call")) == 1


def test_a_cancelled_run_makes_no_further_try(house: House, sandbox: Sandbox) -> None:
    add_callees(house, BUSY)
    run = call_everybody(house, sandbox, 1)

    with tenant_context(house.id):
        cancel_run(actor=house.actor, run=Run.objects.get(id=run.id))
    tick(house)

    assert state_of(house, run) == ("cancelled", "cancelled", "cancelled")
    with tenant_context(house.id):
        second = Message.objects.get(origin=ORIGIN_AGAIN)
        assert (second.state, second.next_at) == ("cancelled", None)
    assert len(sandbox.ledger("kind=call")) == 1


def test_a_paused_run_holds_its_further_tries_until_it_goes_on(house: House, sandbox: Sandbox) -> None:
    add_callees(house, BUSY_ONCE)
    run = call_everybody(house, sandbox, 1)

    with tenant_context(house.id):
        pause_run(actor=house.actor, run=Run.objects.get(id=run.id))
    held = next_try(house, sandbox)
    called = len(sandbox.ledger("kind=call"))
    with tenant_context(house.id):
        resume_run(actor=house.actor, run=Run.objects.get(id=run.id))
    second = next_try(house, sandbox)
    tick(house)

    assert (held.state, called) == ("ready", 1)
    assert (second.state, second.delivery_rank, len(sandbox.ledger("kind=call"))) == ("accepted", 40, 2)
    assert state_of(house, run) == ("finished", "finished", "closed")


@pytest.fixture
def evening(house: House) -> Iterator[datetime.datetime]:
    """Twenty o'clock where the numbers are, for a purpose with quiet hours."""
    here = clock.now().astimezone(zoneinfo.ZoneInfo("America/Chicago"))
    then = here.replace(hour=20, minute=0, second=0, microsecond=0) + datetime.timedelta(days=1)
    clock.move(then - here)
    with tenant_context(house.id):
        Purpose.objects.filter(id=house.purpose.id).update(tier="marketing")
    yield then
    clock.move(datetime.timedelta())


def test_a_further_try_that_falls_into_the_night_waits_for_the_morning(
    house: House, sandbox: Sandbox, evening: datetime.datetime
) -> None:
    add_callees(house, BUSY)
    call_everybody(house, sandbox, 1)
    here = clock.now().astimezone(evening.tzinfo)
    clock.move(clock._offset() + datetime.timedelta(minutes=121))

    tick(house)

    with tenant_context(house.id):
        waiting = Message.objects.get(origin=ORIGIN_AGAIN)
    morning = (here + datetime.timedelta(days=1)).replace(hour=8, minute=0, second=0, microsecond=0)
    assert (waiting.state, waiting.next_at) == ("ready", morning)
    assert len(sandbox.ledger("kind=call")) == 1


@proves("H10")
def test_a_machine_gets_the_message_with_the_toll_free_number_where_that_was_chosen(
    house: House, sandbox: Sandbox
) -> None:
    add_callees(house, MACHINE)

    call_everybody(house, sandbox, 1, machine="leave_message")

    assert ended(sandbox)[MACHINE]["said"] == [
        "Acme Dental Limited, with an automated message.",
        HEARD[1],
        "To get no more calls from us, call 1, 8 0 0, 5 5 5, 0 1 2 3, free of charge, at any time.",
    ]
    with tenant_context(house.id):
        call = Call.objects.get()
        assert (call.outcome, call.answered_by, call.left_message) == ("machine", "machine", True)
        assert Message.objects.get().delivery_rank == 30


def test_1_says_it_all_again(house: House, sandbox: Sandbox) -> None:
    add_callees(house, PRESSES_1)

    call_everybody(house, sandbox, 1)

    assert ended(sandbox)[PRESSES_1]["said"] == [*HEARD, "key 1", *HEARD]
    assert outcomes(house) == [("human", "1", 1)]


def test_a_number_that_is_not_in_use_is_protected_from_further_calls(house: House, sandbox: Sandbox) -> None:
    points = add_callees(house, NOT_IN_USE)

    call_everybody(house, sandbox, 1)

    with tenant_context(house.id):
        assert Message.objects.get().reason == "sip_404"
        assert Suppression.objects.values_list("point_id", "kind", "channel").get() == (
            points[NOT_IN_USE], "bounced", "voice",
        )  # fmt: skip


@proves("fault-17", "fault-18")
def test_all_that_was_reported_once_more_and_backwards_changes_nothing(house: House, sandbox: Sandbox) -> None:
    add_callees(house, PRESSES_9, MACHINE, BUSY)
    call_everybody(house, sandbox, 3)
    before = rows_of(house.id)

    for call in sandbox.get("calls"):
        for backwards in (True, False):
            assert sandbox.post(f"calls/{call['sid']}/replay", {"backwards": backwards})["heard"] >= 3

    assert changed(before, rows_of(house.id)) == {}
    assert all(entry["http"] == 200 for entry in sandbox.ledger("kind=callback"))
