"""Asking the gate about days that were and days to come: which rules decided, and what another rulebook would change.

Nothing is judged here: every answer is `consent.gate.decide`'s own, under the whole rulebook or one cut down to a single rule.
No database, no clock.
"""

import dataclasses
import datetime
import itertools
import zoneinfo
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from consent import on_lists
from consent.contracts import Allowed, Ask, Channel, Decision, Facts, Tier
from consent.gate import CHECKS, decide
from consent.quiet_hours import PlaceUnknown, possible_zones
from consent.regions import country_of, known_countries, parts_of, usual_zones
from consent.rule_types import Bar, Cap, Dated, Deadline, Disclosure, ListRule, Rule, SuppressionRule, TierRule, Window
from consent.rulebook import Rulebook

#: what somebody is like to whom nothing but the dated rules can object
NOBODY_OBJECTS: Final = Facts(
    organization_state="live",
    sending_stopped=False,
    sender_ready=True,
    content_ready=True,
    has_address=True,
    address_valid=True,
    in_trial_circle=True,
    suppression="",
    consent="granted",
    minor=False,
    region="",
    zones=(),
    recent_sends=0,
    cap=None,
)
#: the kinds of rules by which a check of the gate can say no; what is not here asks for no rule
_RULES_OF: Final[Mapping[str, tuple[type, ...]]] = {
    **dict.fromkeys(
        ("platform_suppressed", "erased", "opted_out", "complained", "bounced", "paused", "do_not_call"),
        (SuppressionRule,),
    ),
    **dict.fromkeys(
        ("consent_withdrawn", "consent_expired", "consent_unproven", "consent_unconfirmed", "consent_missing"),
        (TierRule,),
    ),
    "on_a_list": (ListRule,),
    "register_stale": (ListRule,),
    "underage": (Deadline,),
    "channel_barred": (Bar, TierRule),
    "cap_not_counted": (Cap,),
    "cap_reached": (Cap,),
    "line_missing": (Disclosure,),
    "night": (Window,),
}
#: the place that stands for all countries without rules of their own
ELSEWHERE: Final = "other"
HOLIDAY: Final = 7
#: questions to the gate in one comparison; some seconds, and more than any change of one country needs
MOST_ASKED: Final = 12_000


class TooManyQuestions(ValueError):
    """So many places and hours differ that the comparison would take minutes: ask about fewer."""


@dataclasses.dataclass(frozen=True, slots=True)
class Weighed:
    """One rule that was asked, and whether it is why the answer is no."""

    rule: Rule
    objects: bool


@dataclasses.dataclass(frozen=True, slots=True)
class Weighing:
    """An answer of the gate, the check that gave it ("" when allowed), the rules asked, and what has to be said."""

    decision: Decision
    check: str
    weighed: tuple[Weighed, ...]
    says: tuple[Disclosure, ...]


def weigh(ask: Ask, facts: Facts, rules: Rulebook) -> Weighing:
    """Ask the gate, and each rule it looked at by itself. Shape: the rules that object come first."""
    decision = decide(ask, facts, rules)
    check = next((check.__name__ for check in CHECKS if check(ask, facts, rules) is not None), "")
    kinds = _RULES_OF.get(check, ())
    day, place = ask.at.date(), facts.region.partition(" ")[0]
    lacking = [
        rule for rule in rules.disclosures_for(place, ask.channel, ask.tier, day)
        if check == "line_missing" and rule.when == "each" and rule.line not in (facts.lines or ())
    ]  # fmt: skip
    found = [
        Weighed(rule, isinstance(rule, kinds) and _objects(rule, ask, facts, rules))
        for rule in [*lacking, *_asked(ask, facts, rules)]
    ]
    says = [rule for part in facts.region.split() for rule in rules.disclosures_for(part, ask.channel, ask.tier, day)]
    return Weighing(
        decision,
        check,
        tuple(sorted(found, key=lambda each: not each.objects)),
        tuple(rule for rule in dict.fromkeys(says) if rule not in lacking),
    )


