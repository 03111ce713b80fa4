"""Which zones and parts a country has, so that not knowing is answered with everything possible and never with a guess.

A region is "CC" or "CC-SUB". What a phone number tells about its owner's place is `core.places`' matter, not asked here.
"""

import functools
import importlib.resources
import zoneinfo

from consent.rule_reader import read_rules
from core.places import area_table


def country_of(region: str) -> str:
    """The country of a region: "US-FL" → "US"."""
    return region.partition("-")[0]


def candidate_zones(region: str) -> tuple[str, ...]:
    """Every zone in which somebody of the region's country may live, sorted; empty when the country is unknown.

    Source: zone.tab of the IANA time zone database (package tzdata).
    """
    country = country_of(region)
    return _zones_of_countries().get(country, _places()[1].get(country, ()))


def is_known_part(region: str) -> bool:
    """Whether this names a part of a country that rules tell apart, such as a state of the US."""
    country, _, part = region.partition("-")
    return part in _places()[0].get(country, ())


def parts_of(country: str) -> tuple[str, ...]:
    """The regions of a country that rules tell apart: "US" → ("US-AK", …); empty where they tell none."""
    return tuple(f"{country}-{part}" for part in _places()[0].get(country, ()))


def part_name(region: str) -> str:
    """What a part of a country is called; its code where no rule tells it apart."""
    country, _, part = region.partition("-")
    return _places()[0].get(country, {}).get(part, part)


def known_countries() -> tuple[str, ...]:
    """Every country code of which we know a time zone, sorted."""
    return tuple(sorted({*_zones_of_countries(), *_places()[1]}))


@functools.cache
def usual_zones(region: str) -> tuple[str, ...]:
    """The zones somebody of this very region may live in: for a part, those behind its area codes; else the country's.

    Source: core/data/area_codes.toml; zone.tab.
    """
    zones = {zone for area in area_table() if area["region"] == region for zone in area["zones"]}
    return tuple(sorted(zones)) or candidate_zones(region)


def is_known_zone(name: str) -> bool:
    """Whether the time zone database knows the name."""
    return name in _known_zones()


@functools.cache
def _known_zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())


@functools.cache
def _zones_of_countries() -> dict[str, tuple[str, ...]]:
    table = importlib.resources.files("tzdata").joinpath("zoneinfo", "zone.tab").read_text("utf-8")
    zones: dict[str, list[str]] = {}
    for line in table.splitlines():
        if not line.startswith("#"):
            country, _, zone = line.split("\t")[:3]
            zones.setdefault(country, []).append(zone)
    return {country: tuple(sorted(names)) for country, names in zones.items()}


@functools.cache
def _places() -> tuple[dict[str, dict[str, str]], dict[str, tuple[str, ...]]]:
    book = read_rules("places.toml")
    book.source()
    parts, zones = book.row("parts"), book.row("zones")
    book.finish()
    names = {country: parts.row(country) for country in parts.table}
    return (
        {country: {part: row.text(part) for part in row.table} for country, row in names.items()},
        {country: zones.some_words(country, tuple(sorted(_known_zones()))) for country in zones.table},
    )
