"""When the first and the last message would leave, by the speed of the sender and people's hours."""

import datetime

import pytest

from campaigns.selectors.delivery import Span, delivery_span
from campaigns.selectors.reports import Wave

NOON = datetime.datetime(2026, 11, 25, 12, 0, tzinfo=datetime.UTC)


def later(**length: float) -> datetime.datetime:
    return NOON + datetime.timedelta(**length)


@pytest.mark.parametrize(
    ("waves", "span"),
    [
        ([Wave(NOON, 100, True)], Span(NOON, later(seconds=20))),
        ([Wave(later(hours=8), 5, False)], Span(later(hours=8), later(hours=8, seconds=1))),
        ([Wave(NOON, 100, True), Wave(later(hours=1), 10, False)], Span(NOON, later(hours=1, seconds=2))),
        # so many at once that those of the next moment wait for them
        ([Wave(NOON, 36_000, True), Wave(later(hours=1), 10, False)], Span(NOON, later(hours=2, seconds=2))),
        # a moment that has passed since the check is now
        ([Wave(later(hours=-1), 5, False)], Span(NOON, later(seconds=1))),
    ],
)
def test_the_last_leaves_when_all_before_it_have_left_and_its_hours_are_open(waves: list[Wave], span: Span) -> None:
    assert delivery_span(waves, rate=5, opens_at=NOON) == span


def test_for_nobody_there_is_no_first_and_no_last() -> None:
    assert delivery_span([], rate=5, opens_at=NOON) is None
