"""The street of the fault tests with its sender at a carrier that knows a repeated request again."""

import collections
import dataclasses
from typing import Any

from core.tenancy import tenant_context
from messaging.actions.connecting import add_sender
from tests.factories.messaging import API_KEY, PROFILE, make_telnyx_account
from tests.faults.scene import Street

NUMBER = "+14025550110"


def keyed(street: Street, rate: int = 400) -> Street:
    """The same organisation and people; the account is connected as its owner would do it."""
    known = street.sandbox.post(
        "accounts", {"speaks": "telnyx", "sid": PROFILE, "token": API_KEY, "sender": NUMBER, "inbound_url": ""}
    )
    with tenant_context(street.id):
        account = make_telnyx_account(street.actor, public_key=known["public_key"], base_url=street.sandbox.url)
        sender = add_sender(
            actor=street.actor, account=account, channel="sms", address=NUMBER, label="Keyed", rate_per_second=rate
        )
    url = f"{street.webhook_url}/webhooks/telnyx/inbound/{account.token}"
    street.sandbox.post(
        "accounts", {"speaks": "telnyx", "sid": PROFILE, "token": API_KEY, "sender": NUMBER, "inbound_url": url}
    )
    return dataclasses.replace(street, account=account, sender=sender)


def requests_of(street: Street) -> list[dict[str, Any]]:
    """Every send request the carrier saw, in order: taken, refused, cut off or known from before."""
    return street.sandbox.ledger("kind=message")


def keys_of(street: Street) -> dict[str, collections.Counter[str]]:
    """How often each key was sent, by the number it was sent for."""
    found: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    for entry in requests_of(street):
        found[entry["to"]][entry["key"]] += 1
    return dict(found)
