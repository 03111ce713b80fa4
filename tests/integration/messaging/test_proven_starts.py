"""A START lifts a stop only as the answer to a number that had written to them; anything else waits for somebody."""

import socket
import time
import urllib.parse

import pytest
from django.test import Client

from consent.models import ConsentState, Suppression
from core.ids import new_id
from core.tenancy import tenant_context
from messaging.actions.confirming import confirmed_by_carrier
from messaging.contracts import Inbound
from messaging.lanes import open_credentials
from messaging.models import InboundMessage
from tests.factories.consent import MINA, grant, make_point, make_purpose, stop
from tests.factories.messaging import NUMBER, SID, TOKEN, make_account, make_sender, reach
from tests.faults.webhooks import new_sid, sign

WEBHOOKS = "messaging.views.webhooks.confirmed_by_carrier"
OWN_SID, OWN_TOKEN, OTHER = "AC" + "d" * 32, "somebody-s-own-token", "+14025550101"


@pytest.fixture(autouse=True)
def books(monkeypatch):
    """The carrier, as far as it is asked: it has everything."""
    monkeypatch.setattr(WEBHOOKS, lambda *about: frozenset(each.provider_message_id for each in about[-1]))


@pytest.fixture
def shop(acme, settings):
    """Mina agreed to offers; the shop's number is there, and so is an account that one member brought along."""
    settings.WEBHOOK_URL = "http://testserver"
    with tenant_context(acme.id):
        point = make_point(MINA)
        grant(point, make_purpose(acme.actor()))
        account = make_account(acme.actor())
        return point, account, make_sender(acme.actor(), account)


def text(account, words, *, sid=SID, token=TOKEN, sender=MINA, to=NUMBER, **more):
    """A webhook signed with the secret of this account; the answer's body."""
    message = more.pop("message", "") or new_sid()
    path = more.pop("path", "") or f"/webhooks/twilio/inbound/{account.token}"
    fields = {"MessageSid": message, "SmsSid": message, "AccountSid": sid, "From": sender, "To": to, "Body": words}
    pairs = tuple((fields | {"NumMedia": "0", "SmsStatus": "received"} | more).items())
    answer = Client().post(
        path,
        urllib.parse.urlencode(pairs),
        content_type="application/x-www-form-urlencoded",
        headers={"X-Twilio-Signature": sign(token, "http://testserver" + path, pairs)},
    )
    assert answer.status_code == 200
    return answer.content


def reply_at(sandbox, words):
    """A person really writes, and the carrier cannot reach us; the id of the message in its books."""
    told = sandbox.post(f"phones/{MINA}/reply", {"text": words})
    return told["sid"]


def demand_still_stopped(acme):
    with tenant_context(acme.id):
        assert list(Suppression.objects.values_list("kind", "lifted_at")) == [("opted_out", None)]
        assert list(ConsentState.objects.values_list("status", flat=True)) == ["withdrawn"]
        heard = InboundMessage.objects.get(kind="start")
        assert (heard.verdict, heard.handled_at, heard.consent_event_id) == ("asked", None, None)


def test_a_start_to_the_number_that_wrote_before_the_stop_is_done_and_answered(acme, shop):
    point, account, sender = shop
    with tenant_context(acme.id):
        reach(sender, point)
        stop(point)

    answer = text(account, "START")

    assert b"<Message>" in answer
    with tenant_context(acme.id):
        assert not Suppression.objects.filter(lifted_at=None).exists()
        assert list(ConsentState.objects.values_list("status", flat=True)) == ["granted"]
        assert InboundMessage.objects.get().verdict == ""


def test_a_start_to_another_number_of_the_account_that_wrote_is_done_as_well(acme, shop):
    point, account, sender = shop
    with tenant_context(acme.id):
        make_sender(acme.actor(), account, OTHER)
        reach(sender, point)
        stop(point)

    text(account, "START", to=OTHER)

    with tenant_context(acme.id):
        assert not Suppression.objects.filter(lifted_at=None).exists()


@pytest.mark.parametrize("own_number", [True, False])
@pytest.mark.parametrize("opt_out_type", ["", "START"])
def test_an_account_that_never_wrote_to_them_lifts_nothing_whoever_signs(acme, shop, own_number, opt_out_type):
    point, _, sender = shop
    with tenant_context(acme.id):
        reach(sender, point)
        stop(point)
        theirs = make_account(acme.actor(), sid=OWN_SID, token=OWN_TOKEN)
        if own_number:
            make_sender(acme.actor(), theirs, OTHER)

    more = {"OptOutType": opt_out_type} if opt_out_type else {}
    answer = text(theirs, "START", sid=OWN_SID, token=OWN_TOKEN, to=OTHER if own_number else NUMBER, **more)

    assert b"<Message>" not in answer
    demand_still_stopped(acme)


