"""The rulebook: every dated rule of law, carrier and house that the gate reads, checked when loaded, named by its content."""

import dataclasses
import datetime
import functools
import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import cast, get_args

from consent.contracts import Channel, ConsentStatus, SuppressionKind, Tier
from consent.regions import country_of, is_known_part
from consent.rule_reader import RULES_FOLDER, WEEKDAYS, InvalidRules, Row, read_rules
from consent.rule_types import (
    AnswerRule,
    Bar,
    Calendar,
    Cap,
    Holiday,
    Keyword,
    Placed,
    Policy,
    Source,
    SuppressionRule,
    TierRule,
    Window,
)


class UnknownRules(LookupError):
    """Somebody asked for rules that this build does not hold."""


@dataclasses.dataclass(frozen=True, slots=True)
class Rulebook:
    """All rules of one version. `version` is the latest date a source was read and a digest of the whole content."""

    version: str
    windows: tuple[Window, ...]
    calendars: tuple[Calendar, ...]
    caps: tuple[Cap, ...]
    tiers: tuple[TierRule, ...]
    answers: AnswerRule
    suppressions: tuple[SuppressionRule, ...]
    bars: tuple[Bar, ...]
    policy: Policy

    def tier(self, name: str) -> TierRule | None:
        """The rule of a tier, None for a tier nobody wrote a rule for."""
        return next((rule for rule in self.tiers if rule.name == name), None)

    def blocks(self, kind: str, tier: str) -> bool:
        """Whether this kind of suppression stops this tier; a kind without a rule stops everything."""
        rule = next((rule for rule in self.suppressions if rule.kind == kind), None)
        return rule is None or tier in rule.blocks

    def windows_on(self, day: datetime.date, region: str, channel: str, tier: str) -> tuple[Window, ...]:
        """Every window that must be open on a local day; the "other" ones only where the place has none of its own."""
        about = _about(self.windows, channel, tier, day)
        own = [rule for rule in about if _concerns(rule.places, region)]
        everywhere = [rule for rule in about if "*" in rule.places]
        return tuple((own or [rule for rule in about if "other" in rule.places]) + everywhere)

    def limits_hours(self, channel: str, tier: str) -> bool:
        """Whether any rule limits the hours of this channel and tier, wherever the person is."""
        return any(channel in rule.channels and tier in rule.tiers for rule in self.windows)

    def caps_for(self, region: str, channel: str, tier: str, day: datetime.date) -> tuple[Cap, ...]:
        """The caps the law sets for a place; where its part is unknown, every part's."""
        return tuple(rule for rule in _about(self.caps, channel, tier, day) if _concerns(rule.places, region))

    def is_barred(self, region: str, channel: str, tier: str, day: datetime.date) -> bool:
        """Whether a rule forbids this channel and tier in the place outright."""
        return any(_concerns(rule.places, region) for rule in _about(self.bars, channel, tier, day))

    def is_holiday(self, calendar: str, day: datetime.date) -> bool:
        """Whether a local day is closed in a calendar: the day itself, or the weekday on which it is observed."""
        days = next(entry.days for entry in self.calendars if entry.name == calendar)
        return any(day in _closed_days(holiday, year) for holiday in days for year in (day.year, day.year + 1))

    def consent_expires_at(self, tier: Tier, last_used_at: datetime.datetime) -> datetime.datetime:
        """When a consent of this tier ends if it is not used again after `last_used_at`."""
        return add_months(last_used_at, dict(self.policy.expiry_months)[tier])

    def evidence_kept_until(self, last_relied_on_at: datetime.datetime) -> datetime.datetime:
        """Before this moment no opt-in or opt-out evidence may be deleted."""
        return add_months(last_relied_on_at, self.policy.evidence_retention_months)

    def is_minor(self, born_on: datetime.date, today: datetime.date) -> bool:
        """Whether somebody has not reached the adult age; born on 29 February, they reach it on 1 March."""
        had_birthday = (today.month, today.day) >= (born_on.month, born_on.day)
        return today.year - born_on.year - (not had_birthday) < self.policy.adult_years

    def tightened(self, windows: Iterable[Window]) -> "Rulebook":
        """These rules and an organisation's own windows on top. Windows can only be added, so it only gets stricter."""
        added = tuple(windows)
        if not added:
            return self
        digest = hashlib.sha256(repr(added).encode()).hexdigest()[:12]
        return dataclasses.replace(self, version=f"{self.version}+{digest}", windows=self.windows + added)


