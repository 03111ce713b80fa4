"""Prices with a day and a source: agreed by an operator, quoted to a launch, charged as quoted, and told."""

import dataclasses
import datetime

import pytest

from accounts.contracts import Refused
from accounts.models import AuditEvent
from billing.actions.prices import agree_price
from billing.contracts import Funds, Used
from billing.models import LedgerEntry, Price, PriceQuote
from billing.price_book import line_of, lines_for, price_book
from billing.selectors import funds, quote_of, used_by
from campaigns.models import Run
from campaigns.selectors.quotes import quote_run
from core import clock
from core.ids import new_id
from core.tenancy import tenant_context
from messaging.actions.claiming import claim_due
from messaging.actions.intending import intend
from messaging.actions.recording import Outcome, record_outcomes
from messaging.contracts import Accepted
from tests.factories.accounts import operator_actor
from tests.factories.billing import assert_books_balance, make_paid, top_up
from tests.factories.campaigns import add_people, make_campaign, make_house
from tests.integration.campaigns.conftest import check, launch, send
from tests.proofs import proves
from tests.snapshots import rows_of

DAY = datetime.timedelta(days=1)


@pytest.fixture
def house(acme, operator):
    """Acme with a paid line to the United States, two people who agreed and a hundred units."""
    made = make_house(acme.id, acme.actor(), operator_actor(operator), "http://127.0.0.1:9")
    add_people(made, 2, 2)
    top_up(acme.id, 100)
    return dataclasses.replace(made, sender=make_paid(made.sender))


@pytest.fixture
def tomorrow(db):
    """Let the next day begin, for the database too."""
    yield lambda: clock.move(1.1 * DAY)
    clock.move(datetime.timedelta())


def agreed(organization_id, operator, **changed):
    told = {"channel": "sms", "category": "", "country": "US", "amount": 700, "reason": "contract 12"}
    told |= {"valid_from": clock.now().date() + DAY} | changed
    with tenant_context(organization_id):
        return agree_price(actor=operator_actor(operator), **told)


def deliver(house):
    """The carrier takes whatever is due."""
    token = new_id()
    with tenant_context(house.id):
        claimed = claim_due(sender_id=house.sender.id, limit=100, token=token)
    with tenant_context(house.id):
        intents = intend(sender=house.sender, message_ids=claimed, token=token)
        outcomes = [
            Outcome(each.message, each.permit.attempt_id, Accepted(new_id().hex, 1, {}), each.began_at, each.again)
            for each in intents
        ]
        record_outcomes(sender=house.sender, token=token, outcomes=outcomes)


@proves("I4")
def test_what_was_quoted_is_charged_though_another_price_begins_meanwhile(house, operator, tomorrow):
    now = clock.now()
    agreed(house.id, operator, amount=2000)
    campaign = make_campaign(house)
    checked = check(house, campaign)
    run = launch(house, campaign, 2)
    with tenant_context(house.id):
        quote = quote_run(Run.objects.select_related("sender__account", "purpose").get(id=checked.id))
        kept = quote_of(run.id)

    tomorrow()
    send(house, run)
    deliver(house)
    newer = make_campaign(house)
    dearer = check(house, newer)
    later = launch(house, newer, 2)
    send(house, later)
    deliver(house)

    assert [(line.country, line.price, line.price_version) for line in quote.lines] == [("US", 1000, "2026-11-01")]
    assert ["US", 1000, "2026-11-01"] in kept.lines
    with tenant_context(house.id):
        assert used_by(run.id) == Used(quote.most, 0, 0) == Used(2000, 0, 0)
        again = quote_run(Run.objects.select_related("sender__account", "purpose").get(id=dearer.id))
        assert used_by(later.id) == Used(again.most, 0, 0) == Used(4000, 0, 0)
        assert funds() == Funds(94_000, 0, 6000)
        rows = LedgerEntry.objects.filter(kind="settle").order_by("id").values_list("origin_id", "price_version")
        day = (now.date() + DAY).isoformat()
        assert list(rows) == [(run.id, "2026-11-01")] * 2 + [(later.id, f"own {day}")] * 2
    assert_books_balance(house.id)


