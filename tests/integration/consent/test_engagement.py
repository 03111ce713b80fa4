"""C20: an agreement grows old from its last use; a purpose may let it end sooner; only a new yes revives one that ended."""

import datetime

import pytest
from django.db import connection

from accounts.contracts import Refused
from accounts.models import AuditEvent
from consent.actions.engaging import record_engagement, set_expiry
from consent.models import ConsentState, Purpose
from consent.selectors.growth import purpose_lines
from consent.selectors.purposes import purpose_rows
from core import clock
from core.tenancy import tenant_context
from messaging.facts import context_for, facts_parameters, facts_sql, raw_facts
from messaging.models import Message, Sender
from tests.counts import Statements
from tests.factories.consent import MINA, OMAR, grant, make_claim, make_point, make_purpose, record
from tests.factories.messaging import hear, make_account, make_sender, reach
from tests.integration.api.conftest import application
from tests.snapshots import changed, rows_of

GIVEN = datetime.datetime(2025, 8, 31, 9, 0, tzinfo=datetime.UTC)
#: eighteen calendar months later
ENDS = datetime.datetime(2027, 2, 28, 9, 0, tzinfo=datetime.UTC)
USED = datetime.datetime(2026, 10, 15, 12, 0, tzinfo=datetime.UTC)
USED_ENDS = datetime.datetime(2028, 4, 15, 12, 0, tzinfo=datetime.UTC)
MOMENT = datetime.timedelta(microseconds=1)


@pytest.fixture
def mina(acme):
    """Mina agreed to offers by text, long ago."""
    with tenant_context(acme.id):
        offers, point = make_purpose(acme.actor()), make_point(MINA)
        assert record(make_claim(point, offers, occurred_at=GIVEN)) == ["taken"]
    return point, offers


def at(monkeypatch, moment):
    monkeypatch.setattr(clock, "now", lambda: moment)


def use(point, purpose, moment=USED, kind="click", channel="sms"):
    return record_engagement(point_id=point.id, purpose_id=purpose.id, channel=channel, kind=kind, at=moment)


def by_gate(acme, point, purpose, moment):
    """What the gate's SQL finds about a purpose, as it stands in the database."""
    with tenant_context(acme.id):
        sender = Sender.objects.first() or make_sender(acme.actor(), make_account(acme.actor()))
        context = context_for(sender=sender, purpose=Purpose.objects.get(id=purpose.id), at=moment)
        with connection.cursor() as cursor:
            asked = "select id as key, id as point_id from consent_point where id = %(point)s"
            cursor.execute(facts_sql(asked, context), facts_parameters(context) | {"point": point.id})
            ((_, _, _, *columns),) = cursor.fetchall()
        return raw_facts(columns).consent


@pytest.mark.parametrize(("moment", "found"), [(USED_ENDS - MOMENT, "granted"), (USED_ENDS, "expired")])
def test_an_agreement_that_was_used_ends_so_many_months_after_its_last_use_wherever_one_asks(
    acme, mina, monkeypatch, moment, found
):
    point, offers = mina
    with tenant_context(acme.id), Statements() as asked:
        assert use(point, offers)
    took = len(asked)
    gate = by_gate(acme, point, offers, moment)
    at(monkeypatch, moment)

    page = acme.client().get(f"/consent/points/{point.id}/").content.decode()
    with tenant_context(acme.id):
        (line,) = purpose_lines()
        granted = sum(channel.granted for row in purpose_rows() for channel in row.channels)

    assert gate == found
    assert ("Agreed too long ago" in page) == (found == "expired")
    assert (line.agreed, line.ended, granted) == ((1, 0, 1) if found == "granted" else (0, 1, 0))
    assert took == 1


def test_use_counts_for_its_own_purpose_and_channel_alone(acme, mina):
    point, offers = mina
    with tenant_context(acme.id):
        news = make_purpose(acme.actor(), "News")
        for purpose, channel in ((news, "sms"), (offers, "voice")):
            record(make_claim(point, purpose, channel=channel, occurred_at=GIVEN))
        assert use(point, offers)
        held = {(row.purpose_id, row.channel): row.engaged_at for row in ConsentState.objects.all()}

    assert held == {(offers.id, "sms"): USED, (news.id, "sms"): None, (offers.id, "voice"): None}


@pytest.mark.parametrize("moment", [ENDS, ENDS + datetime.timedelta(days=3)])
def test_what_has_ended_is_not_revived_by_a_click(acme, mina, moment):
    point, offers = mina
    before = rows_of(acme.id)

    with tenant_context(acme.id):
        assert not use(point, offers, moment)

    assert changed(before, rows_of(acme.id)) == {}
    assert by_gate(acme, point, offers, moment) == "expired"


def test_use_that_came_before_the_agreement_or_that_no_rule_names_changes_nothing(acme, mina):
    point, offers = mina
    with tenant_context(acme.id):
        assert not use(point, offers, GIVEN - MOMENT)
        assert not use(point, offers, kind="open")
        assert not use(make_point(OMAR), offers)
        record(make_claim(point, offers, "withdrawn"))
        assert not use(point, offers)


