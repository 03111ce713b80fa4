"""Odd mails at Postmark's door: each is taken, so that Postmark does not bring it again for ever, and none costs a stop."""

import base64
import copy
import json
from typing import Any

import pytest
from django.test import Client

from consent.models import Suppression
from core.tenancy import tenant_context
from messaging.models import InboundMessage
from tests.contract.kits import fixtures
from tests.factories.accounts import Team
from tests.factories.emails import add_mailboxes, make_mail_house
from tests.integration.messaging.test_webhook_secrets import secret_of

STOP = dict(fixtures("postmark", "inbound"))["inbound_stop"]["webhook"]
ANA = "ana@people.example"


def bring(team: Team, **fields: Any) -> int:
    """Ana, who agreed, answers STOP in a mail that is odd in these fields; the status of our answer."""
    house = make_mail_house(team, "http://127.0.0.1:9")
    add_mailboxes(house, ANA)
    mail = copy.deepcopy(STOP) | {"To": "news@acme.example", "OriginalRecipient": "news@acme.example"}
    mail |= {"From": ANA, "FromFull": {"Email": ANA, "Name": "", "MailboxHash": ""}}
    given = base64.b64encode(f"carillon:{secret_of(house.account)}".encode()).decode()
    answer = Client().post(
        f"/webhooks/postmark/inbound/{house.account.token}",
        json.dumps(mail | fields),
        content_type="application/json",
        headers={"Authorization": f"Basic {given}"},
    )
    return answer.status_code


@pytest.mark.parametrize(
    "odd",
    [
        {"OriginalRecipient": "news\x00@acme.example"},
        {"OriginalRecipient": "y" * 3000},
        {"MessageID": "m\x00"},
        {"MessageID": "m" * 3000},
        {"TextBody": "STOP\x00", "StrippedTextReply": "STOP\x00"},
        {"Subject": "\x00"},
    ],
)
def test_a_stop_in_an_odd_mail_is_a_stop(acme: Team, odd: dict[str, Any]) -> None:
    status = bring(acme, **odd)

    assert status == 200
    with tenant_context(acme.id):
        assert [(stop.channel, stop.kind) for stop in Suppression.objects.all()] == [("email", "opted_out")]


@pytest.mark.parametrize(
    "odd",
    [
        {"FromFull": {"Email": "a\x00b@people.example", "Name": "", "MailboxHash": ""}},
        {"FromFull": {"Email": "x" * 400 + "@people.example", "Name": "", "MailboxHash": ""}},
        {"FromFull": {"Email": "a\ud800@people.example", "Name": "", "MailboxHash": ""}},
        {"FromFull": {"Email": "@", "Name": "", "MailboxHash": ""}},
        {"TextBody": 5, "StrippedTextReply": ["STOP"]},
        {"OriginalRecipient": None, "ToFull": 7},
    ],
)
def test_a_mail_nobody_can_read_is_taken_and_stops_nobody_else(acme: Team, odd: dict[str, Any]) -> None:
    status = bring(acme, **odd)

    assert status == 200
    with tenant_context(acme.id):
        assert not Suppression.objects.filter(point__hint__startswith="a…").exists()
        assert InboundMessage.objects.count() <= 1
