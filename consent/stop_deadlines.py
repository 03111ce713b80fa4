"""By when a person must have decided about a plea to stop: dated rules by place and channel, counted in business days."""

import dataclasses
import datetime
import functools
from collections.abc import Iterable
from typing import Final, get_args

from consent.contracts import Channel
from consent.regions import country_of
from consent.rule_reader import Row, read_rules
from consent.rule_types import Source
from consent.rulebook import Rulebook, in_force, rulebook

FILE: Final = "stop_deadlines.toml"
_DAY: Final = datetime.timedelta(days=1)


@dataclasses.dataclass(frozen=True, slots=True)
class StopDeadline:
    """One rule: so many days after they asked. Units: business days where `business`, else days of the calendar."""

    id: str
    places: tuple[str, ...]
    channels: tuple[Channel, ...]
    days: int
    business: bool
    calendar: str
    valid_from: datetime.date
    valid_until: datetime.date | None
    source: Source

    @property
    def says(self) -> str:
        """The rule in words."""
        kind = "business days" if self.business else "days"
        holidays = ", holidays do not count" if self.calendar else ""
        return f"A plea to stop must hold within {self.days} {kind} after it was made{holidays}."


@dataclasses.dataclass(frozen=True, slots=True)
class Clock:
    """When somebody is told. Units: minutes for what came in a message, percent of the time left for everything else."""

    reply_minutes: int
    reply_minutes_everybody: int
    owner_percent: int
    everybody_percent: int
    source: Source


@functools.cache
def deadlines() -> tuple[StopDeadline, ...]:
    """Every rule of stop_deadlines.toml. Errors: InvalidRules."""
    return tuple(_deadline(row) for row in _file().rows("deadline"))


@functools.cache
def stop_clock() -> Clock:
    """When owners and everybody are told. Errors: InvalidRules."""
    row = _file().row("clock")
    found = Clock(
        reply_minutes=row.positive("reply_minutes"),
        reply_minutes_everybody=row.positive("reply_minutes_everybody"),
        owner_percent=row.positive("owner_percent"),
        everybody_percent=row.positive("everybody_percent"),
        source=row.source(),
    )
    row.finish()
    return found


def deadline_for(places: Iterable[str], channel: str, asked_on: datetime.date) -> tuple[StopDeadline, datetime.date]:
    """The rule that gives the least time, and the last day by it.

    Shape: places are regions such as "US-FL"; none of them known takes the strictest of all. channel "" is every channel.
    """
    countries = {country_of(place) for place in places}
    about = [rule for rule in deadlines() if _concerns(rule, channel) and in_force(rule, asked_on)]  # type: ignore[arg-type]
    own = [rule for rule in about if countries & set(rule.places)]
    strangers = countries - {place for rule in own for place in rule.places}
    if not countries:
        own = about
    elif strangers:
        own += [rule for rule in about if "*" in rule.places]
    found = [(last_day(rule, asked_on), place, rule) for place, rule in enumerate(own)]
    day, _, rule = min(found)
    return rule, day


def last_day(rule: StopDeadline, asked_on: datetime.date, rules: Rulebook | None = None) -> datetime.date:
    """The last day by one rule for what was asked on a day, which itself does not count."""
    book, day, left = rules or rulebook(), asked_on, rule.days
    while left:
        day += _DAY
        left -= not rule.business or _is_business_day(rule, day, book)
    return day


def _is_business_day(rule: StopDeadline, day: datetime.date, book: Rulebook) -> bool:
    return day.weekday() < 5 and not (rule.calendar and book.is_holiday(rule.calendar, day))


def _concerns(rule: StopDeadline, channel: str) -> bool:
    return channel in rule.channels or not channel


def _deadline(row: Row) -> StopDeadline:
    business = row.has("business_days")
    rule = StopDeadline(
        id=row.name(),
        places=row.places(),
        channels=row.channels(),
        days=row.positive("business_days" if business else "calendar_days"),
        business=business,
        calendar=row.text("calendar") if row.has("calendar") else "",
        valid_from=row.day("valid_from"),
        valid_until=row.until(),
        source=row.source(),
    )
    if rule.calendar and rule.calendar not in {each.name for each in rulebook().calendars}:
        row.fail("calendar", f"names no calendar of holidays.toml: {rule.calendar!r}")
    if not set(rule.channels) <= set(get_args(Channel)):
        row.fail("channels", "names a channel nobody has")
    row.finish()
    return rule


def _file() -> Row:
    return read_rules(FILE)
