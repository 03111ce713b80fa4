"""What another rulebook would change, in words."""

import dataclasses
import datetime
from collections.abc import Iterable, Sequence

from consent.rule_questions import Difference, Stretch, changed_rules, differences
from consent.rule_types import Bar, Cap, Dated, Window
from consent.rule_words import clock, days, listed, place_name, sends
from consent.rulebook import Rulebook, in_force, rulebook
from consent.selectors.rule_answers import RuleLine, answered, rule_line


@dataclasses.dataclass(frozen=True, slots=True)
class StretchLine:
    """One stretch of days: when, after how many messages, and the two answers."""

    when: str
    had: int
    before: str
    after: str


@dataclasses.dataclass(frozen=True, slots=True)
class DifferenceLine:
    """The people and the messages, and the stretches in which the answers differ."""

    places: str
    what: str
    stretches: Sequence[StretchLine]


@dataclasses.dataclass(frozen=True, slots=True)
class Changes:
    """Everything that differs between two days: the rules that come and go, and what the gate answers differently."""

    since: datetime.date
    until: datetime.date
    gone: Sequence[RuleLine]
    new: Sequence[RuleLine]
    lines: Sequence[DifferenceLine]


def changes_between(since: datetime.date, until: datetime.date, proposed: Iterable[Window | Cap | Bar] = ()) -> Changes:
    """What changes from one day to another, with the rules adopted until then and those proposed. No query."""
    rules, added = rulebook(), tuple(proposed)
    later = rules.adopting(added) if added else rules
    before, after = rules.as_of(since), later.as_of(until)
    gone, new = changed_rules(before, after)
    return Changes(
        since=since,
        until=until,
        gone=[_dated(rule, rules, since) for rule in gone],
        new=[_dated(rule, later, until) for rule in new],
        lines=[_line(each) for each in differences(before, after, until)],
    )


def _dated(rule: Dated, rules: Rulebook, day: datetime.date) -> RuleLine:
    """A rule of one day, with the day its version began."""
    began = next(each.valid_from for each in rules.dated if each.id == rule.id and in_force(each, day))
    return dataclasses.replace(rule_line(rule, rules), valid_from=began)


def next_change(today: datetime.date) -> datetime.date:
    """The day on which the next adopted rule comes into force or ends; a year from today where none does."""
    book = rulebook()
    judged: tuple[Dated, ...] = (*book.windows, *book.caps, *book.bars, *book.stop_scopes)
    ends = [day for rule in judged for day in (rule.valid_from, rule.valid_until) if day and day > today]
    return min(ends, default=today + datetime.timedelta(days=365))


def _line(difference: Difference) -> DifferenceLine:
    by_tiers: dict[tuple[str, ...], list[str]] = {}
    channels = dict.fromkeys(channel for channel, _ in difference.kinds)
    for channel in channels:
        tiers = tuple(tier for each, tier in difference.kinds if each == channel)
        by_tiers.setdefault(tiers, []).append(channel)
    what = "; ".join(sends(found, tiers) for tiers, found in by_tiers.items())
    places = listed(place_name(place) for place in difference.places)
    return DifferenceLine(places, what, [_stretch(each) for each in difference.stretches])


def _stretch(stretch: Stretch) -> StretchLine:
    before, after = (answered(each.outcome, each.reason) for each in (stretch.before, stretch.after))
    return StretchLine(
        f"{days(stretch.days)}, {clock(stretch.start)} to {clock(stretch.end)}", stretch.had, before, after
    )
