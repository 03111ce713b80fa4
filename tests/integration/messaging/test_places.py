"""Where somebody may be, when what we know disagrees: every zone that is possible must be awake."""

import datetime

import pytest
from django.db import connection

from accounts.actions import organizations
from consent.contracts import Allowed, Deferred, Denied
from contacts.models import Contact, ContactPoint
from core.tenancy import tenant_context
from messaging.facts import context_for, decide_distinct, facts_of, facts_parameters, facts_sql, raw_facts
from tests.factories.accounts import operator_actor
from tests.factories.consent import grant, make_point, make_purpose
from tests.factories.messaging import make_account, make_sender
from tests.factories.registrations import register_in_us
from tests.proofs import proves

#: of an area code with two time zones
NEBRASKAN = "+13085550142"
#: noon in Nebraska is the evening of Pakistan, and the morning of Hawaii
NOON_IN_NEBRASKA = datetime.datetime(2026, 11, 25, 18, 0, tzinfo=datetime.UTC)
AFTERNOON_IN_KARACHI = datetime.datetime(2026, 11, 25, 9, 0, tzinfo=datetime.UTC)


@pytest.fixture
def known(acme, operator):
    """A Nebraskan number with a yes to offers; a function that adds somebody behind it, and one that asks the gate."""
    with tenant_context(acme.id):
        organizations.go_live(actor=operator_actor(operator), note="reviewed")
        purpose, point = make_purpose(acme.actor()), make_point(NEBRASKAN)
        grant(point, purpose)
        sender = make_sender(acme.actor(), make_account(acme.actor()))
        register_in_us(sender)

    def add(country="", time_zone=""):
        with tenant_context(acme.id):
            contact = Contact.objects.create(first_name="Somebody", country=country, time_zone=time_zone)
            ContactPoint.objects.create(contact=contact, point=point, label="phone")

    def ask(at):
        with tenant_context(acme.id):
            context = context_for(sender=sender, purpose=purpose, at=at)
            asked = "select id as key, id as point_id from consent_point where id = %(point)s"
            with connection.cursor() as cursor:
                cursor.execute(facts_sql(asked, context), facts_parameters(context) | {"point": point.id})
                raw = raw_facts(cursor.fetchone()[3:])
            facts = facts_of(raw, context)
            return facts.region, facts.zones, decide_distinct(context, [raw])[raw].decision

    return add, ask


def test_a_number_alone_stands_for_every_zone_it_may_be_in(known):
    _, ask = known

    region, zones, decision = ask(NOON_IN_NEBRASKA)

    assert (region, zones) == ("US-NE", ("America/Chicago", "America/Denver"))
    assert decision == Allowed()


def test_a_zone_everybody_behind_the_number_has_told_us_is_taken_at_their_word(known):
    add, ask = known
    add("US", "Pacific/Honolulu")

    region, zones, decision = ask(datetime.datetime(2026, 11, 25, 17, 30, tzinfo=datetime.UTC))

    assert (region, zones) == ("US-NE", ("Pacific/Honolulu",))
    assert decision == Deferred("quiet_hours", datetime.datetime(2026, 11, 25, 18, 0, tzinfo=datetime.UTC))


@proves("C18")
def test_where_one_of_two_people_has_told_no_zone_the_number_s_zones_count_as_well(known):
    add, ask = known
    add("US", "Pacific/Honolulu")
    add("US", "")

    _, zones, decision = ask(datetime.datetime(2026, 11, 25, 17, 30, tzinfo=datetime.UTC))

    assert zones == ("America/Chicago", "America/Denver", "Pacific/Honolulu")
    assert isinstance(decision, Deferred)


@pytest.mark.parametrize("zone", ["", "Asia/Karachi"])
@pytest.mark.parametrize("at", [NOON_IN_NEBRASKA, AFTERNOON_IN_KARACHI])
def test_a_number_here_and_a_person_there_are_written_to_only_when_both_are_awake(known, zone, at):
    add, ask = known
    add("PK", zone)

    region, zones, decision = ask(at)

    assert region == "US-NE PK"
    assert {"America/Chicago", "America/Denver"} <= set(zones)
    assert decision == Denied("no_opening")
