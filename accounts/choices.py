"""Choices of the settings forms: zones, countries, currencies and languages, from the libraries that know them."""

import functools
import zoneinfo

import phonenumbers
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


@functools.cache
def time_zones() -> list[tuple[str, str]]:
    """Every zone with a place in it, by name; UTC first."""
    names = sorted(
        name for name in zoneinfo.available_timezones() if "/" in name and not name.startswith(("Etc/", "posix/"))
    )
    return [("UTC", "UTC"), *[(name, name.replace("_", " ")) for name in names]]


@functools.cache
def countries() -> list[tuple[str, str]]:
    """Every region a phone number can be written in, with its calling code."""
    regions = sorted(phonenumbers.SUPPORTED_REGIONS)
    return [(region, f"{region} (+{phonenumbers.country_code_for_region(region)})") for region in regions]


@functools.cache
def languages() -> list[tuple[str, str]]:
    """Languages by their own name."""
    named = [(code, str(info["name_local"])) for code, info in LANG_INFO.items() if "name_local" in info]
    return sorted(named, key=lambda pair: pair[1].lower())


def currencies() -> list[tuple[str, str]]:
    """The currencies organisations keep their books in."""
    return [(code, code) for code in CURRENCIES]
