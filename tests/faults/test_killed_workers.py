"""Workers killed with SIGKILL at random moments, at a carrier without keys: nobody twice, nobody lost, every doubt listed."""

import dataclasses
import random
import time
import uuid
from collections.abc import Sequence

import pytest

from core.tenancy import tenant_context
from messaging.bucket import split_rate
from messaging.models import Sender
from tests.counts import say
from tests.faults.scene import Street, dice, percentiles
from tests.proofs import proves
from tests.support import workers

PEOPLE, KILLS, WORKERS = 1000, 10, 2
RATE = 300
#: how many calls one worker has in flight at most
IN_FLIGHT = split_rate(RATE)[1]
TROUBLE = {"lost_after": 0.015, "reset_before": 0.01, "rate_limited": 0.0005}
#: the sweeper of a product that believes a lost worker sent nothing
RESENDS = (
    "messaging/actions/sweeping.py",
    "doubted as (update messaging_message m set state = 'uncertain', reason = 'worker_died', lease_token = null,",
    "doubted as (update messaging_message m set state = 'ready', next_at = app_now(), lease_token = null,",
)


@dataclasses.dataclass(frozen=True, slots=True)
class Toll:
    """What a run under fire came to."""

    killed: int
    seconds: float


def send_under_fire(
    street: Street, chance: random.Random, kills: int, senders: Sequence[uuid.UUID] = (), patience: float = 60
) -> Toll:
    """Two workers send everything; after every fifty messages or so one of them is killed, and replaced at once."""
    place = street.place()
    began, killed, next_kill = time.monotonic(), 0, chance.randrange(30, 80)
    job = (workers.send, street.id, list(senders) or [street.sender.id], patience)
    with workers.kept_at_work(place, WORKERS, *job) as staff:
        while any(worker.alive for worker in staff):
            assert time.monotonic() < began + patience, f"still not done: {street.states()}"
            time.sleep(chance.uniform(0.001, 0.03))
            taken = street.sandbox.get("counts")["entries"]
            victim = chance.randrange(len(staff))
            if killed < kills and taken >= next_kill and staff[victim].alive:
                staff[victim].kill()
                killed += 1
                staff[victim] = workers.start(place, *job)
                next_kill = taken + chance.randrange(30, 80)
    return Toll(killed, time.monotonic() - began)


def settle(street: Street, sid: str) -> float:
    """The carrier tells again what became of a message; how many seconds until we had answered."""
    began = time.monotonic()
    street.sandbox.post(f"messages/{sid}/replay")
    return time.monotonic() - began


@pytest.fixture
def crowd(street: Street) -> Street:
    """A thousand people who agreed, a message ready for each, a carrier that has a bad day and calls nobody back."""
    with tenant_context(street.id):
        Sender.objects.update(rate_per_second=RATE)
    street.queue(street.add_people(PEOPLE))
    return street


@proves("fault-02")
def test_ten_killed_workers_send_nothing_twice_lose_nobody_and_list_every_doubt(crowd: Street) -> None:
    chance = dice()
    crowd.sandbox.post("faults", {"seed": chance.randrange(1000), "requests": TROUBLE, "webhooks": {"lose": 1.0}})

    toll = send_under_fire(crowd, chance, KILLS)
    reached, states = crowd.handed_over(), crowd.states()
    doubts = crowd.messages(state="uncertain")
    injected = sum(attempt.code != "worker_died" for attempt in crowd.attempts(outcome="ambiguous"))

    say(f"{toll.killed} kills in {toll.seconds:.1f} s, {dict(states)}, {injected} answers lost on purpose")
    assert toll.killed == KILLS
    assert max(reached.values()) == 1
    assert set(states) <= {"accepted", "uncertain"}
    assert states["accepted"] + states["uncertain"] == PEOPLE
    assert states["uncertain"] <= KILLS * IN_FLIGHT + injected
    assert all(message.reason and message.settle_at for message in doubts)
    accepted = {crowd.number_of(message.point_id) for message in crowd.messages(state="accepted")}
    assert accepted <= set(reached)
    assert all(attempt.consent_event_id for attempt in crowd.attempts())

    late = [entry for entry in crowd.accepted() if entry["to"] not in accepted]
    crowd.sandbox.post("faults", {})
    waits = [settle(crowd, entry["sid"]) for entry in late]

    say(f"{len(late)} taken but unanswered, each settled by its receipts: {percentiles(waits)}")
    assert crowd.states()["uncertain"] == len(doubts) - len(late)
    assert max(waits) <= 5
    never_left = {crowd.number_of(message.point_id) for message in crowd.messages(state="uncertain")}
    assert never_left.isdisjoint(reached)
    assert max(crowd.handed_over().values()) == 1


def test_control_a_sweeper_that_resends_what_dead_workers_left_reaches_people_twice(street: Street) -> None:
    street.sandbox.post("faults", {"webhooks": {"lose": 1.0}})
    street.queue(street.add_people(20))
    lane = (street.id, [street.sender.id])

    workers.start(street.place(failpoints="before_result=kill"), workers.send_once, *lane).join()
    workers.start(street.place(RESENDS), workers.send, *lane, 30.0).join()

    say(f"{sum(count > 1 for count in street.handed_over().values())} people of 20 reached twice")
    assert set(street.handed_over().values()) == {2}
    assert street.states() == {"accepted": 20}
