"""Dates of consent as people write them. A date that can be read two ways proves nothing, so it is not guessed."""

import datetime
import functools
import re
import zoneinfo

from contacts.contracts import DateOrder

_NUMBERS = re.compile(r"(\d{1,4})([./-])(\d{1,2})\2(\d{1,4})(?:(?:,? +|T)(.+))?")
_NAMED = re.compile(
    r"(?:(\d{1,2})\.?[ -]([a-z]{3,9})|([a-z]{3,9}) (\d{1,2})),?[ -](\d{4})(?:,? +(?:at )?(.+))?", re.IGNORECASE
)
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)? ?(am|pm)?(?: ?(?:utc|gmt|z))?", re.IGNORECASE)
#: a time of day has a colon, and ISO 8601's short form stands behind a T
_HAS_TIME = re.compile(r":|\d[Tt ]\d")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH_NAMES = frozenset(
    (*_MONTHS, "january", "february", "march", "april", "june", "july", "august", "sept", "september")
    + ("october", "november", "december")
)
#: no consent to electronic messages is older; earlier dates are a zero somebody's software wrote
_EARLIEST_YEAR = 1990


@functools.lru_cache(maxsize=16_384)
def read_evidence_date(text: str, order: DateOrder = "", zone: str = "UTC") -> datetime.datetime | str:
    """Read a moment of consent.

    Shape:  ISO 8601; 31.12.2025; 31/12/2025 and 12/31/2025, where `order` decides what both readings would allow; and
            English month names. Years have four digits. A moment without a zone is UTC. A day without a time begins at
            midnight of `zone`, the organisation's own, or its pages would show the evidence a day early.
    Errors: returned: "ambiguous" or "unreadable".
    """
    bare = " ".join(text.split())
    try:
        moment = datetime.datetime.fromisoformat(bare) if bare[:4].isdigit() and "-" in bare else None
    except ValueError:
        moment = None
    found = moment or _by_numbers(bare, order) or _by_name(bare) or "unreadable"
    if isinstance(found, str):
        return found
    if found.year < _EARLIEST_YEAR:
        return "unreadable"
    if not _HAS_TIME.search(bare):
        return day_begins(found.date(), zone).astimezone(datetime.UTC)
    return found.replace(tzinfo=datetime.UTC) if found.tzinfo is None else found.astimezone(datetime.UTC)


def day_begins(day: datetime.date, zone: str) -> datetime.datetime:
    """Midnight of a day in a zone: the moment that stands for evidence of which only the day is known."""
    return datetime.datetime.combine(day, datetime.time(), zoneinfo.ZoneInfo(zone))


def _by_numbers(bare: str, order: DateOrder) -> datetime.datetime | str | None:
    match = _NUMBERS.fullmatch(bare)
    if not match:
        return None
    first, separator, second, third, time = match.groups()
    if len(first) == 4:
        return _moment(first, second, third, time)
    if len(third) != 4:
        return "ambiguous"
    if separator == "." or order == "day_first" or (not order and int(first) > 12):
        return _moment(third, second, first, time)
    if order == "month_first" or int(second) > 12 or first == second:
        return _moment(third, first, second, time)
    return "ambiguous"


def _by_name(bare: str) -> datetime.datetime | None:
    match = _NAMED.fullmatch(bare)
    if not match:
        return None
    day, name, other_name, other_day, year, time = match.groups()
    month = (name or other_name).lower()
    if month not in _MONTH_NAMES:
        return None
    return _moment(year, str(_MONTHS.index(month[:3]) + 1), day or other_day, time)


def _moment(year: str, month: str, day: str, time: str | None) -> datetime.datetime | None:
    """The moment in UTC, None when there is no such day or time."""
    hour = minute = second = 0
    if time:
        match = _TIME.fullmatch(time)
        if not match:
            return None
        hour, minute, second = int(match[1]), int(match[2]), int(match[3] or 0)
        if match[4]:
            if not 1 <= hour <= 12:
                return None
            hour = hour % 12 + (12 if match[4].lower() == "pm" else 0)
    try:
        return datetime.datetime(int(year), int(month), int(day), hour, minute, second, tzinfo=datetime.UTC)
    except ValueError:
        return None
