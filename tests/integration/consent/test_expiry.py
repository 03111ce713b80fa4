"""An agreement grows old from the day it was given, wherever anybody asks; and a newer one begins anew."""

import datetime

import pytest
from django.db import connection

from campaigns.selectors.home import reachable_people
from consent.models import ConsentEvent, ConsentState
from consent.selectors.purposes import purpose_rows
from contacts.models import ContactPoint
from contacts.selectors.reach import reach_of
from core import clock
from core.tenancy import tenant_context
from messaging.facts import context_for, facts_parameters, facts_sql, raw_facts
from tests.factories.consent import make_claim, make_point, record
from tests.factories.contacts import make_contact, make_purpose
from tests.factories.messaging import make_account, make_sender
from tests.snapshots import rows_of

GIVEN = datetime.datetime(2025, 8, 31, 9, 0, tzinfo=datetime.UTC)
#: eighteen calendar months later; February has no thirty-first
ENDS = datetime.datetime(2027, 2, 28, 9, 0, tzinfo=datetime.UTC)
MOMENT = datetime.timedelta(microseconds=1)


@pytest.fixture
def mina(acme):
    """Mina agreed to offers on the day it was given, and we hear of it now."""
    make_contact(acme, number="+14025550142", first_name="Mina")
    offers = make_purpose(acme)
    with tenant_context(acme.id):
        point = make_point("+14025550142")
        assert record(make_claim(point, offers, occurred_at=GIVEN)) == ["taken"]
    return point, offers


def at(monkeypatch, moment):
    monkeypatch.setattr(clock, "now", lambda: moment)


def asked_by_the_gate(acme, point, purpose, moment):
    with tenant_context(acme.id):
        context = context_for(sender=make_sender(acme.actor(), make_account(acme.actor())), purpose=purpose, at=moment)
        with connection.cursor() as cursor:
            asked = "select id as key, id as point_id from consent_point where id = %(point)s"
            cursor.execute(facts_sql(asked, context), facts_parameters(context) | {"point": point.id})
            ((_, _, _, *columns),) = cursor.fetchall()
        return raw_facts(columns).consent


@pytest.mark.parametrize(
    ("moment", "found"), [(ENDS - MOMENT, "granted"), (ENDS, "expired"), (ENDS + MOMENT, "expired")]
)
def test_the_gate_counts_from_the_day_of_the_agreement_to_the_very_moment(acme, mina, moment, found):
    point, offers = mina

    consent = asked_by_the_gate(acme, point, offers, moment)

    assert consent == found


@pytest.mark.parametrize(
    ("moment", "status", "words", "people"),
    [(ENDS - MOMENT, "granted", "yes", 1), (ENDS, "expired", "agreed too long ago", 0)],
)
def test_the_api_the_list_and_the_counts_say_what_the_gate_says(acme, mina, monkeypatch, moment, status, words, people):
    at(monkeypatch, moment)

    told = acme.client().get(f"/consent/points/{mina[0].id}/")
    with tenant_context(acme.id):
        (reach,) = reach_of({"mina": list(ContactPoint.objects.select_related("point"))}).values()
        sms = next(each for each in reach if each.channel == "sms")
        (row,) = purpose_rows()
        counted = sum(channel.granted for channel in row.channels)
        reachable = reachable_people()

    assert ("Agreed too long ago" in told.content.decode()) == (status == "expired")
    assert sms.words == words
    assert (reachable, counted) == (people, people)


def test_an_agreement_from_the_future_counts_from_when_it_was_recorded(acme, mina):
    point, offers = mina

    with tenant_context(acme.id):
        record(make_claim(point, offers, channel="voice", occurred_at=clock.now() + datetime.timedelta(days=900)))
        event, state = ConsentEvent.objects.get(channel="voice"), ConsentState.objects.get(channel="voice")

    assert state.changed_at == event.recorded_at


def test_a_newer_yes_renews_an_agreement_that_ended_and_the_old_one_told_again_does_not(acme, mina, monkeypatch):
    point, offers = mina
    at(monkeypatch, ENDS)
    before = rows_of(acme.id)

    with tenant_context(acme.id):
        told_again = record(make_claim(point, offers, occurred_at=GIVEN))
        unchanged = rows_of(acme.id)
        renewed = record(make_claim(point, offers, occurred_at=ENDS - MOMENT))
        state = ConsentState.objects.get()

    assert (told_again, unchanged) == (["unchanged"], before)
    assert (renewed, state.changed_at) == (["taken"], ENDS - MOMENT)


def test_a_newer_yes_changes_nothing_while_the_earlier_one_counts(acme, mina, monkeypatch):
    point, offers = mina
    at(monkeypatch, ENDS - MOMENT)

    with tenant_context(acme.id):
        answer = record(make_claim(point, offers, occurred_at=ENDS - 2 * MOMENT))

    assert answer == ["unchanged"]
