"""Telnyx's oddities; the key pair is the one of the published test vector."""

import base64
import dataclasses
import json
import time
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from messaging.contracts import Outbound
from messaging.providers.protocol import Misconfigured, Rejected, WebhookRequest
from tests.contract import carrier as wire
from tests.contract.carrier import Seen
from tests.contract.messages import CALLBACK_SECRET, outbound

PRIVATE_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC_KEY = "A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg="
PROFILE = "70000000-0000-4000-8000-000000000001"
WEBHOOKS = "https://hooks.example.com/hooks/telnyx/t1"


def error(code: Any) -> dict[str, Any]:
    """An error body as Telnyx writes it."""
    return {"errors": [{"code": code, "title": "a placeholder", "detail": "a placeholder"}]}


@dataclasses.dataclass(frozen=True)
class TelnyxKit:
    """What the suite knows of Telnyx."""

    credentials: dict[str, str] = dataclasses.field(
        default_factory=lambda: {
            "api_key": "KEY-of-this-test-suite",
            "messaging_profile_id": PROFILE,
            "public_key": PUBLIC_KEY,
            "callback_secret": CALLBACK_SECRET,
        }
    )
    required: tuple[str, ...] = ("api_key", "messaging_profile_id", "public_key")
    secrets: tuple[str, ...] = ("KEY-of-this-test-suite", CALLBACK_SECRET)
    success: int = 200
    send_target: str = "/v2/messages"
    check_target: str = f"/v2/messaging_profiles/{PROFILE}"
    content_type: str = "application/json"
    authorization: str = "Bearer KEY-of-this-test-suite"
    account_works: Any = dataclasses.field(default_factory=lambda: {"data": {"id": PROFILE, "enabled": True}})
    account_fails: Any = dataclasses.field(default_factory=lambda: {"data": {"id": PROFILE, "enabled": False}})
    key_refused: Any = dataclasses.field(default_factory=lambda: error("10009"))
    no_webhooks: tuple[bytes, ...] = (
        b"[]",
        b"null",
        b'{"data": []}',
        b'{"data": {"id": 7, "payload": "x"}}',
        b'{"data": {"id": "80000000-0000-4000-8000-000000000001", "event_type": "message.sent", "payload": {}}}',
    )
    impossible: dict[str, Any] = dataclasses.field(
        default_factory=lambda: {
            "another channel": ({"channel": "whatsapp"}, Misconfigured, ""),
            "no text": ({"body": ""}, Rejected, "10004"),
            "too long a text": ({"body": "a" * 1531}, Rejected, "40009"),
            "a name that is too long": ({"sender": "Example Shop"}, Misconfigured, ""),
            "a number without its plus": ({"sender": "15550100000"}, Misconfigured, ""),
            "no idempotency key": ({"idempotency_key": ""}, Misconfigured, ""),
            "an idempotency key with a quote": ({"idempotency_key": '"a"'}, Misconfigured, ""),
            "too long an idempotency key": ({"idempotency_key": "a" * 256}, Misconfigured, ""),
        }
    )
    unclear: dict[str, Any] = dataclasses.field(
        default_factory=lambda: {
            "500 with a code": wire.status(500, error("10007")),
            "503 with a known code": wire.status(503, error("40300")),
            "409 while the first is under way": wire.status(409, error("10012")),
            "408 with a code": wire.status(408, error("10008")),
            "400 with its own timeout": wire.status(400, error("10008")),
            "400 with its own failure": wire.status(400, error("10007")),
            "422 for a key used with another body": wire.status(422, error("10015")),
            "400 with a code that is no text": wire.status(400, error({"a": 1})),
            "200 without an id": wire.status(200, {"data": {"to": [{"status": "queued"}]}}),
            "200 with an id of another kind": wire.status(200, {"data": {"id": "v3:sample0001"}}),
            "200 with an id that is a number": wire.status(200, {"data": {"id": 7}}),
            "200 with data that is a list": wire.status(200, {"data": []}),
        }
    )

    def outbound(self, **changes: Any) -> Outbound:
        """A message this provider takes."""
        return outbound(**{"sender": "+15550100000"} | changes)  # type: ignore[no-any-return]

    def request(self, seen: Seen) -> Any:
        """What a request said, decoded."""
        return json.loads(seen.body)

    def expected(self, message: Outbound) -> Any:
        """What a request for a message says, and nothing else."""
        return {
            "from": message.sender,
            "to": message.recipient,
            "messaging_profile_id": PROFILE,
            "text": message.body,
            "type": "SMS",
            "encoding": "auto",
            "webhook_url": message.callback_url,
            "use_profile_webhooks": False,
        }

    def webhook(self, content: dict[str, Any], url: str = WEBHOOKS, at: int | None = None) -> WebhookRequest:
        """A genuine webhook, signed now or at another second."""
        body = json.dumps(content, separators=(",", ":"), ensure_ascii=False).encode()
        stamp = str(int(time.time()) if at is None else at)
        return WebhookRequest("POST", url, signed_headers(stamp, body), body)

    def reported(self, content: Any, marked: str) -> WebhookRequest:
        """The same news, reported to the marked address."""
        return self.webhook(content, marked)


def signed_headers(stamp: str, body: bytes, key: Ed25519PrivateKey = PRIVATE_KEY) -> tuple[tuple[str, str], ...]:
    """The headers Telnyx would send with these bytes."""
    signature = base64.b64encode(key.sign(stamp.encode() + b"|" + body)).decode()
    return (
        ("Host", "hooks.example.com"),
        ("Content-Type", "application/json"),
        ("telnyx-timestamp", stamp),
        ("telnyx-signature-ed25519", signature),
    )
