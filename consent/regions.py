"""Which zones and parts a country has, so that not knowing is answered with everything possible and never with a guess.

A region is "CC" or "CC-SUB". What a phone number tells about its owner's place is `core.places`' matter, not asked here.
"""

import functools
import importlib.resources
import zoneinfo

from consent.rule_reader import read_rules


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
def _places() -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    book = read_rules("places.toml")
    book.source()
    parts, zones = book.row("parts"), book.row("zones")
    book.finish()
    return (
        {country: parts.some_words(country) for country in parts.table},
        {country: zones.some_words(country, tuple(sorted(_known_zones()))) for country in zones.table},
    )
