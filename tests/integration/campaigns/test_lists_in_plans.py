"""Lists and registers where they matter: in a plan, in the last look before a message leaves, and for one address alone."""

import datetime
import uuid

import pytest

from campaigns.models import Recipient
from campaigns.selectors.home import reachable_people
from consent.actions.points import address_text
from consent.actions.stop_lists import add_entries, finish_edition, open_list, remove_entry
from consent.models import Point, StopListEntry
from consent.values import address_of, read_listed
from core import clock
from core.tenancy import tenant_context
from messaging.actions.claiming import claim_due
from messaging.actions.deciding import decide_addresses
from messaging.actions.intending import intend
from messaging.facts import context_for
from messaging.models import Message, SendAttempt
from tests.counts import Statements
from tests.factories.campaigns import add_people, make_campaign, number
from tests.factories.consent import make_purpose
from tests.integration.campaigns.conftest import check, launch, send
from tests.proofs import proves

pytestmark = pytest.mark.django_db
WHY = "Asked by their lawyer"


def listed(*texts):
    return [read_listed(text, "US") for text in texts]


def open_own(house, **changes):
    return open_list(**({"actor": house.actor, "kind": "own", "name": "Ours", "source": "The office"} | changes))


def reasons(house, run):
    with tenant_context(house.id):
        told = dict(Recipient.objects.filter(run=run).values_list("point_id", "reason"))
        return {address_text(point)[-4:]: told[point.id] for point in Point.objects.filter(id__in=told)}


@proves("C16")
def test_a_plan_leaves_out_who_is_on_a_list_by_address_and_by_beginning_and_writes_to_all_others(house):
    add_people(house, 4, 4)
    with tenant_context(house.id):
        ours = open_own(house)
        add_entries(actor=house.actor, stop_list=ours, entries=listed(number(0).e164), reason=WHY)
        add_entries(actor=house.actor, stop_list=ours, entries=listed(number(1).e164), reason=WHY, channel="voice")
        ended = clock.now() + datetime.timedelta(seconds=1)
        add_entries(actor=house.actor, stop_list=ours, entries=listed("+1402556*"), reason=WHY, channel="email")

    run = check(house, make_campaign(house))

    assert reasons(house, run) == {"0000": "on_a_list", "0001": "", "0002": "", "0003": ""}
    with tenant_context(house.id):
        add_entries(actor=house.actor, stop_list=ours, entries=listed("+1402556*"), reason=WHY, expires_at=ended)
    assert set(reasons(house, check(house, make_campaign(house))).values()) == {"on_a_list"}


@proves("C16")
def test_an_entry_that_was_removed_or_has_ended_counts_no_more(house, monkeypatch):
    add_people(house, 2, 2)
    tomorrow = clock.now() + datetime.timedelta(days=1)
    with tenant_context(house.id):
        ours = open_own(house)
        add_entries(actor=house.actor, stop_list=ours, entries=listed(number(0).e164), reason=WHY)
        add_entries(actor=house.actor, stop_list=ours, entries=listed(number(1).e164), reason=WHY, expires_at=tomorrow)
        first = StopListEntry.objects.order_by("created_at", "id").first()
        remove_entry(actor=house.actor, entry=first, reason="They signed anew")

    assert reasons(house, check(house, make_campaign(house))) == {"0000": "", "0001": "on_a_list"}

    later = tomorrow + datetime.timedelta(seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert reasons(house, check(house, make_campaign(house))) == {"0000": "", "0001": ""}


@proves("C16")
def test_a_register_that_grew_old_holds_everybody_of_its_country_until_it_is_renewed(house):
    add_people(house, 2, 2)
    today = clock.now().date()
    with tenant_context(house.id):
        old = today - datetime.timedelta(days=31)
        register = open_own(house, kind="reassigned", name="October", country="US", source_on=old)
        add_entries(actor=house.actor, stop_list=register, entries=listed(number(1).e164))

    assert reasons(house, check(house, make_campaign(house))) == {"0000": "register_stale", "0001": "on_a_list"}

    with tenant_context(house.id):
        newer = open_own(house, kind="reassigned", name="November", country="US")
        finish_edition(actor=house.actor, stop_list=newer, source_on=today)
    assert reasons(house, check(house, make_campaign(house))) == {"0000": "", "0001": ""}


def test_who_is_put_on_a_list_after_the_launch_gets_nothing(house):
    add_people(house, 2, 2)
    campaign = make_campaign(house)
    check(house, campaign)
    send(house, launch(house, campaign, 2))
    token = uuid.uuid4()
    with tenant_context(house.id):
        add_entries(actor=house.actor, stop_list=open_own(house), entries=listed(number(0).e164), reason=WHY)

        claimed = claim_due(sender_id=house.sender.id, limit=10, token=token)
        leaving = intend(sender=house.sender, message_ids=claimed, token=token)

        assert [address_text(intent.point)[-4:] for intent in leaving] == ["0001"]
        kept = Message.objects.exclude(id=leaving[0].message.id).get()
        assert (kept.state, kept.reason) == ("suppressed", "on_a_list")
        assert SendAttempt.objects.count() == 1


def test_somebody_we_never_met_is_on_the_list_all_the_same(house):
    with tenant_context(house.id):
        litigators = open_own(house, kind="litigator", name="Litigators", source_on=clock.now().date())
        add_entries(actor=house.actor, stop_list=litigators, entries=listed(number(7).e164))
        offers = make_purpose(house.actor, "Offers", "marketing")
        context = context_for(sender=house.sender, purpose=offers)

        answers = decide_addresses(context, [address_of(number(7)), address_of(number(8))])

        assert [each.reason.code for each in answers if each.reason] == ["on_a_list", "no_consent"]
        assert Point.objects.count() == 0


def test_home_counts_nobody_who_is_on_a_list(house):
    add_people(house, 3, 3)
    with tenant_context(house.id):
        assert reachable_people() == 3
        add_entries(actor=house.actor, stop_list=open_own(house), entries=listed(number(0).e164), reason=WHY)

        assert reachable_people() == 2


def test_without_a_list_a_plan_asks_for_none(house):
    add_people(house, 3, 3)
    campaign = make_campaign(house)

    with Statements() as before:
        check(house, campaign)
    with tenant_context(house.id):
        add_entries(actor=house.actor, stop_list=open_own(house), entries=listed("nobody@acme.example"), reason=WHY)
    with Statements() as after:
        check(house, campaign)

    def facts(statements):
        return [each["sql"] for each in statements if "create temporary table plan_facts" in each["sql"]]

    assert [("consent_stoplist" in sql, "consent_consentstate" in sql) for sql in facts(before)] == [(False, True)]
    assert ["consent_stoplist" in sql for sql in facts(after)] == [True]