def add_months(moment: datetime.datetime, months: int) -> datetime.datetime:
    """The same day and time some calendar months later, or the month's last day where it has no such day."""
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    first_of_next = datetime.date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    last_day = (first_of_next - datetime.timedelta(days=1)).day
    return moment.replace(year=year, month=month + 1, day=min(moment.day, last_day))


@functools.cache
def load(folder: Path = RULES_FOLDER) -> Rulebook:
    """Read and check all rule files.

    Errors: InvalidRules names the file, the row and the key, and nothing is used.
    """
    windows = _windows(read_rules("quiet_hours.toml", folder))
    calendars = _calendars(read_rules("holidays.toml", folder))
    caps = _caps(read_rules("caps.toml", folder))
    tiers, answers, suppressions, bars = _tiers(read_rules("tiers.toml", folder))
    policy = _policy(read_rules("policy.toml", folder))
    missing = {window.closed_on for window in windows} - {calendar.name for calendar in calendars} - {""}
    if missing:
        raise InvalidRules(f"quiet_hours.toml: closed_on names {sorted(missing)}, which holidays.toml does not hold")
    version = _version(folder, [rule.source for rule in (*windows, *calendars, *caps, *tiers, *suppressions, *bars)])
    return Rulebook(version, windows, calendars, caps, tiers, answers, suppressions, bars, policy)


def rulebook(version: str = "") -> Rulebook:
    """The rules of a version, or the current ones. Errors: UnknownRules for a version this build does not hold."""
    current = load()
    if version not in ("", current.version):
        raise UnknownRules(f"Rules {version!r} are not in this build, which holds {current.version!r}. Decide again with those.")
    return current


def _about[Rule: Placed](rules: tuple[Rule, ...], channel: str, tier: str, day: datetime.date) -> list[Rule]:
    return [
        rule
        for rule in rules
        if channel in rule.channels
        and tier in rule.tiers
        and rule.valid_from <= day
        and (rule.valid_until is None or day < rule.valid_until)
    ]


def _concerns(places: tuple[str, ...], region: str) -> bool:
    """Whether a rule's places include the region; a country whose part is unknown has the rules of all its parts."""
    country = country_of(region)
    unknown_part = bool(country) and not is_known_part(region)
    return any(
        place in (region, country) or (unknown_part and place.startswith(f"{country}-")) for place in places if region
    )


def _closed_days(holiday: Holiday, year: int) -> tuple[datetime.date, ...]:
    if holiday.day is not None:
        date = datetime.date(year, holiday.month, holiday.day)
        shift = {5: -1, 6: 1}.get(date.weekday(), 0)
        return (date, date + datetime.timedelta(days=shift))
    weekday, nth = cast(int, holiday.weekday), cast(int, holiday.nth)
    days = [datetime.date(year, holiday.month, day) for day in range(1, 32) if _exists(year, holiday.month, day)]
    return ([date for date in days if date.weekday() == weekday][nth - 1 if nth > 0 else nth],)


def _exists(year: int, month: int, day: int) -> bool:
    try:
        datetime.date(year, month, day)
    except ValueError:
        return False
    return True


def _windows(book: Row) -> tuple[Window, ...]:
    windows = []
    for row in book.rows("window"):
        window = Window(
            places=row.places(),
            channels=row.channels(),
            tiers=row.tiers(),
            weekdays=row.spans("weekdays"),
            saturday=row.spans("saturday"),
            sunday=row.spans("sunday"),
            closed_on=row.text("closed_on") if row.has("closed_on") else "",
            valid_from=row.day("valid_from"),
            valid_until=row.until(),
            source=row.source(),
        )
        row.finish()
        windows.append(window)
    book.finish()
    return tuple(windows)


def _calendars(book: Row) -> tuple[Calendar, ...]:
    calendars = []
    for row in book.rows("calendar"):
        calendars.append(Calendar(row.text("name"), tuple(_holiday(day) for day in row.rows("days")), row.source()))
        row.finish()
    book.finish()
    return tuple(calendars)


