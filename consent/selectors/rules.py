"""The rules as pages and API show them: one row each, found by kind and place, with where it comes from and since when."""

import dataclasses
import datetime
import functools
import re
from collections.abc import Mapping, Sequence
from typing import Final

from accounts.choices import languages
from consent.models import Purpose
from consent.regions import country_of, known_countries, parts_of
from consent.rule_reader import read_rules, texts_in
from consent.rule_types import Rule, Source
from consent.rule_words import KINDS, kind_of, listed, place_name, places_of, sentence, standing, subject
from consent.rulebook import Rulebook, in_force, rulebook
from consent.selectors.words import CHANNEL_LABELS
from consent.vocabulary import default_vocabulary
from core.places import area_source, area_table

KEYWORDS: Final = ("keywords", "Keywords")
AREAS: Final = ("areas", "Area codes")
#: the kinds of rules in the order of the page, as (key, label)
KIND_LABELS: Final = (*KINDS.values(), KEYWORDS, AREAS)


@dataclasses.dataclass(frozen=True, slots=True)
class RuleRow:
    """One version of one rule, in words. `state` is now, later or over."""

    id: str
    kind: tuple[str, str]
    says: str
    places: tuple[str, ...]
    channels: tuple[str, ...]
    tiers: tuple[str, ...]
    valid_from: datetime.date
    valid_until: datetime.date | None
    source: Source
    state: str
    subject: str

    @property
    def standing(self) -> str:
        """What was read, in words."""
        return standing(self.source)

    @property
    def kind_key(self) -> str:
        """The kind as data."""
        return self.kind[0]

    @property
    def channel_words(self) -> str:
        """The channels by name; every one where the rule names none."""
        return ", ".join(CHANNEL_LABELS[channel] for channel in self.channels) or "Every channel"

    @property
    def title(self) -> str:
        """The kind, and the place or the subject: "Hours: Florida, United States"."""
        if self.subject or self.places == ("*",):
            return f"{self.kind[1]}: {self.subject}" if self.subject else self.kind[1]
        places = [place_name(place) for place in self.places]
        shown = places[0] if len(places) == 1 else f"{places[0]} and {len(places) - 1} more"
        return f"{self.kind[1]}: {shown}"


def rule_rows(today: datetime.date, *, kind: str = "", place: str = "") -> list[RuleRow]:
    """Every rule of a kind that somebody in a place has to do with; without either, all of them. No query."""
    rules = rulebook()
    rows = [_row(rule, rules, today) for rule in rules.rules]
    rows += [*_keyword_rows(), *_area_rows()]
    order = [key for key, _ in KIND_LABELS]
    found = [row for row in rows if kind in ("", row.kind[0]) and (not place or _concerns(row, place))]
    return sorted(found, key=lambda row: order.index(row.kind[0]))


def rule_versions(name: str, today: datetime.date) -> list[RuleRow]:
    """Every version of one rule, the newest first; empty for an id nobody knows. No query."""
    found = [row for row in rule_rows(today) if row.id == name]
    return sorted(found, key=lambda row: row.valid_from, reverse=True)


def named_places() -> list[tuple[str, str]]:
    """The places that rules name, with their parts, as (code, name) in the order of their names."""
    named = {place for rule in rulebook().rules for place in places_of(rule)} - {"*"}
    named |= {part for place in named for part in parts_of(place)}
    return sorted(((place, place_name(place)) for place in named), key=lambda pair: pair[1])


@functools.cache
def all_places() -> list[tuple[str, str]]:
    """Every country with a clock, and the parts that rules tell apart, as (code, name) in the order of their names."""
    places = [place for country in known_countries() for place in (country, *parts_of(country))]
    return sorted(((place, place_name(place)) for place in places), key=lambda pair: pair[1])


