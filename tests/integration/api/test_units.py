"""Units over the API: what there is, what a check would cost, what a run has used."""

from accounts.contracts import SYSTEM
from billing.actions.ledger import reserve_units
from billing.contracts import Charge
from core.ids import new_id
from core.tenancy import tenant_context
from tests.factories.billing import make_paid, top_up
from tests.factories.campaigns import add_people, make_campaign
from tests.integration.api.conftest import application, told
from tests.integration.campaigns.conftest import check, launch
from tests.snapshots import rows_of


def test_an_application_reads_the_units_of_its_organisation_alone(acme, rival):
    top_up(acme.id, 12)
    with tenant_context(acme.id):
        reserve_units(actor=SYSTEM, charges=[Charge(new_id(), new_id(), 2500, "2026-11-01", "sms")])

    ours = application(acme, "see_units").get("units/")
    theirs = application(rival, "see_units").get("units/")
    refused = application(acme, "see_campaigns").get("units/")

    assert (ours.status_code, ours.json()) == (200, {"available": 9500, "reserved": 2500, "spent": 0})
    assert theirs.json() == {"available": 0, "reserved": 0, "spent": 0}
    assert refused.status_code == 403


def test_a_check_tells_what_it_would_cost_and_a_launch_without_units_names_the_remedy(acme, house):
    app = application(acme)
    add_people(house, 3, 3)
    make_paid(house.sender)
    top_up(house.id, 2)
    campaign = make_campaign(house)
    check(house, campaign)

    quote = app.get(f"campaigns/{campaign.id}/check/").json()["quote"]
    before = rows_of(house.id)
    refused = app.post(f"campaigns/{campaign.id}/launch/", {"confirmed": 3, "at": None})

    assert quote == {
        "free": False, "least": 3000, "most": 3000, "enough": False,
        "lines": [
            {
                "country": "US", "people": 3, "least_parts": 3, "most_parts": 3, "price": 1000,
                "price_version": "2026-11-01",
            }
        ],
    }  # fmt: skip
    assert told(refused)[2] == ["units"]
    assert refused.json()["remedy"] == "Add 1 unit, or choose fewer people."
    after = rows_of(house.id)
    assert {table for table in before if before[table] != after[table]} <= {
        "accounts_apirequest",
        "accounts_apirequestlog",
        "accounts_apikey",
    }


def test_a_run_tells_what_it_has_used(app, house):
    add_people(house, 2, 2)
    campaign = make_campaign(house)
    check(house, campaign)
    run = launch(house, campaign, 2)
    top_up(house.id, 5)
    with tenant_context(house.id):
        reserve_units(actor=SYSTEM, charges=[Charge(new_id(), new_id(), 1000, "2026-11-01", "sms", run.id)])

    assert app.get(f"runs/{run.id}/").json()["used"] == {"charged": 0, "held": 1000, "given_back": 0}
