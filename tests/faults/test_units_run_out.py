"""More messages than units, several workers at once: exactly as many leave as there are units for, by the carrier's ledger."""

import os
import time

import pytest

from billing.contracts import Funds
from billing.selectors import funds
from core.tenancy import tenant_context
from messaging.models import Message, SendAttempt
from tests.counts import say
from tests.factories.billing import assert_books_balance, make_paid, top_up
from tests.faults.scene import Street, dice
from tests.proofs import proves
from tests.support import workers

#: UNITS_PEOPLE=10000 is the full size
PEOPLE = int(os.environ.get("UNITS_PEOPLE", "1000"))
UNITS = PEOPLE * 9 // 10
LANES, WORKERS = 3, 4
#: answers that come before the carrier takes a message: its units are given back, and it is tried again
REFUSALS = {"rate_limited": 0.002}


def send_all(street: Street, senders: list[object], wanted: int, seconds: float) -> float:
    """Workers send until so many messages were taken and nothing is on its way; how many seconds it took."""
    began = time.monotonic()
    job = (workers.send, street.id, senders, seconds)
    with workers.kept_at_work(street.place(), WORKERS, *job):
        done = workers.wait_until(lambda: is_done(street, wanted), seconds)
    assert done, f"not done: {street.reasons()}"
    return time.monotonic() - began


def is_done(street: Street, wanted: int) -> bool:
    with tenant_context(street.id):
        flying = Message.objects.filter(state__in=["claimed", "attempting"]).exists()
        held = SendAttempt.objects.filter(units_held=True).exists()
        return not flying and not held and Message.objects.filter(state="accepted").count() == wanted


def now_due(street: Street) -> None:
    """A minute has passed for what waits for units."""
    with tenant_context(street.id):
        Message.objects.filter(state="ready").update(next_at="2000-01-01T00:00Z")


@pytest.mark.timeout(900)
@proves("I3")
def test_so_many_messages_leave_as_there_are_units_and_not_one_more(street: Street) -> None:
    chance = dice()
    senders = [street.sender, *street.add_senders(LANES - 1)]
    paid = [make_paid(sender).id for sender in senders]
    people = street.add_people(PEOPLE)
    for place, sender in enumerate(senders):
        street.queue(people[place::LANES], sender=sender)
    top_up(street.id, UNITS)
    street.sandbox.post(
        "faults",
        {"seed": chance.randrange(1000), "requests": REFUSALS, "webhooks": {"lose": 1.0}, "retry_after_seconds": 1},
    )

    seconds = send_all(street, paid, UNITS, PEOPLE / 15)
    first = street.handed_over()
    with tenant_context(street.id):
        spent = funds()

    say(f"{UNITS} of {PEOPLE} messages by {WORKERS} workers in {seconds:.1f} s: {UNITS / seconds:.0f} a second")
    assert (len(first), sum(first.values())) == (UNITS, UNITS)
    assert street.states()["accepted"] == UNITS
    assert street.states().keys() <= {
        "accepted",
        "ready",
        "claimed",
    }  # the workers were ended while they looked for units
    assert street.reasons()[("ready", "waiting_for_units")] > 0
    assert spent == Funds(0, 0, UNITS * 1000)
    assert_books_balance(street.id)

    top_up(street.id, PEOPLE - UNITS)
    now_due(street)
    send_all(street, paid, PEOPLE, PEOPLE / 15)

    assert street.handed_over() == {street.number_of(point): 1 for point in people}
    assert street.states() == {"accepted": PEOPLE}
    assert_books_balance(street.id)
