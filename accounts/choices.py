"""Choices of the settings forms: zones, countries, currencies and languages, from the libraries that know them."""

import functools
import unicodedata
import zoneinfo
from importlib import resources
from typing import Any

import phonenumbers
from babel import Locale
from django.conf.locale import LANG_INFO

CURRENCIES = [
    "AED",
    "AUD",
    "BDT",
    "BRL",
    "CAD",
    "CHF",
    "CNY",
    "EUR",
    "GBP",
    "IDR",
    "INR",
    "JPY",
    "KES",
    "LKR",
    "MXN",
    "MYR",
    "NGN",
    "NPR",
    "NZD",
    "PHP",
    "PKR",
    "SAR",
    "SGD",
    "USD",
    "ZAR",
]


#: the names of countries and languages in English. Source: Unicode CLDR, as Babel brings it
_ENGLISH = Locale("en")


@functools.cache
def time_zones() -> list[tuple[str, str]]:
    """Every zone with a place in it, as "Pakistan, Karachi", so that typing a country finds it; UTC first.

    Zones that are only former names of others stand at the end under their own name: rows may still hold them.
    Source: the table of zones by country of the IANA time zone database.
    """
    table = (resources.files("tzdata") / "zoneinfo" / "zone.tab").read_text("utf-8")
    rows = [line.split("\t") for line in table.splitlines() if not line.startswith("#")]
    known = zoneinfo.available_timezones()
    placed = {zone: _place(_ENGLISH.territories[country], zone) for country, _, zone, *_ in rows if zone in known}
    former = {name for name in known - placed.keys() if "/" in name and not name.startswith(("Etc/", "posix/"))}
    names = sorted(placed.items(), key=lambda pair: _sorted_as(pair[1]))
    return [("UTC", "UTC"), *names, *((name, name.replace("_", " ")) for name in sorted(former))]


def _place(country: str, zone: str) -> str:
    """The country and the place in a zone's name, each once: "Argentina, Ushuaia", "United States, Indiana, Knox"."""
    return ", ".join(dict.fromkeys([country, *zone.replace("_", " ").split("/")[1:]]))


@functools.cache
def countries() -> list[tuple[str, str]]:
    """Every region a phone number can be written in, by its English name, with its code and calling code."""
    named = [(region, _ENGLISH.territories[region]) for region in phonenumbers.SUPPORTED_REGIONS]
    return [
        (region, f"{name} ({region}, +{phonenumbers.country_code_for_region(region)})")
        for region, name in sorted(named, key=lambda pair: _sorted_as(pair[1]))
    ]


def country_name(code: str) -> str:
    """A country by its English name; the code itself where there is none."""
    return str(_ENGLISH.territories.get(code, code))


def _sorted_as(name: str) -> str:
    """Å beside A, as people look for it."""
    return unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()


@functools.cache
def languages() -> list[tuple[str, str]]:
    """Languages by their English name, with their own beside it: whoever looks for one knows either."""
    named = [(code, _both_names(info)) for code, info in LANG_INFO.items() if "name_local" in info]
    return sorted(named, key=lambda pair: pair[1].lower())


def _both_names(info: Any) -> str:
    english, own = str(info["name"]), str(info["name_local"])
    return english if english.lower() == own.lower() else f"{english} ({own})"


def currencies() -> list[tuple[str, str]]:
    """The currencies organisations keep their books in."""
    return [(code, f"{code}, {_ENGLISH.currencies[code]}") for code in CURRENCIES]
