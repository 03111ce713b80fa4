"""The pages of the rules: what they say, what the gate would have answered, what a change brings, kept decisions."""

import json
import re
import uuid

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.roles import GRANTS, Role
from consent.models import DecisionRecord, RuleSet
from consent.rule_reader import texts_in
from consent.rulebook import build, rulebook
from core import clock
from core.tenancy import tenant_context
from tests.counts import Statements
from tests.factories.accounts import make_team
from tests.factories.consent import make_purpose
from tests.proofs import proves
from tests.snapshots import rows_of

PAGES = ("/consent/rules/", "/consent/rules/question/", "/consent/rules/changes/", "/consent/rules/versions/")
QUESTION = {
    "place": "US-FL",
    "zone": "America/New_York",
    "channel": "sms",
    "tier": "marketing",
    "day": "2026-11-24",
    "hour": "20:05",
    "consent": "granted",
    "suppression": "",
    "had": "0",
}


def text_of(response):
    """What a page says, without its markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


@proves("A5")
@pytest.mark.parametrize("role", list(Role))
def test_each_role_that_sees_contacts_reads_the_rules(db, role):
    team = make_team("Acme", tuple(Role))

    browser = team.client(role)

    wanted = 200 if "see_contacts" in GRANTS[role] else 403
    assert [browser.get(path).status_code for path in (*PAGES, "/consent/rules/us-fl-hours/")] == [wanted] * 5


@proves("C30")
def test_a_lawyer_reads_what_a_rule_says_where_it_comes_from_and_how_far_it_was_checked(acme):
    with tenant_context(acme.id):
        purpose = make_purpose(acme.actor())

    listed = text_of(acme.client().get("/consent/rules/", {"place": "US-PA", "kind": "hours"}))
    detail = acme.client().get("/consent/rules/us-pa-hours/")

    assert "Hours: Pennsylvania, United States" in listed
    assert "on Sunday 13:00 to 20:00. Not on a holiday of the calendar US-federal." in listed
    assert "Hours: Florida" not in listed
    assert "Not yet verified" in listed
    shown = text_of(detail)
    assert "https://www.dropcowboy.com/state-compliance" in shown
    assert "Since 1 November 2025" in shown
    assert "Counsel to confirm." in shown
    assert purpose.name in shown
    assert f"/consent/purposes/{purpose.id}/" in detail.content.decode()


def test_a_rule_adopted_for_the_future_stands_beside_the_one_in_force(acme):
    shown = text_of(acme.client().get("/consent/rules/stop-scope-texts/"))

    assert "From 31 January 2027" in shown
    assert "Since 11 April 2025 until 31 January 2027" in shown
    assert "Adopted, not in force yet" in shown
    assert "A stop said by SMS closes SMS and telephone for that address, for every purpose." in shown


def test_a_rule_nobody_wrote_is_not_found(acme):
    assert acme.client().get("/consent/rules/us-xx-hours/").status_code == 404


@proves("C30")
def test_the_gate_answers_for_any_day_and_names_the_rule_that_decided(acme):
    browser = acme.client()

    late = text_of(browser.get("/consent/rules/question/", QUESTION))
    before = text_of(browser.get("/consent/rules/question/", QUESTION | {"day": "2021-06-30"}))

    assert "Not then" in late
    assert "us-fl-hours This rule decided" in late
    assert "us-hours This rule decided" not in late
    assert "25 Nov 2026, 08:00" in late
    assert "Yes, it could leave" in before
    assert "us-fl-hours" not in before
    assert rulebook().version in late


def test_a_question_that_cannot_be_read_is_refused_with_the_field_and_the_remedy(acme):
    answer = acme.client().get("/consent/rules/question/", QUESTION | {"day": "1800-01-01", "place": "Atlantis"})

    assert answer.status_code == 422
    assert "Choose a day between 1992 and 2099." in text_of(answer)
    assert "Choose one of those offered." in text_of(answer)


def test_a_version_that_is_not_kept_is_not_made_up(acme):
    answer = acme.client().get("/consent/rules/question/", QUESTION | {"version": "2020-01-01.000000000000"})

    assert answer.status_code == 422
    assert "This version of the rulebook cannot be asked." in text_of(answer)
    assert acme.client().get("/consent/rules/versions/", {"version": "2020-01-01.0"}).status_code == 404


@proves("C30")
def test_what_a_rule_adopted_for_the_future_changes_is_shown_before_its_day(acme):
    asked = {"since": "2026-11-25", "until": "2027-02-01", "proposed": ""}

    answer = text_of(acme.client().post("/consent/rules/changes/", asked))

    assert "No answer of the gate changes." in answer
    assert "stop-scope-texts" in answer
    assert "version of 31 January 2027" in answer


@proves("C30")
def test_a_proposed_rule_is_tried_before_it_is_adopted_and_nothing_is_written(acme):
    text = """