def _asked(ask: Ask, facts: Facts, rules: Rulebook) -> list[Rule]:
    """Every rule that is about this person and this message at this moment."""
    places, day = facts.region.split(), ask.at.date()
    asked: list[Rule | None] = [
        rules.tier(ask.tier),
        next((rule for rule in rules.suppressions if rule.kind == facts.suppression), None),
        next((rule for rule in rules.policy.deadlines if rule.name == "adult" and facts.minor), None),
    ]
    asked += on_lists.looked_at(ask, facts, rules)
    for place in places:
        asked += rules.bars_for(place, ask.channel, ask.tier, day)
        asked += rules.caps_for(place, ask.channel, ask.tier, day)
        for local in _local_days(ask, facts):
            asked += rules.windows_on(local, place, ask.channel, ask.tier)
    return [rule for rule in dict.fromkeys(asked) if rule is not None]


def _local_days(ask: Ask, facts: Facts) -> set[datetime.date]:
    try:
        zones = possible_zones(tuple(facts.region.split()), facts.zones)
    except PlaceUnknown:
        return set()
    return {ask.at.astimezone(zone).date() for zone in zones}


def _objects(rule: Rule, ask: Ask, facts: Facts, rules: Rulebook) -> bool:
    """Whether the rule says no by itself: the gate is asked with this one alone, or counts what the cap counts."""
    if isinstance(rule, Cap):
        return facts.cap is None or rule.count <= facts.recent_sends
    if isinstance(rule, ListRule):
        return on_lists.counts(rule, ask, facts, rules) or on_lists.is_unasked(rule, facts, rules)
    if isinstance(rule, Window | Bar):
        windows = (rule,) if isinstance(rule, Window) else ()
        bars = (rule,) if isinstance(rule, Bar) else ()
        alone = dataclasses.replace(rules, windows=windows, bars=bars, caps=())
        return not isinstance(decide(ask, facts, alone), Allowed)
    return not isinstance(rule, TierRule) or not _tier_agrees(rule, ask, facts)


def _tier_agrees(rule: TierRule, ask: Ask, facts: Facts) -> bool:
    return facts.consent in rule.accepts and ask.channel in rule.channels


def law_cap(rules: Rulebook, region: str, channel: Channel, tier: Tier, day: datetime.date) -> int | None:
    """The smallest number of messages the law lets one person get in these places, None where it sets none."""
    caps = [cap.count for place in region.split() for cap in rules.caps_for(place, channel, tier, day)]
    return min(caps, default=None)


# ── what another rulebook would change ──


@dataclasses.dataclass(frozen=True, slots=True)
class Answered:
    """What the gate says, without the moment until which somebody waits."""

    outcome: str
    reason: str


