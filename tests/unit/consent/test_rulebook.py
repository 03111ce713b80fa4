"""The rulebook: what is in it, that it refuses bad rules with a clear word, and what its version says."""

import datetime
import re
import shutil

import pytest

from consent.quiet_hours import next_allowed
from consent.regions import candidate_zones, is_known_part
from consent.rule_reader import RULES_FOLDER, InvalidRules
from consent.rulebook import UnknownRules, add_months, load, rulebook
from core.places import _area_codes
from tests.proofs import proves

RULES = rulebook()
DAY = datetime.date(2026, 11, 25)


def copied_rules(folder, name, pattern, replacement):
    """The house's rules in another folder, with one line of one file changed."""
    target = folder / "rules"
    shutil.copytree(RULES_FOLDER, target)
    text = (target / name).read_text("utf-8")
    changed = re.sub(pattern, replacement, text, count=1, flags=re.MULTILINE)
    assert changed != text
    (target / name).write_text(changed, "utf-8")
    return target


@proves("C30")
def test_every_rule_has_a_date_and_a_source():
    assert len(RULES.windows) == 31
    assert len(RULES.rules) == 115
    assert all(rule.id and rule.source.statute and rule.source.url.startswith("http") for rule in RULES.rules)
    assert all(rule.valid_from >= datetime.date(1992, 12, 20) for rule in RULES.rules)


@proves("C30")
def test_the_version_follows_the_content(tmp_path):
    other = load(copied_rules(tmp_path, "caps.toml", r"^count = 3", "count = 2"))

    assert re.fullmatch(r"\d{4}-\d\d-\d\d\.[0-9a-f]{12}", RULES.version)
    assert load(RULES_FOLDER).version == RULES.version
    assert other.version != RULES.version


def test_rules_of_another_version_are_not_made_up():
    assert rulebook(RULES.version) is RULES
    with pytest.raises(UnknownRules, match="are not in this build"):
        rulebook("2020-01-01.000000000000")


