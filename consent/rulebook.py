"""The rulebook: every dated rule of law, carrier and house that the gate reads, checked when loaded, named by its content."""

import dataclasses
import datetime
import functools
import hashlib
import itertools
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import cast

from consent import confirmation_rules, list_rules, registration_rules, rule_files, text_rules
from consent.contracts import Tier
from consent.regions import country_of, is_known_part
from consent.registration_rules import RegistrationRules
from consent.rule_reader import RULES_FOLDER, InvalidRules, Row, read_text, texts_in
from consent.rule_types import (
    AnswerRule,
    AskingRule,
    Bar,
    Calendar,
    Cap,
    ConfirmationRule,
    ContentRule,
    Dated,
    Disclosure,
    Holiday,
    ListRule,
    Placed,
    Policy,
    RegistrationRule,
    Rule,
    SpamRule,
    StopScope,
    SuppressionRule,
    TierRule,
    Window,
)

#: the files of quiet hours: one for the United States, one for everywhere else
HOURS_FILES = ("quiet_hours_us.toml", "quiet_hours_world.toml")
#: read elsewhere, and part of the rulebook all the same
OTHER_FILES = ("keywords.toml", "places.toml")


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
    disclosures: tuple[Disclosure, ...]
    stop_scopes: tuple[StopScope, ...]
    registrations: RegistrationRules
    lists: tuple[ListRule, ...]
    contents: tuple[ContentRule, ...]
    spam: SpamRule
    confirmations: tuple[ConfirmationRule, ...]
    asking: AskingRule
    policy: Policy

    @property
    def dated(self) -> tuple[Dated, ...]:
        """Every rule that holds from one day to another."""
        texts: tuple[Dated, ...] = (*self.disclosures, *self.contents, *self.confirmations)
        return (
            *self.windows,
            *self.caps,
            *self.bars,
            *texts,
            *self.lists,
            *self.stop_scopes,
            *self.registrations.rules,
        )

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule, of every date."""
        house: tuple[Rule, ...] = (
            *self.tiers, *self.suppressions, self.answers, self.spam, self.asking, *self.policy.deadlines,
        )  # fmt: skip
        return (*self.dated, *self.calendars, *house)

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
        own = [rule for rule in about if concerns(rule.places, region)]
        everywhere = [rule for rule in about if "*" in rule.places]
        return tuple((own or [rule for rule in about if "other" in rule.places]) + everywhere)

    def limits_hours(self, channel: str, tier: str) -> bool:
        """Whether any rule limits the hours of this channel and tier, wherever the person is."""
        return any(channel in rule.channels and tier in rule.tiers for rule in self.windows)

    def caps_for(self, region: str, channel: str, tier: str, day: datetime.date) -> tuple[Cap, ...]:
        """The caps the law sets for a place; where its part is unknown, every part's."""
        return tuple(rule for rule in _about(self.caps, channel, tier, day) if concerns(rule.places, region))

    def is_barred(self, region: str, channel: str, tier: str, day: datetime.date) -> bool:
        """Whether a rule forbids this channel and tier in the place outright."""
        return bool(self.bars_for(region, channel, tier, day))

    def bars_for(self, region: str, channel: str, tier: str, day: datetime.date) -> tuple[Bar, ...]:
        """The rules that forbid this channel and tier in the place outright."""
        return tuple(rule for rule in _about(self.bars, channel, tier, day) if concerns(rule.places, region))

    def disclosures_for(self, region: str, channel: str, tier: str, day: datetime.date) -> tuple[Disclosure, ...]:
        """What a message of this channel and tier has to say in the place."""
        return tuple(rule for rule in _about(self.disclosures, channel, tier, day) if concerns(rule.places, region))

    def lines_for(self, region: str, channel: str, tier: str, day: datetime.date) -> set[str]:
        """The lines that each text of this channel and tier must hold in the place."""
        return {rule.line for rule in self.disclosures_for(region, channel, tier, day) if rule.when == "each"}

    def added_for(self, region: str, channel: str, tier: str, day: datetime.date) -> tuple[Disclosure, ...]:
        """The rules of the place whose lines are put into a text that lacks them."""
        return tuple(rule for rule in self.disclosures_for(region, channel, tier, day) if rule.way == "add")

    def adds_lines(self, channel: str, tier: str, day: datetime.date) -> bool:
        """Whether any place has a line put into texts of this channel and tier."""
        return any(rule.way == "add" for rule in _about(self.disclosures, channel, tier, day))

    def contents_for(self, region: str, channel: str, tier: str, day: datetime.date) -> tuple[ContentRule, ...]:
        """What a text of this channel and tier may not say in the place; "*" asks for what holds everywhere alone."""
        return tuple(rule for rule in _about(self.contents, channel, tier, day) if concerns(rule.places, region))

    def registrations_for(
        self, region: str, channel: str, tier: str, sender_kind: str, day: datetime.date
    ) -> tuple[RegistrationRule, ...]:
        """What registers and carriers of the place ask of this kind of sender; "" (a carrier here) is asked nothing."""
        about = _about(self.registrations.rules, channel, tier, day)
        return tuple(rule for rule in about if sender_kind in rule.senders and concerns(rule.places, region))

    def confirmations_for(
        self, channel: str, tier: str, source: str, day: datetime.date
    ) -> tuple[ConfirmationRule, ...]:
        """Where an agreement that came this way has to be confirmed: the rules of every place."""
        return tuple(rule for rule in _about(self.confirmations, channel, tier, day) if source in rule.sources)

    def confirmation_ends_at(self, asked_at: datetime.datetime) -> datetime.datetime:
        """When an agreement that waits for its confirmation since this moment can no longer be confirmed."""
        return asked_at + datetime.timedelta(days=self.policy.confirmation_days)

    def lists_for(self, region: str, channel: str, tier: str, day: datetime.date) -> tuple[ListRule, ...]:
        """The lists and registers that count for this channel and tier in the place."""
        about = _about(self.lists, channel, tier, day)
        return tuple(rule for rule in about if "*" in rule.places or concerns(rule.places, region))

    def stopped_channels(self, heard_on: str, day: datetime.date) -> tuple[str, ...]:
        """The channels of an address that a stop heard on one of them closes; "" (said about everything) closes all."""
        rules = [rule for rule in self.stop_scopes if heard_on in rule.heard_on and in_force(rule, day)]
        return tuple(sorted({channel for rule in rules for channel in rule.stops} | {heard_on}))

    def stop_reach(self) -> list[dict[str, str | datetime.date | None]]:
        """Every pair of channels of which a stop heard on one closes the other, and from when until when."""
        return [
            {"heard": heard, "stops": channel, "from": rule.valid_from, "until": rule.valid_until}
            for rule in self.stop_scopes
            for heard in rule.heard_on
            for channel in rule.stops
        ]

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

    def revocation_due(self, heard_on: datetime.date) -> datetime.date:
        """The last day on which a stop heard on this day must be in force; weekends and holidays do not count."""
        days = (heard_on + datetime.timedelta(days=day) for day in itertools.count(1))
        calendar = self.policy.revocation_calendar
        business = (day for day in days if day.weekday() < 5 and not self.is_holiday(calendar, day))
        return next(itertools.islice(business, self.policy.revocation_business_days - 1, None))

    def as_of(self, day: datetime.date) -> "Rulebook":
        """The rules in force on one day, as if they held for ever: what decided then, and what will decide."""

        def held[Held: Dated](rules: tuple[Held, ...]) -> tuple[Held, ...]:
            first = datetime.date.min
            return tuple(
                dataclasses.replace(rule, valid_from=first, valid_until=None) for rule in rules if in_force(rule, day)
            )

        return dataclasses.replace(
            self,
            version=f"{self.version.partition('@')[0]}@{day}",
            windows=held(self.windows),
            caps=held(self.caps),
            bars=held(self.bars),
            disclosures=held(self.disclosures),
            stop_scopes=held(self.stop_scopes),
            contents=held(self.contents),
            lists=held(self.lists),
            confirmations=held(self.confirmations),
            registrations=dataclasses.replace(self.registrations, rules=held(self.registrations.rules)),
        )

    def adopting(self, proposed: Iterable[Window | Cap | Bar]) -> "Rulebook":
        """These rules and proposed ones; one with the id of a rule takes its place from the day it comes into force.

        Shape: the version says what was proposed, so that no decision under it passes for one of the rulebook's.
        """
        new = tuple(proposed)
        first = {rule.id: min(each.valid_from for each in new if each.id == rule.id) for rule in new}

        def with_new[Held: Window | Cap | Bar](rules: tuple[Held, ...], kind: type[Held]) -> tuple[Held, ...]:
            kept = (_ended(rule, first[rule.id]) if rule.id in first else rule for rule in rules)
            return (*(rule for rule in kept if rule is not None), *(rule for rule in new if isinstance(rule, kind)))

        digest = hashlib.sha256(f"{self.version} {new!r}".encode()).hexdigest()[:8]
        return dataclasses.replace(
            self,
            version=f"{self.version.partition('+')[0]}+{digest}",
            windows=with_new(self.windows, Window),
            caps=with_new(self.caps, Cap),
            bars=with_new(self.bars, Bar),
        )

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
    return build(texts_in(folder))


