"""The heading of a finished run says what its carrier can know."""

import datetime
import types
from typing import Any

import pytest

from campaigns.selectors.reports import Report
from campaigns.selectors.words import heading_of

MOMENT = datetime.datetime(2026, 11, 25, tzinfo=datetime.UTC)


def report(provider: str, sent: int, **people: int) -> Report:
    sender = types.SimpleNamespace(account=types.SimpleNamespace(provider=provider))
    run: Any = types.SimpleNamespace(
        state="finished", started_at=MOMENT, campaign=types.SimpleNamespace(name="Spring"), sender=sender
    )
    counted = {"delivered": 0, "waiting": 0, "left_out": 0} | people
    return Report(run, counted, {}, [], [], [], {}, sent=sent, segments=sent)


@pytest.mark.parametrize(
    ("provider", "heading", "lead"),
    [
        ("twilio", "4 of 6 people got it.", "It is over; late receipts and answers still count."),
        (
            "smtp",
            "It was sent to 5 of 6 people.",
            "It is over. This carrier does not say what arrived, only what it refused.",
        ),
    ],
)
def test_a_carrier_that_reports_no_arrivals_is_not_said_to_have_reached_nobody(provider, heading, lead):
    finished = report(provider, 5, delivered=4, on_way=1, failed=1, left_out=3)

    said = heading_of(finished)

    assert said == (heading, lead)
