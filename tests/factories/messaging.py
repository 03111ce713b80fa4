"""Carriers, senders and what people write, made by the actions that make them in the product.

Everything here is called inside a `tenant_context`.
"""

import itertools

from accounts.contracts import Actor
from consent.models import ConsentEvent, DecisionRecord, Point
from core import clock
from core.ids import new_id
from messaging.actions.connecting import add_sender, connect_account
from messaging.actions.receiving import receive_inbound
from messaging.contracts import Inbound
from messaging.models import (
    InboundMessage,
    Message,
    ProviderAccount,
    SendAttempt,
    Sender,
    Template,
    TemplateVersion,
)
from tests.factories.consent import MINA

SID, TOKEN, NUMBER = "AC" + "0" * 31 + "1", "sandbox-token", "+14025550100"
PROFILE, API_KEY = "70000000-0000-4000-8000-000000000001", "KEY-of-these-tests"
_count = itertools.count(1)


def make_account(actor: Actor, *, sid: str = SID, token: str = TOKEN, base_url: str = "") -> ProviderAccount:
    """An account whose credentials were checked a moment ago."""
    credentials = {"account_sid": sid, "auth_token": token}
    return connect_account(actor=actor, name="twilio", label="Main account", credentials=credentials, base_url=base_url)


def make_sender(actor: Actor, account: ProviderAccount, number: str = NUMBER, rate: int = 80) -> Sender:
    """A number messages come from."""
    return add_sender(
        actor=actor, account=account, channel="sms", address=number, label="Shop line", rate_per_second=rate
    )


def reach(sender: Sender, point: Point) -> Message:
    """This sender wrote to somebody who had agreed, and the carrier took it."""
    agreed = ConsentEvent.objects.filter(point=point, status="granted").latest("recorded_at")
    template = Template.objects.create(name="Offer", channel="sms", purpose_id=agreed.purpose_id)
    now = clock.now()
    message = Message.objects.create(
        channel="sms", origin="test", origin_id=new_id(), point=point, sender=sender, purpose_id=agreed.purpose_id,
        template_version=TemplateVersion.objects.create(template=template, number=1, body="Hello"),
        body_sealed=b"", state="accepted", expires_at=now, created_at=now, attempt_count=1,
    )  # fmt: skip
    decision = DecisionRecord.objects.create(
        digest=b"1", facts={}, outcome="allowed", rules_version="1", decided_at=now
    )
    SendAttempt.objects.create(
        message=message, number=1, consent_event=agreed, decision=decision, account=sender.account, intent_at=now,
        outcome="accepted", outcome_at=now,
    )  # fmt: skip
    return message


def hear(account: ProviderAccount, text: str, sender: str = MINA) -> InboundMessage:
    """A person writes to us, and the carrier has it in its books."""
    inbound = Inbound(
        provider_message_id=f"SM{next(_count):032x}", channel="sms", sender=sender, recipient=NUMBER, body=text
    )
    heard = receive_inbound(account=account, inbound=inbound, confirmed=True)
    assert heard is not None
    return heard.message


def make_telnyx_account(actor: Actor, *, public_key: str, base_url: str = "") -> ProviderAccount:
    """An account of the carrier that knows a repeated request again."""
    credentials = {"messaging_profile_id": PROFILE, "api_key": API_KEY, "public_key": public_key}
    return connect_account(
        actor=actor, name="telnyx", label="Second carrier", credentials=credentials, base_url=base_url
    )
