"""Fault scripts: seeded, checked, and what they do to webhooks."""

import pytest

from sandbox.faults import BadScript, Faults
from sandbox.numbers import Step

STEPS = (Step("sent", 0.1), Step("delivered", 0.2))


def test_the_same_seed_gives_the_same_faults_whatever_the_webhooks_do():
    script = {"seed": 7, "requests": {"lost_after": 0.2, "error_before": 0.2}, "webhooks": {"lose": 0.5}}
    one, two = Faults(), Faults()
    one.script(script)
    two.script(script)

    first = [one.answer(0) for _ in range(200)]
    second = [(two.plan(STEPS, "in_order"), two.answer(0))[1] for _ in range(200)]

    assert first == second
    assert {"lost_after", "error_before", "ok"} == set(first)


def test_a_fault_comes_about_as_often_as_scripted():
    faults = Faults()
    faults.script({"seed": 1, "requests": {"rate_limited": 0.25}})

    answers = [faults.answer(0) for _ in range(4000)]

    assert 900 < answers.count("rate_limited") < 1100


def test_more_requests_in_a_second_than_allowed_are_too_many():
    faults = Faults()
    faults.script({"limit_per_second": 2})

    answers = [faults.answer(second) for second in (5, 5, 5, 6)]

    assert answers == ["ok", "ok", "rate_limited", "ok"]


@pytest.mark.parametrize(
    ("script", "complaint"),
    [
        ({"requests": {"explode": 1}}, "requests.explode: no such fault"),
        ({"requests": {"slow": 2}}, "requests.slow: give a probability from 0 to 1"),
        ({"requests": {"slow": 0.6, "malformed": 0.6}}, "requests: the probabilities add up to more than 1"),
        ({"webhooks": []}, "webhooks: give an object"),
        ({"colour": 1}, "colour: give one of"),
        ({"seed": "x"}, "seed: give one of"),
        ({"slow_seconds": -1}, "slow_seconds: give one of"),
    ],
)
def test_a_bad_script_is_refused_and_the_old_one_stays(script, complaint):
    faults = Faults()
    faults.script({"seed": 3, "requests": {"slow": 0.5}})
    before = faults.as_script()

    with pytest.raises(BadScript, match=complaint):
        faults.script(script)

    assert faults.as_script() == before


@pytest.mark.parametrize(
    ("callbacks", "statuses"),
    [
        ("in_order", ["sent", "delivered"]),
        ("repeated", ["sent"] * 3 + ["delivered"] * 3),
        ("reversed", ["delivered", "sent"]),
        ("never", []),
    ],
)
def test_a_number_decides_how_its_receipts_come(callbacks, statuses):
    planned = Faults().plan(STEPS, callbacks)

    assert [one.step.status for one in planned] == statuses
    assert [one.at for one in planned] == sorted(one.at for one in planned)


@pytest.mark.parametrize(
    ("script", "check"),
    [
        ({"lose": 1}, lambda planned: [one.lost for one in planned] == [True, True]),
        ({"repeat": 1}, lambda planned: [one.step.status for one in planned] == ["sent"] * 2 + ["delivered"] * 2),
        ({"delay": 1}, lambda planned: all(one.at > one.step.after for one in planned)),
        ({"shuffle": 1}, lambda planned: sorted(one.step.status for one in planned) == ["delivered", "sent"]),
    ],
)
def test_a_script_loses_repeats_delays_and_shuffles_webhooks(script, check):
    faults = Faults()
    faults.script({"seed": 2, "webhooks": script})

    planned = faults.plan(STEPS, "in_order")

    assert check(planned)
