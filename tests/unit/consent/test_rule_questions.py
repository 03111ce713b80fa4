"""Asking the gate about other days and other rules: which rule decided, and exactly which hours would change."""

import dataclasses
import datetime

import pytest

from consent.contracts import Allowed, Ask, Deferred, Denied
from consent.rule_questions import (
    Answered,
    Difference,
    Stretch,
    TooManyQuestions,
    changed_rules,
    differences,
    law_cap,
    weigh,
)
from consent.rule_types import Span
from consent.rule_words import days, place_name, sentence
from consent.rulebook import rulebook
from tests.proofs import proves
from tests.unit.consent.cases import ask, decision, facts

RULES = rulebook()
TODAY = datetime.date(2026, 11, 25)
SPRING = datetime.date(2027, 3, 1)
ALLOWED, WAITS = Answered("allowed", ""), Answered("deferred", "quiet_hours")


def rule(name):
    """The newest version of a rule of the rulebook."""
    return [each for each in RULES.rules if each.id == name][-1]


def adopted(*proposed, on=SPRING):
    """What changes from today to the day on which these are adopted."""
    later = RULES.adopting([dataclasses.replace(each, valid_from=on) for each in proposed])
    return differences(RULES.as_of(TODAY), later.as_of(on), on)


@proves("C30")
def test_the_same_question_on_two_days_has_two_answers_and_both_cite_the_rules_of_their_day():
    texan = facts(region="US-TX", zones=("America/Chicago",))
    eve, first = (datetime.datetime(2025, month, day, 13, 30, tzinfo=datetime.UTC) for month, day in ((8, 29), (9, 1)))

    before, after = (weigh(ask(at=at), texan, RULES) for at in (eve, first))

    assert before.decision == Allowed()
    assert after.decision == Deferred("quiet_hours", datetime.datetime(2025, 9, 1, 14, 0, tzinfo=datetime.UTC))
    assert "us-tx-hours" not in {each.rule.id for each in before.weighed}
    assert [(each.rule.id, each.rule.valid_from) for each in after.weighed if each.objects] == [
        ("us-tx-hours", datetime.date(2025, 9, 1))
    ]


@proves("C30", "C31")
@pytest.mark.parametrize(
    ("message", "person", "check", "rules"),
    [
        (ask(), facts(), "", []),
        (ask(), facts(suppression="dnc"), "do_not_call", ["stop-dnc"]),
        (ask(), facts(consent="none"), "consent_missing", ["tier-marketing"]),
        (ask(), facts(listed=("own *",)), "on_a_list", ["list-own"]),
        (ask(), facts(registers=("national_dnc PK stale",)), "register_stale", ["list-pk-national"]),
        (ask(), facts(minor=True), "underage", ["adult"]),
        (ask(), facts(organization_state="suspended"), "organization_suspended", []),
        (ask(tier="ai_call"), facts(), "channel_barred", ["tier-ai-call"]),
        (ask(channel="whatsapp"), facts(region="US-NY"), "channel_barred", ["us-whatsapp-offers"]),
        (ask(), facts(region="US-FL", cap=3, recent_sends=3), "cap_reached", ["us-fl-cap"]),
        (ask(), facts(cap=2, recent_sends=2), "cap_reached", []),
        (ask(at=datetime.datetime(2026, 11, 25, 22, tzinfo=datetime.UTC)), facts(), "night", ["pk-hours"]),
    ],
)
def test_the_rules_that_decided_are_named_and_no_others(message, person, check, rules):
    weighing = weigh(message, person, RULES)

    assert weighing.decision == decision(message, person)
    assert weighing.check == check
    assert [each.rule.id for each in weighing.weighed if each.objects] == rules


