"""The page of units."""

import pytest

from accounts.actions.roles import make_role
from accounts.contracts import SYSTEM
from billing.actions.ledger import add_units, refund_units, release_units, reserve_units, settle_units
from billing.contracts import Charge
from core.ids import new_id
from core.tenancy import tenant_context
from tests.counts import Statements
from tests.factories.accounts import join, make_operator, make_person, operator_actor
from tests.factories.billing import top_up
from tests.factories.campaigns import make_campaign, make_house
from tests.integration.campaigns.conftest import check


@pytest.fixture
def house(acme):
    """Acme with a purpose, a sender whose carrier nobody asks, and an empty list."""
    return make_house(acme.id, acme.actor(), operator_actor(make_operator()), "http://127.0.0.1:9")


def test_the_page_shows_balance_prices_and_every_movement_of_this_organisation_alone(acme, rival):
    with tenant_context(acme.id):
        add_units(actor=operator_actor(make_operator()), units=1250, note="invoice 17")
        reserve_units(actor=SYSTEM, charges=[Charge(new_id(), new_id(), 2500, "2026-11-01")])

    page = " ".join(acme.client().get("/units/").content.decode().split())
    other = rival.client().get("/units/").content.decode()

    assert "1,247.5 units" in page
    assert "invoice 17" in page
    assert "price list of 1 Nov 2026 · 2.5 units" in page
    assert "No units yet" in other
    assert "invoice 17" not in other


def test_the_page_shows_what_each_channel_was_charged_day_by_day(acme, rival):
    top_up(acme.id, 100)
    charges = [Charge(new_id(), new_id(), 1000, "2026-11-01", channel) for channel in ("sms", "sms", "email")]
    with tenant_context(acme.id):
        reserve_units(actor=SYSTEM, charges=charges)
        settle_units(actor=SYSTEM, references=[charge.reference for charge in charges])

    page = acme.client().get("/units/")
    other = " ".join(rival.client().get("/units/").content.decode().split())

    assert [(line.channel, line.messages, line.amount) for line in page.context["used"]] == [
        ("email", 1, 1000), ("sms", 2, 2000),
    ]  # fmt: skip
    assert "Nothing was charged" in other


def test_who_may_not_see_units_is_told_so(acme):
    assert acme.client("viewer").get("/units/").status_code == 403


def test_the_page_costs_the_same_for_one_movement_and_for_forty(acme):
    browser, operator = acme.client(), operator_actor(make_operator())
    browser.get("/units/")
    counts = []

    for more in (1, 39):
        with tenant_context(acme.id):
            for number in range(more):
                add_units(actor=operator, units=1, note=f"invoice {number}")
        with Statements() as asked:
            assert browser.get("/units/").status_code == 200
        counts.append(len(asked))

    assert counts[0] == counts[1]


def movements(team, show=""):
    rows = team.client().get("/units/", {"show": show}).context["page"].object_list
    return [(row.words, row.origin.name if row.origin else "", row.signed, row.after) for row in rows]


def test_each_movement_says_what_it_was_for_and_what_was_free_after_it(acme, house):
    campaign = make_campaign(house)
    run = check(house, campaign)
    top_up(acme.id, 10)
    charges = [Charge(new_id(), new_id(), 1000, "2026-11-01", "sms", run.id) for _ in range(2)]
    with tenant_context(acme.id):
        reserve_units(actor=SYSTEM, charges=charges[:1])
        reserve_units(actor=SYSTEM, charges=charges[1:])
        settle_units(actor=SYSTEM, references=[charges[0].reference])
        release_units(actor=SYSTEM, references=[charges[1].reference])
        refund_units(actor=SYSTEM, reference=charges[0].reference, note="Not delivered, says the carrier.")
    page = " ".join(acme.client().get("/units/").content.decode().split())
    with tenant_context(acme.id):
        role = str(make_role(actor=acme.actor(), name="Books", permissions=["see_units"]).id)
    join(acme, role, make_person("Fay"))
    books = acme.client(role).get("/units/").content.decode()

    assert movements(acme) == [
        ("Refunded: an SMS", "Orders ready", 1000, 10_000),
        ("Given back: an SMS", "Orders ready", 1000, 9000),
        ("Charged: an SMS", "Orders ready", 0, 8000),
        ("Held for an SMS", "Orders ready", -1000, 8000),
        ("Held for an SMS", "Orders ready", -1000, 9000),
        ("Units added", "", 10_000, 10_000),
    ]
    assert f'<a href="/campaigns/runs/{run.id}/">Orders ready</a>' in page
    assert "Not delivered, says the carrier." in page
    assert "Orders ready" in books
    assert f"/campaigns/runs/{run.id}/" not in books


def test_the_statement_can_be_narrowed_to_a_kind_and_turned_page_by_page(acme, rival):
    top_up(acme.id, 100)
    top_up(rival.id, 7)
    with tenant_context(acme.id):
        for _ in range(60):
            reserve_units(actor=SYSTEM, charges=[Charge(new_id(), new_id(), 1000, "2026-11-01", "email")])

    added, held, strange = movements(acme, "added"), movements(acme, "held"), movements(acme, "nonsense")
    second = acme.client().get("/units/", {"page": "2"})

    assert added == [("Units added", "", 100_000, None)]
    assert (len(held), held[0]) == (50, ("Held for an email", "", -1000, None))
    assert (len(strange), strange[0]) == (50, ("Held for an email", "", -1000, 40_000))
    assert [row.after for row in second.context["page"].object_list] == [1000 * each for each in range(90, 101)]
    assert [chip[1:] for chip in second.context["chips"]] == [("Held and given back", 60), ("Added and corrected", 1)]
    assert "51–61 of 61 movements" in second.content.decode()


def test_a_kind_there_is_none_of_says_so(acme):
    top_up(acme.id, 1)

    assert "None of this kind" in acme.client().get("/units/", {"show": "charged"}).content.decode()