def test_many_uses_within_a_day_are_one_write(acme, mina):
    point, offers = mina
    with tenant_context(acme.id):
        assert use(point, offers)
        assert not use(point, offers, USED + datetime.timedelta(hours=20))
        assert use(point, offers, USED + datetime.timedelta(hours=25))
        assert not use(point, offers, USED)


def test_a_newer_yes_after_the_end_begins_anew_and_after_use_it_is_not_needed(acme, mina, monkeypatch):
    point, offers = mina
    with tenant_context(acme.id):
        use(point, offers)
        at(monkeypatch, ENDS + MOMENT)
        unneeded = record(make_claim(point, offers, occurred_at=ENDS))
        at(monkeypatch, USED_ENDS)
        renewed = record(make_claim(point, offers, occurred_at=USED_ENDS - MOMENT))

    assert (unneeded, renewed) == (["unchanged"], ["taken"])


def test_a_reply_is_use_of_the_purpose_it_answers_and_a_stop_is_none(acme):
    with tenant_context(acme.id):
        offers, news = make_purpose(acme.actor()), make_purpose(acme.actor(), "News")
        account = make_account(acme.actor())
        sender = make_sender(acme.actor(), account)
        mina, omar = make_point(MINA), make_point(OMAR)
        for point in (mina, omar):
            grant(point, news, occurred_at=GIVEN)
            grant(point, offers, occurred_at=GIVEN)
            message = reach(sender, point)
            Message.objects.filter(id=message.id).update(purpose=offers)
        hear(account, "Is it still there?", MINA)
        hear(account, "STOP", OMAR)
        held = {(row.point_id, row.purpose_id): row.engaged_at for row in ConsentState.objects.all()}

    assert held[mina.id, offers.id] is not None
    assert [held[mina.id, news.id], held[omar.id, offers.id], held[omar.id, news.id]] == [None, None, None]


def test_a_purpose_may_let_agreements_end_sooner_and_never_later(acme, mina, monkeypatch):
    point, offers = mina
    ends = datetime.datetime(2026, 2, 28, 9, 0, tzinfo=datetime.UTC)
    with tenant_context(acme.id):
        set_expiry(actor=acme.actor(), purpose=offers, months=6)
        with pytest.raises(Refused):
            set_expiry(actor=acme.actor(), purpose=offers, months=19)
        assert AuditEvent.objects.get(action="purpose.expiry_set").data == {"key": "offers", "before": None, "after": 6}

    assert [by_gate(acme, point, offers, each) for each in (ends - MOMENT, ends)] == ["granted", "expired"]
    at(monkeypatch, ends)
    with tenant_context(acme.id):
        (line,) = purpose_lines()
        assert (line.agreed, line.ended) == (0, 1)
        assert record(make_claim(point, offers, occurred_at=ends - MOMENT)) == ["taken"]


def test_the_page_of_a_purpose_says_when_agreements_end_and_takes_fewer_months(acme, rival):
    with tenant_context(acme.id):
        offers = make_purpose(acme.actor())
    browser, address = acme.client(), f"/consent/purposes/{offers.id}/expiry/"

    assert "After 18 months without use" in browser.get(f"/consent/purposes/{offers.id}/").content.decode()
    refused = browser.post(address, {"months": "24"})
    foreign = rival.client().post(address, {"months": "3"})
    saved = browser.post(address, {"months": "12"})

    assert (refused.status_code, foreign.status_code, saved.status_code) == (422, 404, 302)
    assert "The policy lets these agreements end after 18 months" in refused.content.decode()
    assert (
        "After 12 months without use; the policy would allow 18"
        in browser.get(f"/consent/purposes/{offers.id}/").content.decode()
    )


def test_an_application_reports_use_and_learns_when_the_agreement_ends(acme, mina, rival):
    point, offers = mina
    asker = application(acme, "change_consent")
    said = {"address": MINA, "channel": "sms", "purpose": "offers", "kind": "order", "occurred_at": USED.isoformat()}

    first, again = (asker.post("consents/engagements/", said) for _ in range(2))
    nobody = asker.post("consents/engagements/", said | {"address": OMAR})
    before = rows_of(acme.id)
    ahead = asker.post("consents/engagements/", said | {"occurred_at": "2099-01-01T00:00:00Z"})

    ends = "2028-04-15T12:00:00Z"
    assert [each.status_code for each in (first, again, nobody, ahead)] == [200, 200, 200, 422]
    assert (first.json(), again.json()) == ({"kept": True, "ends_at": ends}, {"kept": False, "ends_at": ends})
    assert nobody.json() == {"kept": False, "ends_at": None}
    assert changed(before, rows_of(acme.id)) in ({}, {"accounts_apirequestlog": 1})
    with tenant_context(acme.id):
        row = AuditEvent.objects.get(action="engagement.reported")
        assert row.data["kind"] == "order"
        assert MINA not in str(row.data)
