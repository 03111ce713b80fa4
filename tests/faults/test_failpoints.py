"""Every named place where a sending process may die, break or freeze, and what becomes of its messages at each."""

import itertools
import re
import time
from collections import Counter

import pytest

from messaging.models import Sender
from tests.counts import say
from tests.faults.scene import Street
from tests.proofs import proves
from tests.support import workers
from tests.support.workers import Plant, Worker
from tooling import places

#: in the order a batch passes them
POINTS = (
    "after_claim",
    "before_intent",
    "in_intent",
    "after_intent_commit",
    "before_connect",
    "before_result",
    "in_result",
    "after_result_commit",
)
DEEDS = ("kill", "raise", "stop")
#: a worker that stands still at one of these has decided, and not called yet
BEFORE_THE_CALL = ("in_intent", "after_intent_commit", "before_connect")
#: the deadline of such a worker, in seconds; it stands still for twice as long
TOO_LONG = 0.5
PEOPLE = 4
SENT_ONCE = ({"accepted": PEOPLE}, {1})
NEVER_LEFT = ({"uncertain": PEOPLE}, {0})
UNANSWERED = ({"uncertain": PEOPLE}, {1})
#: where a batch is in doubt; everywhere else each message leaves once, and is known to have
EXPECTED = {
    **{("after_intent_commit", deed): NEVER_LEFT for deed in DEEDS},
    **{("before_connect", deed): NEVER_LEFT for deed in ("kill", "stop")},
    **{("before_result", deed): UNANSWERED for deed in DEEDS},
    ("in_result", "kill"): UNANSWERED,
    ("in_result", "raise"): UNANSWERED,
}
DEADLINE_GUARD = (
    "messaging/lanes.py",
    "if time.clock_gettime(time.CLOCK_BOOTTIME) - started > DEADLINE_SECONDS:",
    "if False:",
)

#: one call of the batch breaks before it begins; the worker goes on, and the neighbours keep their answers
ALONE = ("before_connect", "raise")

Case = tuple[str, str]
Came = tuple[dict[str, int], set[int]]


def break_at(street: Street, cases: list[Case], *plants: Plant) -> dict[Case, Came]:
    """Break a worker at each case, let others sweep and send for longer than a lease, thaw the frozen, finish.

    Answers what the messages of each case are in the end, and how often the carrier has them.
    """
    street.sandbox.post("faults", {"webhooks": {"lose": 1.0}})
    senders = dict(zip(cases, street.add_senders(len(cases)), strict=True))
    people = {case: street.add_people(PEOPLE) for case in cases}
    queued = {case: street.queue(people[case], sender=senders[case]) for case in cases}
    broken = {case: break_one(street, case, senders[case], *plants) for case in cases}
    for case, worker in broken.items():
        demand_broken(case, worker)
    time.sleep(2 * TOO_LONG)
    street.expire_leases()
    lanes = [sender.id for sender in senders.values()]
    workers.start(street.place(), workers.send_once, street.id, lanes).join()
    for worker in broken.values():
        if worker.alive:
            worker.thaw()
            worker.join()
    workers.start(street.place(), workers.send, street.id, lanes, 20.0).join()
    handed = street.handed_over()
    return {
        case: (
            dict(Counter(message.state for message in street.messages(id__in=queued[case].values()))),
            {handed[street.number_of(point)] for point in people[case]},
        )
        for case in cases
    }


def break_one(street: Street, case: Case, sender: Sender, *plants: Plant) -> Worker:
    """A worker that will be killed, break, or stand still at this point."""
    point, deed = case
    hasty = deed == "stop" and point in BEFORE_THE_CALL
    figures = {"DEADLINE_SECONDS": TOO_LONG} if hasty else {}
    place = street.place(*plants, failpoints=f"{point}={deed}", **figures)
    return workers.start(place, workers.drain, street.id, sender.id)


def demand_broken(case: Case, worker: Worker) -> None:
    """Wait until it was killed, broke, or stands still; where one call broke alone, until it has come to its end."""
    if case[1] == "stop":
        assert workers.wait_until(lambda: worker.frozen, 60), case
    else:
        assert (worker.join() is None) == (case != ALONE), case


def points_of_the_lane() -> set[str]:
    text = (places.PROJECT / "messaging/lanes.py").read_text()
    return set(re.findall(r"failpoint\(\"(\w+)\"\)", text))


@proves("fault-04")
@pytest.mark.timeout(300)
def test_wherever_a_worker_dies_breaks_or_freezes_nobody_is_lost_and_nobody_gets_it_twice(street: Street) -> None:
    cases = list(itertools.product(POINTS, DEEDS))
    assert set(POINTS) == points_of_the_lane()

    came = break_at(street, cases)

    for (point, deed), (states, handed) in came.items():
        say(f"{point:<20} {deed:<6} {states} handed over {handed} times")
    assert came.pop(ALONE) == ({"accepted": PEOPLE - 1, "uncertain": 1}, {0, 1})
    assert came == {case: EXPECTED.get(case, SENT_ONCE) for case in came}
    doubts = Counter(message.reason for message in street.messages(state="uncertain"))
    assert set(doubts) == {"worker_died", "FailpointReached"}
    assert doubts["FailpointReached"] == 1
    assert not [message for message in street.messages(state="uncertain") if message.settle_at is None]


def test_control_without_the_deadline_guard_a_worker_that_slept_sends_what_was_given_up(street: Street) -> None:
    frozen = ("after_intent_commit", "stop")

    came = break_at(street, [frozen], DEADLINE_GUARD)

    assert came == {frozen: UNANSWERED}
