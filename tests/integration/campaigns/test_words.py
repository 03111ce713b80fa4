"""What carriers do not take is refused where it is written, launched or handed in by an application; the rest is said."""

import pytest

from accounts.contracts import Refused
from campaigns.models import Campaign, Run
from consent.models import Point, Purpose
from core.tenancy import tenant_context
from messaging.models import Message
from tests.factories.campaigns import add_people, make_campaign
from tests.integration.api.conftest import application, told
from tests.integration.campaigns.conftest import check, launch
from tests.snapshots import rows_of


def test_a_campaign_with_a_link_that_hides_where_it_leads_is_not_saved(house):
    before = rows_of(house.id)

    with pytest.raises(Refused) as refused:
        make_campaign(house, "See https://bit.ly/3x")

    assert (refused.value.field, refused.value.code) == ("body", "words_barred")
    assert rows_of(house.id) == before


def test_what_the_carriers_of_a_country_do_not_take_is_not_launched_to_it(house, acme):
    add_people(house, 2, 2)
    campaign = make_campaign(house, "Our new cannabis store is open.")
    check(house, campaign)

    page = acme.client().get(f"/campaigns/{campaign.id}/check/").content.decode()
    with pytest.raises(Refused) as refused:
        launch(house, campaign, 2)
    with tenant_context(house.id):
        launches = Run.objects.filter(kind="launch").count()
        points = Point.objects.update(region="DE")
    check(house, campaign)
    launched = launch(house, campaign, 2)

    assert "Carriers do not take this text." in page
    assert (refused.value.code, launches, points) == ("words_barred", 0, 2)
    assert launched.kind == "launch"


def test_what_somebody_should_look_at_is_said_and_goes(house, acme):
    add_people(house, 1, 1)
    with tenant_context(house.id):
        Purpose.objects.filter(id=house.purpose.id).update(tier="informational")
    campaign = make_campaign(house, "ACT NOW!!! 100% FREE, COME IN TODAY")
    check(house, campaign)

    page = acme.client().get(f"/campaigns/{campaign.id}/check/").content.decode()

    assert "Look at the words again." in page
    assert "It looks like spam (9 points)" in page
    assert launch(house, campaign, 1).kind == "launch"


def test_an_application_is_refused_with_the_words_that_were_found(house, acme):
    add_people(house, 1, 1)
    message = {"to": "+14025560000", "sender": str(house.sender.id), "purpose": "orders", "text": "CBD for you"}
    before = application(acme).post("messages/", message | {"text": "Hello", "dry_run": True})

    refused = application(acme).post("messages/", message)

    assert before.status_code == 200
    assert told(refused) == (422, "words_barred", ["text"])
    assert "“cbd”" in refused.json()["detail"]
    with tenant_context(house.id):
        assert (Message.objects.count(), Campaign.objects.count()) == (0, 0)
