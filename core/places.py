"""Where a phone number may be: its state or province, and every time zone its owner may live in.

A number is a hint, not a location: people move and keep it. So the answer is a set of candidates, and a rule about
hours takes the strictest of them.
"""

import functools
import pathlib
import tomllib
from typing import Any

import rphonenumbers
from phonenumbers.tzdata import TIMEZONE_DATA, TIMEZONE_LONGEST_PREFIX

from core.phone import KIND_NUMBERS, PhoneNumber

_TABLE = pathlib.Path(__file__).parent / "data" / "area_codes.toml"
_BY_AREA_CODE = frozenset({"US", "CA"})


def region_of(number: PhoneNumber) -> str:
    """The region of a number: "US-FL" where the area code tells, else the country "IN", else "" for no country.

    Source: core/data/area_codes.toml.
    """
    if number.country in _BY_AREA_CODE:
        region, _ = _area_codes().get(number.e164[2:5], (number.country, ()))
        return region
    return number.country


def candidate_zones(number: PhoneNumber) -> tuple[str, ...]:
    """Every IANA zone the number's owner may live in, sorted; empty when nothing is known.

    Shape: for the United States and Canada all zones behind the area code, or all of the country's when the code
    tells no place (toll-free, new). Elsewhere what libphonenumber lists for the longest prefix it knows, and all of
    the country's for a mobile number that is not tied to a place.
    Source: core/data/area_codes.toml; the time zone table of libphonenumber.
    """
    if number.country in _BY_AREA_CODE:
        known = _area_codes().get(number.e164[2:5])
        return known[1] if known else _country_zones(number.country)
    digits = number.e164[1:] if _tells_place(number.kind, number.calling_code) else str(number.calling_code)
    for length in range(min(TIMEZONE_LONGEST_PREFIX, len(digits)), 0, -1):
        zones = TIMEZONE_DATA.get(digits[:length])
        if zones is not None:
            return tuple(sorted(zones))
    return ()


@functools.lru_cache(maxsize=2048)
def _tells_place(kind: str, calling_code: int) -> bool:
    return bool(rphonenumbers.is_number_type_geographical(KIND_NUMBERS[kind], calling_code))


@functools.cache
def _area_codes() -> dict[str, tuple[str, tuple[str, ...]]]:
    """Area code → region and zones, about 400 entries."""
    return {
        code: (area["region"], tuple(sorted(area["zones"]))) for area in area_table() for code in area["codes"].split()
    }


def area_table() -> list[dict[str, Any]]:
    """The areas of core/data/area_codes.toml as written: region, zones, codes separated by spaces."""
    return list(tomllib.loads(_TABLE.read_text(encoding="utf-8"))["area"])


def area_source() -> dict[str, str]:
    """Where core/data/area_codes.toml comes from: as_of, statute, url."""
    table = tomllib.loads(_TABLE.read_text(encoding="utf-8"))
    return {key: str(table[key]) for key in ("as_of", "statute", "url")}


@functools.cache
def _country_zones(country: str) -> tuple[str, ...]:
    found = {zone for region, zones in _area_codes().values() if region[:2] == country for zone in zones}
    return tuple(sorted(found))
