"""What a campaign costs: said before the launch, refused when the units do not reach, told in the report, and never in the way
of a STOP.
"""

import pytest

from accounts.contracts import SYSTEM, Refused
from billing.actions.ledger import reserve_units, settle_units
from billing.contracts import Charge, Funds, Used
from billing.models import LedgerEntry, Price
from billing.selectors import funds
from campaigns.actions.launching import launch_campaign
from campaigns.models import Campaign, Run
from campaigns.selectors.checks import newest_check
from campaigns.selectors.quotes import promised_units, quote_run
from campaigns.selectors.reports import run_report
from consent.models import Point
from contacts.models import Contact, CustomField
from core.ids import new_id
from core.tenancy import tenant_context
from messaging.models import Message
from messaging.selectors.senders import account_cards
from tests.factories.billing import assert_books_balance, make_paid, top_up
from tests.factories.campaigns import add_people, make_campaign
from tests.integration.campaigns.conftest import check, launch, send
from tests.integration.campaigns.test_story import check as check_by_tasks
from tests.integration.campaigns.test_story import launch as launch_by_tasks
from tests.integration.campaigns.test_story import sent_to, tick
from tests.proofs import proves
from tests.snapshots import rows_of

SHORT = "Hello {{ contact.first_name }}, your order is ready."


def quote_of(house, run):
    with tenant_context(house.id):
        return quote_run(Run.objects.select_related("sender__account", "purpose").get(id=run.id))


def lines(quote):
    return [(line.country, line.people, line.least_parts, line.most_parts, line.price) for line in quote.lines]


def test_a_check_says_what_a_launch_would_cost_country_by_country(house):
    points = add_people(house, 6, 5)
    make_paid(house.sender)
    top_up(house.id, 20)
    with tenant_context(house.id):
        Point.objects.filter(id=points[0]).update(region="GB-SCT")
        Point.objects.filter(id=points[1]).update(region="")

    quote = quote_of(house, check(house, make_campaign(house)))

    assert lines(quote) == [("", 1, 1, 1, 4000), ("GB", 1, 1, 1, 3000), ("US", 3, 3, 3, 1000)]
    assert (quote.people, quote.least, quote.most, quote.available, quote.after) == (5, 10_000, 10_000, 20_000, 10_000)
    assert (quote.text, quote.enough, quote.tight, quote.varies, quote.free) == ("10 units", True, False, False, False)


def test_names_decide_how_many_parts_a_text_has_and_the_quote_counts_each_of_them(house):
    add_people(house, 4, 4)
    make_paid(house.sender)
    body = "{{ contact.first_name }}" + "x" * 150
    with tenant_context(house.id):
        for place, name in enumerate(("Ann", "Maximilian-Alexander", "Жанна", "Li")):
            Contact.objects.filter(first_name=f"Person {place}").update(first_name=name)

    run = check(house, make_campaign(house, body))

    assert lines(quote_of(house, run)) == [("US", 4, 1 + 2 + 3 + 1, 7, 1000)]


def test_a_text_with_conditions_is_quoted_as_a_range_where_people_who_look_alike_differ(house):
    add_people(house, 4, 4)
    make_paid(house.sender)
    top_up(house.id, 5)
    body = "Hi{% if contact.first_name == 'Ann' %}" + "x" * 200 + "{% endif %}"
    with tenant_context(house.id):
        ids = list(Contact.objects.order_by("id").values_list("id", flat=True))
        Contact.objects.filter(id__in=ids[1:]).update(first_name="Bob")
        Contact.objects.filter(id=ids[0]).update(first_name="Ann")

    quote = quote_of(house, check(house, make_campaign(house, body)))

    assert (quote.least, quote.most, quote.text) == (4000, 8000, "4 to 8 units")
    assert (quote.enough, quote.tight, quote.after, quote.after_most) == (True, True, 1000, -3000)


def test_a_field_of_ones_own_counts_too(house):
    add_people(house, 2, 2)
    make_paid(house.sender)
    with tenant_context(house.id):
        CustomField.objects.create(key="town", label="Town", kind="text")
        first, second = Contact.objects.order_by("id")
        Contact.objects.filter(id=first.id).update(fields={"town": "y" * 40})
        Contact.objects.filter(id=second.id).update(fields={"town": "Ely"})

    run = check(house, make_campaign(house, "{{ contact.fields.town }}" + "x" * 130))

    assert lines(quote_of(house, run)) == [("US", 2, 3, 3, 1000)]


