"""Where a number may be: regions and zones wide enough for the strictest rule about hours."""

import random

import phonenumbers
import pytest
from phonenumbers import timezone

from core import places
from core.phone import PhoneNumber, parse_phone
from core.places import candidate_zones, region_of


def number(text: str) -> PhoneNumber:
    parsed = parse_phone(text)
    assert isinstance(parsed, PhoneNumber)
    return parsed


@pytest.mark.parametrize(
    ("text", "region", "zones"),
    [
        ("+14155552671", "US-CA", ("America/Los_Angeles",)),
        ("+12192345678", "US-IN", ("America/Chicago", "America/New_York")),
        ("+18502345678", "US-FL", ("America/Chicago", "America/New_York")),
        ("+12702345678", "US-KY", ("America/Chicago", "America/New_York")),
        ("+16892345678", "US-FL", ("America/New_York",)),
        ("+14232345678", "US-TN", ("America/Chicago", "America/New_York")),
        ("+14162345678", "CA-ON", ("America/Toronto",)),
        ("+19022345678", "CA", ("America/Halifax",)),
        ("+919812345678", "IN", ("Asia/Calcutta",)),
        ("+923012345678", "PK", ("Asia/Karachi",)),
        ("+80012345678", "", ()),
    ],
)
def test_region_and_zones_of_a_number(text: str, region: str, zones: tuple[str, ...]) -> None:
    assert region_of(number(text)) == region
    assert candidate_zones(number(text)) == zones


def test_a_number_of_no_place_gets_all_zones_of_its_country() -> None:
    zones = candidate_zones(number("+18005550199"))

    assert region_of(number("+18005550199")) == "US"
    assert {"America/New_York", "America/Los_Angeles", "America/Adak", "Pacific/Honolulu"} <= set(zones)
    assert "America/Toronto" not in zones


def test_no_zone_the_reference_lists_is_missing_in_any_country() -> None:
    pick = random.Random(7)
    missing = []
    for country in sorted(phonenumbers.SUPPORTED_REGIONS):
        example = phonenumbers.example_number_for_type(country, phonenumbers.PhoneNumberType.MOBILE)
        example = example or phonenumbers.example_number(country)
        text = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
        parsed = parse_phone(text[:-2] + f"{pick.randrange(100):02}")
        if isinstance(parsed, PhoneNumber) and parsed.country not in {"US", "CA"}:
            expected = timezone.time_zones_for_number(phonenumbers.parse(parsed.e164))
            if candidate_zones(parsed) != tuple(sorted(set(expected) - {"Etc/Unknown"})):
                missing.append(country)

    assert missing == []


def test_an_area_code_stands_in_the_table_once() -> None:
    codes = [code for area in places.area_table() for code in area["codes"].split()]

    assert len(codes) == len(set(codes)) == 415
    assert all(code.isdigit() and len(code) == 3 for code in codes)
