"""The number somebody typed binds the launch: more people than that are not written to unasked."""

import datetime
import re

import pytest

from accounts.contracts import Refused
from accounts.models import Organization
from campaigns.actions import advancing
from campaigns.actions.launching import launch_campaign, run_of
from campaigns.models import Campaign, Run
from core import clock
from core.tenancy import tenant_context
from messaging.models import Message
from tests.factories import campaigns as factory
from tests.factories.campaigns import add_people, make_campaign
from tests.integration.accounts.chain import last_deed
from tests.integration.campaigns.conftest import check, launch, plan

WHY = "More people would get it now than you confirmed: 3 instead of 1."


@pytest.fixture
def more_people(monkeypatch):
    """Two more people with proof, with numbers of their own."""

    def add(house):
        plain = factory.number
        monkeypatch.setattr(factory, "number", lambda index: plain(index + 1000))
        add_people(house, 2, 2)
        monkeypatch.setattr(factory, "number", plain)

    return add


def test_a_launch_that_grew_since_the_check_goes_back_to_draft_and_says_why(acme, house, more_people):
    add_people(house, 1, 1)
    campaign = make_campaign(house)
    check(house, campaign)
    more_people(house)

    run = launch(house, campaign, 1)

    assert (run.state, run.confirmed_count, run.allowed_count, run.next_at) == ("cancelled", 1, 3, None)
    with tenant_context(house.id):
        assert Campaign.objects.get().state == "draft"
        assert not Message.objects.exists()
    deed = last_deed(house.id)
    assert (deed.action, deed.actor_kind, deed.object_id) == ("campaign.launch_held", "system", run.id)
    assert deed.data == {"confirmed": 1, "allowed": 3}
    for path in (f"runs/{run.id}/", f"{campaign.id}/", f"{campaign.id}/check/"):
        page = re.sub(r"\s+", " ", acme.client().get(f"/campaigns/{path}").content.decode())
        assert WHY in page
        assert "Check again and type the new number." in page


def test_after_it_was_held_only_a_new_check_and_the_new_number_launch_it(acme, house, more_people):
    add_people(house, 1, 1)
    campaign = make_campaign(house)
    check(house, campaign)
    more_people(house)
    launch(house, campaign, 1)

    with tenant_context(house.id), pytest.raises(Refused, match="Check the campaign first"):
        launch_campaign(actor=house.actor, campaign=campaign, confirmed=1)
    assert check(house, campaign).allowed_count == 3
    run = launch(house, campaign, 3)

    assert (run.state, run.allowed_count) == ("breath", 3)
    assert WHY not in acme.client().get(f"/campaigns/{campaign.id}/").content.decode()


def test_a_scheduled_launch_that_grew_is_held_at_its_time(house, more_people):
    add_people(house, 1, 1)
    campaign = make_campaign(house)
    check(house, campaign)
    with tenant_context(house.id):
        later = clock.now() + datetime.timedelta(hours=1)
        run = launch_campaign(actor=house.actor, campaign=campaign, confirmed=1, at=later)
    more_people(house)

    with tenant_context(house.id):
        Run.objects.filter(id=run.id).update(planned_for=clock.now())
        advancing.advance_run(run_of(run.id))
    run = plan(house, run)

    assert (run.state, run.allowed_count) == ("cancelled", 3)
    with tenant_context(house.id):
        assert list(Campaign.objects.values_list("state", "scheduled_at")) == [("draft", None)]


def test_a_launch_that_shrank_goes_on(house):
    add_people(house, 3, 3)
    campaign = make_campaign(house)
    check(house, campaign)
    with tenant_context(house.id):
        house.people.members.all()[0].delete()

    run = launch(house, campaign, 3)

    assert (run.state, run.confirmed_count, run.allowed_count) == ("breath", 3, 2)


@pytest.mark.parametrize("at", ["9999-12-31T23:59", "0001-01-01T00:00"])
@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Karachi", "UTC"])
def test_a_launch_at_the_end_of_time_is_refused_at_its_field(acme, house, at, zone):
    add_people(house, 1, 1)
    campaign = make_campaign(house)
    check(house, campaign)
    with tenant_context(house.id):
        Organization.objects.update(time_zone=zone)

    answer = acme.client().post(f"/campaigns/{campaign.id}/launch/", {"confirmed": "1", "at": at})

    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["at"])
    with tenant_context(house.id):
        assert not Run.objects.filter(kind="launch").exists()
