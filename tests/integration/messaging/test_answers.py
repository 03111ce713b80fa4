"""The answers to STOP and HELP, as the carrier reads them: they leave whatever holds us back, and STOP's leaves once."""

import datetime
import re
import urllib.parse

import pytest
from django.test import Client
from twilio.request_validator import RequestValidator

from accounts.actions import organizations
from accounts.models import Organization
from consent.models import DecisionRecord, Suppression
from contacts.models import Contact, ContactPoint
from core import clock
from core.tenancy import tenant_context
from messaging.models import InboundMessage, Message
from tests.factories.accounts import operator_actor
from tests.factories.consent import MINA, grant, make_point, make_purpose
from tests.factories.messaging import NUMBER, SID, TOKEN, make_account
from tests.proofs import proves
from tests.snapshots import rows_of

NIGHT = datetime.datetime(2026, 11, 25, 9, 0, tzinfo=datetime.UTC)  # three in the morning in Nebraska
HELD_BACK = ["nothing", "suspended", "emergency stop", "night"]


@pytest.fixture
def account(acme, operator):
    """The account of an organisation gone live, to whose offers Mina said yes."""
    with tenant_context(acme.id):
        organizations.go_live(actor=operator_actor(operator), note="reviewed")
        Organization.objects.update(support_contact="help@acme.example")
        grant(make_point(MINA), make_purpose(acme.actor()))
        return make_account(acme.actor())


def hold_back(acme, operator, how, monkeypatch):
    with tenant_context(acme.id):
        if how == "suspended":
            organizations.suspend_organization(actor=operator_actor(operator), reason="looks odd")
        elif how == "emergency stop":
            organizations.stop_sending(actor=acme.actor())
        elif how == "night":
            monkeypatch.setattr(clock, "now", lambda: NIGHT)


def text(account, settings, words, number):
    """A genuine webhook of the carrier; the texts its answer makes the carrier send."""
    path = f"/webhooks/twilio/inbound/{account.token}"
    fields = {"MessageSid": f"SM{number:032x}", "AccountSid": SID, "From": MINA, "To": NUMBER, "Body": words}
    fields |= {"NumMedia": "0", "NumSegments": "1", "SmsMessageSid": fields["MessageSid"], "SmsStatus": "received"}
    signed = RequestValidator(TOKEN).compute_signature(settings.WEBHOOK_URL + path, fields)
    answer = Client().post(
        path,
        urllib.parse.urlencode(fields),
        content_type="application/x-www-form-urlencoded",
        headers={"X-Twilio-Signature": signed},
    )
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/xml")
    return re.findall("<Message>(.*?)</Message>", answer.content.decode())


@proves("C10")
@pytest.mark.parametrize("how", HELD_BACK)
def test_stop_is_answered_exactly_once_whatever_holds_us_back(acme, operator, account, settings, monkeypatch, how):
    hold_back(acme, operator, how, monkeypatch)

    answers = [text(account, settings, "STOP", number) for number in (1, 1, 2)]

    assert [len(answer) for answer in answers] == [1, 0, 0]
    assert answers[0] == ["Acme: you are unsubscribed and will get no more texts from us."]
    with tenant_context(acme.id):
        assert Suppression.objects.filter(lifted_at=None, kind="opted_out").count() == 1
        assert InboundMessage.objects.count() == 2
        assert Message.objects.count() == 0


@proves("001-16")
@pytest.mark.parametrize("how", HELD_BACK)
def test_help_is_answered_also_for_somebody_who_said_stop(acme, operator, account, settings, monkeypatch, how):
    text(account, settings, "STOP", 1)
    hold_back(acme, operator, how, monkeypatch)

    answers = [text(account, settings, "HELP", number) for number in (2, 3)]

    assert [len(answer) for answer in answers] == [1, 1]
    assert answers[0][0].startswith("Acme: for help contact help@acme.example.")
    with tenant_context(acme.id):
        assert Suppression.objects.filter(lifted_at=None, kind="opted_out").count() == 1


def test_two_robots_that_ask_each_other_for_help_end_and_a_stop_is_still_confirmed(
    acme, account, settings, monkeypatch
):
    last = [len(text(account, settings, "HELP", number)) for number in range(1, 9)]

    stopped = text(account, settings, "STOP", 20)
    after = text(account, settings, "HELP", 21)
    tomorrow = clock.now() + datetime.timedelta(hours=24, seconds=5)
    monkeypatch.setattr(clock, "now", lambda: tomorrow)
    later = text(account, settings, "HELP", 22)

    assert last == [1] * 5 + [0] * 3
    assert stopped == ["Acme: you are unsubscribed and will get no more texts from us."]
    assert (after, len(later)) == ([], 1)
    with tenant_context(acme.id):
        assert InboundMessage.objects.filter(kind="help").count() == 10
        assert Suppression.objects.get(lifted_at=None).kind == "opted_out"


@proves("C31")
@pytest.mark.parametrize("fact", ["a minor", "not a minor"])
def test_the_gate_hears_who_wrote_before_a_word_goes_back(acme, account, settings, fact):
    with tenant_context(acme.id):
        point = make_point(MINA)
        contact = Contact.objects.create(first_name="Mina", is_minor=fact == "a minor")
        ContactPoint.objects.create(contact=contact, point=point, label="phone")

    answers = text(account, settings, "HELP", 1)

    assert len(answers) == (1 if fact == "not a minor" else 0)
    with tenant_context(acme.id):
        (decision,) = DecisionRecord.objects.all()
        assert decision.facts["answers"] == "help"
        assert decision.facts["minor"] is (fact == "a minor")
        assert (decision.outcome == "allowed") is (fact == "not a minor")


def test_a_closed_organisation_keeps_the_stop_and_says_nothing(acme, account, settings):
    with tenant_context(acme.id):
        Organization.objects.update(state="closed")

    assert text(account, settings, "STOP", 1) == []

    with tenant_context(acme.id):
        assert Suppression.objects.filter(lifted_at=None, kind="opted_out").count() == 1


def test_an_ordinary_text_is_answered_with_silence(acme, account, settings):
    assert text(account, settings, "Is it in stock?", 1) == []

    with tenant_context(acme.id):
        assert not Suppression.objects.exists()


def test_a_webhook_with_another_signature_is_refused_and_nothing_is_written(acme, account, settings):
    before = rows_of(acme.id)

    answer = Client().post(
        f"/webhooks/twilio/inbound/{account.token}",
        urllib.parse.urlencode({"Body": "STOP", "From": MINA}),
        content_type="application/x-www-form-urlencoded",
        headers={"X-Twilio-Signature": "bm90IGdlbnVpbmU="},
    )

    assert answer.status_code == 403
    assert rows_of(acme.id) == before
