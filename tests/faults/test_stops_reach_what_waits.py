"""The drill of stops at a small size, and a STOP as people say it: what waits is halted, by the carrier's ledger (P5)."""

import time

import pytest

from core.tenancy import tenant_context
from messaging.models import Sender
from tests.counts import say
from tests.faults import outage
from tests.faults.scene import Street, dice, percentile, percentiles
from tests.support import workers
from tooling.chaos import stops

PARTS, PART, STOPS, TIMED = 2, 500, 100, 60
#: the suite shares its machine with whatever else runs there; what it measured is printed, and the drill judges without it
MARGIN = 10
#: seconds from the webhook of a STOP to the commit that holds it, promised to 99 of 100
COMMITTED = 0.5


@pytest.mark.timeout(300)
def test_of_a_thousand_messages_none_follows_the_stop_of_one_in_five_and_what_was_on_its_way_ends_in_time(
    street: Street,
) -> None:
    raced, handed = stops.race(street, dice(), parts=PARTS, part=PART, stops=STOPS)

    say(f"{raced.reached} sent first, {raced.spared} stopped first; on their way: {percentiles(raced.late)}")
    assert (raced.broken, raced.reached + raced.spared) == (0, PARTS * STOPS)
    assert raced.spared > 0
    assert max(handed.values()) == 1
    assert stops.in_time(raced, MARGIN)


@pytest.mark.timeout(300)
def test_a_stop_by_webhook_halts_what_waits_behind_it_in_a_slow_lane_and_is_answered_when_it_holds(
    street: Street,
) -> None:
    people = street.add_people(TIMED)
    street.queue(people)
    with tenant_context(street.id):
        # a batch is what may leave within a tenth of a second: here one message, so everybody else waits their turn
        Sender.objects.update(rate_per_second=10)
    lane = workers.start(street.place(), workers.drain, street.id, street.sender.id)
    time.sleep(0.5)

    answered, took = {}, []
    for point_id in reversed(people):
        began = time.time()
        outage.say_stop(street, [point_id], 1)
        answered[street.number_of(point_id)] = time.time()
        took.append(answered[street.number_of(point_id)] - began)
    lane.join(60)
    with tenant_context(street.id):
        Sender.objects.update(rate_per_second=500)
    workers.start(street.place(), workers.drain, street.id, street.sender.id).join()

    handed = {entry["to"]: entry["t"] for entry in street.accepted()}
    late = [at - answered[to] for to, at in handed.items() if at > answered[to]]
    say(f"{len(handed)} of {TIMED} left; on their way: {percentiles(late)}; a STOP took {percentiles(took)}")
    assert outage.stopped(street) == TIMED
    assert set(street.reasons()) == {("accepted", ""), ("suppressed", "opted_out")}
    assert 0 < len(handed) < TIMED
    assert percentile(late, 99) <= MARGIN * stops.PROMISED[99]
    assert percentile(late, 100) <= stops.PROMISED[100]
    assert percentile(took, 99) <= MARGIN * COMMITTED