def build(texts: Mapping[str, str]) -> Rulebook:
    """Read and check the texts of all rule files, by name. Errors: InvalidRules names the file, the row and the key."""
    windows = tuple(window for name in HOURS_FILES for window in rule_files.windows(_book(texts, name)))
    calendars = rule_files.calendars(_book(texts, "holidays.toml"))
    tiers, answers, suppressions, bars = rule_files.tiers(_book(texts, "tiers.toml"))
    policy, scopes = rule_files.policy(_book(texts, "policy.toml"))
    contents, spam = text_rules.contents(_book(texts, "content.toml"))
    confirmations, asking = confirmation_rules.confirmations(_book(texts, "confirmations.toml"))
    rules = Rulebook(
        version=_digest(texts),
        windows=windows,
        calendars=calendars,
        caps=rule_files.caps(_book(texts, "caps.toml")),
        tiers=tiers,
        answers=answers,
        suppressions=suppressions,
        bars=bars,
        disclosures=rule_files.disclosures(_book(texts, "disclosures.toml")),
        stop_scopes=scopes,
        registrations=registration_rules.registrations(_book(texts, "registrations.toml")),
        lists=list_rules.lists(_book(texts, "registers.toml")),
        contents=contents,
        spam=spam,
        confirmations=confirmations,
        asking=asking,
        policy=policy,
    )
    _check_names(rules)
    days = [rule.source.read_on for rule in rules.rules]
    days += [_book(texts, name).source().read_on for name in OTHER_FILES]
    return dataclasses.replace(rules, version=f"{max(days):%Y-%m-%d}.{rules.version}")


