"""Quiet hours: boundaries, states, Sundays, holidays, summer time, and people whose place nobody knows."""

import dataclasses
import datetime
import zoneinfo

import pytest

from consent.quiet_hours import NoOpening, PlaceUnknown, next_allowed, open_until
from consent.rule_types import Span
from consent.rulebook import rulebook
from tests.proofs import proves

RULES = rulebook()
EASTERN = "America/New_York"
CENTRAL = "America/Chicago"


def moment(zone, text):
    """A wall-clock time of a zone as UTC."""
    return datetime.datetime.fromisoformat(text).replace(tzinfo=zoneinfo.ZoneInfo(zone)).astimezone(datetime.UTC)


def opening(at, region, zones, channel="sms", tier="marketing", rules=RULES):
    """When it may go, None for now."""
    return next_allowed(at, region, zones, channel, tier, rules)


@proves("C17")
@pytest.mark.parametrize(
    ("wall_clock", "open_now"),
    [
        ("2026-11-25 07:59:59", False),
        ("2026-11-25 08:00:00", True),
        ("2026-11-25 20:59:59", True),
        ("2026-11-25 21:00:00", False),
    ],
)
def test_the_federal_window_starts_at_eight_and_ends_before_nine(wall_clock, open_now):
    answer = opening(moment(EASTERN, wall_clock), "US-NY", (EASTERN,))

    assert (answer is None) is open_now


@proves("C17")
def test_a_floridian_at_five_past_eight_in_the_evening_waits_until_eight_next_morning():
    answer = opening(moment(EASTERN, "2026-11-24 20:05"), "US-FL", (EASTERN,))

    assert answer == moment(EASTERN, "2026-11-25 08:00")


@proves("C17")
def test_a_texan_on_sunday_morning_waits_until_noon():
    answer = opening(moment(CENTRAL, "2026-11-29 11:00"), "US-TX", (CENTRAL,))

    assert answer == moment(CENTRAL, "2026-11-29 12:00")


@proves("C17")
def test_alabama_has_no_sunday():
    answer = opening(moment(CENTRAL, "2026-11-29 11:00"), "US-AL", (CENTRAL,))

    assert answer == moment(CENTRAL, "2026-11-30 08:00")


@proves("C17")
def test_alabama_has_no_holiday_monday_either():
    answer = opening(moment(CENTRAL, "2026-05-24 11:00"), "US-AL", (CENTRAL,))

    assert answer == moment(CENTRAL, "2026-05-26 08:00")


@proves("C17")
def test_a_holiday_on_saturday_closes_the_friday_before_as_well():
    answer = opening(moment(CENTRAL, "2026-07-02 20:00"), "US-AL", (CENTRAL,))

    assert answer == moment(CENTRAL, "2026-07-06 08:00")


@proves("C18")
@pytest.mark.parametrize(
    ("first", "last", "closed"),
    [
        ("2026-12-02 13:00", "2026-12-02 20:59:59", "2026-12-02 21:00"),
        ("2026-07-08 14:00", "2026-07-08 20:59:59", "2026-07-08 21:00"),
    ],
)
def test_without_a_zone_it_must_be_day_from_hawaii_to_the_east_coast(first, last, closed):
    before = moment(EASTERN, first) - datetime.timedelta(minutes=1)

    assert opening(before, "US-IL", ()) == moment(EASTERN, first)
    assert opening(moment(EASTERN, first), "US-IL", ()) is None
    assert opening(moment(EASTERN, last), "US-IL", ()) is None
    assert opening(moment(EASTERN, closed), "US-IL", ()) is not None


@proves("C18")
def test_a_zone_that_does_not_exist_counts_as_no_zone():
    morning = moment(EASTERN, "2026-12-02 09:00")

    assert opening(morning, "US-IL", (EASTERN,)) is None
    assert opening(morning, "US-IL", (EASTERN, "America/Gotham")) == moment(EASTERN, "2026-12-02 13:00")


def test_puerto_rico_ends_the_day_an_hour_earlier_in_winter():
    zones = (EASTERN, "America/Puerto_Rico", "Pacific/Honolulu")

    assert opening(moment(EASTERN, "2026-12-02 19:59:59"), "US-IL", zones) is None
    assert opening(moment(EASTERN, "2026-12-02 20:00"), "US-IL", zones) == moment(EASTERN, "2026-12-03 13:00")