@proves("I3")
def test_a_launch_the_units_cannot_pay_is_refused_and_nothing_is_written(house, rival):
    add_people(house, 3, 3)
    make_paid(house.sender)
    top_up(house.id, 2)
    top_up(rival.id, 100)
    campaign = make_campaign(house)
    check(house, campaign)
    before = rows_of(house.id)

    with tenant_context(house.id), pytest.raises(Refused) as refusal:
        launch_campaign(actor=house.actor, campaign=campaign, confirmed=3)

    assert (refusal.value.field, refusal.value.message) == ("units", "This costs 3 units, and you have 2 units.")
    assert refusal.value.remedy == "Add 1 unit, or choose fewer people."
    assert rows_of(house.id) == before


def test_a_launch_the_units_cannot_pay_is_not_offered_and_the_page_says_how_many_are_missing(acme, house):
    add_people(house, 3, 3)
    make_paid(house.sender)
    top_up(house.id, 2)
    campaign = make_campaign(house)
    check(house, campaign)

    short = check_page(acme, campaign)
    top_up(house.id, 1)
    enough = check_page(acme, campaign)

    assert "<strong>1 unit is missing.</strong> You have 2 units." in short
    assert 'disabled aria-describedby="units-missing"' in short
    assert 'name="confirmed"' not in short
    assert "units-missing" not in enough
    assert 'name="confirmed"' in enough


def check_page(team, campaign):
    return " ".join(team.client().get(f"/campaigns/{campaign.id}/check/").content.decode().split())


def test_what_launched_campaigns_still_need_is_no_longer_free(acme, house):
    add_people(house, 3, 3)
    make_paid(house.sender)
    top_up(house.id, 8)
    first, second, third = (make_campaign(house) for _ in range(3))
    for each in (first, second, third):
        check(house, each)
    alone = check_page(acme, third)
    run = launch(house, first, 3)
    launch(house, second, 3)
    with tenant_context(house.id):
        charges = [Charge(new_id(), new_id(), 1000, "2026-11-01", "sms", run.id) for _ in range(2)]
        reserve_units(actor=SYSTEM, charges=charges)
        settle_units(actor=SYSTEM, references=[charges[0].reference])
        quote = newest_check(third).quote

    beside = check_page(acme, third)

    assert (quote.available, quote.promised, quote.at_hand) == (6000, 1000 + 3000, 2000)
    assert (quote.least, quote.after, quote.short) == (3000, -1000, 1000)
    assert (quote.enough, quote.tight) == (True, True)
    assert "You have 8 units." in alone
    assert "launched before" not in alone
    assert "Campaigns launched before need 4 units of your 6 units; without 1 unit more some wait." in beside
    assert "2 units<span" in beside
    assert "nothing; 1 unit short" in beside


def test_a_campaign_that_is_over_or_costs_nothing_promises_nothing(house):
    add_people(house, 2, 2)
    practice, paid, other = (make_campaign(house) for _ in range(3))
    check(house, practice)
    launch(house, practice, 2)
    top_up(house.id, 5)
    for each in (paid, other):
        check(house, each)
    with tenant_context(house.id):
        free = promised_units()
    make_paid(house.sender)
    with tenant_context(house.id):
        Run.objects.filter(kind="launch").update(state="finished", next_at=None)
        over = promised_units()

    assert (free, over) == (0, 0)


def test_the_report_shows_what_waits_for_units_and_what_was_used(acme, house):
    add_people(house, 2, 2)
    campaign = make_campaign(house)
    check(house, campaign)
    run = send(house, launch(house, campaign, 2))
    top_up(house.id, 5)
    with tenant_context(house.id):
        Message.objects.filter(id=Message.objects.order_by("id")[:1].get().id).update(reason="waiting_for_units")
        charge = Charge(new_id(), new_id(), 1500, "2026-11-01", "sms", run.id)
        reserve_units(actor=SYSTEM, charges=[charge])
        settle_units(actor=SYSTEM, references=[charge.reference])

    page = " ".join(acme.client().get(f"/campaigns/runs/{run.id}/").content.decode().split())
    people = acme.client().get(f"/campaigns/runs/{run.id}/people/?show=waiting&reason=waiting_for_units")
    plain = " ".join(acme.client("viewer").get(f"/campaigns/runs/{run.id}/").content.decode().split())

    assert "1 message waits for units." in page
    assert "1.5 units" in page
    assert [person.words for person in people.context["page"].people] == ["There are no units for it"]
    assert "1 message waits for units." in plain
    assert "1.5 units" not in plain


def test_the_page_says_so_and_the_campaign_stays_a_draft(acme, house):
    add_people(house, 3, 3)
    make_paid(house.sender)
    campaign = make_campaign(house)
    check(house, campaign)

    answer = acme.client().post(f"/campaigns/{campaign.id}/launch/", {"confirmed": "3", "at": ""})

    assert answer.status_code == 422
    assert "This costs 3 units, and you have 0 units. Add 3 units" in answer.content.decode()
    with tenant_context(house.id):
        assert Campaign.objects.get().state == "draft"
        assert not Run.objects.filter(kind="launch").exists()


