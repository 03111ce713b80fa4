"""Where a person may be: the time zones and the parts of a country that fit what is known of them.

A place is "CC" or "CC-SUB". Not knowing is answered with everything that is possible, never with a guess.
"""

import dataclasses
import functools
import importlib.resources
import zoneinfo

from consent.rule_reader import read_rules

# Codes that numbering plans use and the IANA table does not list.
_UNLISTED = {"XK": ("Europe/Belgrade",), "AC": ("Atlantic/St_Helena",), "TA": ("Atlantic/St_Helena",)}


@dataclasses.dataclass(frozen=True, slots=True)
class Place:
    """A region and the zones that fit it, sorted."""

    region: str
    zones: tuple[str, ...]


def country_of(region: str) -> str:
    """The country of a place: "US-FL" → "US"."""
    return region.partition("-")[0]


def candidate_zones(region: str) -> tuple[str, ...]:
    """Every zone in which somebody of this place may live, sorted; a part we do not know has its whole country's.

    Shape:  region "CC" or "CC-SUB" → IANA names, empty when the country itself is unknown.
    Source: zone.tab of the IANA time zone database (package tzdata); us_area_codes.toml for the parts of the US.
    """
    if is_known_part(region):
        return _zones_of_parts()[region]
    country = country_of(region)
    return _zones_of_countries().get(country, _UNLISTED.get(country, ()))


def is_known_part(region: str) -> bool:
    """Whether this names a part of a country that we hold zones for."""
    return "-" in region and region in _zones_of_parts()


def is_known_zone(name: str) -> bool:
    """Whether the time zone database knows the name."""
    return name in _known_zones()


def place_of_area_code(area_code: str) -> Place:
    """The place of a North American area code of the United States or Puerto Rico; an unlisted code may be anywhere in the US.

    Shape: three digits → Place. Other countries share the +1: ask the numbering plan for the country first.
    """
    return _places_of_area_codes().get(area_code, Place("US", candidate_zones("US")))


@functools.cache
def _known_zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())


@functools.cache
def _zones_of_countries() -> dict[str, tuple[str, ...]]:
    table = importlib.resources.files("tzdata").joinpath("zoneinfo", "zone.tab").read_text("utf-8")
    rows = [line.split("\t") for line in table.splitlines() if not line.startswith("#")]
    return {country: tuple(sorted(row[2] for row in rows if row[0] == country)) for country in {row[0] for row in rows}}


@functools.cache
def _places_of_area_codes() -> dict[str, Place]:
    book = read_rules("us_area_codes.toml")
    book.source()
    places: dict[str, Place] = {}
    for row in book.rows("group"):
        zones = row.some_words("zones", tuple(sorted(_known_zones())))
        place = Place(row.text("place"), tuple(sorted(zones)))
        for code in row.some_words("codes"):
            if code in places:
                row.fail("codes", f"lists {code}, which another row has already")
            places[code] = place
        row.finish()
    book.finish()
    return places


@functools.cache
def _zones_of_parts() -> dict[str, tuple[str, ...]]:
    parts: dict[str, set[str]] = {}
    for place in _places_of_area_codes().values():
        if "-" in place.region:
            parts.setdefault(place.region, set()).update(place.zones)
    return {region: tuple(sorted(zones)) for region, zones in parts.items()}