def _book(texts: Mapping[str, str], name: str) -> Row:
    if name not in texts:
        raise InvalidRules(f"{name}: is missing from the rules")
    return read_text(name, texts[name])


def _check_names(rules: Rulebook) -> None:
    """Calendars that are named exist; an id belongs to one kind of rule, and its versions follow each other in time."""
    named = {window.closed_on for window in rules.windows} | {rules.policy.revocation_calendar}
    missing = named - {calendar.name for calendar in rules.calendars} - {""}
    if missing:
        raise InvalidRules(f"closed_on or calendar names {sorted(missing)}, which holidays.toml does not hold")
    by_id: dict[str, list[Rule]] = {}
    for rule in rules.rules:
        by_id.setdefault(rule.id, []).append(rule)
    for name, versions in by_id.items():
        _check_versions(name, sorted(versions, key=lambda rule: rule.valid_from))


def _check_versions(name: str, versions: list[Rule]) -> None:
    for before, after in itertools.pairwise(versions):
        if type(before) is not type(after):
            raise InvalidRules(f"{name}: id is used by two kinds of rules; give one of them another")
        end = getattr(before, "valid_until", None)
        if end is None or end > after.valid_from:
            raise InvalidRules(
                f"{name}: valid_until of the version of {before.valid_from} must be {after.valid_from} or earlier,"
                f" where the next one begins"
            )


def rulebook(version: str = "") -> Rulebook:
    """The rules of a version, or the current ones. Errors: UnknownRules for a version this build does not hold."""
    current = load()
    if version not in ("", current.version):
        raise UnknownRules(
            f"Rules {version!r} are not in this build, which holds {current.version!r}. Decide again with those."
        )
    return current


def _about[Rule: Placed](rules: tuple[Rule, ...], channel: str, tier: str, day: datetime.date) -> list[Rule]:
    return [rule for rule in rules if channel in rule.channels and tier in rule.tiers and in_force(rule, day)]


def in_force(rule: Rule, day: datetime.date) -> bool:
    """Whether a rule holds on a day; one of the house holds from its first day on."""
    until = getattr(rule, "valid_until", None)
    return rule.valid_from <= day and (until is None or day < until)


def _ended[Held: Window | Cap | Bar](rule: Held, day: datetime.date) -> Held | None:
    """The rule until the day before another takes its place; None where nothing is left of it."""
    if rule.valid_from >= day:
        return None
    return (
        rule if rule.valid_until is not None and rule.valid_until <= day else dataclasses.replace(rule, valid_until=day)
    )


def concerns(places: tuple[str, ...], region: str) -> bool:
    """Whether a rule's places include the region; a country whose part is unknown has the rules of all its parts."""
    country = country_of(region)
    unknown_part = bool(country) and not is_known_part(region)
    return any(
        place in (region, country) or (unknown_part and place.startswith(f"{country}-")) for place in places if region
    )


@functools.lru_cache(maxsize=512)
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


def _digest(texts: Mapping[str, str]) -> str:
    digest = hashlib.sha256()
    for name, text in sorted(texts.items()):
        digest.update(f"{name}\n{text}\0".encode())
    return digest.hexdigest()[:12]
