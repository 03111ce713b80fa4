"""A run that is paused and resumed again and again, then cancelled: what still leaves after each pause, and how late."""

import time
from unittest import mock

from campaigns.actions.launching import cancel_run, pause_run, resume_run
from campaigns.models import Run
from core.tenancy import tenant_context
from messaging.bucket import split_rate
from messaging.models import Sender
from tests.counts import say
from tests.faults.scene import Street, dice, percentile, percentiles
from tests.proofs import proves
from tests.support import workers

PEOPLE, ROUNDS, WORKERS, RATE = 900, 100, 2, 60
#: how many messages one sending process decides together at most
BATCH = split_rate(RATE)[1]
GATE = ("messaging/actions/intending.py", 'elif gate == "paused":', "elif False:")


def sending_run(street: Street, people: int = 60, rate: int = 600) -> Run:
    """A launched run whose messages all wait for their lane."""
    street.sandbox.post("faults", {"webhooks": {"lose": 1.0}})
    with tenant_context(street.id):
        Sender.objects.update(rate_per_second=rate)
    street.add_contacts(street.add_people(people))
    run = street.launch(street.add_campaign(), people)
    street.tick()
    assert street.states() == {"ready": people}
    return run


def pause(street: Street, run: Run) -> float:
    """When the pause was answered."""
    with tenant_context(street.id):
        pause_run(actor=street.actor, run=run)
    return time.time()


def resume(street: Street, run: Run) -> None:
    with mock.patch("campaigns.actions.launching.enqueue"), tenant_context(street.id):
        resume_run(actor=street.actor, run=run)


def late_after(pauses: list[tuple[float, float]], handed: list[float]) -> list[list[float]]:
    """For each pause, how late each message still left before the resume."""
    return [[at - since for at in handed if since < at < until] for since, until in pauses]


@proves("fault-16", "P6")
def test_a_hundred_pauses_let_out_one_batch_a_process_at_most_and_a_cancel_ends_it(street: Street) -> None:
    run, chance, pauses = sending_run(street, PEOPLE, RATE), dice(), []

    with workers.kept_at_work(street.place(), WORKERS, workers.send, street.id, [street.sender.id], 100.0):
        for _ in range(ROUNDS):
            since = pause(street, run)
            time.sleep(chance.uniform(0.01, 0.04))
            pauses.append((since, time.time()))
            resume(street, run)
            time.sleep(chance.uniform(0, 0.02))
        with tenant_context(street.id):
            cancel_run(actor=street.actor, run=run)
        cancelled = time.time()
        time.sleep(0.5)
    handed = [entry["t"] for entry in street.accepted()]
    after = late_after([*pauses, (cancelled, time.time())], handed)
    late = [each for some in after for each in some]

    say(f"{ROUNDS} pauses, {len(handed)} of {PEOPLE} sent; {len(late)} left after one: {percentiles(late)}")
    say(f"after one pause {max(map(len, after))} left at most, of {WORKERS} processes with batches of {BATCH}")
    assert max(map(len, after)) <= WORKERS * BATCH
    assert max(late, default=0) <= 10
    assert percentile(late, 99) <= 1
    assert len(handed) > WORKERS * BATCH
    assert max(street.handed_over().values()) == 1
    assert set(street.states()) <= {"accepted", "cancelled"}


def test_what_was_held_by_a_pause_leaves_at_once_when_the_run_goes_on(street: Street) -> None:
    run = sending_run(street)
    pause(street, run)
    workers.start(street.place(), workers.drain, street.id, street.sender.id).join()
    assert street.handed_over() == {}

    resume(street, run)
    workers.start(street.place(), workers.send, street.id, [street.sender.id], 12.0).join()

    assert len(street.handed_over()) == 60


def test_control_a_lane_that_does_not_look_at_the_gate_sends_through_a_pause(street: Street) -> None:
    run = sending_run(street)
    pause(street, run)

    workers.start(street.place(GATE), workers.drain, street.id, street.sender.id).join()

    assert len(street.handed_over()) == 60