def test_a_start_for_a_number_that_is_none_of_ours_lifts_nothing(acme, shop):
    point, account, sender = shop
    with tenant_context(acme.id):
        reach(sender, point)
        stop(point)

    answer = text(account, "START", to="+15005550006")

    assert b"<Message>" not in answer
    demand_still_stopped(acme)


@pytest.mark.parametrize("written", ["never", "after the stop"])
def test_a_start_from_somebody_we_had_not_written_to_before_the_stop_lifts_nothing(acme, shop, written):
    point, account, sender = shop
    with tenant_context(acme.id):
        stop(point)
        if written == "after the stop":
            reach(sender, point)

    answer = text(account, "START")

    assert b"<Message>" not in answer
    demand_still_stopped(acme)


def test_nobody_of_the_team_says_start_for_them_but_the_question_can_be_closed(acme, shop):
    point, account, _ = shop
    with tenant_context(acme.id):
        stop(point)
    text(account, "START")
    with tenant_context(acme.id):
        row = InboundMessage.objects.get()
    page = acme.client().get("/replies/?show=judge").content.decode()

    denied = acme.client().post(f"/replies/{row.id}/not-a-stop/", follow=True).content.decode()
    demand_still_stopped(acme)
    acme.client().post(f"/replies/{row.id}/confirm-stop/")

    assert "Keep them protected" in page
    assert f"/replies/{row.id}/not-a-stop/" not in page
    assert "only they can say more" in denied
    with tenant_context(acme.id):
        assert InboundMessage.objects.get().verdict == "stop"
        assert list(Suppression.objects.values_list("kind", "lifted_at")) == [("opted_out", None)]
    assert "Said start, stays protected" in acme.client().get("/replies/?show=all").content.decode()


@pytest.mark.parametrize("to", [NUMBER, "+15005550006"])
def test_stop_and_help_act_whatever_number_they_were_sent_to(acme, shop, to):
    _, account, _ = shop

    answers = [text(account, words, to=to) for words in ("STOP", "HELP")]

    assert [b"<Message>" in answer for answer in answers] == [True, True]
    with tenant_context(acme.id):
        assert list(Suppression.objects.values_list("kind", "lifted_at")) == [("opted_out", None)]


def test_a_start_the_carrier_has_not_in_its_books_lifts_nothing_whoever_signs(acme, shop, monkeypatch):
    point, account, sender = shop
    monkeypatch.setattr(WEBHOOKS, lambda *_: frozenset())
    with tenant_context(acme.id):
        reach(sender, point)
        stop(point)

    answer = text(account, "START")

    assert b"<Message>" not in answer
    demand_still_stopped(acme)


def test_a_start_sent_to_the_address_for_news_of_our_messages_lifts_nothing(acme, shop):
    point, account, sender = shop
    with tenant_context(acme.id):
        reach(sender, point)
        stop(point)

    text(account, "START", path=f"/webhooks/twilio/status/{account.token}/{new_id()}")

    demand_still_stopped(acme)


@pytest.fixture
def asked(acme, sandbox, settings, monkeypatch):
    """The shop with its account at the sandbox, which is really asked; Mina was written to, then said stop."""
    monkeypatch.undo()
    settings.WEBHOOK_URL = "http://testserver"
    with tenant_context(acme.id):
        point = make_point(MINA)
        grant(point, make_purpose(acme.actor()))
        account = make_account(acme.actor(), base_url=sandbox.url)
        reach(make_sender(acme.actor(), account), point)
        stop(point)
    return account


def test_the_carrier_is_asked_for_the_very_message_before_a_stop_is_lifted(acme, asked, sandbox):
    message = reply_at(sandbox, "START")

    answer = text(asked, "START", message=message)

    assert b"<Message>" in answer
    with tenant_context(acme.id):
        assert not Suppression.objects.filter(lifted_at=None).exists()


@pytest.mark.parametrize("written", ["another message", "other words"])
def test_a_message_the_carrier_has_otherwise_or_not_at_all_lifts_nothing(acme, asked, sandbox, written):
    message = reply_at(sandbox, "Is it in stock?") if written == "other words" else new_sid()

    text(asked, "START", message=message)

    demand_still_stopped(acme)


def test_a_carrier_that_does_not_answer_holds_the_webhook_for_two_seconds_and_lifts_nothing(acme, shop, monkeypatch):
    point, _, sender = shop
    monkeypatch.undo()
    with socket.create_server(("127.0.0.1", 0)) as silent, tenant_context(acme.id):
        account = make_account(acme.actor(), base_url=f"http://127.0.0.1:{silent.getsockname()[1]}")
        reach(sender, point)
        stop(point)
        began = time.monotonic()

        found = confirmed_by_carrier(
            "twilio", open_credentials(account), account.base_url, [Inbound(new_sid(), "sms", MINA, NUMBER, "START")]
        )

    assert found == frozenset()
    assert 1.5 < time.monotonic() - began < 4
