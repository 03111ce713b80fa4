"""What settings offer is written for people: typing the beginning of a country's name finds it."""

import zoneinfo

import phonenumbers

from accounts.choices import countries, currencies, languages, time_zones


def test_countries_are_offered_by_name_in_the_order_of_names_and_all_of_them():
    offered = dict(countries())

    assert offered["PK"] == "Pakistan (PK, +92)"
    assert offered["GB"] == "United Kingdom (GB, +44)"
    assert set(offered) == set(phonenumbers.SUPPORTED_REGIONS)
    names = list(offered.values())
    assert [names.index(offered[code]) for code in ("AF", "AX", "AL", "ZW")] == [0, 1, 2, len(names) - 1]


def test_zones_are_offered_by_country_and_place_and_every_zone_a_row_may_hold_stays_a_choice():
    offered = dict(time_zones())

    assert offered["Asia/Karachi"] == "Pakistan, Karachi"
    assert offered["America/Argentina/Ushuaia"] == "Argentina, Ushuaia"
    assert offered["America/Indiana/Knox"] == "United States, Indiana, Knox"
    assert offered["Asia/Calcutta"] == "Asia/Calcutta"
    placed = {
        name for name in zoneinfo.available_timezones() if "/" in name and not name.startswith(("Etc/", "posix/"))
    }
    assert placed - set(offered) == set()
    assert list(offered)[0] == "UTC"


def test_languages_and_currencies_have_names():
    assert dict(languages())["ur"] == "Urdu (اردو)"
    assert dict(languages())["en"] == "English"
    assert dict(currencies())["PKR"] == "PKR, Pakistani Rupee"