@dataclasses.dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of the same days in which two rulebooks differ.

    Units: days 0 Monday … 6 Sunday, 7 a holiday; minutes of the local clock, the end exclusive. `had` is how many messages
    the person got before, inside the window of a cap.
    """

    days: tuple[int, ...]
    start: int
    end: int
    had: int
    before: Answered
    after: Answered


@dataclasses.dataclass(frozen=True, slots=True)
class Difference:
    """Places and kinds of messages for which the same stretches differ."""

    places: tuple[str, ...]
    kinds: tuple[tuple[Channel, Tier], ...]
    stretches: tuple[Stretch, ...]


def changed_rules(before: Rulebook, after: Rulebook) -> tuple[tuple[Dated, ...], tuple[Dated, ...]]:
    """The rules that only the one and only the other holds. Both are rulebooks of one day (`Rulebook.as_of`)."""
    earlier, later = set(before.dated), set(after.dated)
    gone, new = earlier - later, later - earlier
    return tuple(sorted(gone, key=lambda rule: rule.id)), tuple(sorted(new, key=lambda rule: rule.id))


def _placed(rules: Iterable[Dated]) -> list[Window | Cap | Bar]:
    """Those the gate judges by; what must be said and what a stop closes are no matter of an hour."""
    return [rule for rule in rules if isinstance(rule, Window | Cap | Bar)]


def differences(before: Rulebook, after: Rulebook, since: datetime.date) -> list[Difference]:
    """Every place, kind of message and hour of a week for which two rulebooks of one day give different answers.

    Shape:  the week is the first from `since` on without a holiday, then the next holiday by itself. Asked are the places the
            changed rules name, and somebody in their country whose part of it is unknown.
    Errors: TooManyQuestions, before the first answer.
    """
    week = _plain_week(since, (before, after))
    cases: dict[tuple[object, ...], _Case] = {}
    asked: dict[tuple[str, tuple[Channel, Tier]], tuple[object, ...]] = {}
    for place, channel, tier in _concerned(before, after):
        region = _elsewhere((before, after)) if place == ELSEWHERE else place
        case = _Case(region, channel, tier, week)
        key: tuple[object, ...] = tuple(case.rules_of(book) for book in (before, after))
        cases.setdefault(key, case)
        asked[place, (channel, tier)] = key
    if sum(case.questions(before, after) for case in cases.values()) > MOST_ASKED:
        raise TooManyQuestions("Too many places and hours differ at once: choose nearer days, or propose it for fewer.")
    stretches = {key: tuple(_merged(case.compared(before, after))) for key, case in cases.items()}
    groups: dict[tuple[Stretch, ...], list[tuple[str, tuple[Channel, Tier]]]] = {}
    for member, key in asked.items():
        if stretches[key]:
            groups.setdefault(stretches[key], []).append(member)
    return [difference for found, members in groups.items() for difference in _grouped(found, members)]


def _grouped(stretches: tuple[Stretch, ...], members: list[tuple[str, tuple[Channel, Tier]]]) -> Iterator[Difference]:
    """One difference for all places with the same kinds of messages."""
    kinds: dict[str, tuple[tuple[Channel, Tier], ...]] = {}
    for place, kind in members:
        kinds[place] = (*kinds.get(place, ()), kind)
    for same in dict.fromkeys(kinds.values()):
        yield Difference(tuple(place for place in kinds if kinds[place] == same), same, stretches)


def _concerned(before: Rulebook, after: Rulebook) -> list[tuple[str, Channel, Tier]]:
    gone, new = changed_rules(before, after)
    found: dict[tuple[str, Channel, Tier], None] = {}
    for rule in _placed((*gone, *new)):
        for place, channel, tier in itertools.product(_spread(rule.places, (before, after)), rule.channels, rule.tiers):
            found[place, channel, tier] = None
    return list(found)


def _spread(places: Iterable[str], books: tuple[Rulebook, ...]) -> Iterator[str]:
    """The places to ask about for what a rule names: a country with its parts, a part with its country as well."""
    for place in places:
        if place in ("*", ELSEWHERE):
            yield ELSEWHERE
            yield from sorted(_named(books)) if place == "*" else ()
        else:
            yield from (place, *parts_of(place), country_of(place))


def _named(books: tuple[Rulebook, ...]) -> set[str]:
    return {place for book in books for rule in _placed(book.dated) for place in rule.places} - {"*", ELSEWHERE}


def _elsewhere(books: tuple[Rulebook, ...]) -> str:
    named = {country_of(place) for place in _named(books)}
    return next(country for country in known_countries() if country not in named and len(usual_zones(country)) == 1)


def _plain_week(since: datetime.date, books: tuple[Rulebook, ...]) -> datetime.date:
    """The first Monday from a day on with no holiday in the seven days after it."""
    calendars = {calendar.name for book in books for calendar in book.calendars}
    monday = since + datetime.timedelta(days=-since.weekday() % 7)
    while any(
        books[0].is_holiday(name, monday + datetime.timedelta(days=day)) for name in calendars for day in range(7)
    ):
        monday += datetime.timedelta(days=7)
    return monday


@dataclasses.dataclass(frozen=True, slots=True)
class _Case:
    """One place, channel and tier, to be asked about through a week."""

    region: str
    channel: Channel
    tier: Tier
    week: datetime.date

    def windows_of(self, book: Rulebook) -> tuple[Window, ...]:
        """The hours that concern it."""
        return book.windows_on(self.week, self.region, self.channel, self.tier)

    def rules_of(self, book: Rulebook) -> tuple[object, ...]:
        """The rules that concern it: who has the same has the same answers."""
        about = self.region, self.channel, self.tier, self.week
        tier = book.tier(self.tier)
        takes = tier is not None and self.channel in tier.channels
        return self.windows_of(book), book.caps_for(*about), book.bars_for(*about), takes, tier and tier.capped

    def questions(self, before: Rulebook, after: Rulebook) -> int:
        """How many answers a comparison takes, at most."""
        windows, caps = self._judged((before, after))
        return 2 * 8 * len({0, *_edges(windows)}) * len({0, *caps} - {None})

    def compared(self, before: Rulebook, after: Rulebook) -> Iterator[Stretch]:
        """Every stretch of a day in which no rule begins or ends and the two answers differ."""
        windows, caps = self._judged((before, after))
        starts = sorted({0, *_edges(windows)})
        for number, day in self._days(windows, before):
            for start, end in itertools.pairwise([*starts, 24 * 60]):
                yield from self._stretches(number, day, start, end, (before, after), caps)

    def _judged(self, books: tuple[Rulebook, Rulebook]) -> tuple[list[Window], list[int | None]]:
        """The hours of both, and the cap of each."""
        windows = [window for book in books for window in self.windows_of(book)]
        return windows, [law_cap(book, self.region, self.channel, self.tier, self.week) for book in books]

    def _stretches(
        self,
        number: int,
        day: datetime.date,
        start: int,
        end: int,
        books: tuple[Rulebook, Rulebook],
        caps: list[int | None],
    ) -> Iterator[Stretch]:
        alike = None
        for had in sorted({0, *(cap for cap in caps if cap is not None)}):
            before, after = (self._answer(book, day, start, had, cap) for book, cap in zip(books, caps, strict=True))
            if before != after and (before, after) != alike:
                yield Stretch((number,), start, end, had, before, after)
            alike = (before, after)

    def _answer(self, book: Rulebook, day: datetime.date, minute: int, had: int, cap: int | None) -> Answered:
        zone = usual_zones(self.region)[0]
        wall = datetime.datetime.combine(day, datetime.time()) + datetime.timedelta(minutes=minute)
        at = wall.replace(tzinfo=zoneinfo.ZoneInfo(zone)).astimezone(datetime.UTC)
        person = dataclasses.replace(NOBODY_OBJECTS, region=self.region, zones=(zone,), recent_sends=had, cap=cap)
        decision = decide(Ask(self.channel, self.tier, at, book.version), person, book)
        return Answered(type(decision).__name__.lower(), "" if isinstance(decision, Allowed) else decision.reason)

    def _days(self, windows: list[Window], book: Rulebook) -> list[tuple[int, datetime.date]]:
        days = [(number, self.week + datetime.timedelta(days=number)) for number in range(7)]
        calendars = {window.closed_on for window in windows if window.closed_on}
        later = (self.week + datetime.timedelta(days=number) for number in range(7, 400))
        closed = (day for day in later if day.weekday() < 5 and any(book.is_holiday(name, day) for name in calendars))
        return days + [(HOLIDAY, day) for day in itertools.islice(closed, 1)]


def _edges(windows: Iterable[Window]) -> set[int]:
    spans = [span for window in windows for span in (*window.weekdays, *window.saturday, *window.sunday)]
    return {edge for span in spans for edge in (span.start, span.end) if edge < 24 * 60}


def _merged(stretches: Iterable[Stretch]) -> Iterator[Stretch]:
    """Neighbours that say the same made one, then days on which the same is said."""
    joined: list[Stretch] = []
    for each in sorted(stretches, key=lambda one: (one.days, one.had, one.start)):
        last = joined[-1] if joined else None
        if last and (last.days, last.had, last.end) == (each.days, each.had, each.start) and _same_words(last, each):
            joined[-1] = dataclasses.replace(last, end=each.end)
        else:
            joined.append(each)
    days: dict[Stretch, tuple[int, ...]] = {}
    for each in joined:
        key = dataclasses.replace(each, days=())
        days[key] = days.get(key, ()) + each.days
    for key, found in days.items():
        yield dataclasses.replace(key, days=found)


def _same_words(one: Stretch, other: Stretch) -> bool:
    return (one.before, one.after) == (other.before, other.after)
