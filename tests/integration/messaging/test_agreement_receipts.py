"""The receipt of an agreement: sent once where the purpose wants it, and a page that only ever reads."""

import datetime
import re
import uuid

import pytest
from django.test import Client

from accounts.contracts import Refused
from consent.actions.purposes import demand_confirmation
from consent.models import ConsentEvent, ConsentState
from core import clock
from core.tenancy import tenant_context
from messaging.actions.claiming import claim_due
from messaging.actions.intending import intend
from messaging.actions.noticing import ask_to_confirm
from messaging.actions.receipting import send_receipts
from messaging.actions.recording import Outcome, record_outcomes
from messaging.confirmation_links import notice_url
from messaging.contracts import Accepted
from messaging.lanes import _outbound
from messaging.models import Message
from messaging.tasks import send_all_notices
from tests.factories.accounts import operator_actor
from tests.factories.billing import make_paid
from tests.factories.campaigns import make_house
from tests.factories.consent import MINA, WORDS, grant, make_claim, make_point, make_purpose, make_wording, record, stop
from tests.factories.messaging import hear
from tests.proofs import proves
from tests.snapshots import changed, rows_of

NOON = datetime.datetime(2026, 11, 17, 18, 0, tzinfo=datetime.UTC)  # in Nebraska


@pytest.fixture
def noon(monkeypatch):
    now = [NOON]
    monkeypatch.setattr(clock, "now", lambda: now[0])
    return lambda **span: now.__setitem__(0, now[0] + datetime.timedelta(**span))


@pytest.fixture
def house(acme, operator, noon):
    """Acme, live, with a line nobody asks, and offers that send receipts by text."""
    made = make_house(acme.id, acme.actor(), operator_actor(operator), "http://127.0.0.1:9")
    with tenant_context(acme.id):
        make_paid(made.sender)
    return made


@pytest.fixture
def offers(acme, house):
    with tenant_context(acme.id):
        purpose = make_purpose(acme.actor())
        demand_confirmation(actor=acme.actor(), purpose=purpose, channels=[], receipts=["sms"])
        return purpose, make_wording(acme.actor(), purpose)


def send(sender):
    """One round of the lane whose carrier takes everything; what left, and by which permits."""
    token = uuid.uuid4()
    claimed = claim_due(sender_id=sender.id, limit=200, token=token)
    intents = intend(sender=sender, message_ids=claimed, token=token)
    made = [(each.permit.evidence_id, _outbound(sender, each, "https://c.example/status/1").body) for each in intents]
    taken = [
        Outcome(each.message, each.permit.attempt_id, Accepted(str(uuid.uuid4()), "queued"), each.began_at)
        for each in intents
    ]
    record_outcomes(sender=sender, outcomes=taken, token=token)
    return made


def path_of(event):
    return "/r/" + notice_url("receipt", event.id).rpartition("/")[2]


@proves("C34")
def test_whoever_agreed_gets_one_receipt_whose_link_shows_the_words_and_writes_nothing(acme, rival, house, offers):
    others = rows_of(rival.id)
    with tenant_context(acme.id):
        grant(make_point(MINA), offers[0], wording=offers[1])
        event = ConsentState.objects.get().event
        assert (send_receipts(), send_receipts()) == (1, 0)
        ((evidence, body),) = send(house.sender)
        assert (evidence, send_receipts()) == (event.id, 0)
    link = re.search(r"https?://[^/\s]+(/r/[\w-]+)", body)
    assert link is not None
    assert body.startswith("Acme: you agreed to “Offers” by text message.")
    assert "Reply HELP for help, STOP to stop." in body
    before = rows_of(acme.id)

    person = Client()
    answer = person.get(link[1])

    page = answer.content.decode()
    for said in (WORDS, "Version 1 of the words", "Agreed on November 17, 2026, on a page", "This holds now"):
        assert said in page
    assert "Answer STOP to any message." in page
    assert "<form" not in page
    assert (answer.cookies, answer["Cache-Control"], person.post(link[1]).status_code) == ({}, "no-store", 405)
    assert rows_of(acme.id) == before
    assert rows_of(rival.id) == others
    assert 'dir="rtl"' in person.get(f"{link[1]}?lang=ur").content.decode()


@proves("C34")
def test_a_confirmed_agreement_is_told_with_both_days(acme, house, offers, noon):
    with tenant_context(acme.id):
        demand_confirmation(actor=acme.actor(), purpose=offers[0], channels=["sms"])
        offers[0].refresh_from_db()
        assert offers[0].receipt_channels == ["sms"]
        waits = make_claim(make_point(MINA), offers[0], source="web_form", wording=offers[1])
        assert record(waits, origin="form") == ["pending"]
        assert send_receipts() == 0
        ask_to_confirm()
        send(house.sender)
        noon(days=1)
        hear(house.account, "YES")
        assert send_receipts() == 1
        ((evidence, _),) = send(house.sender)
        event = ConsentEvent.objects.get(id=evidence)
        assert event.source == "confirm_reply"

        page = Client().get(path_of(event)).content.decode()

    assert "Agreed on November 17, 2026, on a page" in page
    assert "Confirmed on November 18, 2026" in page


def test_after_a_stop_the_page_says_that_it_no_longer_holds_and_none_is_sent(acme, house, offers):
    with tenant_context(acme.id):
        point = make_point(MINA)
        grant(point, offers[0], wording=offers[1])
        event = ConsentState.objects.get().event
        send_receipts()
        stop(point)

        assert send(house.sender) == []

        assert Message.objects.values_list("state", "reason").get() == ("suppressed", "opted_out")
        path = path_of(event)
    assert "This no longer holds" in Client().get(path).content.decode()


@pytest.mark.parametrize("why", ["not wanted", "another channel", "long ago"])
def test_who_gets_none(acme, house, offers, noon, why):
    with tenant_context(acme.id):
        if why == "not wanted":
            demand_confirmation(actor=acme.actor(), purpose=offers[0], channels=[], receipts=[])
        grant(make_point(MINA), offers[0], "voice" if why == "another channel" else "sms")
        if why == "long ago":
            noon(hours=8)
        before = rows_of(acme.id)

        assert send_receipts() == 0

        assert rows_of(acme.id) == before


def test_organisations_without_receipts_are_not_rung_and_no_other_address_opens_one(
    acme, rival, house, offers, monkeypatch
):
    rung = []
    monkeypatch.setattr("messaging.tasks.enqueue", lambda name, **told: rung.append((name, told["organization_id"])))
    with tenant_context(acme.id):
        grant(make_point(MINA), offers[0], wording=offers[1])
        event = ConsentState.objects.get().event
    before = rows_of(acme.id)

    send_all_notices()

    assert rung == [("messaging.send_notices", acme.id)]
    with tenant_context(acme.id):
        good = path_of(event)
    with tenant_context(rival.id):
        theirs = path_of(event)
    for odd in (f"{good}x", good.replace("/r/", "/y/"), theirs, "/r/AAAA"):
        assert Client().get(odd).status_code == 404
    assert changed(before, rows_of(acme.id)) == {}


def test_a_call_leaves_no_receipt(acme, offers):
    with tenant_context(acme.id), pytest.raises(Refused):
        demand_confirmation(actor=acme.actor(), purpose=offers[0], channels=[], receipts=["voice"])
