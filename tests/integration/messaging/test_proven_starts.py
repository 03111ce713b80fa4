"""A START lifts a stop only as the answer to a number that had written to them; anything else waits for somebody."""

import urllib.parse

import pytest
from django.test import Client

from consent.models import ConsentState, Suppression
from core.tenancy import tenant_context
from messaging.models import InboundMessage
from tests.factories.consent import MINA, grant, make_point, make_purpose, stop
from tests.factories.messaging import NUMBER, SID, TOKEN, make_account, make_sender, reach
from tests.faults.webhooks import new_sid, sign

OWN_SID, OWN_TOKEN, OTHER = "AC" + "d" * 32, "somebody-s-own-token", "+14025550101"


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
    message = new_sid()
    fields = {"MessageSid": message, "SmsSid": message, "AccountSid": sid, "From": sender, "To": to, "Body": words}
    pairs = tuple((fields | {"NumMedia": "0", "SmsStatus": "received"} | more).items())
    path = f"/webhooks/twilio/inbound/{account.token}"
    answer = Client().post(
        path,
        urllib.parse.urlencode(pairs),
        content_type="application/x-www-form-urlencoded",
        headers={"X-Twilio-Signature": sign(token, "http://testserver" + path, pairs)},
    )
    assert answer.status_code == 200
    return answer.content


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