@proves("C18")
def test_an_unknown_state_has_the_limits_of_all_states():
    rhode_island_is_over = moment(EASTERN, "2026-12-02 18:00")
    kentucky_has_not_begun_in_hawaii = moment(EASTERN, "2026-12-03 14:59")

    assert opening(rhode_island_is_over, "US", (EASTERN,)) == moment(EASTERN, "2026-12-03 10:00")
    assert opening(kentucky_has_not_begun_in_hawaii, "US", ()) == moment(EASTERN, "2026-12-03 15:00")


def test_a_known_state_and_the_area_codes_state_both_hold():
    answer = opening(moment(CENTRAL, "2026-11-29 12:30"), "US-TX US-KY US-AL", (CENTRAL,))

    assert answer == moment(CENTRAL, "2026-11-30 10:00")


def test_an_automatic_voice_in_oklahoma_starts_an_hour_later_than_a_text():
    at_eight = moment(CENTRAL, "2026-12-02 08:00")

    assert opening(at_eight, "US-OK", (CENTRAL,), "sms", "marketing") is None
    assert opening(at_eight, "US-OK", (CENTRAL,), "voice", "ai_call") == moment(CENTRAL, "2026-12-02 09:00")


@pytest.mark.parametrize(
    ("region", "zone", "at", "expected"),
    [
        ("IN", "Asia/Kolkata", "2026-11-25 09:59", "2026-11-25 10:00"),
        ("IN", "Asia/Kolkata", "2026-11-25 21:00", "2026-11-26 10:00"),
        ("PK", "Asia/Karachi", "2026-11-25 21:00", "2026-11-26 09:00"),
        ("GB", "Europe/London", "2026-11-27 20:00", "2026-11-30 09:00"),
        ("SA", "Asia/Riyadh", "2026-11-28 20:00", "2026-11-29 09:00"),
        ("CA-ON", "America/Toronto", "2026-11-28 18:00", "2026-11-29 10:00"),
        ("US-RI", EASTERN, "2026-11-28 17:00", "2026-11-30 09:00"),
        ("US-PA", EASTERN, "2026-11-29 12:59", "2026-11-29 13:00"),
    ],
)
def test_countries_and_states_have_hours_of_their_own(region, zone, at, expected):
    assert opening(moment(zone, at), region, (zone,)) == moment(zone, expected)


def test_a_sales_call_in_france_waits_through_the_lunch_hour():
    one_oclock = moment("Europe/Paris", "2026-11-25 13:00")

    assert opening(one_oclock, "FR", ("Europe/Paris",), "voice") == moment("Europe/Paris", "2026-11-25 14:00")
    assert opening(one_oclock, "FR", ("Europe/Paris",), "sms") is None


@pytest.mark.parametrize(
    ("channel", "tier"), [("sms", "transactional"), ("email", "marketing"), ("email", "informational")]
)
def test_what_no_rule_limits_may_go_at_night_even_to_nowhere(channel, tier):
    assert opening(moment(EASTERN, "2026-11-25 03:00"), "", (), channel, tier) is None


def test_an_announcement_does_not_wake_anybody():
    answer = opening(moment("Asia/Karachi", "2026-11-25 22:00"), "PK", ("Asia/Karachi",), tier="informational")

    assert answer == moment("Asia/Karachi", "2026-11-26 08:00")


@proves("C18")
@pytest.mark.parametrize("region", ["", "QQ", "001", "PK QQ"])
def test_an_unknown_country_is_an_error_with_the_remedy(region):
    with pytest.raises(PlaceUnknown, match="set the person's country"):
        opening(moment(EASTERN, "2026-11-25 12:00"), region, (EASTERN,))


def test_a_time_without_a_zone_is_an_error():
    naive = moment(EASTERN, "2026-11-25 12:00").replace(tzinfo=None)

    with pytest.raises(ValueError, match="aware UTC"):
        opening(naive, "US-NY", (EASTERN,))


def night_rules(*spans):
    """Only these spans, everywhere in Germany, every day: a house that writes at night."""
    window = dataclasses.replace(
        RULES.windows[0], places=("DE",), weekdays=spans, saturday=spans, sunday=spans, tiers=("marketing",)
    )
    return dataclasses.replace(RULES, windows=(window,))


