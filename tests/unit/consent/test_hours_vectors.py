"""The quiet hours as law and carriers word them, one case each (A3): boundaries, states, holidays, nights the clocks move."""

import datetime
import zoneinfo

import pytest

from consent.contracts import Allowed, Deferred, Denied
from consent.quiet_hours import next_allowed, open_until
from consent.regions import usual_zones
from consent.rulebook import rulebook
from tests.proofs import proves
from tests.unit.consent.cases import ask, decision, facts

RULES = rulebook()
EASTERN, CENTRAL, HAWAII = "America/New_York", "America/Chicago", "Pacific/Honolulu"
WEEKDAY, SATURDAY, SUNDAY = "2026-12-02", "2026-12-05", "2026-12-06"
MINUTE, SECOND = datetime.timedelta(minutes=1), datetime.timedelta(seconds=1)

#: state, Monday to Friday, Saturday, Sunday as offers may reach it by text; empty is not at all
STATES = [
    ("AL", "08-20", "08-20", ""),
    ("CT", "09-20", "09-20", "09-20"),
    ("FL", "08-20", "08-20", "08-20"),
    ("IL", "08-21", "08-21", "08-21"),
    ("KY", "10-21", "10-21", "10-21"),
    ("LA", "08-20", "08-20", ""),
    ("MD", "08-20", "08-20", "08-20"),
    ("MA", "08-20", "08-20", "08-20"),
    ("MI", "09-21", "09-21", "09-21"),
    ("MN", "09-21", "09-21", "09-21"),
    ("MS", "08-20", "08-20", ""),
    ("NJ", "08-20", "08-20", "08-20"),
    ("NM", "09-21", "09-21", "09-21"),
    ("NV", "09-20", "09-20", "09-20"),
    ("OK", "08-20", "08-20", "08-20"),
    ("PA", "08-21", "08-20", "13-20"),
    ("RI", "09-18", "10-17", ""),
    ("TX", "09-21", "09-21", "12-21"),
    ("VA", "08-21", "08-21", "08-21"),
    ("WA", "08-20", "08-20", "08-20"),
    *((state, "08-21", "08-21", "08-21") for state in ("SD", "UT", "NE", "WY", "ID", "ME", "NY", "CA", "GA", "AZ")),
]
#: not checked against a second place, or against the law itself; counsel is to fill them
UNVERIFIED = {
    "us-la-hours", "us-nj-hours", "us-pa-hours", "us-unclear-states-hours", "us-md-cap", "pk-hours", "eu-hours", "gb-hours",
    "fr-calls-hours", "ca-hours", "us-stop-reminder", "us-short-code", "us-no-names", "pk-masks", "au-register", "gulf-names",
    "us-cannabis", "us-shaft", "us-sex-and-hate", "asking-to-confirm",
    "us-ut-artificial-voice", "list-own", "list-us-reassigned", "list-deactivated", "list-in-national", "list-pk-national",
    "list-elsewhere-national", "in-way-out", "stop-erased", "stop-dnc", "adult",
    "consent-expiry", "gb-offers-say-who", "eu-offers-say-who", "eu-offers-say-stop",
}  # fmt: skip


def moment(zone, text):
    """A wall-clock time of a zone as UTC."""
    return datetime.datetime.fromisoformat(text).replace(tzinfo=zoneinfo.ZoneInfo(zone)).astimezone(datetime.UTC)


def opening(zone, text, region, zones=None, channel="sms", tier="marketing"):
    """From when an offer may reach somebody; None for now."""
    return next_allowed(moment(zone, text), region, (zone,) if zones is None else zones, channel, tier, RULES)


@proves("C17")
@pytest.mark.parametrize(
    ("state", "weekday", "saturday", "sunday"), [pytest.param(*row, id=f"A3-{row[0]}") for row in STATES]
)
def test_a_state_is_open_from_its_first_minute_until_the_last_second_before_its_end(state, weekday, saturday, sunday):
    region, zone = f"US-{state}", usual_zones(f"US-{state}")[0]

    for day, hours in ((WEEKDAY, weekday), (SATURDAY, saturday), (SUNDAY, sunday)):
        if not hours:
            assert opening(zone, f"{day} 12:00", region) is not None
            continue
        first, end = (moment(zone, f"{day} {hour}:00") for hour in hours.split("-"))
        told = [next_allowed(at, region, (zone,), "sms", "marketing", RULES) is None
                for at in (first - MINUTE, first, end - SECOND, end)]  # fmt: skip
        assert told == [False, True, True, False], day
        assert open_until(first, region, (zone,), "sms", "marketing", RULES) == end


