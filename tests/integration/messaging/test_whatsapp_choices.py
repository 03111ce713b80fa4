"""Choices in WhatsApp's settings that come in another order than they were made: the last one made is what holds."""

import copy
import json
from typing import Any

import pytest

from consent.models import ConsentEvent, ConsentState, DecisionRecord, Suppression
from core import clock
from core.ids import new_id
from core.tenancy import tenant_context
from messaging.models import Message, SendAttempt, Template, TemplateVersion
from tests.factories import whatsapp
from tests.factories.consent import grant, make_point, make_purpose
from tests.integration.messaging.test_whatsapp_webhooks import ANA, INBOUND, ours, post


@pytest.fixture
def account(acme):
    """Acme's WhatsApp account, which has written to Ana, who agreed."""
    with tenant_context(acme.id):
        account = whatsapp.make_whatsapp(acme.actor())
        purpose, point = make_purpose(acme.actor()), make_point(ANA)
        grant(point, purpose, channel="whatsapp")
        template = Template.objects.create(name="Visits", channel="whatsapp", purpose=purpose)
        now = clock.now()
        message = Message.objects.create(
            channel="whatsapp", origin="run", origin_id=new_id(), point=point,
            sender=whatsapp.make_number(acme.actor(), account), purpose=purpose,
            template_version=TemplateVersion.objects.create(template=template, number=1, body="Hello"),
            body_sealed=b"", state="accepted", expires_at=now, created_at=now, attempt_count=1,
        )  # fmt: skip
        SendAttempt.objects.create(
            message=message, number=1, consent_event=ConsentEvent.objects.get(status="granted"),
            decision=DecisionRecord.objects.create(
                digest=b"1", facts={}, outcome="allowed", rules_version="1", decided_at=now
            ),
            account=account, intent_at=now, outcome="accepted", outcome_at=now,
        )  # fmt: skip
        return account


def choice(said: str, at: int) -> Any:
    """What Meta tells of one choice."""
    webhook = copy.deepcopy(ours(INBOUND[f"inbound_preference_{said}"]["webhook"]))
    webhook["entry"][0]["changes"][0]["value"]["user_preferences"][0]["timestamp"] = at
    return json.loads(json.dumps(webhook))


def test_a_resume_that_comes_late_does_not_take_back_the_stop_that_was_said_after_it(client, acme, account):
    said_first, said_last = choice("resume", 1795447000), choice("stop", 1795450600)

    answers = [post(client, account, each).status_code for each in (said_last, said_first)]

    with tenant_context(acme.id):
        assert Suppression.objects.filter(point__kind="phone", lifted_at=None).exists()
        assert set(ConsentState.objects.values_list("status", flat=True)) == {"withdrawn"}
    assert answers == [200, 200]


def test_a_resume_said_after_the_stop_takes_it_back(client, acme, account):
    said_first, said_last = choice("stop", 1795447000), choice("resume", 1795450600)

    answers = [post(client, account, each).status_code for each in (said_first, said_last)]

    with tenant_context(acme.id):
        assert not Suppression.objects.filter(point__kind="phone", lifted_at=None).exists()
    assert answers == [200, 200]
