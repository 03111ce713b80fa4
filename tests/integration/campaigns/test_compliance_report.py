"""The compliance report: every number of it counted by hand, and another organisation's people in none of them."""

import datetime

import pytest

from campaigns.selectors.compliance import rule_effects
from consent.actions.ledger import suppress_points
from consent.models import Point
from consent.selectors.growth import PurposeLine, SourceLine, purpose_lines, source_lines
from consent.values import Provenance
from core import clock
from core.tenancy import tenant_context
from messaging.actions.receiving import receive_inbound
from messaging.contracts import Inbound
from messaging.models import Message
from messaging.selectors.stop_times import stop_times
from tests.counts import Statements
from tests.factories.accounts import operator_actor
from tests.factories.campaigns import add_people, make_campaign, make_house
from tests.factories.consent import MINA, OMAR, grant, make_claim, make_point, make_purpose, record, stop
from tests.factories.messaging import hear
from tests.integration.campaigns.conftest import check, launch, send
from tests.proofs import proves

A_MONTH = datetime.timedelta(days=30)


@pytest.fixture
def said(acme, rival):
    """At Acme Mina agreed and stopped, Omar agreed by a file without proof, Ada agreed long ago; at the rival two agreed."""
    with tenant_context(rival.id):
        for number in (MINA, OMAR):
            grant(make_point(number), make_purpose(rival.actor(), name=number))
    with tenant_context(acme.id):
        offers = make_purpose(acme.actor())
        mina, omar, ada, eve = (make_point(each) for each in (MINA, OMAR, "+14025550144", "+14025550145"))
        grant(mina, offers)
        stop(mina)
        record(make_claim(omar, offers, "unproven"))
        now = clock.now()
        grant(ada, offers, occurred_at=now - datetime.timedelta(days=3000))
        grant(eve, offers)
    return offers


@proves("J7")
def test_growth_and_loss_are_counted_by_source_and_proof_by_purpose(acme, said):
    with tenant_context(acme.id), Statements() as asked:
        sources = source_lines(clock.now() - A_MONTH)
        purposes = purpose_lines()

    assert sources == [
        SourceLine("Form on a page", agreed=3, claimed=0, stopped=0),
        SourceLine("Imported file", agreed=0, claimed=1, stopped=0),
        SourceLine("Keyword in a message", agreed=0, claimed=0, stopped=1),
    ]
    assert purposes == [PurposeLine("Offers", "SMS", agreed=1, claimed=1, ended=1, ending=0)]
    assert len(asked) == 3


def test_what_protects_an_address_for_another_reason_is_no_stop_that_somebody_said(acme, said):
    with tenant_context(acme.id):
        before = source_lines(clock.now() - A_MONTH)
        for number, (kind, source) in enumerate([("bounced", "provider"), ("dnc", "import"), ("erased", "staff")]):
            suppress_points(
                actor=acme.actor(), point_ids=[make_point(f"+1402555015{number}").id], channel="", kind=kind,
                source=source, provenance=Provenance("test", acme.id),
            )  # fmt: skip
        other = source_lines(clock.now() - A_MONTH)
        suppress_points(
            actor=acme.actor(), point_ids=[make_point("+14025550159").id], channel="", kind="complaint",
            source="complaint", provenance=Provenance("test", acme.id),
        )  # fmt: skip
        after = source_lines(clock.now() - A_MONTH)

    assert other == before
    assert sum(line.stopped for line in after) == sum(line.stopped for line in before) + 1


@proves("J7")
def test_an_agreement_that_ends_by_age_within_ninety_days_is_told_before_it_does(acme, monkeypatch):
    with tenant_context(acme.id):
        grant(make_point(MINA), make_purpose(acme.actor()))
        (fresh,) = purpose_lines()
    real = clock.now
    ends = _months_of_marketing()
    monkeypatch.setattr(clock, "now", lambda: real() + ends - datetime.timedelta(days=30))

    with tenant_context(acme.id):
        (soon,) = purpose_lines()
    monkeypatch.setattr(clock, "now", lambda: real() + ends + datetime.timedelta(days=3))
    with tenant_context(acme.id):
        (over,) = purpose_lines()

    assert (fresh.agreed, fresh.ending, fresh.ended) == (1, 0, 0)
    assert (soon.agreed, soon.ending, soon.ended) == (1, 1, 0)
    assert (over.agreed, over.ending, over.ended) == (0, 0, 1)


def _months_of_marketing():
    from consent.rulebook import rulebook

    now = clock.now()
    return rulebook().consent_expires_at("marketing", now) - now


def test_what_happened_before_the_time_is_not_counted(acme, said):
    with tenant_context(acme.id):
        assert source_lines(clock.now() + datetime.timedelta(hours=2)) == []
        assert stop_times(clock.now() + datetime.timedelta(hours=2)).in_messages == 0
        assert rule_effects(clock.now() + datetime.timedelta(hours=2)).lines == []


def test_people_are_counted_once_for_a_plan_and_apart_for_the_last_moment(house, acme, rival, operator):
    add_people(house, 5, 3)
    campaign = make_campaign(house)
    check(house, campaign)
    send(house, launch(house, campaign, 3))
    with tenant_context(house.id):
        one = Message.objects.order_by("id").first()
        stop(Point.objects.get(id=one.point_id))
        claimed = Message.objects.filter(id=one.id)
        claimed.update(state="claimed", next_at=None, lease_token=one.id)
        claimed.update(state="suppressed", reason="opted_out", lease_token=None)

    with tenant_context(house.id), Statements() as asked:
        effects = rule_effects(clock.now() - A_MONTH)
    with tenant_context(rival.id):
        others = rule_effects(clock.now() - A_MONTH)

    assert (effects.campaigns, effects.people, effects.left_out, effects.deferred) == (1, 5, 2, 0)
    assert [(line.code, line.planned, line.at_sending) for line in effects.lines] == [
        ("no_consent", 2, 0),
        ("opted_out", 0, 1),
    ]
    assert len(asked) == 4
    assert (others.campaigns, others.people, others.lines) == (0, 0, [])


def test_stops_are_timed_from_the_moment_the_carrier_tells(acme, operator):
    house = make_house(acme.id, acme.actor(), operator_actor(operator), "http://127.0.0.1:9")
    with tenant_context(acme.id):
        grant(make_point(MINA), make_purpose(acme.actor()))
        hear(house.account, "STOP", OMAR)
        late = Inbound("SM" + "e" * 32, "sms", MINA, "+14025550100", "STOP")
        receive_inbound(account=house.account, inbound=late, late=clock.now() - datetime.timedelta(seconds=90))

        times = stop_times(clock.now() - A_MONTH)

    assert (times.in_messages, times.told) == (2, 1)
    assert times.median == times.worst
    assert 90 <= times.worst < 120
    assert (times.by_hand, times.open, times.overdue) == (0, 0, 0)


def test_the_page_says_all_of_it_and_is_calm_where_there_is_nothing(acme, rival, said):
    page = acme.client().get("/consent/report/?days=90").content.decode()
    empty = rival.client().get("/consent/report/?days=nonsense").content.decode()

    assert "Form on a page" in page
    assert "1 of 2" in page
    assert 'href="?days=90" aria-current="true"' in page
    assert 'href="?days=30" aria-current="true"' in empty
    assert "No carrier has told the moment." in empty
