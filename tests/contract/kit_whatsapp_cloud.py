"""The WhatsApp Cloud API's oddities. Webhooks are signed with the standard library, which is all Meta asks for."""

import copy
import dataclasses
import hashlib
import hmac
import json
from typing import Any

from messaging.contracts import Outbound
from messaging.providers.protocol import Misconfigured, Rejected, WebhookRequest
from tests.contract import carrier as wire
from tests.contract.carrier import Seen
from tests.contract.messages import ATTEMPT, CALLBACK_SECRET, outbound

ACCOUNT = "100000000000001"
PHONE_NUMBER_ID = "200000000000001"
WEBHOOKS = "https://hooks.example.com/hooks/whatsapp_cloud/t1"
DATA = f"t1/{ATTEMPT}?k=mark"


def error(code: Any) -> dict[str, Any]:
    """An error body as Meta writes it."""
    return {"error": {"message": f"(#{code}) a placeholder", "type": "OAuthException", "code": code}}


@dataclasses.dataclass(frozen=True)
class WhatsAppCloudKit:
    """What the suite knows of the Cloud API."""

    credentials: dict[str, str] = dataclasses.field(
        default_factory=lambda: {
            "access_token": "token-of-this-test-suite",
            "app_secret": "app-secret-of-this-test-suite",
            "business_account_id": ACCOUNT,
            "verify_token": "verify-token-of-this-test-suite",
            "callback_secret": CALLBACK_SECRET,
        }
    )
    required: tuple[str, ...] = ("access_token", "app_secret", "business_account_id")
    secrets: tuple[str, ...] = ("token-of-this-test-suite", "app-secret-of-this-test-suite", CALLBACK_SECRET)
    success: int = 200
    send_target: str = f"/v23.0/{PHONE_NUMBER_ID}/messages"
    check_target: str = f"/v23.0/{ACCOUNT}?fields=id"
    content_type: str = "application/json"
    authorization: str = "Bearer token-of-this-test-suite"
    account_works: Any = dataclasses.field(default_factory=lambda: {"id": ACCOUNT})
    account_fails: Any = dataclasses.field(default_factory=lambda: {"id": "100000000000002"})
    key_refused: Any = dataclasses.field(default_factory=lambda: error(190))
    no_webhooks: tuple[bytes, ...] = (
        b"[]",
        b"null",
        b'{"object":"whatsapp_business_account","entry":[]}',
        b'{"object":"whatsapp_business_account","entry":7}',
        b'{"object":"whatsapp_business_account","entry":["x"]}',
        b'{"object":"whatsapp_business_account","entry":[{"id":"100000000000001","changes":["x"]}]}',
        b'{"object":"page","entry":[{"id":"100000000000001"}]}',
    )
    impossible: dict[str, Any] = dataclasses.field(
        default_factory=lambda: {
            "another channel": ({"channel": "sms"}, Misconfigured, ""),
            "no text": ({"body": ""}, Rejected, "131008"),
            "too long a text": ({"body": "a" * 4097}, Rejected, "131009"),
            "a number instead of its id": ({"sender": "+15550100000"}, Misconfigured, ""),
            "an id that leaves its place": ({"sender": "1/../2"}, Misconfigured, ""),
            "a recipient without its plus": ({"recipient": "15550100123"}, Rejected, "131009"),
            "a recipient of another network": ({"recipient": "ana.sample"}, Rejected, "131009"),
            "callback data that is too long": ({"callback_url": "a" * 513}, Misconfigured, ""),
        }
    )
    unclear: dict[str, Any] = dataclasses.field(
        default_factory=lambda: {
            "500 with a code": wire.status(500, error(131000)),
            "503 with a known code": wire.status(503, error(131016)),
            "500 with a code of the setup": wire.status(500, error(131045)),
            "400 with its own unknown error": wire.status(400, error(1)),
            "400 with a code that is text": wire.status(400, error("131047")),
            "200 without an id": wire.status(200, {"messages": [{"message_status": "accepted"}]}),
            "200 with an id of another kind": wire.status(200, {"messages": [{"id": "mid.1"}]}),
            "200 with an id that is a number": wire.status(200, {"messages": [{"id": 7}]}),
            "200 without a message": wire.status(200, {"messages": []}),
        }
    )

    def outbound(self, **changes: Any) -> Outbound:
        """A message this provider takes."""
        values = {"channel": "whatsapp", "sender": PHONE_NUMBER_ID, "callback_url": DATA}
        return outbound(**values | changes)  # type: ignore[no-any-return]

    def request(self, seen: Seen) -> Any:
        """What a request said, decoded."""
        return json.loads(seen.body)

    def expected(self, message: Outbound) -> Any:
        """What a request for a message says, and nothing else."""
        return {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "to": message.recipient,
            "type": "text",
            "biz_opaque_callback_data": message.callback_url,
            "text": {"body": message.body, "preview_url": False},
        }

    def webhook(self, content: dict[str, Any], url: str = WEBHOOKS) -> WebhookRequest:
        """A genuine webhook: Meta escapes everything beyond ASCII and writes slashes as they are."""
        return signed(json.dumps(content, separators=(",", ":")).encode(), url=url)

    def reported(self, content: Any, marked: str) -> WebhookRequest:
        """The same news with our mark in it."""
        whole = copy.deepcopy(content)
        for entry in whole["entry"]:
            for status in entry["changes"][0]["value"]["statuses"]:
                status["biz_opaque_callback_data"] = marked
        return self.webhook(whole)


def signed(body: bytes, secret: str = "app-secret-of-this-test-suite", url: str = WEBHOOKS) -> WebhookRequest:
    """A webhook of these bytes with the signature Meta would send."""
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    headers = (
        ("Host", "hooks.example.com"),
        ("Content-Type", "application/json"),
        ("X-Hub-Signature-256", f"sha256={digest}"),
    )
    return WebhookRequest("POST", url, headers, body)
