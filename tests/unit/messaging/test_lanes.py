"""A batch on its way out: each call answers for itself, and what they share is made once."""

import asyncio
import time

import pytest

from core.http import Limits
from messaging import lanes
from messaging.actions import claiming
from messaging.contracts import Accepted
from messaging.providers.protocol import OutcomeUnknown


class Taking:
    """A carrier that takes everything."""

    def __init__(self) -> None:
        self.calls = 0

    async def send(self, outbound: object) -> Accepted:
        self.calls += 1
        return Accepted(f"SM{self.calls}", "queued")


def test_a_call_that_breaks_before_it_begins_is_in_doubt_alone_and_its_neighbours_keep_their_answers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    carrier, breaks = Taking(), iter([False, True, False])

    def break_once(name: str) -> None:
        if next(breaks):
            raise RuntimeError("a defect of our own")

    monkeypatch.setattr(lanes, "failpoint", break_once)
    answers = asyncio.run(lanes._send_all(carrier, [object()] * 3, time.clock_gettime(time.CLOCK_BOOTTIME)))  # type: ignore[arg-type, list-item]

    first, broken, last = answers
    assert (first, last) == (Accepted("SM1", "queued"), Accepted("SM2", "queued"))
    assert isinstance(broken, OutcomeUnknown)
    assert broken.reason == "RuntimeError"
    assert carrier.calls == 2


def test_a_batch_has_a_connection_for_each_of_its_calls() -> None:
    assert Limits().connections >= lanes.BATCH
    assert claiming.LEASE_SECONDS > lanes.DEADLINE_SECONDS
