"""What a batch costs: the account's credentials are opened once, and the statements do not grow with the messages."""

from typing import Any

import pytest

from core.tenancy import tenant_context
from messaging import lanes
from messaging.models import Message, SendAttempt
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


def test_a_message_that_cannot_be_put_together_waits_alone_and_its_neighbours_leave(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = lanes._outbound

    def break_third(sender: Any, intent: Any, callback_url: str) -> Any:
        if intent.message.id == broken:
            raise KeyError("subject")
        return whole(sender, intent, callback_url)

    street.queue(street.add_people(5))
    with tenant_context(street.id):
        broken = Message.objects.order_by("id")[2].id
    monkeypatch.setattr(lanes, "_outbound", break_third)
    monkeypatch.setattr(lanes.bucket, "take", lambda sender_id, rate, wanted: (wanted, 0.0))
    lanes.drain(street.id, street.sender.id)

    assert street.states() == {"accepted": 4, "ready": 1}
    with tenant_context(street.id):
        left = Message.objects.get(id=broken)
        attempts = SendAttempt.objects.filter(message_id=broken)
        assert (left.state, [attempt.outcome for attempt in attempts]) == ("ready", ["aborted_before_call"])
