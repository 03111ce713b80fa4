"""The rules over the API: listed with their sources, and asked about a day, with the gate's own answer."""

import pytest

from consent.rulebook import rulebook
from tests.integration.api.conftest import application
from tests.proofs import proves
from tests.snapshots import changed, rows_of

QUESTION = {
    "place": "US-FL", "zone": "America/New_York", "channel": "sms", "tier": "marketing", "day": "2026-11-24", "hour": "20:05",
}  # fmt: skip


@proves("C30")
def test_rules_are_listed_by_place_with_source_and_dates(acme):
    body = application(acme, "see_contacts").get("rules/?place=US-PA&kind=hours").json()

    found = {row["id"]: row for row in body["data"]}
    assert set(found) == {"us-hours", "us-pa-hours", "notices-hours"}
    assert found["us-pa-hours"]["verified"] is False
    assert found["us-pa-hours"]["valid_from"] == "2025-11-01"
    assert found["us-pa-hours"]["in_force"] is True
    assert found["us-hours"]["statute"] == "47 CFR 64.1200(c)(1); 16 CFR 310.4(c)"
    assert body["next"] is None


@proves("C30", "C31")
def test_a_question_is_answered_by_the_gate_and_writes_nothing(acme):
    before = rows_of(acme.id)

    answer = application(acme, "see_contacts").post("rules/questions/", QUESTION).json()
    early = application(acme, "see_contacts").post("rules/questions/", QUESTION | {"day": "2021-06-30"}).json()

    assert (answer["outcome"], answer["reason"]) == ("deferred", "quiet_hours")
    assert answer["until"] == "2026-11-25T13:00:00Z"
    assert answer["rules_version"] == rulebook().version
    assert [rule["id"] for rule in answer["rules"] if rule["decided"]] == ["us-fl-hours"]
    assert early["outcome"] == "allowed"
    assert {table for table in changed(before, rows_of(acme.id)) if not table.startswith("accounts_")} == set()


@pytest.mark.parametrize(
    ("wrong", "remedy"),
    [
        ({"place": "US-XX"}, "There is no such place. Write it like US-FL or DE."),
        ({"zone": "America/Gotham"}, "There is no such time zone. Write it like America/New_York."),
        ({"day": "1900-01-01"}, "Ask about a day between 1992 and 2099."),
        ({"rules_version": "1"}, "This version is not kept, or cannot be asked any more. Leave it out."),
    ],
)
def test_a_question_that_cannot_be_read_names_the_field_and_the_remedy(acme, wrong, remedy):
    answer = application(acme, "see_contacts").post("rules/questions/", QUESTION | wrong)

    assert answer.status_code == 400
    assert [(error["field"], error["detail"]) for error in answer.json()["errors"]] == [(next(iter(wrong)), remedy)]


def test_a_key_that_may_not_see_contacts_reads_no_rules(acme):
    assert application(acme, "see_units").get("rules/").status_code == 403
