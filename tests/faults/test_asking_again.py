"""One message at a carrier that knows a repeated request again: what is asked a second time, what never, and until when."""

import datetime
import uuid

import pytest

from accounts.contracts import SYSTEM
from billing.selectors import funds
from consent.actions.ledger import stop_point
from consent.values import Provenance
from core import clock
from core.tenancy import tenant_context
from messaging import lanes
from messaging.actions import sweeping
from messaging.actions.recording import Outcome, record_outcomes
from messaging.models import Message, ProviderAccount, SendAttempt, Sender
from messaging.providers.protocol import Throttled
from tests.factories.billing import top_up
from tests.factories.registrations import register_in_us
from tests.faults.keyed import keyed, requests_of
from tests.faults.scene import Street
from tooling import ports

LOST, BUSY = {"lost_after": 1.0}, {"rate_limited": 1.0}
KEY_LIFE = datetime.timedelta(hours=24 * 0.8)


@pytest.fixture
def lane(street: Street) -> Street:
    """One message that was handed over, its answer lost, and no webhook that tells."""
    lane = keyed(street)
    lane.queue(lane.add_people(1))
    send(lane, LOST)
    return lane


def send(street: Street, trouble: dict[str, float] | None = None) -> int:
    """The lane's next round, now."""
    street.sandbox.post("faults", {"requests": trouble or {}, "webhooks": {"lose": 1.0}})
    with tenant_context(street.id):
        Message.objects.filter(next_at__isnull=False).update(next_at=clock.now())
        Sender.objects.update(throttled_until=None)
    return lanes.drain(street.id, street.sender.id)


def seen(street: Street) -> list[tuple[str, bool]]:
    """What the carrier noted of each request."""
    return [(entry["status"], entry["accepted"]) for entry in requests_of(street)]


def age(street: Street, by: datetime.timedelta) -> None:
    """As if the attempt had been made so long ago, in a window that is open for days."""
    with tenant_context(street.id):
        Message.objects.update(expires_at=clock.now() + datetime.timedelta(days=3))
        SendAttempt.objects.update(intent_at=clock.now() - by)


def test_an_unclear_answer_leaves_the_attempt_open_and_the_same_request_is_made_again(lane: Street) -> None:
    before = [(one.outcome, one.outcome_at) for one in lane.attempts()], lane.states()

    send(lane)

    assert before == ([("", None)], {"ready": 1})
    assert seen(lane) == [("queued", True), ("replayed", False)]
    assert len({entry["key"] for entry in requests_of(lane)}) == 1
    assert [(one.number, one.outcome) for one in lane.attempts()] == [(1, "accepted")]
    assert [(one.state, one.attempt_count) for one in lane.messages()] == [("accepted", 1)]


def test_a_busy_carrier_says_nothing_of_the_first_try_so_the_attempt_stays_open(lane: Street) -> None:
    send(lane, BUSY)

    between = [one.outcome for one in lane.attempts()], lane.states()
    send(lane)

    assert between == ([""], {"ready": 1})
    assert seen(lane) == [("queued", True), ("rate_limited", False), ("replayed", False)]
    assert lane.states() == {"accepted": 1}


def test_a_receipt_settles_it_before_anybody_asks_again(lane: Street) -> None:
    (taken,) = lane.accepted()
    assert ports.wait_until(lambda: lane.sandbox.post(f"messages/{taken['sid']}/replay")["heard"] == 2, 5)

    made = send(lane)

    assert (made, seen(lane)) == (0, [("queued", True)])
    assert [(one.state, one.provider_message_id) for one in lane.messages()] == [("accepted", taken["sid"])]
    assert [one.outcome for one in lane.attempts()] == ["accepted"]


def test_who_said_stop_meanwhile_is_not_asked_for_again_and_nobody_calls_it_unsent(lane: Street) -> None:
    with tenant_context(lane.id):
        provenance = Provenance("inbound", uuid.uuid4())
        stop_point(
            actor=SYSTEM, point_id=lane.people[0], channel="sms", source="keyword", provenance=provenance, evidence={}
        )

    made = send(lane)

    assert (made, seen(lane)) == (0, [("queued", True)])
    assert lane.states() == {"uncertain": 1}


@pytest.mark.parametrize(("late", "state"), [(-60, "accepted"), (60, "uncertain")])
def test_a_key_is_used_for_four_fifths_of_its_life_and_then_no_more(lane: Street, late: int, state: str) -> None:
    age(lane, KEY_LIFE + datetime.timedelta(seconds=late))

    made = send(lane)

    assert made == (1 if state == "accepted" else 0)
    assert lane.states() == {state: 1}


@pytest.mark.parametrize(("late", "state"), [(-60, "ready"), (60, "uncertain")])
def test_what_a_dead_worker_left_goes_back_to_the_lane_while_the_key_lives(
    lane: Street, monkeypatch: pytest.MonkeyPatch, late: int, state: str
) -> None:
    rung: list[object] = []
    monkeypatch.setattr(sweeping, "enqueue", lambda name, **bell: rung.append(bell["sender_id"]))
    age(lane, KEY_LIFE + datetime.timedelta(seconds=late))
    with tenant_context(lane.id):
        Message.objects.update(state="claimed", next_at=None, lease_token=uuid.uuid4())
        Message.objects.update(state="attempting", lease_until=clock.now() - datetime.timedelta(seconds=1))
        sweeping.sweep_organization()

    assert lane.states() == {state: 1}
    assert rung == ([lane.sender.id] if state == "ready" else [])
    assert [one.outcome for one in lane.attempts()] == ["" if state == "ready" else "ambiguous"]


def test_one_that_kills_every_worker_is_given_up_as_unclear_never_as_unsent(lane: Street) -> None:
    with tenant_context(lane.id):
        Message.objects.update(claim_count=3)

    made = send(lane)

    assert made == 0
    assert [(one.state, one.reason) for one in lane.messages()] == [("uncertain", "worker_died")]


def test_units_are_held_once_for_an_attempt_however_often_it_is_made(street: Street) -> None:
    paying = keyed(street)
    top_up(paying.id, 1000)
    with tenant_context(paying.id):
        ProviderAccount.objects.filter(id=paying.account.id).update(practice=False)
        register_in_us(paying.sender)
        before = funds()
    paying.queue(paying.add_people(1))

    send(paying, LOST)
    with tenant_context(paying.id):
        held = funds()
    send(paying, LOST)
    send(paying)

    with tenant_context(paying.id):
        after = funds()
    price = before.available - held.available
    assert [status for status, _ in seen(paying)] == ["queued", "replayed", "replayed"]
    assert (held.reserved, held.spent) == (price, before.spent)
    assert (after.available, after.reserved, after.spent) == (held.available, 0, before.spent + price)
    assert price > 0


def test_too_much_for_one_person_holds_up_nobody_else(street: Street) -> None:
    lane = keyed(street)
    lane.queue(lane.add_people(1))
    token = uuid.uuid4()
    with tenant_context(lane.id):
        Message.objects.update(state="claimed", next_at=None, lease_token=token)
        Message.objects.update(state="attempting")
        sender = Sender.objects.select_related("account").get(id=lane.sender.id)
        busy = Throttled(30, "131056", one_recipient=True)
        outcome = Outcome(Message.objects.get(), uuid.uuid4(), busy, clock.now())

        recorded = record_outcomes(sender=sender, outcomes=[outcome], token=token)

        (message,), sender = Message.objects.all(), Sender.objects.get(id=sender.id)
    assert recorded == 1
    assert sender.throttled_until is None
    assert message.state == "ready"
    assert 25 < (message.next_at - clock.now()).total_seconds() <= 30
