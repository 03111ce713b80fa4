"""The rulebook: every dated rule of law, carrier and house that the gate reads, checked when loaded, named by its content."""

import dataclasses
import datetime
import functools
import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import cast

from consent import rule_files
from consent.contracts import Tier
from consent.regions import country_of, is_known_part
from consent.rule_reader import RULES_FOLDER, InvalidRules, read_rules
from consent.rule_types import (
    AnswerRule,
    Bar,
    Calendar,
    Cap,
    Holiday,
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
        base = self.version.partition("+")[0]
        digest = hashlib.sha256(f"{self.version} {added!r}".encode()).hexdigest()[:12]
        return dataclasses.replace(self, version=f"{base}+{digest}", windows=self.windows + added)


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
    windows = rule_files.windows(read_rules("quiet_hours.toml", folder))
    calendars = rule_files.calendars(read_rules("holidays.toml", folder))
    caps = rule_files.caps(read_rules("caps.toml", folder))
    tiers, answers, suppressions, bars = rule_files.tiers(read_rules("tiers.toml", folder))
    policy = rule_files.policy(read_rules("policy.toml", folder))
    missing = {window.closed_on for window in windows} - {calendar.name for calendar in calendars} - {""}
    if missing:
        raise InvalidRules(f"quiet_hours.toml: closed_on names {sorted(missing)}, which holidays.toml does not hold")
    sources = [rule.source for rule in windows] + [rule.source for rule in calendars] + [rule.source for rule in caps]
    version = _version(folder, sources + [source for _, source in policy.sources])
    return Rulebook(version, windows, calendars, caps, tiers, answers, suppressions, bars, policy)


def rulebook(version: str = "") -> Rulebook:
    """The rules of a version, or the current ones. Errors: UnknownRules for a version this build does not hold."""
    current = load()
    if version not in ("", current.version):
        raise UnknownRules(
            f"Rules {version!r} are not in this build, which holds {current.version!r}. Decide again with those."
        )
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
    days = [
        datetime.date(year, holiday.month, day) for day in range(1, 32) if rule_files.is_date(year, holiday.month, day)
    ]
    return ([date for date in days if date.weekday() == weekday][nth - 1 if nth > 0 else nth],)


def _version(folder: Path, sources: list[Source]) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.toml")):
        digest.update(f"{path.name}\n{path.read_text('utf-8')}\0".encode())
    return f"{max(source.read_on for source in sources):%Y-%m-%d}.{digest.hexdigest()[:12]}"