[[window]]
id = "us-fl-hours"
places = ["US-FL"]
channels = ["sms"]
tiers = ["marketing"]
weekdays = ["10:00-18:00"]
saturday = ["10:00-18:00"]
sunday = []
valid_from = 2027-03-01
statute = "A bill"
url = "https://www.flsenate.gov/"
read_on = 2026-11-25
standing = "secondary"
verified = false
"""
    before = rows_of(acme.id)

    answer = text_of(
        acme.client().post("/consent/rules/changes/", {"since": "2026-11-25", "until": "2027-03-01", "proposed": text})
    )

    assert "Monday to Saturday, 08:00 to 10:00 Allowed Not at this moment: " in answer
    assert "Sunday, 08:00 to 20:00 Allowed" in answer
    assert rows_of(acme.id) == before
    assert "2027-03-01" not in str(rulebook().windows)


def test_a_proposed_rule_with_a_mistake_is_named_with_its_row_its_field_and_the_remedy(acme):
    text = '[[cap]]\nid = "my-cap"\nplaces = ["US"]\nchannels = ["sms"]\ntiers = ["marketing"]\nverified = true\ncount = 0\n'

    answer = acme.client().post(
        "/consent/rules/changes/", {"since": "2026-11-25", "until": "2027-03-01", "proposed": text}
    )

    assert answer.status_code == 422
    assert "proposed, cap 1 (my-cap): count must be 1 or more, not 0" in text_of(answer)


@proves("C30")
def test_the_rulebook_of_this_build_is_kept_word_for_word_and_its_files_can_be_read(acme):
    kept = RuleSet.objects.get(version=rulebook().version)

    page = acme.client().get("/consent/rules/versions/", {"version": kept.version})

    assert kept.texts == texts_in()
    assert "In use" in text_of(page)
    assert "quiet_hours_us.toml" in text_of(page)


def decided(**changes):
    """A kept decision about a Floridian at eight in the evening."""
    facts = {
        "organization_state": "live",
        "sending_stopped": False,
        "sender_ready": True,
        "content_ready": True,
        "has_address": True,
        "address_valid": True,
        "in_trial_circle": False,
        "suppression": "",
        "consent": "granted",
        "minor": False,
        "region": "US-FL",
        "zones": ["America/New_York"],
        "recent_sends": 3,
        "cap": 3,
        "window_open": True,
        "channel": "sms",
        "tier": "marketing",
    }
    values = {
        "digest": b"1" * 32,
        "facts": facts,
        "outcome": "denied",
        "reason": "freq_cap",
        "rules_version": rulebook().version,
        "decided_at": clock.now(),
    }
    return DecisionRecord.objects.create(**values | changes)


@proves("C32")
def test_a_kept_decision_shows_its_inputs_its_rules_and_that_the_same_rules_still_say_the_same(acme):
    with tenant_context(acme.id):
        record = decided()

    with Statements() as asked:
        page = acme.client("viewer").get(f"/consent/decisions/{record.id}/")

    shown = text_of(page)
    assert "Had already 3 of at most 3" in shown
    assert "Where they are Florida, United States" in shown
    assert "us-fl-cap This rule decided" in shown
    assert "The same facts under the same rules give the same answer today." in shown
    assert "/consent/rules/us-fl-cap/" in page.content.decode()
    assert not [line for line in asked if "consent_ruleset" in line]


@proves("C32")
def test_a_decision_is_read_under_the_rules_of_its_time_after_they_changed(committed_db):
    team = make_team("Acme")
    texts = texts_in()
    texts["caps.toml"] = texts["caps.toml"].replace("count = 3", "count = 2", 1)
    older = build(texts).version
    committed_db.run_sql(
        "insert into consent_ruleset (id, version, texts, kept_at)"
        f" values ('{uuid.uuid4()}', '{older}', $body${json.dumps(texts)}$body$, now())"
    )
    with tenant_context(team.id):
        record = decided(rules_version=older)

    shown = text_of(team.client().get(f"/consent/decisions/{record.id}/"))

    assert f"Rulebook {older}" in shown
    assert "One person in Florida gets at most 2 messages within 24 hours" in shown
    assert "The same facts under the same rules give the same answer today." in shown


@proves("C30")
def test_a_kept_version_of_the_rulebook_cannot_be_changed_or_forged_by_the_product(acme):
    for statement in ("update consent_ruleset set version = 'x'", "delete from consent_ruleset"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        RuleSet.objects.create(version="forged", texts={})

    assert list(RuleSet.objects.values_list("version", flat=True)) == [rulebook().version]


def test_a_decision_under_rules_that_are_not_kept_still_shows_what_was_decided(acme):
    with tenant_context(acme.id):
        record = decided(rules_version="1", facts={"region": "US-FL"})

    shown = text_of(acme.client().get(f"/consent/decisions/{record.id}/"))

    assert "The rules of that time cannot be asked again." in shown
    assert "Florida, United States" in shown
