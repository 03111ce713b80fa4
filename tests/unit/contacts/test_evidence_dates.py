"""A date of consent is read one way or not at all."""

import datetime

import pytest

from contacts.evidence_dates import read_evidence_date


def utc(*parts: int) -> datetime.datetime:
    return datetime.datetime(*parts, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("text", "order", "expected"),
    [
        ("2026-03-31", "", utc(2026, 3, 31)),
        ("2026-03-31T08:15:00Z", "", utc(2026, 3, 31, 8, 15)),
        ("2026-03-31 08:15:00+05:00", "", utc(2026, 3, 31, 3, 15)),
        ("2026-03-31 08:15", "month_first", utc(2026, 3, 31, 8, 15)),
        ("2026/3/31", "", utc(2026, 3, 31)),
        ("31.3.2026", "", utc(2026, 3, 31)),
        ("03.02.2026", "month_first", utc(2026, 2, 3)),
        ("31/03/2026", "", utc(2026, 3, 31)),
        ("03/31/2026", "", utc(2026, 3, 31)),
        ("05/05/2026", "", utc(2026, 5, 5)),
        ("03/02/2026", "day_first", utc(2026, 2, 3)),
        ("03/02/2026", "month_first", utc(2026, 3, 2)),
        ("03/31/2026 2:05 PM", "", utc(2026, 3, 31, 14, 5)),
        ("31/03/2026, 12:00 am", "", utc(2026, 3, 31)),
        ("31 March 2026", "", utc(2026, 3, 31)),
        ("Mar 31, 2026", "", utc(2026, 3, 31)),
        ("31-Mar-2026 08:15:30", "", utc(2026, 3, 31, 8, 15, 30)),
        ("03/02/2026", "", "ambiguous"),
        ("31/03/26", "", "ambiguous"),
        ("03/31/2026", "day_first", "unreadable"),
        ("31/03/2026", "month_first", "unreadable"),
        ("31.02.2026", "", "unreadable"),
        ("2026-13-01", "", "unreadable"),
        ("1970-01-01", "", "unreadable"),
        ("45747", "", "unreadable"),
        ("yes", "", "unreadable"),
        ("March 2026", "", "unreadable"),
        ("31/03/2026 25:00", "", "unreadable"),
        ("31/03/2026 13:00 pm", "", "unreadable"),
    ],
)
def test_dates_as_people_write_them(text: str, order: str, expected: datetime.datetime | str) -> None:
    assert read_evidence_date(text, order) == expected
