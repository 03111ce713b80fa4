"""Workers killed with SIGKILL at a carrier with keys: nobody twice, nobody lost, and nothing stays unclear."""

import collections

import pytest

from consent.actions.points import ensure_points
from consent.values import address_of
from core.tenancy import tenant_context
from messaging.models import Sender
from tests.counts import say
from tests.factories.campaigns import number
from tests.faults.keyed import keyed, keys_of, requests_of
from tests.faults.scene import Street, dice
from tests.faults.test_killed_workers import send_under_fire
from tests.proofs import proves
from tests.support import workers

PEOPLE, STRANGERS, KILLS = 2000, 20, 10
#: numbers of the account, so that one that has to wait holds up a quarter; slow ones, so that a kill hits small batches
LANES, RATE = 4, 200
TROUBLE = {"lost_after": 0.015, "reset_before": 0.01, "rate_limited": 0.01}
#: a lane that makes a new key whenever it asks again
FRESH_KEYS = (
    "messaging/lanes.py",
    "idempotency_key=str(intent.permit.attempt_id),",
    "idempotency_key=str(uuid.uuid4()),",
)


@pytest.fixture
def crowd(street: Street) -> Street:
    """Two thousand people who agreed and twenty who did not, a message for each, at a carrier that calls nobody back."""
    crowd = keyed(street)
    points = crowd.add_people(PEOPLE)
    with tenant_context(crowd.id):
        strangers = ensure_points([address_of(number(PEOPLE + place)) for place in range(STRANGERS)])
    everybody = [*points, *strangers.values()]
    for place, sender in enumerate([crowd.sender, *crowd.add_senders(LANES - 1)]):
        crowd.queue(everybody[place::LANES], sender=sender)
    with tenant_context(crowd.id):
        Sender.objects.filter(account=crowd.account).update(rate_per_second=RATE)
    return crowd


@pytest.mark.timeout(180)
@proves("fault-01", "P2")
def test_ten_killed_workers_send_nothing_twice_lose_nobody_and_leave_no_doubt(crowd: Street) -> None:
    chance = dice()
    crowd.sandbox.post("faults", {"seed": chance.randrange(1000), "requests": TROUBLE, "webhooks": {"lose": 1.0}})

    with tenant_context(crowd.id):
        senders = list(Sender.objects.filter(account=crowd.account).values_list("id", flat=True))

    toll = send_under_fire(crowd, chance, KILLS, senders, patience=120)

    reached, agreed = crowd.handed_over(), {number(place).e164 for place in range(PEOPLE)}
    asked = collections.Counter(entry["status"] for entry in requests_of(crowd))
    say(f"{toll.killed} kills in {toll.seconds:.1f} s; {dict(asked)}; {dict(crowd.reasons())}")
    assert toll.killed == KILLS
    assert crowd.states() == {"accepted": PEOPLE, "suppressed": STRANGERS}
    assert (agreed - set(reached), set(reached) - agreed) == (set(), set())
    assert max(reached.values()) == 1
    assert asked["replayed"] > 0
    assert all(attempt.consent_event_id for attempt in crowd.attempts())


def test_control_a_lane_that_makes_a_new_key_for_each_try_reaches_people_twice(street: Street) -> None:
    crowd = keyed(street)
    crowd.sandbox.post("faults", {"webhooks": {"lose": 1.0}})
    crowd.queue(crowd.add_people(20))
    lane = (crowd.id, [crowd.sender.id])

    workers.start(crowd.place(FRESH_KEYS, failpoints="before_result=kill"), workers.send_once, *lane).join()
    workers.start(crowd.place(FRESH_KEYS), workers.send, *lane, 30.0).join()

    say(f"{sum(count > 1 for count in crowd.handed_over().values())} people of 20 reached twice")
    assert set(crowd.handed_over().values()) == {2}


def test_the_lane_as_it_is_asks_again_with_the_same_key_and_reaches_them_once(street: Street) -> None:
    crowd = keyed(street)
    crowd.sandbox.post("faults", {"webhooks": {"lose": 1.0}})
    crowd.queue(crowd.add_people(20))
    lane = (crowd.id, [crowd.sender.id])

    workers.start(crowd.place(failpoints="before_result=kill"), workers.send_once, *lane).join()
    workers.start(crowd.place(), workers.send, *lane, 30.0).join()

    assert set(crowd.handed_over().values()) == {1}
    assert [list(keys.values()) for keys in keys_of(crowd).values()] == [[2]] * 20
    assert crowd.states() == {"accepted": 20}
    assert {attempt.number for attempt in crowd.attempts()} == {1}
