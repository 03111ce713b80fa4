"""A limit is told before anything is sent: a check and a dry run say who has had enough, and when it is possible again (C19)."""

import dataclasses
import datetime

import pytest

from campaigns.models import Recipient
from consent.actions.limits import set_limits
from consent.models import Purpose
from core import clock
from core.ids import new_id
from core.tenancy import tenant_context
from messaging.models import Message, Template, TemplateVersion
from tests.factories.campaigns import House, add_people, make_campaign
from tests.factories.consent import make_purpose
from tests.integration.api.conftest import application, told
from tests.integration.campaigns.conftest import check
from tests.proofs import proves
from tests.snapshots import rows_of

#: ten in the morning in Nebraska, where everybody lives
MORNING = datetime.datetime(2026, 11, 25, 16, 0, tzinfo=datetime.UTC)
HOUR = datetime.timedelta(hours=1)


@pytest.fixture
def street(house, monkeypatch) -> House:
    """Three people who agreed to offers; two of them got one message each, five and fifty hours ago; one a day is allowed."""
    monkeypatch.setattr(clock, "now", lambda: MORNING)
    with tenant_context(house.id):
        house = dataclasses.replace(house, purpose=make_purpose(house.actor))
    points = add_people(house, 3, 3)
    with tenant_context(house.id):
        template = Template.objects.create(name="Earlier", channel="sms", purpose=house.purpose)
        version = TemplateVersion.objects.create(template=template, number=1, body="Hello")
        for point_id, hours in zip(points, (5, 50), strict=False):
            at = MORNING - hours * HOUR
            Message.objects.create(
                template_version=version, channel="sms", origin="run", origin_id=new_id(), point_id=point_id,
                sender=house.sender, purpose=house.purpose, body_sealed=b"", state="accepted", created_at=at, sent_at=at,
                expires_at=at,
            )  # fmt: skip
    limit(house)
    return house


def limit(house: House, *, waits: bool = False) -> None:
    with tenant_context(house.id):
        set_limits(actor=house.actor, most=1, days=3, waits=waits, outside=set())


def campaign(house: House):
    return make_campaign(house, "Acme: our sale has begun. Reply STOP to end.")


@proves("C19")
def test_a_check_says_who_has_had_enough_and_from_when_it_is_possible(street, acme):
    run = check(street, campaign(street))
    browser = acme.client()

    page = browser.get(f"/campaigns/{run.campaign_id}/check/").content.decode()
    people = browser.get(f"/campaigns/runs/{run.id}/people/?show=left_out&reason=freq_cap").content.decode()

    with tenant_context(street.id):
        outcomes = Recipient.objects.filter(run=run).values_list("outcome", "reason", "due_at")
        assert sorted(outcomes, key=str) == [
            ("allowed", "", MORNING), ("left_out", "freq_cap", None), ("left_out", "freq_cap", None)
        ]  # fmt: skip
    # 22 hours from now for one; 67 for the other, when it is five in the morning there and opens at eight
    for text in (page, people):
        assert "ossible again from" in text
    assert "2026-11-26T14:00" in page + people
    assert "2026-11-28T14:00" in page + people


@proves("C19")
def test_where_too_much_waits_everybody_is_planned_for_the_hour_at_which_there_is_room(street):
    limit(street, waits=True)

    run = check(street, campaign(street))

    with tenant_context(street.id):
        due = Recipient.objects.filter(run=run, outcome="allowed").values_list("due_at", flat=True)
        assert sorted(due) == [MORNING, MORNING + 22 * HOUR, MORNING + 70 * HOUR]


@proves("C19")
def test_a_dry_run_of_an_application_answers_with_the_moment(street, acme):
    app = application(acme)
    numbers = ["+14025560000", "+14025560001"]
    asked = {"channel": "sms", "purpose": street.purpose.key, "sender": str(street.sender.id), "addresses": numbers}

    refused = app.post("decisions/", asked).json()
    limit(street, waits=True)
    waits = app.post("decisions/", asked).json()

    def lines(answer):
        return [
            (line["outcome"], line["until"])
            for line in answer["data"]
            if (line["reason"] or {}).get("code") == "freq_cap"
        ]

    assert lines(refused) == [("denied", "2026-11-28T14:00:00Z"), ("denied", "2026-11-26T14:00:00Z")]
    assert lines(waits) == [("deferred", "2026-11-28T14:00:00Z"), ("deferred", "2026-11-26T14:00:00Z")]


def test_an_application_reads_and_sets_the_limits_with_its_scopes_and_nothing_else(street, acme, rival):
    before = rows_of(rival.id)
    reads, sets = application(acme, "see_contacts"), application(acme, "see_contacts", "change_settings")

    first = reads.get("frequency/").json()
    refused = reads.patch("frequency/", {"most": 9})
    changed = sets.patch("frequency/", {"most": None, "when_full": "wait", "outside": ["offers"]}).json()
    wrong = [told(sets.patch("frequency/", body)) for body in ({"outside": ["nothing"]}, {"days": 91}, {"most": 0})]

    assert (first["most"], first["days"], first["when_full"], first["outside"]) == (1, 3, "refuse", [])
    assert (first["always_outside"], [rule["id"] for rule in first["law"]]) == (
        ["transactional"], ["us-fl-cap", "us-ok-cap", "us-md-cap"]
    )  # fmt: skip
    assert refused.status_code == 403
    assert (changed["most"], changed["days"], changed["when_full"], changed["outside"]) == (None, 3, "wait", ["offers"])
    assert [(status, fields) for status, _, fields in wrong] == [(422, ["outside"]), (400, ["days"]), (400, ["most"])]
    assert rows_of(rival.id) == before
    with tenant_context(street.id):
        assert Purpose.objects.get(is_outside_limits=True).key == "offers"