@pytest.mark.parametrize(
    ("name", "pattern", "replacement", "complaint"),
    [
        ("quiet_hours_us.toml", r"08:00-21:00", "8-21", r"quiet_hours_us.toml, window 1 \(us-hours\): weekdays must be like"),
        ("quiet_hours_us.toml", r"08:00-21:00", "21:00-08:00", r"weekdays must end after it starts"),
        ("quiet_hours_us.toml", r"08:00-21:00", "08:00-24:30", r"by 24:00"),
        ("quiet_hours_us.toml", r'\["08:00-21:00"\]', '["08:00-12:00", "11:00-13:00"]', r"in order, with a gap"),
        ("quiet_hours_us.toml", r'^places = \["US"', 'places = ["usa"', r"places must be like"),
        ("quiet_hours_us.toml", r'\["sms"', '["fax"', r"channels knows sms, whatsapp, voice, email; 'fax'"),
        ("quiet_hours_us.toml", r"^valid_from = .*", "", r"valid_from is missing"),
        ("quiet_hours_us.toml", r"^valid_from = .*", 'valid_from = "2025"', r"valid_from must be a date"),
        ("quiet_hours_us.toml", r"^closed_on = .*", 'closed_on = "Mars"', r"holidays.toml does not hold"),
        ("quiet_hours_us.toml", r"^closed_on", "close_on", r"close_on is not a key of this table"),
        ("quiet_hours_us.toml", r"^url = .*", 'url = "a book"', r"url must be the address"),
        ("quiet_hours_us.toml", r"^standing = .*", 'standing = "rumour"', r"standing must be one of"),
        ("quiet_hours_us.toml", r"^statute = .*", 'statute = " "', r"statute must not be empty"),
        ("quiet_hours_us.toml", r"^\[\[window\]\]", "[[window", r"is not TOML"),
        ("holidays.toml", r'month = 1, day = 1 ', "month = 2, day = 29 ", r"must be a day of every year"),
        ("holidays.toml", r"nth = 3", "nth = 7", r"needs an English weekday"),
        ("caps.toml", r"^count = 3", "count = 0", r"cap 1 \(us-fl-cap\): count must be 1 or more"),
        ("caps.toml", r"^count = 3", "count = true", r"count must be a int, not True"),
        ("tiers.toml", r'^name = "marketing"', 'name = "informational"', r"exactly one row for each of"),
        ("tiers.toml", r'^kind = "dnc"', 'kind = "erased"', r"suppression must have exactly one row"),
        ("tiers.toml", r'^accepts = .*', "accepts = []", r"accepts must not be empty"),
        ("tiers.toml", r'^tier = "transactional"', 'tier = "marketing"', r"carries no offer"),
        ("tiers.toml", r'^passes_suppression = .*', 'passes_suppression = ["erased"]', r"passes_suppression knows opted_out"),
        ("tiers.toml", r'\["sms", "whatsapp"', '["sms", "sms"', r"channels lists something twice"),
        ("tiers.toml", r'\["sms", "whatsapp"', '[7, "whatsapp"', r"channels must list texts, not 7"),
        ("policy.toml", r"^\[adult\]", "[grown_up]", r"adult is missing"),
        ("policy.toml", r"^calendar = .*", 'calendar = "Mars"', r"\['Mars'\], which holidays.toml does not hold"),
        ("policy.toml", r'^stops = \["sms"\]', 'stops = ["email"]', r"stops must hold every channel of heard_on"),
        ("policy.toml", r"^valid_until = .*", "valid_until = 2028-01-01",
         r"stop-scope-texts: valid_until of the version of 2025-04-11 must be 2027-01-31 or earlier"),
        ("policy.toml", r"^valid_until = .*", "valid_until = 2020-01-01", r"valid_until must be later than valid_from"),
        ("caps.toml", r'^id = "us-fl-cap"', 'id = "Florida"',
         r'id must be small letters, numbers and dashes, at most 40, like "us-fl-hours"'),
        ("caps.toml", r'^id = "us-fl-cap"', 'id = "us-fl-hours"', r"us-fl-hours: id is used by two kinds of rules"),
        ("caps.toml", r"^verified = .*", "", r"verified is missing"),
        ("tiers.toml", r"^valid_from = 2018-01-01", "valid_from = 2027-01-01",
         r"tier 1 \(tier-transactional\): valid_from must not be later than read_on"),
        ("disclosures.toml", r"^keeper = .*", 'keeper = "nobody"', r"keeper must be one of product, people, not 'nobody'"),
        ("holidays.toml", r"^verified = .*", 'verified = "yes"', r"verified must be a bool"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_rule_is_named_with_its_place(tmp_path, name, pattern, replacement, complaint):
    folder = copied_rules(tmp_path, name, pattern, replacement)

    with pytest.raises(InvalidRules, match=complaint):
        load(folder)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InvalidRules, match=r"quiet_hours_us.toml: is missing"):
        load(tmp_path)


def test_a_rule_holds_from_its_first_day():
    eve, first = datetime.date(2025, 8, 31), datetime.date(2025, 9, 1)

    assert len(RULES.windows_on(eve, "US-TX", "sms", "marketing")) == 1
    assert len(RULES.windows_on(first, "US-TX", "sms", "marketing")) == 2


def test_a_rule_ends_with_its_last_day(tmp_path):
    folder = copied_rules(
        tmp_path, "caps.toml", r"^valid_from = .*", "valid_from = 2021-07-01\nvalid_until = 2027-01-01"
    )
    rules = load(folder)

    assert len(rules.caps_for("US-FL", "sms", "marketing", datetime.date(2026, 12, 31))) == 1
    assert rules.caps_for("US-FL", "sms", "marketing", datetime.date(2027, 1, 1)) == ()


@pytest.mark.parametrize("region", ["US-FL", "US-OK"])
def test_florida_and_oklahoma_allow_three_a_day(region):
    (cap,) = RULES.caps_for(region, "voice", "ai_call", DAY)

    assert (cap.count, cap.window_hours) == (3, 24)


def test_caps_are_about_solicitation_and_about_places():
    assert RULES.caps_for("US-FL", "sms", "transactional", DAY) == ()
    assert RULES.caps_for("US-FL", "email", "marketing", DAY) == ()
    assert RULES.caps_for("US-NY", "sms", "marketing", DAY) == ()
    assert len(RULES.caps_for("US", "sms", "marketing", DAY)) == 3


def test_what_is_barred_is_barred_from_its_day_on():
    assert RULES.is_barred("US-NY", "whatsapp", "marketing", DAY)
    assert not RULES.is_barred("US-NY", "whatsapp", "marketing", datetime.date(2025, 3, 31))
    assert not RULES.is_barred("US-NY", "whatsapp", "transactional", DAY)


@pytest.mark.parametrize(
    ("year", "closed"),
    [
        (2026, ["2026-01-01", "2026-01-19", "2026-02-16", "2026-05-25", "2026-06-19", "2026-07-03", "2026-07-04",
                "2026-09-07", "2026-10-12", "2026-11-11", "2026-11-26", "2026-12-25"]),
        (2027, ["2027-01-01", "2027-01-18", "2027-02-15", "2027-05-31", "2027-06-18", "2027-06-19", "2027-07-04",
                "2027-07-05", "2027-09-06", "2027-10-11", "2027-11-11", "2027-11-25", "2027-12-24", "2027-12-25",
                "2027-12-31"]),
    ],
)  # fmt: skip
def test_federal_holidays_are_closed_on_the_day_and_where_they_are_observed(year, closed):
    days = [datetime.date(year, 1, 1) + datetime.timedelta(days=offset) for offset in range(365)]

    assert [str(day) for day in days if RULES.is_holiday("US-federal", day)] == closed


@pytest.mark.parametrize(
    ("start", "months", "expected"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2028-01-31", 1, "2028-02-29"),
        ("2026-11-30", 3, "2027-02-28"),
        ("2026-06-15", 18, "2027-12-15"),
        ("2026-12-31", 12, "2027-12-31"),
    ],
)
def test_months_are_calendar_months(start, months, expected):
    moment = datetime.datetime.fromisoformat(start).replace(hour=9, tzinfo=datetime.UTC)

    assert add_months(moment, months).isoformat() == f"{expected}T09:00:00+00:00"


def test_consent_to_offers_ends_after_eighteen_months_and_evidence_after_five_years():
    used = datetime.datetime(2026, 8, 31, tzinfo=datetime.UTC)

    assert RULES.consent_expires_at("marketing", used) == datetime.datetime(2028, 2, 29, tzinfo=datetime.UTC)
    assert RULES.evidence_kept_until(used) == datetime.datetime(2031, 8, 31, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("born", "today", "minor"),
    [
        ("2008-11-25", "2026-11-24", True),
        ("2008-11-25", "2026-11-25", False),
        ("2008-02-29", "2026-02-28", True),
        ("2008-02-29", "2026-03-01", False),
    ],
)
def test_eighteen_is_reached_on_the_birthday(born, today, minor):
    assert RULES.is_minor(datetime.date.fromisoformat(born), datetime.date.fromisoformat(today)) is minor


def test_own_windows_can_only_be_added():
    tightened = RULES.tightened([RULES.windows[0]])

    assert RULES.tightened([]) is RULES
    assert tightened.windows == (*RULES.windows, RULES.windows[0])
    assert len(tightened.tightened([RULES.windows[1]]).version) <= 40


def test_every_state_that_an_area_code_tells_is_a_state_we_know():
    states = {region for region, _ in _area_codes().values() if region.startswith("US-")}

    assert len(states) == 51
    assert all(is_known_part(state) for state in states)


def test_a_country_has_all_zones_its_people_may_live_in():
    assert candidate_zones("PK") == ("Asia/Karachi",)
    assert candidate_zones("ES") == ("Africa/Ceuta", "Atlantic/Canary", "Europe/Madrid")
    assert {"America/Adak", "Pacific/Honolulu", "America/New_York"} <= set(candidate_zones("US-FL"))
    assert candidate_zones("XK") == ("Europe/Belgrade",)
    assert candidate_zones("QQ") == candidate_zones("") == ()


def test_every_country_with_zones_has_an_hour_for_offers():
    at = datetime.datetime(2026, 11, 25, 3, 0, tzinfo=datetime.UTC)
    limit = at + datetime.timedelta(days=6)

    for country in ("AU", "BR", "CA", "CL", "FR", "ID", "KI", "MX", "PF", "PT", "RU", "UM", "US", "XK"):
        answer = next_allowed(at, country, (), "sms", "marketing", RULES)
        assert answer is None or answer < limit, country
