"""The first page: what a new organisation does first, then real numbers and what waits for somebody."""

import datetime

import pytest

from accounts.roles import Role
from campaigns.actions.launching import launch_campaign, pause_run
from consent.models import Point
from core import clock
from core.tenancy import tenant_context
from messaging.models import InboundMessage
from tests.counts import Statements
from tests.factories.accounts import make_team
from tests.factories.campaigns import add_people, make_campaign
from tests.factories.consent import stop
from tests.factories.messaging import hear
from tests.integration.campaigns.conftest import check, launch, send


def home(team, role="owner"):
    return team.client(role).get("/")


def test_a_new_organisation_sees_its_first_steps_in_order_and_none_done(rival):
    page = home(rival)

    assert [(step.title, step.done) for step in page.context["home"].steps] == [
        ("Say what you write about", False),
        ("Connect a carrier and add a sender", False),
        ("Add your own phone as a guest", False),
        ("Bring your contacts", False),
        ("Send your first campaign", False),
    ]
    assert "0 of 5 done" in page.content.decode()
    assert "New campaign" not in page.content.decode()


def test_each_thing_that_is_there_ticks_its_step_and_a_launch_ends_them(acme, house):
    steps = []
    for _ in range(2):
        steps.append([step.done for step in home(acme).context["home"].steps])
        if len(steps) == 1:
            add_people(house, 1, 1)
    campaign = make_campaign(house)
    check(house, campaign)
    launch(house, campaign, 1)

    page = home(acme)

    assert steps == [[True, True, False, False], [True, True, True, False]]
    assert "First steps" not in page.content.decode()
    assert "New campaign" in page.content.decode()


def test_the_people_one_may_reach_are_those_who_agreed_and_did_not_say_stop(acme, house):
    points = add_people(house, 5, 3)
    with tenant_context(acme.id):
        stop(Point.objects.get(id=points[0]))

    told = home(acme).context["home"]

    assert (told.reachable, told.people) == (2, 5)


def test_what_waits_for_somebody_is_listed_with_where_to_go(acme, house):
    add_people(house, 2, 2)
    campaign = make_campaign(house)
    check(house, campaign)
    run = send(house, launch(house, campaign, 2))
    with tenant_context(acme.id):
        pause_run(actor=house.actor, run=run)
        hear(house.account, "Is it in stock?")
        assert InboundMessage.objects.count() == 1

    page = home(acme)

    assert [(task.title, task.page) for task in page.context["home"].tasks] == [
        ("1 reply waits for somebody", "messaging:replies"),
        ("“Orders ready” is paused", "campaigns:run"),
    ]
    assert f"/campaigns/runs/{run.id}/" in page.content.decode()
    assert "2 things for somebody here." in page.content.decode()


def test_the_next_campaign_that_is_planned_is_named_with_its_time(acme, house):
    add_people(house, 1, 1)
    campaign = make_campaign(house)
    check(house, campaign)
    at = clock.now() + datetime.timedelta(days=2)
    with tenant_context(acme.id):
        launch_campaign(actor=house.actor, campaign=campaign, confirmed=1, at=at)

    told = home(acme).context["home"]

    assert (told.scheduled, told.next_campaign.id, told.next_campaign.scheduled_at) == (1, campaign.id, at)


@pytest.mark.parametrize("role", list(Role))
def test_home_opens_for_every_role_and_shows_only_what_the_role_may_see(db, role):
    team = make_team("Acme", tuple(Role))

    page = home(team, role)

    assert page.status_code == 200
    told = page.context["home"]
    assert (told.reachable is None) == (role == "finance")
    assert (told.replies is None) == (role in ("finance", "developer", "viewer"))


def test_home_asks_no_more_of_the_database_when_there_are_more_people_and_campaigns(acme, house):
    add_people(house, 60, 40)
    for _ in range(12):
        make_campaign(house)
    browser = acme.client()
    browser.get("/")

    with Statements() as asked:
        browser.get("/")

    assert len(asked) == 35
