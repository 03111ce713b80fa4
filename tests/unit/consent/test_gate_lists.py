"""What lists and registers ask of a message: whom an entry stops, what overrides it, and how old a register may be."""

import dataclasses
import datetime

import pytest

from consent.contracts import Allowed, Denied
from consent.list_rules import lists
from consent.rule_reader import InvalidRules, read_text, texts_in
from consent.selectors.stop_lists import Lists, Pattern
from tests.proofs import proves
from tests.unit.consent.cases import RULES, ask, decision, facts

NOON_IN_OMAHA = datetime.datetime(2026, 11, 25, 18, 0, tzinfo=datetime.UTC)
IN_OMAHA = ask(at=NOON_IN_OMAHA)
TODAY = NOON_IN_OMAHA.date()


def nebraskan(**changes):
    return facts(region="US-NE", zones=("America/Chicago",), **changes)


@pytest.mark.parametrize("tier", ["transactional", "informational", "marketing"])
def test_who_is_on_an_own_list_gets_nothing(tier):
    assert decision(ask(tier=tier), facts(listed=("own *",))) == Denied("on_a_list")


def test_a_known_litigator_gets_no_offers_whatever_they_agreed_to_and_their_order_notices():
    assert decision(person=facts(listed=("litigator *",))) == Denied("on_a_list")
    assert decision(ask(tier="transactional"), facts(listed=("litigator *",))) == Allowed()


@proves("C16")
def test_a_written_agreement_overrides_the_national_register_of_the_united_states_and_nothing_less_does():
    listed = nebraskan(listed=("national_dnc US",))

    assert decision(IN_OMAHA, listed) == Allowed()
    assert decision(IN_OMAHA, dataclasses.replace(listed, consent="unproven")) == Denied("on_a_list")
    assert decision(ask(tier="transactional"), dataclasses.replace(listed, consent="none")) == Denied("no_consent")


def test_no_agreement_overrides_the_register_of_pakistan():
    assert decision(person=facts(listed=("national_dnc PK",))) == Denied("on_a_list")


@proves("C16")
def test_a_number_that_changed_hands_gets_not_even_an_order_notice():
    message = ask(at=NOON_IN_OMAHA, tier="transactional")

    assert decision(message, nebraskan(listed=("reassigned US",))) == Denied("on_a_list")


def test_a_kind_of_list_that_no_rule_names_stops_everything():
    assert decision(ask(tier="transactional"), facts(listed=("grudges *",))) == Denied("on_a_list")


def test_a_domain_or_a_beginning_on_the_platforms_list_stops_every_tier():
    assert decision(ask(tier="transactional"), facts(listed=("platform *",))) == Denied("platform_suppressed")


def test_who_is_on_a_list_and_writes_stop_is_still_told_that_it_worked():
    stopped = facts(listed=("own *",), suppression="opted_out", registers=("national_dnc PK stale",))

    assert decision(ask(tier="transactional", answers="stop"), stopped) == Allowed()
    assert decision(ask(tier="transactional"), facts(listed=("own *",))) == Denied("on_a_list")


def test_a_register_that_is_held_must_be_fresh():
    assert decision() == Allowed()
    assert decision(person=facts(registers=("national_dnc PK fresh",))) == Allowed()
    assert decision(person=facts(registers=("national_dnc PK stale",))) == Denied("register_stale")
    both = ("national_dnc PK fresh", "national_dnc PK stale")
    assert decision(person=facts(registers=both)) == Allowed()


def test_a_stale_register_of_another_country_is_not_asked():
    assert decision(person=facts(registers=("reassigned US stale",))) == Allowed()
    assert decision(IN_OMAHA, nebraskan(registers=("reassigned US stale",))) == Denied("register_stale")
    puerto_rican = facts(region="PR", zones=("America/Puerto_Rico",), registers=("reassigned US stale",))
    assert decision(IN_OMAHA, puerto_rican) == Denied("register_stale")


def test_a_register_that_is_always_needed_fails_closed_when_it_is_missing_and_an_agreement_overrides_that_too():
    lenient = tuple(
        dataclasses.replace(rule, accepts=("granted", "unproven")) if rule.name == "marketing" else rule
        for rule in RULES.tiers
    )
    rules = dataclasses.replace(RULES, tiers=lenient)
    claimed = nebraskan(consent="unproven")

    assert decision(IN_OMAHA, claimed, rules) == Denied("register_stale")
    stale = dataclasses.replace(claimed, registers=("national_dnc US stale",))
    assert decision(IN_OMAHA, stale, rules) == Denied("register_stale")
    fresh = dataclasses.replace(claimed, registers=("national_dnc US fresh",))
    assert decision(IN_OMAHA, fresh, rules) == Allowed()
    assert decision(IN_OMAHA, nebraskan(), rules) == Allowed()


@pytest.mark.parametrize(("age", "standing"), [(0, "fresh"), (31, "fresh"), (32, "stale"), (None, "stale")])
def test_data_of_the_national_register_is_fresh_for_31_days(age, standing):
    data_of = None if age is None else TODAY - datetime.timedelta(days=age)

    told = Lists(held=(("national_dnc US", data_of), ("own *", None))).standings(RULES, TODAY)

    assert told == (f"national_dnc US {standing}",)


@proves("C16")
def test_a_domain_stands_for_all_below_it_and_a_beginning_for_every_number_that_has_it():
    found = Lists(
        patterns=(
            Pattern("domain", "barred.example", "", "own *"),
            Pattern("prefix", "+4470", "voice", "own *"),
            Pattern("prefix", "+44", "", "platform *"),
        )
    )

    assert found.names_of("email", "A@Mail.Barred.Example", "email") == {"own *"}
    assert found.names_of("email", "a@notbarred.example", "email") == set()
    assert found.names_of("phone", "+447012345678", "voice") == {"own *", "platform *"}
    assert found.names_of("phone", "+447012345678", "sms") == {"platform *"}
    assert found.names_of("phone", "+15550144700", "sms") == set()
    assert found.names_of("whatsapp", "+4470", "whatsapp") == set()


@pytest.mark.parametrize(
    ("before", "after", "complaint"),
    [
        ('kind = "own"', 'kind = "others"', "kind must be one of"),
        ('kind = "own"', 'kind = "litigator"', "must have a row for each kind; own has none"),
        ('need = "never"', 'need = "sometimes"', "need must be one of"),
        ('need = "never"', 'need = "held"', "fresh_days must be 1 or more"),
        ("fresh_days = 28", "fresh_days = 0", "fresh_days must be 1 or more"),
        ("overridden_by = []", 'overridden_by = ["friendship"]', "friendship"),
    ],
)
def test_a_mistake_in_the_file_is_named(before, after, complaint):
    text = texts_in()["registers.toml"]
    assert before in text

    with pytest.raises(InvalidRules, match=complaint):
        lists(read_text("registers.toml", text.replace(before, after, 1)))
