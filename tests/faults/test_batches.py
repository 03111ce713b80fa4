"""What a batch costs: the account's credentials are opened once, and the statements do not grow with the messages."""

from typing import Any

import pytest

from messaging import lanes
from tests.counts import Statements, say
from tests.faults.scene import Street


def drain(street: Street, people: int) -> list[str]:
    """Send to so many more people in one batch; the statements it took."""
    street.queue(street.add_people(people))
    with Statements() as queries:
        assert lanes.drain(street.id, street.sender.id) == people
    return [query["sql"] for query in queries]


def test_a_batch_opens_the_credentials_once_and_takes_as_many_statements_for_three_people_as_for_thirty(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, real = [], lanes.open_credentials

    def count(account: Any) -> dict[str, str]:
        opened.append(account)
        return real(account)

    monkeypatch.setattr(lanes, "open_credentials", count)
    monkeypatch.setattr(lanes.bucket, "take", lambda sender_id, rate, wanted: (wanted, 0.0))
    drain(street, 1)

    few, many = drain(street, 3), drain(street, 30)

    say(f"{len(many)} statements, {sum('BEGIN' in sql for sql in many)} transactions")
    assert len(opened) == 3
    assert len(few) == len(many)
    assert street.states() == {"accepted": 34}