@proves("C17")
@pytest.mark.parametrize(
    ("zone", "at", "region", "expected"),
    [
        pytest.param(EASTERN, "2026-11-24 20:05", "US-FL", "2026-11-25 08:00", id="A3-vector-FL"),
        pytest.param(CENTRAL, "2026-11-29 11:00", "US-TX", "2026-11-29 12:00", id="A3-vector-TX"),
        pytest.param(CENTRAL, "2026-11-29 12:00", "US-AL", "2026-11-30 08:00", id="A3-vector-AL"),
        pytest.param(CENTRAL, "2026-05-24 12:00", "US-AL", "2026-05-26 08:00", id="A3-vector-AL-holiday"),
        pytest.param(CENTRAL, "2026-12-24 21:00", "US-LA", "2026-12-26 08:00", id="A3-vector-LA-holiday"),
        pytest.param("Asia/Kolkata", "2026-11-25 21:00", "IN", "2026-11-26 10:00", id="A3-10-IN"),
        pytest.param("Asia/Karachi", "2026-11-25 21:00", "PK", "2026-11-26 09:00", id="A3-10-PK"),
        pytest.param("Europe/Berlin", "2026-11-27 20:00", "DE", "2026-11-30 09:00", id="A3-11-EU"),
        pytest.param("Europe/London", "2026-11-27 20:00", "GB", "2026-11-30 09:00", id="A3-11-UK"),
        pytest.param("America/Toronto", "2026-11-25 21:30", "CA-ON", "2026-11-26 09:00", id="A3-CA"),
    ],
)
def test_what_comes_at_a_bad_hour_waits_for_the_next_opening(zone, at, region, expected):
    assert opening(zone, at, region) == moment(zone, expected)


@proves("C17")
@pytest.mark.parametrize(
    ("wall_clock", "open_now"),
    [
        pytest.param("2026-11-25 07:59:59", False, id="A3-3-before"),
        pytest.param("2026-11-25 08:00:00", True, id="A3-3-first"),
        pytest.param("2026-11-25 20:59:59", True, id="A3-3-last"),
        pytest.param("2026-11-25 21:00:00", False, id="A3-3-after"),
    ],
)
@pytest.mark.parametrize("tier", [pytest.param("marketing", id="A3-1"), pytest.param("informational", id="A3-2")])
def test_the_federal_hours_hold_for_every_text_that_can_wait(tier, wall_clock, open_now):
    assert (opening(EASTERN, wall_clock, "US-NY", tier=tier) is None) is open_now


@proves("C18")
@pytest.mark.parametrize(
    ("first", "last", "closed"),
    [
        pytest.param("2026-12-02 13:00", "2026-12-02 20:59:59", "2026-12-02 21:00", id="A3-vector-unknown-winter"),
        pytest.param("2026-07-08 14:00", "2026-07-08 20:59:59", "2026-07-08 21:00", id="A3-vector-unknown-summer"),
    ],
)
def test_without_a_zone_it_is_day_only_while_it_is_day_from_hawaii_to_the_east(first, last, closed):
    assert opening(EASTERN, str(datetime.datetime.fromisoformat(first) - MINUTE), "US-IL", ()) == moment(EASTERN, first)
    assert opening(EASTERN, first, "US-IL", ()) is None
    assert opening(EASTERN, last, "US-IL", ()) is None
    assert opening(EASTERN, closed, "US-IL", ()) is not None


@proves("C18")
def test_a3_puerto_rico_ends_the_winter_day_an_hour_earlier():
    zones = (EASTERN, HAWAII, "America/Puerto_Rico")

    assert opening(EASTERN, "2026-12-02 19:59:59", "US-IL", zones) is None
    assert opening(EASTERN, "2026-12-02 20:00:00", "US-IL", zones) == moment(EASTERN, "2026-12-03 13:00")