@proves("C30")
def test_stricter_hours_change_exactly_the_hours_they_take_away():
    florida = dataclasses.replace(
        rule("us-fl-hours"), weekdays=(Span(600, 1200),), tiers=("marketing",), channels=("sms",)
    )

    (found, *others) = adopted(florida)

    assert found == Difference(
        ("US-FL",), (("sms", "marketing"),), (Stretch((0, 1, 2, 3, 4), 480, 600, 0, ALLOWED, WAITS),)
    )
    assert [each.kinds for each in others] == [(("voice", "marketing"), ("voice", "ai_call"))]
    assert others[0].stretches == (Stretch((0, 1, 2, 3, 4, 5, 6), 1200, 1260, 0, WAITS, ALLOWED),)


@proves("C30")
def test_a_smaller_cap_changes_what_comes_after_so_many_messages_and_nothing_before():
    found = adopted(dataclasses.replace(rule("us-fl-cap"), count=2))

    assert {each.places for each in found} == {("US-FL",), ("US",)}
    assert {(each.had, each.before, each.after) for line in found for each in line.stretches} == {
        (2, ALLOWED, Answered("denied", "freq_cap")), (2, WAITS, Answered("denied", "freq_cap"))
    }  # fmt: skip


def test_a_bar_refuses_at_every_hour():
    barred = dataclasses.replace(rule("us-whatsapp-offers"), id="pk-bar", places=("PK",), channels=("sms",))

    (found,) = adopted(barred)

    assert found.places == ("PK",)
    assert [(each.start, each.end, each.before) for each in found.stretches] == [
        (0, 540, WAITS), (540, 1260, ALLOWED), (1260, 1440, WAITS)
    ]  # fmt: skip
    assert {each.after for each in found.stretches} == {Answered("denied", "channel_barred")}


def test_a_rule_for_countries_without_rules_of_their_own_is_asked_of_one_of_them():
    (found,) = adopted(dataclasses.replace(rule("other-hours"), sunday=()))

    assert found.places == ("other",)
    assert found.stretches == (Stretch((6,), 540, 1200, 0, ALLOWED, WAITS),)


def test_nothing_differs_between_a_day_and_itself_and_a_new_source_alone_changes_no_answer():
    same = RULES.as_of(TODAY)
    cited = dataclasses.replace(rule("pk-hours"), source=rule("in-hours").source)

    assert differences(same, RULES.as_of(TODAY), TODAY) == []
    assert adopted(cited) == []
    later = RULES.adopting([dataclasses.replace(cited, valid_from=SPRING)]).as_of(SPRING)
    assert [each.id for each in changed_rules(same, later)[1]] == ["pk-hours", "stop-scope-calls", "stop-scope-texts"]


def test_a_comparison_that_would_take_minutes_is_refused_before_it_begins():
    minutes = tuple(Span(start, start + 1) for start in range(0, 1440, 2))

    with pytest.raises(TooManyQuestions, match="propose it for fewer"):
        adopted(dataclasses.replace(rule("us-hours"), weekdays=minutes))


def test_the_rules_of_a_day_have_a_version_of_their_own():
    assert RULES.as_of(TODAY).version == f"{RULES.version}@2026-11-25"
    assert len(RULES.as_of(TODAY).version) <= 40
    assert decision(Ask("sms", "marketing", ask().at, RULES.version), rules=RULES.as_of(TODAY)) == Denied(
        "rules_changed"
    )


def test_the_smallest_cap_of_all_places_counts():
    assert law_cap(RULES, "US-FL US-NY", "sms", "marketing", TODAY) == 3
    assert law_cap(RULES, "PK", "sms", "marketing", TODAY) is None


def test_every_rule_has_a_sentence():
    told = [sentence(each, RULES) for each in RULES.rules]

    assert all(text.endswith(".") and text[0].isupper() for text in told)
    assert "None" not in " ".join(told)


def test_days_and_places_are_told_as_people_do():
    assert days((0, 1, 2, 3, 4)) == "Monday to Friday"
    assert days((5, 6)) == "Saturday and Sunday"
    assert days((0, 2)) == "Monday and Wednesday"
    assert days((0, 1, 2, 3, 4, 5, 6, 7)) == "every day and on a holiday"
    assert place_name("US-FL") == "Florida, United States"
    assert place_name("other") == "Any other country"
