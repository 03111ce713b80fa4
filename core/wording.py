"""How numbers, money and times are written for people: one place, so that every page says them the same way."""

import datetime
import decimal
import functools
import re
import zoneinfo

from babel import Locale, UnknownLocaleError

from core.money import Money

NOTHING = "–"
NARROW_SPACE = "\u202f"
NO_BREAK = "\u00a0"
_SIGNS = {"PKR": "Rs", "USD": "$", "EUR": "€", "GBP": "£", "INR": "₹"}
_SPACED = frozenset({"PKR"})  # a sign of letters needs a space before the figures


def number_text(value: float | decimal.Decimal | None, places: int = 0) -> str:
    """A grouped number, "11,482"; a dash where there is none."""
    return NOTHING if value is None else f"{value:,.{places}f}"


def counted_text(count: int, one: str, many: str = "") -> str:
    """A number with what it counts: "1 person", "11,482 people", "0 rows"; without `many` the plural is `one` and an s."""
    return f"{number_text(count)} {one if count == 1 else many or one + 's'}"


def percent_text(part: float | None, whole: float | None, places: int = 1) -> str:
    """A share with a thin space, "97.6 %"; a dash where the whole is nothing."""
    if part is None or not whole:
        return NOTHING
    return f"{100 * part / whole:.{places}f}{NARROW_SPACE}%"


def money_text(value: Money | None) -> str:
    """Currency first, then the grouped amount, never broken over two lines: "Rs 231,846.50"."""
    if value is None:
        return NOTHING
    amount = str(Money(abs(value.amount_minor), value.currency)).split(" ", 1)[1]
    sign = "−" if value.amount_minor < 0 else ""
    name = _SIGNS.get(value.currency, value.currency)
    gap = "" if value.currency in _SIGNS and value.currency not in _SPACED else NO_BREAK
    return f"{sign}{name}{gap}{amount}"


def time_text(
    value: datetime.datetime | None, zone: str, now: datetime.datetime | None = None, style: str = "short"
) -> str:
    """A moment in a named zone.

    short     "today 10:03" on the day of `now`, else "Mon 23 Nov, 16:44", with the year when it is another one
    time      "10:03 PKT"
    evidence  "14 Mar 2026, 19:42 PKT"
    seconds   "14 Mar 2026, 19:42:08 PKT"
    Errors: ValueError on an unknown style or a moment without a zone.
    """
    if value is None:
        return NOTHING
    if value.tzinfo is None:
        raise ValueError("a moment needs a zone; pass an aware datetime")
    local = value.astimezone(zoneinfo.ZoneInfo(zone))
    if style == "short":
        return _short(local, now)
    shapes = {
        "time": f"{local:%H:%M} {local:%Z}",
        "evidence": f"{local.day} {local:%b %Y, %H:%M} {local:%Z}",
        "seconds": f"{local.day} {local:%b %Y, %H:%M:%S} {local:%Z}",
    }
    if style not in shapes:
        raise ValueError(f"unknown style {style!r}; use short, time, evidence or seconds")
    return shapes[style]


def told_text(value: datetime.datetime | None, zone: str, now: datetime.datetime | None, style: str) -> str:
    """A moment somebody told us: as `time_text` says it, but where only the day was told (it stands as midnight of the
    zone, to the microsecond) the day alone, "14 Mar 2026"."""
    if value is not None and value.tzinfo is not None:
        local = value.astimezone(zoneinfo.ZoneInfo(zone))
        if local.time() == datetime.time():
            return f"{local.day} {local:%b %Y}"
    return time_text(value, zone, now, style)


def _short(local: datetime.datetime, now: datetime.datetime | None) -> str:
    today = now.astimezone(local.tzinfo) if now else None
    if today and today.date() == local.date():
        return f"today {local:%H:%M}"
    year = f" {local.year}" if today is None or today.year != local.year else ""
    return f"{local:%a} {local.day} {local:%b}{year}, {local:%H:%M}"


_BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def browser_text(user_agent: str) -> str:
    """A browser's own description in three words, "Firefox on Windows"; the first sign that fits wins."""
    browser = next((name for sign, name in _BROWSERS if sign in user_agent), "Unknown browser")
    system = next((name for sign, name in _SYSTEMS if sign in user_agent), "")
    return f"{browser} on {system}" if system else browser


_STEPS = ((86_400, "day"), (3_600, "hour"), (60, "minute"))


def ago_text(value: datetime.datetime | None, now: datetime.datetime) -> str:
    """How long ago, or how long until: "3 minutes ago", "in 2 days", "just now" below a minute."""
    if value is None:
        return NOTHING
    seconds = (now - value).total_seconds()
    for size, unit in _STEPS:
        count = int(abs(seconds) // size)
        if count:
            words = f"{count:,} {unit}{'' if count == 1 else 's'}"
            return f"{words} ago" if seconds > 0 else f"in {words}"
    return "just now" if seconds >= 0 else "in a moment"


@functools.lru_cache(maxsize=512)
def language_text(code: str) -> str:
    """A language by its English name, "English (United States)" for en_US or en-US; the code itself where it has none.

    Source: Unicode CLDR, as Babel brings it.
    """
    try:
        return Locale.parse(code.replace("-", "_")).get_display_name("en") or code
    except (UnknownLocaleError, ValueError):
        return code


def version_text(version: str) -> str:
    """A version of the rules by its day: "24 Nov 2026" for 2026-11-24.5f1c…; any other as it is spelled."""
    day = re.match(r"\d{4}-\d{2}-\d{2}(?=\.|\Z)", version)
    return f"{datetime.date.fromisoformat(day[0]):%-d %b %Y}" if day else version