@proves("C18")
def test_a3_5_where_the_area_code_and_the_known_country_disagree_the_stricter_hours_count():
    both = ("US-FL PK", ("America/New_York", "Asia/Karachi"))

    answer = next_allowed(moment(EASTERN, "2026-12-02 12:00"), *both, "sms", "marketing", RULES)

    # Florida ends at eight, Pakistan begins at nine, on either clock
    assert answer == moment(EASTERN, "2026-12-03 09:00") == moment("Asia/Karachi", "2026-12-03 19:00")


@proves("C17")
@pytest.mark.parametrize(
    ("tier", "expected"),
    [
        pytest.param("transactional", Allowed(), id="A3-7-essential"),
        pytest.param("informational", "deferred", id="A3-7-announcement"),
        pytest.param("marketing", "deferred", id="A3-7-offer"),
    ],
)
def test_only_what_somebody_waits_for_comes_at_night(tier, expected):
    floridian = facts(region="US-FL", zones=(EASTERN,), cap=9)

    answer = decision(ask(tier=tier, at=moment(EASTERN, "2026-12-02 03:00")), floridian)

    assert answer == Allowed() if expected == Allowed() else isinstance(answer, Deferred)


@proves("C18")
@pytest.mark.parametrize("region", [pytest.param("", id="A3-5-nowhere"), pytest.param("QQ", id="A3-5-no-such-country")])
def test_where_nobody_knows_the_country_an_offer_is_refused(region):
    assert decision(person=facts(region=region, zones=())) == Denied("place_unknown")


@proves("C17")
@pytest.mark.parametrize(
    ("zone", "region", "first"),
    [
        # 8 March 2026: 02:00 becomes 03:00; 1 November 2026: 02:00 becomes 01:00
        pytest.param(EASTERN, "US-FL", "2026-03-08 12:00", id="A3-9-spring-FL"),
        pytest.param(EASTERN, "US-FL", "2026-11-01 13:00", id="A3-9-autumn-FL"),
        # the Navajo Nation moves its clocks, Phoenix does not; Hawaii never does
        pytest.param("America/Denver", "US-AZ", "2026-03-08 14:00", id="A3-9-spring-Navajo"),
        pytest.param("America/Phoenix", "US-AZ", "2026-03-08 15:00", id="A3-9-spring-Phoenix"),
        pytest.param(HAWAII, "US-HI", "2026-03-08 18:00", id="A3-9-spring-Hawaii"),
        # in Europe it is a Sunday without any opening; Monday follows the new clock
        pytest.param("Europe/Berlin", "DE", "2026-03-30 07:00", id="A3-9-spring-Berlin"),
        pytest.param("Europe/Berlin", "DE", "2026-10-26 08:00", id="A3-9-autumn-Berlin"),
    ],
)
def test_after_a_night_in_which_the_clocks_moved_the_morning_begins_by_the_new_clock(zone, region, first):
    morning = datetime.datetime.fromisoformat(first).replace(tzinfo=datetime.UTC)

    assert next_allowed(morning - SECOND, region, (zone,), "sms", "marketing", RULES) == morning
    assert next_allowed(morning, region, (zone,), "sms", "marketing", RULES) is None


@proves("C17")
def test_a3_8_an_opening_has_an_end_so_that_no_message_lingers_past_it():
    at = moment(EASTERN, "2026-11-25 19:58:30")

    assert open_until(at, "US-FL", (EASTERN,), "sms", "marketing", RULES) - at == datetime.timedelta(seconds=90)


@pytest.mark.parametrize("region", ["US-FL", "US-OK", "US-MD"])
def test_a2_7_three_a_day_whatever_channel_or_number(region):
    zone = usual_zones(region)[0]
    noon = ask(at=moment(zone, "2026-12-02 12:00"))

    for had, expected in ((2, Allowed()), (3, Denied("freq_cap"))):
        assert decision(noon, facts(region=region, zones=(zone,), recent_sends=had, cap=3)) == expected


@proves("C30")
def test_what_nobody_verified_says_so():
    assert {rule.id for rule in RULES.rules if not rule.source.verified} == UNVERIFIED
