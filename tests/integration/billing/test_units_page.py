"""The page of units."""

from accounts.contracts import SYSTEM
from billing.actions.ledger import add_units, reserve_units, settle_units
from billing.contracts import Charge
from core.ids import new_id
from core.tenancy import tenant_context
from tests.counts import Statements
from tests.factories.accounts import make_operator, operator_actor
from tests.factories.billing import top_up


def test_the_page_shows_balance_prices_and_every_movement_of_this_organisation_alone(acme, rival):
    with tenant_context(acme.id):
        add_units(actor=operator_actor(make_operator()), units=1250, note="invoice 17")
        reserve_units(actor=SYSTEM, charges=[Charge(new_id(), new_id(), 2500, "2026-11-01")])

    page = " ".join(acme.client().get("/units/").content.decode().split())
    other = rival.client().get("/units/").content.decode()

    assert "1,247.5 units" in page
    assert "invoice 17" in page
    assert "price list 2026-11-01 · 2.5 units" in page
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
