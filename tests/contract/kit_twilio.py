"""Twilio's oddities; webhooks are signed by its official library, not by us."""

import dataclasses
import urllib.parse
from typing import Any

from twilio.request_validator import RequestValidator

from messaging.contracts import Outbound
from messaging.providers.protocol import Misconfigured, Rejected, WebhookRequest
from tests.contract import carrier as wire
from tests.contract.carrier import Seen
from tests.contract.messages import CALLBACK_SECRET, WEBHOOK_BASE, outbound

ACCOUNT = "AC" + "0" * 31 + "1"


@dataclasses.dataclass(frozen=True)
class TwilioKit:
    """What the suite knows of Twilio."""

    credentials: dict[str, str] = dataclasses.field(
        default_factory=lambda: {
            "account_sid": ACCOUNT,
            "auth_token": "test_auth_token",
            "callback_secret": CALLBACK_SECRET,
        }
    )
    required: tuple[str, ...] = ("account_sid", "auth_token")
    secrets: tuple[str, ...] = ("test_auth_token", CALLBACK_SECRET)
    success: int = 201
    send_target: str = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    check_target: str = f"/2010-04-01/Accounts/{ACCOUNT}.json"
    content_type: str = "application/x-www-form-urlencoded"
    authorization: str = "Basic "
    account_works: Any = dataclasses.field(default_factory=lambda: {"status": "active"})
    account_fails: Any = dataclasses.field(default_factory=lambda: {"status": "suspended"})
    key_refused: Any = dataclasses.field(default_factory=lambda: {"code": 20003})
    no_webhooks: tuple[bytes, ...] = (b"&&&", b"=" * 5000, b"a&" * 600)
    impossible: dict[str, Any] = dataclasses.field(
        default_factory=lambda: {
            "another channel": ({"channel": "email"}, Misconfigured, ""),
            "too short a validity": ({"validity_seconds": 5}, Misconfigured, ""),
            "too long a validity": ({"validity_seconds": 36_001}, Misconfigured, ""),
            "no text": ({"body": ""}, Rejected, "21602"),
            "too long a text": ({"body": "a" * 1601}, Rejected, "21617"),
        }
    )
    unclear: dict[str, Any] = dataclasses.field(
        default_factory=lambda: {
            "500 with a code": wire.status(500, {"code": 20500, "message": "x", "status": 500}),
            "503 with a known code": wire.status(503, {"code": 20503}),
            "201 without an id": wire.status(201, {"status": "queued"}),
            "201 with an id of another kind": wire.status(201, {"sid": "CA" + "0" * 32}),
            "201 with an id that is a number": wire.status(201, {"sid": 7}),
        }
    )

    def outbound(self, **changes: Any) -> Outbound:
        """A message this provider takes."""
        return outbound(**changes)  # type: ignore[no-any-return]

    def request(self, seen: Seen) -> Any:
        """What a request said, decoded."""
        return seen.form

    def expected(self, message: Outbound) -> Any:
        """What a request for a message says, and nothing else."""
        return {
            "To": message.recipient,
            "MessagingServiceSid": message.sender,
            "Body": message.body,
            "StatusCallback": message.callback_url,
            "ValidityPeriod": "900",
        }

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

    def reported(self, content: Any, marked: str) -> WebhookRequest:
        """The same news, reported to the marked address."""
        return self.webhook(content, marked.partition("#")[0])
