"""Carriers, senders and what people write, made by the actions that make them in the product.

Everything here is called inside a `tenant_context`.
"""

import itertools

from accounts.contracts import Actor
from core.phone import PhoneNumber, parse_phone
from messaging.actions.connecting import add_sender, connect_account
from messaging.actions.receiving import receive_inbound
from messaging.contracts import Inbound
from messaging.models import InboundMessage, ProviderAccount, Sender
from tests.factories.consent import MINA

SID, TOKEN, NUMBER = "AC" + "0" * 31 + "1", "sandbox-token", "+14025550100"
_count = itertools.count(1)


def make_account(actor: Actor, *, sid: str = SID, token: str = TOKEN, base_url: str = "") -> ProviderAccount:
    """An account whose credentials were checked a moment ago."""
    return connect_account(
        actor=actor, name="twilio", label="Main account", account_name=sid, secret=token, base_url=base_url
    )


def make_sender(actor: Actor, account: ProviderAccount, number: str = NUMBER, rate: int = 80) -> Sender:
    """A number messages come from."""
    parsed = parse_phone(number)
    assert isinstance(parsed, PhoneNumber)
    return add_sender(actor=actor, account=account, number=parsed, label="Shop line", rate_per_second=rate)


def hear(account: ProviderAccount, text: str, sender: str = MINA) -> InboundMessage:
    """A person writes to us."""
    inbound = Inbound(
        provider_message_id=f"SM{next(_count):032x}", channel="sms", sender=sender, recipient=NUMBER, body=text
    )
    heard = receive_inbound(account=account, inbound=inbound)
    assert heard is not None
    return heard.message