@proves("I4")
def test_the_statement_and_the_report_say_which_price_it_was_and_when_it_was_quoted(acme, house, operator, tomorrow):
    agreed(house.id, operator, amount=2000)
    campaign = make_campaign(house)
    check(house, campaign)
    run = launch(house, campaign, 2)
    tomorrow()
    send(house, run)
    deliver(house)

    units = " ".join(acme.client().get("/units/").content.decode().split())
    report = " ".join(acme.client().get(f"/campaigns/runs/{run.id}/").content.decode().split())

    assert "price list of 1 Nov 2026" in units
    assert "contract 12" in units
    assert "Charged as it was quoted on" in report


@proves("I4")
def test_an_agreed_price_is_a_dated_row_with_its_source_and_nobody_changes_it(house, rival, operator, acme):
    before = rows_of(rival.id)

    row = agreed(house.id, operator)

    page = " ".join(acme.client().get("/units/").content.decode().split())
    with tenant_context(house.id):
        held = Price.objects.get()
        assert (held.channel, held.country, held.amount, held.reason) == ("sms", "US", 700, "contract 12")
        assert (held.agreed_by, held.id) == (operator.id, row.id)
        event = AuditEvent.objects.filter(action="price.agreed").get()
        assert (event.actor_kind, event.actor_id) == ("operator", operator.id)
    assert "Prices ahead" in page
    assert "0.7 units" in page
    assert rows_of(rival.id) == before
    assert {rate.source for rate in price_book()} == {
        "The house's own list; one unit is the price of one SMS segment in the United States."
    }


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"reason": " "}, "reason"),
        ({"channel": "pigeon"}, "line"),
        ({"channel": "whatsapp"}, "line"),
        ({"country": "ZZ"}, "country"),
        ({"amount": -1}, "amount"),
        ({"amount": 1_000_001}, "amount"),
        ({"valid_from": datetime.date(2020, 1, 1)}, "valid_from"),
        ({"valid_from": datetime.date(2999, 1, 1)}, "valid_from"),
    ],
)
def test_what_cannot_be_agreed_is_refused_by_field_and_nothing_is_written(house, operator, changed, field):
    before = rows_of(house.id)

    with pytest.raises(Refused) as refusal:
        agreed(house.id, operator, **changed)

    assert refusal.value.field == field
    assert rows_of(house.id) == before


def test_today_is_told_already_and_one_day_has_one_price_and_only_operators_agree(house, operator):
    agreed(house.id, operator)
    before = rows_of(house.id)

    for changed in ({"valid_from": clock.now().date()}, {"amount": 900}):
        with pytest.raises(Refused) as refusal:
            agreed(house.id, operator, **changed)
        assert refusal.value.field == "valid_from"
    with tenant_context(house.id), pytest.raises(Refused, match="Only an operator"):
        agree_price(
            actor=house.actor, channel="sms", category="", country="", amount=1,
            valid_from=clock.now().date() + DAY, reason="mine",
        )  # fmt: skip

    assert rows_of(house.id) == before


def test_the_lines_of_a_quote_hold_for_any_country_by_the_most_particular_price():
    day = datetime.date(2026, 11, 26)

    lines = lines_for(price_book(), channel="sms", category="", on=day)

    assert [line_of(lines, country)[1] for country in ("US", "IN", "FR", "")] == [1000, 500, 4000, 4000]
    assert lines_for(price_book(), channel="whatsapp", category="marketing", on=day) == [("", 3500, "2026-11-01")]


def test_the_practice_carrier_is_quoted_nothing(acme, operator):
    made = make_house(acme.id, acme.actor(), operator_actor(operator), "http://127.0.0.1:9")
    add_people(made, 1, 1)
    campaign = make_campaign(made)
    check(made, campaign)

    launch(made, campaign, 1)

    with tenant_context(acme.id):
        assert PriceQuote.objects.count() == 0
