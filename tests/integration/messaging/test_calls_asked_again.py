"""Between dialling and answering things change: the gate is asked again with the facts of that moment, and a no hangs up."""

import datetime
from collections.abc import Callable

import pytest

from accounts.actions.organizations import stop_sending
from accounts.models import Organization
from consent.actions.ledger import record_claims, stop_point
from consent.models import DecisionRecord, Purpose
from consent.values import Claim, Provenance
from core import clock
from core.ids import new_id
from core.tenancy import tenant_context
from messaging.actions.connecting import pause_sender
from messaging.models import Call, Message, Sender
from messaging.selectors.calls import call_report
from tests.factories.accounts import Team, make_operator, operator_actor
from tests.factories.calls import Line, dial, make_caller, sentences
from tests.factories.campaigns import make_house
from tests.proofs import proves
from tests.snapshots import changed, rows_of

SILENCE = b'<?xml version="1.0" encoding="UTF-8"?><Response><Hangup/></Response>'
#: two at night and noon in Omaha, where the number is from
NIGHT = datetime.datetime(2026, 11, 25, 8, 0, tzinfo=datetime.UTC)
NOON = datetime.datetime(2026, 11, 25, 18, 0, tzinfo=datetime.UTC)


def ringing(team: Team, number: str = "+14025550142", **how: str) -> Line:
    house = make_caller(make_house(team.id, team.actor(), operator_actor(make_operator(f"Olga of {team.name}")), ""))
    return Line(house, dial(house, number, **how))


@pytest.fixture
def line(acme: Team) -> Line:
    """A phone that rings."""
    return ringing(acme)


def the_call(line: Line) -> Call:
    with tenant_context(line.house.id):
        return Call.objects.select_related("decision").get(message=line.call.message)


def stop(line: Line, channel: str = "voice") -> None:
    stop_point(
        actor=line.house.actor, point_id=line.call.point_id, channel=channel, source="staff",
        provenance=Provenance("test"), evidence={},
    )  # fmt: skip


def withdraw(line: Line) -> None:
    claim = Claim(line.call.point_id, line.house.purpose.id, "voice", "withdrawn", "staff", clock.now(), evidence={})
    record_claims(actor=line.house.actor, claims=[claim], provenance=Provenance("form"))


CHANGES: dict[str, tuple[Callable[[Line], object], str]] = {
    "a stop of all calls": (stop, "opted_out"),
    "a stop of everything": (lambda line: stop(line, ""), "opted_out"),
    "a withdrawn agreement": (withdraw, "withdrawn"),
    "a sender that was paused": (
        lambda line: pause_sender(actor=line.house.actor, sender=Sender.objects.get(id=line.house.sender.id)),
        "sender_unregistered",
    ),
    "the emergency stop": (lambda line: stop_sending(actor=line.house.actor), "sending_stopped"),
    "a legal name that was taken away": (lambda _: Organization.objects.update(legal_name=""), "content"),
}


@proves("H4")
@pytest.mark.parametrize(("change", "reason"), CHANGES.values(), ids=CHANGES)
def test_what_changed_while_it_rang_leads_to_a_hang_up_and_stands_on_record(
    line: Line, change: Callable[[Line], object], reason: str
) -> None:
    with tenant_context(line.house.id):
        change(line)

    answer = line.asks(AnsweredBy="human")
    line.tells("completed", CallDuration="1", AnsweredBy="human")

    assert answer.content == SILENCE
    call = the_call(line)
    assert call.decision is not None
    assert (call.decision.outcome, call.decision.reason, call.outcome) == ("denied", reason, "withheld")
    with tenant_context(line.house.id):
        message = Message.objects.get(id=line.call.message.id)
        assert (message.delivery_rank, message.delivered_at) == (30, None)
        (told,) = call_report(origin="run", origin_id=message.origin_id).lines
        assert (told.key, told.people) == ("withheld", 1)


@proves("H4")
@pytest.mark.parametrize(("moment", "spoken"), [(NIGHT, False), (NOON, True)])
def test_who_answers_after_their_hours_have_ended_hears_nothing(
    line: Line, monkeypatch: pytest.MonkeyPatch, moment: datetime.datetime, spoken: bool
) -> None:
    with tenant_context(line.house.id):
        Purpose.objects.filter(id=line.house.purpose.id).update(tier="informational")
    monkeypatch.setattr(clock, "now", lambda: moment)

    answer = line.asks(AnsweredBy="human")

    assert (answer.content == SILENCE) is not spoken
    decision = the_call(line).decision
    assert decision is not None
    assert (decision.outcome, decision.reason) == (("allowed", "") if spoken else ("deferred", "quiet_hours"))


def test_the_call_itself_counts_for_no_cap_and_others_do(acme: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = ringing(acme), None
    noon = clock.now().replace(hour=NOON.hour)
    monkeypatch.setattr(clock, "now", lambda: noon)
    with tenant_context(first.house.id):
        Purpose.objects.filter(id=first.house.purpose.id).update(tier="informational")
        Organization.objects.update(message_cap=1, message_cap_days=1)
        second = Message.objects.get(id=first.call.message.id)

    allowed = first.asks(AnsweredBy="human")
    with tenant_context(first.house.id):
        Call.objects.update(decision=None)
        second.pk = second.id = new_id()
        second._state.adding = True
        second.provider_message_id = "CA-another"
        second.save(force_insert=True)
    capped = first.asks(AnsweredBy="human")

    assert sentences(allowed)
    assert capped.content == SILENCE
    assert the_call(first).decision.reason == "freq_cap"  # type: ignore[union-attr]


def test_a_machine_gets_no_message_that_is_not_allowed_any_more(acme: Team) -> None:
    line = ringing(acme, machine="leave_message")
    with tenant_context(line.house.id):
        stop(line)

    answer = line.asks(AnsweredBy="machine_end_beep")

    assert answer.content == SILENCE
    assert (the_call(line).left_message, the_call(line).answered_by) == (False, "machine")


def test_an_answer_told_twice_is_decided_once_and_a_later_stop_still_ends_it(line: Line) -> None:
    first = line.asks(AnsweredBy="human")
    before = rows_of(line.house.id)

    again = line.asks(AnsweredBy="human")

    assert again.content == first.content
    assert changed(before, rows_of(line.house.id)) == {}
    with tenant_context(line.house.id):
        stop(line)
    assert line.asks(AnsweredBy="human").content == SILENCE


@proves("A2")
def test_a_stop_at_one_organisation_ends_no_call_of_another(line: Line, rival: Team) -> None:
    theirs = ringing(rival)
    with tenant_context(theirs.house.id):
        stop(theirs)

    assert sentences(line.asks(AnsweredBy="human"))
    assert theirs.asks(AnsweredBy="human").content == SILENCE
    with tenant_context(line.house.id):
        assert set(DecisionRecord.objects.values_list("outcome", flat=True)) == {"allowed"}