def purposes_concerned(row: RuleRow) -> list[Purpose]:
    """The organisation's purposes in use whose messages a rule is about. One query."""
    tiers = row.tiers or tuple(_ALL_TIERS)
    return list(Purpose.objects.filter(archived_at=None, tier__in=tiers).order_by("name"))


_ALL_TIERS: Final = ("transactional", "informational", "marketing", "ai_call")


def _row(rule: Rule, rules: Rulebook, today: datetime.date) -> RuleRow:
    until = getattr(rule, "valid_until", None)
    return RuleRow(
        id=rule.id,
        kind=kind_of(rule),
        says=sentence(rule, rules),
        places=places_of(rule),
        channels=tuple(getattr(rule, "channels", getattr(rule, "heard_on", ()))),
        tiers=_tiers_of(rule),
        valid_from=rule.valid_from,
        valid_until=until,
        source=rule.source,
        state="now" if in_force(rule, today) else "later" if rule.valid_from > today else "over",
        subject=subject(rule),
    )


def _tiers_of(rule: Rule) -> tuple[str, ...]:
    for name in ("tiers", "blocks"):
        if hasattr(rule, name):
            return tuple(getattr(rule, name))
    return (str(rule.name),) if kind_of(rule)[0] == "agreement" else ()  # type: ignore[union-attr]


def _concerns(row: RuleRow, place: str) -> bool:
    return bool({place, country_of(place), "*"} & set(row.places))


@functools.cache
def _keyword_rows() -> Sequence[RuleRow]:
    book = read_rules("keywords.toml")
    source = book.source()
    names = dict(languages())
    return [
        RuleRow(
            id=f"keywords-{language}",
            kind=KEYWORDS,
            says=_keywords_in(names.get(language, language), words),
            places=("*",),
            channels=("sms", "whatsapp", "voice", "email"),
            tiers=(),
            valid_from=source.read_on,
            valid_until=None,
            source=source,
            state="now",
            subject=names.get(language, language),
        )
        for language, words in default_vocabulary().languages.items()
    ]


def _keywords_in(language: str, words: Mapping[str, frozenset[tuple[str, ...]]]) -> str:
    """What somebody says with which words, in one language."""
    meanings = (("keyword", "to stop"), ("start", "to start again"), ("help", "for help"))
    told = []
    for kind, meaning in meanings:
        found = sorted(" ".join(word) for word in words.get(kind, ()))
        if found:
            told.append(f"{listed((f'“{word}”' for word in found), 'or')} asks {meaning}")
    return f"{language}: {'; '.join(told)}."


@functools.cache
def _area_rows() -> Sequence[RuleRow]:
    told = area_source()
    source = Source(told["statute"], told["url"], datetime.date.fromisoformat(told["as_of"]), "secondary", True)
    by_region: dict[str, list[str]] = {}
    for area in area_table():
        zones = listed((zone.rpartition("/")[2].replace("_", " ") for zone in area["zones"]), "or")
        by_region.setdefault(area["region"], []).append(f"{', '.join(area['codes'].split())} keep the clock of {zones}")
    return [
        RuleRow(
            id=f"areas-{region.lower()}",
            kind=AREAS,
            says=f"Numbers of {place_name(region)} are told by their area code: {'; '.join(told_areas)}.",
            places=(region,),
            channels=("sms", "whatsapp", "voice"),
            tiers=(),
            valid_from=source.read_on,
            valid_until=None,
            source=source,
            state="now",
            subject="",
        )
        for region, told_areas in by_region.items()
    ]


def row_as_text(name: str) -> str:
    """The rows of a rule as they stand in the rule files, to be copied and changed; empty for what has no row of its own."""
    found = []
    for text in texts_in().values():
        for row in re.split(r"(?m)^(?=\[\[?[a-z])", text):
            if re.search(rf'(?m)^id = "{re.escape(name)}"$', row):
                lines = (line for line in row.splitlines() if not line.startswith("#"))
                found.append("\n".join(lines).strip())
    return "\n\n".join(found)