def _holiday(row: Row) -> Holiday:
    name, month = row.text("name"), row.positive("month")
    if row.has("day"):
        holiday = Holiday(name, month, row.positive("day"), None, None)
        # 2027 is an ordinary year: a holiday on 29 February would have no day in most years.
        if month > 12 or not _exists(2027, month, row.positive("day")):
            row.fail("day", "must be a day of every year")
    else:
        weekday, nth = row.text("weekday"), int(row.take("nth", int))
        if weekday not in WEEKDAYS or month > 12 or nth not in (1, 2, 3, 4, -1):
            row.fail("weekday", "needs an English weekday, a month up to 12 and nth of 1, 2, 3, 4 or -1")
        holiday = Holiday(name, month, None, WEEKDAYS.index(weekday), nth)
    row.finish()
    return holiday


def _caps(book: Row) -> tuple[Cap, ...]:
    caps = []
    for row in book.rows("cap"):
        cap = Cap(
            places=row.places(),
            channels=row.channels(),
            tiers=row.tiers(),
            count=row.positive("count"),
            window_hours=row.positive("window_hours"),
            valid_from=row.day("valid_from"),
            valid_until=row.until(),
            source=row.source(),
        )
        row.finish()
        caps.append(cap)
    book.finish()
    return tuple(caps)


def _tiers(book: Row) -> tuple[tuple[TierRule, ...], AnswerRule, tuple[SuppressionRule, ...], tuple[Bar, ...]]:
    tiers = tuple(_tier(row) for row in book.rows("tier"))
    suppressions = tuple(_suppression(row) for row in book.rows("suppression"))
    bars = tuple(_bar(row) for row in book.rows("bar"))
    answers = _answers(book.row("answers"))
    _demand_all(book, "tier", get_args(Tier), [rule.name for rule in tiers])
    _demand_all(book, "suppression", get_args(SuppressionKind), ["", *(rule.kind for rule in suppressions)])
    book.finish()
    return tiers, answers, suppressions, bars


def _demand_all(book: Row, key: str, wanted: tuple[str, ...], found: list[str]) -> None:
    if sorted(found) != sorted(wanted):
        book.fail(key, f"must have exactly one row for each of {', '.join(word for word in wanted if word)}")


def _tier(row: Row) -> TierRule:
    accepts = row.some_words("accepts", get_args(ConsentStatus))
    rule = TierRule(
        name=cast(Tier, row.text("name")),
        accepts=cast(tuple[ConsentStatus, ...], accepts),
        channels=row.channels(),
        capped=row.flag("capped"),
        source=row.source(),
    )
    row.finish()
    return rule


def _suppression(row: Row) -> SuppressionRule:
    rule = SuppressionRule(cast(SuppressionKind, row.text("kind")), row.tiers("blocks"), row.source())
    row.finish()
    return rule


def _answers(row: Row) -> AnswerRule:
    tier = row.text("tier")
    if tier != "transactional":
        row.fail("tier", "must be transactional: an answer to STOP or HELP carries no offer")
    rule = AnswerRule(
        tier=cast(Tier, tier),
        keywords=cast(tuple[Keyword, ...], row.some_words("keywords", get_args(Keyword))),
        passes_suppression=cast(
            tuple[SuppressionKind, ...], row.some_words("passes_suppression", ("opted_out", "dnc"))
        ),
        source=row.source(),
    )
    row.finish()
    return rule


def _bar(row: Row) -> Bar:
    bar = Bar(row.places(), row.channels(), row.tiers(), row.day("valid_from"), row.until(), row.source())
    row.finish()
    return bar


def _policy(book: Row) -> Policy:
    names = ("adult", "consent_expiry", "confirmation", "evidence_retention", "revocation")
    adult, expiry, confirmation, retention, revocation = rows = [book.row(name) for name in names]
    policy = Policy(
        adult_years=adult.positive("years"),
        expiry_months=tuple((tier, expiry.positive(f"{tier}_months")) for tier in get_args(Tier)),
        confirmation_days=confirmation.positive("days"),
        evidence_retention_months=retention.positive("months"),
        revocation_business_days=revocation.positive("business_days"),
        revocation_applies_to_all_from=revocation.day("applies_to_all_from"),
        sources=tuple((name, row.source()) for name, row in zip(names, rows, strict=True)),
    )
    for row in rows:
        row.finish()
    book.finish()
    return policy


def _version(folder: Path, sources: list[Source]) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.toml")):
        digest.update(f"{path.name}\n{path.read_text('utf-8')}\0".encode())
    return f"{max(source.read_on for source in sources):%Y-%m-%d}.{digest.hexdigest()[:12]}"