def test_an_opening_that_the_clocks_repeat_counts_from_the_second_time():
    rules = night_rules(Span(150, 300))  # 02:30 to 05:00; on 25 October 2026 the hour from 02:00 comes twice
    first, second = (datetime.datetime(2026, 10, 25, hour, 30, tzinfo=datetime.UTC) for hour in (0, 1))

    assert opening(first, "DE", (), rules=rules) == second
    assert opening(second, "DE", (), rules=rules) is None


def test_a_closing_that_the_clocks_repeat_counts_the_first_time():
    rules = night_rules(Span(60, 150))  # 01:00 to 02:30
    first, second = (datetime.datetime(2026, 10, 25, hour, 30, tzinfo=datetime.UTC) for hour in (0, 1))

    assert opening(first - datetime.timedelta(minutes=1), "DE", (), rules=rules) is None
    assert opening(first, "DE", (), rules=rules) == datetime.datetime(2026, 10, 26, 0, 0, tzinfo=datetime.UTC)
    assert opening(second, "DE", (), rules=rules) == datetime.datetime(2026, 10, 26, 0, 0, tzinfo=datetime.UTC)


def test_an_opening_that_the_clocks_skip_counts_from_its_later_reading():
    rules = night_rules(Span(150, 300))  # 02:30 does not exist on 29 March 2026; the stricter reading is 03:30
    three = datetime.datetime(2026, 3, 29, 1, 0, tzinfo=datetime.UTC)

    assert opening(three, "DE", (), rules=rules) == datetime.datetime(2026, 3, 29, 1, 30, tzinfo=datetime.UTC)


def test_an_opening_until_midnight_ends_there():
    rules = night_rules(Span(23 * 60, 24 * 60))
    late = moment("Europe/Berlin", "2026-11-25 23:59")

    assert opening(late, "DE", ("Europe/Berlin",), rules=rules) is None
    assert open_until(late, "DE", ("Europe/Berlin",), "sms", "marketing", rules) == moment(
        "Europe/Berlin", "2026-11-26 00:00"
    )


def test_the_first_zone_to_close_ends_the_opening():
    answer = open_until(moment(EASTERN, "2026-12-02 19:00"), "US-NY", (EASTERN, CENTRAL), "sms", "marketing", RULES)

    assert answer == moment(EASTERN, "2026-12-02 21:00")


def test_there_is_no_end_to_what_nothing_limits():
    assert open_until(moment(EASTERN, "2026-12-02 19:00"), "", (), "sms", "transactional", RULES) is None


def test_asking_for_the_end_of_an_opening_at_night_is_an_error():
    with pytest.raises(NoOpening, match="ask next_allowed first"):
        open_until(moment(EASTERN, "2026-12-02 22:00"), "US-NY", (EASTERN,), "sms", "marketing", RULES)


def test_hours_without_a_common_moment_are_an_error():
    with pytest.raises(NoOpening, match="organisation's own hours"):
        opening(moment(EASTERN, "2026-12-02 22:00"), "DE", (), rules=night_rules())


def test_an_opening_that_lies_in_the_skipped_hour_does_not_exist_that_day():
    rules = night_rules(Span(130, 170))  # 02:10 to 02:50; the clocks jump from 02:00 to 03:00 on 29 March 2026
    before = datetime.datetime(2026, 3, 29, 0, 0, tzinfo=datetime.UTC)

    assert opening(before, "DE", (), rules=rules) == moment("Europe/Berlin", "2026-03-30 02:10")


@proves("C18")
def test_a_place_that_none_of_the_zones_lies_in_is_awake_only_with_all_its_own_zones():
    quarter_to_nine_in_lahore = moment("Asia/Karachi", "2026-11-25 20:45:00")

    assert opening(quarter_to_nine_in_lahore, "PK", ("Asia/Karachi",)) is None
    both = opening(quarter_to_nine_in_lahore, "IN PK", ("Asia/Karachi",))

    assert both == moment("Asia/Karachi", "2026-11-26 10:00:00")


@proves("C18")
@pytest.mark.parametrize("zones", [("America/Chicago", "America/Denver"), ("Asia/Karachi",)])
def test_places_that_are_never_awake_together_are_never_written_to(zones):
    with pytest.raises(NoOpening):
        opening(moment(CENTRAL, "2026-11-25 12:00:00"), "PK US-NE", zones)
