"""Addresses are held first, all spellings at once, then messages and pleas: no two who write wait for each other."""

import re

import pytest

from accounts.roles import Role
from consent.actions.stop_requests import agree_denial, deny_request, enter_request
from consent.models import Point
from consent.values import address_of
from core import clock
from core.phone import parse_phone
from core.tenancy import tenant_context
from messaging.actions.judging import confirm_stop, deny_stop, opt_out_by_hand
from privacy.actions.erasing import erase_person
from tests.counts import Statements
from tests.factories.contacts import make_contact
from tests.factories.messaging import hear, make_account

#: a number that is written in several ways
NUMBER = "+541112345678"
LOCK = re.compile(r"select 1 from consent_point .* and id = any\('\{(.*)\}'::uuid\[\]\) order by id for no key update")
WRITES = re.compile(
    '(update|insert into) "?(messaging_inboundmessage|consent_stoprequest|consent_consentevent)', re.IGNORECASE
)


def first_steps(asked):
    """How many addresses the first lock holds, and whether it comes before anything is written about them."""
    said = [query["sql"] for query in asked.captured_queries]
    place, lock = next((place, lock) for place, each in enumerate(said) if (lock := LOCK.match(each)))
    writes = [place for place, each in enumerate(said) if WRITES.match(each)]
    return len(lock[1].split(",")), place < min(writes)


@pytest.mark.parametrize("verb", [confirm_stop, deny_stop, opt_out_by_hand])
def test_a_judgement_holds_every_spelling_before_the_message(acme, verb):
    with tenant_context(acme.id):
        doubt = hear(make_account(acme.actor()), "Cancel my 3pm appointment", NUMBER)

        with Statements() as asked:
            verb(actor=acme.actor(), message=doubt)

        assert first_steps(asked) == (Point.objects.count(), True)
        assert Point.objects.count() > 1


def test_a_plea_that_is_entered_and_taken_back_holds_every_spelling_before_it_writes(acme):
    with tenant_context(acme.id):
        given = {"actor": acme.actor(), "address": address_of(parse_phone(NUMBER)), "way": "letter", "channel": ""}
        with Statements() as entering:
            row = enter_request(**given, requested_at=clock.now(), note="A letter, folder 12.")
        deny_request(actor=acme.actor(), request=row, reason="The letter was about the magazine.")
        with Statements() as denying:
            agree_denial(actor=acme.actor(Role.CAMPAIGN_MANAGER), request=row)

        whole = (Point.objects.count(), True)
    assert (first_steps(entering), first_steps(denying)) == (whole, whole)
    assert whole[0] > 1


def test_an_erasure_holds_addresses_before_what_was_written_from_them(acme):
    contact = make_contact(acme, number=NUMBER, first_name="Mina")
    with tenant_context(acme.id):
        hear(make_account(acme.actor()), "Cancel my 3pm appointment", NUMBER)

        with Statements() as asked:
            erase_person(actor=acme.actor(), contact_id=contact.id)

    said = [query["sql"].lower() for query in asked.captured_queries]
    lock = next(place for place, each in enumerate(said) if LOCK.match(each))
    heard = [
        place for place, each in enumerate(said) if "update" in each[:7] and "messaging_inboundmessage" in each[:40]
    ]
    assert len(heard) == 3
    assert lock < min(heard)
