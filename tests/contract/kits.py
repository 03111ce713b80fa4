"""What the contract suite must know of each registered provider: credentials, an outbound, and how it signs."""

import dataclasses
import datetime
import json
import pathlib
import urllib.parse
import uuid
from typing import Any

import pytest
from twilio.request_validator import RequestValidator

from consent.contracts import Permit
from core.http import Limits
from messaging.contracts import Outbound
from messaging.providers.protocol import WebhookRequest
from messaging.providers.registry import PROVIDERS

FIXTURES = pathlib.Path(__file__).parent.parent / "fixtures" / "providers"
RECIPIENT = "+15550100123"
BODY = "Example Co: Ana, your slot is Tue 10:00. Reply STOP to opt out."
CALLBACK_SECRET = "callback-secret-of-this-test-suite"
ATTEMPT = uuid.UUID("01936f5e-0000-7000-8000-0000000000aa")
WEBHOOK_BASE = "https://hooks.example.com/hooks/twilio"


def outbound(**changes: Any) -> Outbound:
    """A message with a permit, as the send step would build it."""
    permit = Permit(uuid.uuid4(), ATTEMPT, uuid.uuid4(), datetime.datetime(2026, 11, 23, 15, tzinfo=datetime.UTC))
    values = {
        "permit": permit,
        "channel": "sms",
        "sender": "MG" + "0" * 31 + "1",
        "recipient": RECIPIENT,
        "body": BODY,
        "callback_url": f"{WEBHOOK_BASE}/t1/{ATTEMPT}?k=mark",
        "validity_seconds": 900,
        "idempotency_key": str(ATTEMPT),
    }
    return Outbound(**values | changes)


@dataclasses.dataclass(frozen=True)
class TwilioKit:
    """Twilio's oddities; the signature is made by its official library, not by ours."""

    credentials: dict[str, str] = dataclasses.field(
        default_factory=lambda: {
            "account_sid": "AC" + "0" * 31 + "1",
            "auth_token": "test_auth_token",
            "callback_secret": CALLBACK_SECRET,
        }
    )
    secrets: tuple[str, ...] = ("test_auth_token", CALLBACK_SECRET)

    def webhook(
        self, fields: dict[str, str] | list[tuple[str, str]], url: str = f"{WEBHOOK_BASE}/t1"
    ) -> WebhookRequest:
        """A genuine webhook, signed with the account's token."""
        pairs = list(fields.items()) if isinstance(fields, dict) else fields
        signed = RequestValidator(self.credentials["auth_token"]).compute_signature(url, dict(pairs))
        headers = (
            ("Host", "hooks.example.com"),
            ("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8"),
            ("X-Twilio-Signature", signed),
        )
        return WebhookRequest("POST", url, headers, urllib.parse.urlencode(pairs).encode())


KITS = {"twilio": TwilioKit()}


def fixtures(provider: str, kind: str = "") -> list[tuple[str, dict[str, Any]]]:
    """The recorded fixtures of one provider, by name."""
    found = [(path.stem, json.loads(path.read_text())) for path in sorted((FIXTURES / provider).glob("*.json"))]
    return [(name, fixture) for name, fixture in found if not kind or fixture["kind"] == kind]


NAMES = sorted(PROVIDERS)
QUICK = Limits(connect_seconds=0.3, total_seconds=0.8, answer_bytes=20_000)


def of_each(kind: str) -> list[Any]:
    """One parameter for each provider and fixture of a kind."""
    return [
        pytest.param(name, fixture, id=f"{name}-{case}") for name in NAMES for case, fixture in fixtures(name, kind)
    ]


each_provider = pytest.mark.parametrize("name", NAMES)