def test_what_was_quoted_is_what_is_charged_with_a_price_of_ones_own_two_countries_and_texts_of_two_lengths(
    street, sandbox
):
    points = add_people(street, 4, 4)
    make_paid(street.sender)
    top_up(street.id, 50)
    with tenant_context(street.id):
        Point.objects.filter(id=points[0]).update(region="GB-SCT")
        Contact.objects.filter(first_name="Person 1").update(first_name="Maximilian-Alexander")
        for day, amount in (("2020-01-01", 600), ("2026-11-20", 700), ("2999-01-01", 9)):
            Price.objects.create(channel="sms", country="US", amount=amount, valid_from=day, reason="agreed")
    campaign = make_campaign(street, "{{ contact.first_name }}" + "x" * 150)

    quote = quote_of(street, check_by_tasks(street, campaign))
    run = launch_by_tasks(street, campaign, 4)
    tick(street)
    sandbox.settle()

    assert lines(quote) == [("GB", 1, 1, 1, 3000), ("US", 3, 4, 4, 700)]
    assert quote.least == quote.most == 5800
    with tenant_context(street.id):
        assert run_report(Run.objects.select_related("sender__account").get(id=run.id)).used == Used(5800, 0, 0)
        assert funds() == Funds(44_200, 0, 5800)
        charged = LedgerEntry.objects.filter(kind="settle").order_by("amount").values_list("amount", "price_version")
        assert list(charged) == [
            (700, "own 2026-11-20"), (700, "own 2026-11-20"), (1400, "own 2026-11-20"), (3000, "2026-11-01"),
        ]  # fmt: skip
    assert_books_balance(street.id)


def test_through_the_practice_carrier_a_trial_needs_no_units(house):
    add_people(house, 2, 2)
    campaign = make_campaign(house)

    quote = quote_of(house, check(house, campaign))
    run = launch(house, campaign, 2)

    assert (quote.free, quote.most, quote.enough, quote.text) == (
        True,
        0,
        True,
        "Nothing: the practice carrier is free",
    )
    with tenant_context(house.id):
        assert newest_check(campaign).quote == quote
        assert run_report(send(house, run)).used == Used(0, 0, 0)


@proves("I8")
def test_out_of_units_a_run_waits_says_so_and_goes_on_after_a_top_up_while_stop_is_answered(street, sandbox):
    add_people(street, 5, 5)
    top_up(street.id, 5)
    make_paid(street.sender)
    campaign, other = make_campaign(street), make_campaign(street)
    for each in (campaign, other):
        check_by_tasks(street, each)
    first, second = (launch_by_tasks(street, each, 5) for each in (campaign, other))

    tick(street)
    sandbox.settle()
    stopped = sandbox.post("phones/+14025560001/reply", {"text": "STOP"})
    helped = sandbox.post("phones/+14025560002/reply", {"text": "HELP"})

    assert sum(sent_to(sandbox).values()) == 5
    assert [len(each["replies"]) for each in (stopped, helped)] == [1, 1]
    with tenant_context(street.id):
        reports = [run_report(Run.objects.select_related("sender__account").get(id=run.id)) for run in (first, second)]
        assert sum(report.without_units for report in reports) == 5
        assert sum(report.people["waiting"] for report in reports) == 5
        assert sum(report.used.charged for report in reports) == 5000
        assert {report.run.state for report in reports} <= {"finished", "sending"}
        assert "waiting_for_units" in {row.code for report in reports for row in report.troubles}
        (card,) = account_cards()
        assert [(row.badge["label"], row.why) for row in card.senders] == [
            ("Out of units", "5 messages wait for units")
        ]

    top_up(street.id, 5)
    with tenant_context(street.id):
        Message.objects.filter(reason="waiting_for_units").update(next_at="2000-01-01T00:00Z")
    tick(street)
    sandbox.settle()
    tick(street)

    with tenant_context(street.id):
        assert set(Message.objects.values_list("state", flat=True)) <= {"accepted", "suppressed"}
        sent = Message.objects.filter(state="accepted").count()
        assert sum(sent_to(sandbox).values()) == sent
        assert funds() == Funds(10_000 - sent * 1000, 0, sent * 1000)
        assert set(Run.objects.filter(kind="launch").values_list("state", flat=True)) == {"finished"}
        assert LedgerEntry.objects.filter(kind="settle").count() == sent
    assert_books_balance(street.id)
