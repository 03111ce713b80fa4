"""STOP and send at the same moment: whoever was told "you are out" is reached by nothing that was decided afterwards."""

import pytest

from tests.counts import say
from tests.faults.racing import run_race
from tests.faults.scene import Street, dice, percentile, percentiles
from tests.proofs import proves

PAIRS, CONTROL_PAIRS = 5000, 500
#: seconds from the answer to a stop to the hand-over of what was on its way: promised to 99 of 100, and to all
PROMISED = {99: 1, 100: 10}
#: the suite shares its machine with whatever else runs there; what it measured is printed
MARGIN = 10
LOCK = (
    "messaging/actions/intending.py",
    'cursor.execute(_LOCK_CONSENT, {"ids": [message.id for message in held], "counted": counted})',
    None,
)


@proves("fault-14", "P4")
@pytest.mark.timeout(300)
def test_of_five_thousand_raced_stops_none_is_followed_by_a_message_decided_after_it(street: Street) -> None:
    chance = dice()

    raced = run_race(street, PAIRS, chance)

    say(f"{PAIRS} pairs: {raced.reached} sent first, {raced.spared} stopped first, {raced.broken} broken")
    say(f"{len(raced.late)} were on their way when the stop was answered: {percentiles(raced.late)}")
    say(f"a stop waited for its commit: {percentiles(raced.waited)}")
    assert raced.broken == 0
    assert min(raced.reached, raced.spared) > PAIRS // 20
    assert set(street.reasons()) == {("accepted", ""), ("suppressed", "opted_out")}
    assert percentile(raced.late, 99) <= MARGIN * PROMISED[99]
    assert percentile(raced.late, 100) <= MARGIN * PROMISED[100]
    assert max(street.handed_over().values()) == 1


def test_control_without_the_lock_on_consent_some_raced_stops_are_broken(street: Street) -> None:
    chance = dice()

    raced = run_race(street, CONTROL_PAIRS, chance, LOCK)

    say(f"{CONTROL_PAIRS} pairs without the lock: {raced.broken} broken")
    assert raced.broken >= 1
