"""A run that waits for people's hours, as its page, the list and home tell of it."""

import dataclasses
import datetime

import pytest

from consent.actions.purposes import open_purpose
from core import clock
from core.tenancy import tenant_context
from tests.factories.campaigns import add_people, make_campaign
from tests.integration.campaigns.conftest import check, launch, send


@pytest.fixture
def asleep(acme, house, monkeypatch):
    """An offer launched at four in the morning UTC to two people of Nebraska, where nobody's hours are open then."""
    monkeypatch.setattr(clock, "_cached", clock._cached)
    night = (clock.now() + datetime.timedelta(days=1)).replace(hour=4, minute=0)
    clock.move(night - clock.now())
    with tenant_context(acme.id):
        offers = open_purpose(actor=house.actor, name="Offers", tier="marketing")
    house = dataclasses.replace(house, purpose=offers)
    add_people(house, 2, 2)
    campaign = make_campaign(house, "Sale today. Reply STOP to opt out.")
    check(house, campaign)
    return send(house, launch(house, campaign, 2))


def test_a_run_that_waits_for_peoples_hours_says_from_when_in_their_time_and_in_ours(acme, asleep):
    browser = acme.client()

    page = browser.get(f"/campaigns/runs/{asleep.id}/")
    part = browser.get(f"/campaigns/runs/{asleep.id}/progress/?state=sending").content.decode()
    (row,) = browser.get("/campaigns/").context["page"].object_list
    home = browser.get("/").content.decode()

    assert asleep.state == "sending"
    assert (page.context["badge"]["label"], page.context["heading"]) == (
        "Waiting",
        "Waiting: begins 08:00 (their time).",
    )
    assert "2 people still to go" in page.context["lead"]
    assert "Waiting: begins 08:00 (their time)." in part
    assert (row.badge["label"], row.when_words, row.when) == ("Waiting", "begins", asleep.next_at)
    assert "1 campaign waits for people&#x27;s hours to open." in home
