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


@pytest.mark.parametrize(
    "text", ["2026-03-14", "2026-W11-6", "14.3.2026", "03/14/2026", "14 March 2026", "Mar 14 2026"]
)
def test_a_day_without_a_time_begins_where_the_organisation_is(text: str) -> None:
    assert read_evidence_date(text, "month_first", "America/Chicago") == utc(2026, 3, 14, 5)
    assert read_evidence_date(text, "month_first", "Asia/Karachi") == utc(2026, 3, 13, 19)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-14 00:00", utc(2026, 3, 14)),
        ("2026-03-14T0815", utc(2026, 3, 14, 8, 15)),
        ("2026-03-14 08", utc(2026, 3, 14, 8)),
        ("03/14/2026 2:05 PM", utc(2026, 3, 14, 14, 5)),
        ("2026-03-14T08:15-05:00", utc(2026, 3, 14, 13, 15)),
    ],
)
def test_a_moment_with_a_time_keeps_it_wherever_the_organisation_is(text: str, expected: datetime.datetime) -> None:
    assert read_evidence_date(text, "month_first", "America/Chicago") == expected


def test_a_day_whose_midnight_the_clocks_skip_begins_an_hour_later() -> None:
    assert read_evidence_date("2026-03-29", "", "Asia/Beirut") == utc(2026, 3, 28, 22)
