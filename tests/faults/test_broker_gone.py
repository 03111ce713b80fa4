"""Valkey wiped and then killed while a campaign leaves: it holds doorbells and speed limits, so only time is lost."""

import pathlib
import time
from collections.abc import Iterator

import pytest
import redis

from core.tenancy import tenant_context
from messaging.models import Sender
from tests.counts import say
from tests.faults.scene import Street
from tests.support import workers
from tests.support.workers import Plant
from tooling import ports
from tooling.valkey import Valkey

PEOPLE, CONTRACT, WIPES, DEAD_SECONDS = 300, 60, 3, 1.0
FAIL_SLOW = (
    "messaging/bucket.py",
    "return _take_locally(sender_id, max(1.0, rate / 4))",
    "return wanted, 0.0",
)


@pytest.fixture
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valkey]:
    """A Valkey of this test's own, that it may kill."""
    with Valkey(tmp_path_factory.mktemp("valkey"), ports.free_port()) as server:
        yield server


def begin(street: Street, server_url: str, *plants: Plant) -> workers.Place:
    street.sandbox.post("faults", {"webhooks": {"lose": 1.0}})
    with tenant_context(street.id):
        Sender.objects.update(rate_per_second=CONTRACT)
    street.queue(street.add_people(PEOPLE))
    return workers.Place.of(street.database, street.webhook_url, valkey_url=server_url, plants=plants)


def worst_second(street: Street) -> int:
    """The most messages the carrier took in any one second."""
    moments = sorted(entry["t"] for entry in street.accepted())
    return max(sum(at <= other < at + 1 for other in moments) for at in moments)


def test_valkey_wiped_three_times_and_killed_costs_nobody_their_message(
    street: Street, valkey: Valkey, tmp_path: pathlib.Path
) -> None:
    place = begin(street, valkey.url())
    job = (workers.send, street.id, [street.sender.id], 90.0)

    with workers.kept_at_work(place, 2, *job) as staff:
        assert workers.wait_until(lambda: len(street.accepted()) > 0, 30)
        for _ in range(WIPES):
            redis.Redis.from_url(valkey.url()).flushall()
            time.sleep(1)
        assert valkey.process is not None
        valkey.process.kill()
        killed, before = time.monotonic(), len(street.accepted())
        assert workers.wait_until(lambda: len(street.accepted()) > before, 30)
        again = time.monotonic() - killed
        time.sleep(DEAD_SECONDS)
        with Valkey(tmp_path / "valkey", valkey.port):
            for worker in staff:
                worker.join(90)

    say(f"wiped {WIPES} times, killed after {before}; sending again after {again:.2f} s")
    say(f"worst second {worst_second(street)} of {CONTRACT} agreed")
    assert set(street.handed_over().values()) == {1}
    assert street.states() == {"accepted": PEOPLE}


def test_without_valkey_a_sender_is_slow_and_never_too_fast(street: Street) -> None:
    place = begin(street, f"redis://127.0.0.1:{ports.free_port()}/0")

    workers.start(place, workers.drain, street.id, street.sender.id).join()

    say(f"worst second {worst_second(street)} of {CONTRACT} agreed")
    assert 0 < worst_second(street) <= CONTRACT // 2


def test_control_a_lane_that_takes_what_it_wants_without_valkey_is_too_fast(street: Street) -> None:
    place = begin(street, f"redis://127.0.0.1:{ports.free_port()}/0", FAIL_SLOW)

    workers.start(place, workers.drain, street.id, street.sender.id).join()

    assert worst_second(street) > CONTRACT // 2
