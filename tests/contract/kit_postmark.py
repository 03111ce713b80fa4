"""Postmark's oddities: its token has a header of its own, and its webhooks carry a password instead of a signature."""

import base64
import copy
import dataclasses
import json
from typing import Any

from messaging.contracts import Outbound
from messaging.providers.email_message import EmailOutbound
from messaging.providers.postmark import callback_marks
from messaging.providers.protocol import Misconfigured, Rejected, WebhookRequest
from tests.contract import carrier as wire
from tests.contract.carrier import Seen
from tests.contract.messages import ATTEMPT, CALLBACK_SECRET, outbound

TOKEN = "00000000-0000-4000-8000-0000000000aa"
PASSWORD = "webhook-password-of-this-test-suite"
WEBHOOKS = "https://hooks.example.com/webhooks/postmark/inbound/t1"
DATA = f"t1/{ATTEMPT}?k=mark"
PAGE = "<p>Your slot is Tue 10:00.</p>"
UNSUBSCRIBE = "https://carillon.example/u/sample"


def error(code: Any, message: str = "a placeholder") -> dict[str, Any]:
    """An error body as Postmark writes it."""
    return {"ErrorCode": code, "Message": message}


def mail(**changes: Any) -> Any:
    """A mail as the channel would build it."""
    values: dict[str, Any] = {"channel": "email", "sender": "news@shop.example", "recipient": "ana@people.example"}
    values |= {"callback_url": DATA, "subject": "Your slot", "html": PAGE, "from_name": "Example Co"}
    return outbound(EmailOutbound, **values | {"unsubscribe_url": UNSUBSCRIBE} | changes)


@dataclasses.dataclass(frozen=True)
class PostmarkKit:
    """What the suite knows of Postmark."""

    credentials: dict[str, str] = dataclasses.field(
        default_factory=lambda: {
            "server": "Shop",
            "server_token": TOKEN,
            "message_stream": "outbound",
            "webhook_secret": PASSWORD,
            "callback_secret": CALLBACK_SECRET,
        }
    )
    required: tuple[str, ...] = ("server_token", "message_stream")
    secrets: tuple[str, ...] = (TOKEN, PASSWORD, CALLBACK_SECRET, "ana@people.example", PAGE)
    success: int = 200
    send_target: str = "/email"
    check_target: str = "/message-streams/outbound"
    content_type: str = "application/json"
    credential_header: str = "x-postmark-server-token"
    authorization: str = TOKEN
    account_works: Any = dataclasses.field(
        default_factory=lambda: {"ID": "outbound", "ServerID": 1, "ArchivedAt": None}
    )
    account_fails: Any = dataclasses.field(
        default_factory=lambda: {"ID": "outbound", "ServerID": 1, "ArchivedAt": "2026-11-01T00:00:00Z"}
    )
    key_refused: Any = dataclasses.field(default_factory=lambda: error(10))
    no_webhooks: tuple[bytes, ...] = (
        b"[]",
        b"null",
        b"{}",
        b'{"RecordType": 7}',
        b'{"RecordType": "Delivery"}',
        b'{"RecordType": "Delivery", "MessageID": 7, "Metadata": {}}',
        b'{"RecordType": "Delivery", "MessageID": "a", "Metadata": [], "DeliveredAt": 7}',
        b'{"RecordType": "Bounce", "MessageID": "", "Type": "HardBounce"}',
        b'{"FromFull": []}',
        b'{"FromFull": {"Email": "a@b.example"}, "MessageID": "x"}',
        b'{"FromFull": {"Email": "a@b.example"}, "ToFull": [{}], "Headers": [{}], "MessageID": "x"}',
    )
    impossible: dict[str, Any] = dataclasses.field(
        default_factory=lambda: {
            "no text": ({"body": ""}, Rejected, "no_text"),
            "no subject": ({"subject": ""}, Rejected, "no_subject"),
            "too long a mail": ({"html": "a" * 500_001}, Rejected, "too_long"),
            "a recipient beyond plain letters": ({"recipient": "añá@people.example"}, Rejected, "non_ascii_address"),
            "a sender that is no address": ({"sender": "Example Co"}, Misconfigured, ""),
        }
    )
    unclear: dict[str, Any] = dataclasses.field(
        default_factory=lambda: {
            "500 with a code": wire.status(500, error(100)),
            "503 with a known code": wire.status(503, error(406)),
            "408 with a code": wire.status(408, error(300)),
            "422 with a code that is text": wire.status(422, error("406")),
            "422 with no code": wire.status(422, {"Message": "a placeholder"}),
            "200 with a code": wire.status(200, error(406)),
            "200 without an id": wire.status(200, {"ErrorCode": 0, "Message": "OK"}),
            "200 with an id of another kind": wire.status(200, {"ErrorCode": 0, "MessageID": "SM1"}),
            "200 with an id that is a number": wire.status(200, {"ErrorCode": 0, "MessageID": 7}),
        }
    )

    def outbound(self, **changes: Any) -> Outbound:
        """A mail this provider takes."""
        return mail(**changes)  # type: ignore[no-any-return]

    def request(self, seen: Seen) -> Any:
        """What a request said, decoded."""
        return json.loads(seen.body)

    def expected(self, message: Any) -> Any:
        """What a request for a mail says, and nothing else."""
        return {
            "MessageStream": "outbound",
            "From": f"{message.from_name} <{message.sender}>",
            "To": message.recipient,
            "Subject": message.subject,
            "Headers": [
                {"Name": "List-Unsubscribe", "Value": f"<{message.unsubscribe_url}>"},
                {"Name": "List-Unsubscribe-Post", "Value": "List-Unsubscribe=One-Click"},
            ],
            "TextBody": message.body,
            "HtmlBody": message.html,
            "Metadata": {"account": "t1", "attempt": str(ATTEMPT), "mark": "mark"},
            "TrackLinks": "None",
            "TrackOpens": False,
        }

    def webhook(self, content: dict[str, Any], url: str = WEBHOOKS) -> WebhookRequest:
        """A genuine webhook."""
        body = json.dumps(content, separators=(",", ":"), ensure_ascii=False).encode()
        return WebhookRequest("POST", url, with_password(PASSWORD), body)

    def reported(self, content: Any, marked: str) -> WebhookRequest:
        """The same news with our marks in it."""
        whole = copy.deepcopy(content)
        whole["Metadata"] = callback_marks(marked)
        return self.webhook(whole)


def with_password(password: str, user: str = "carillon") -> tuple[tuple[str, str], ...]:
    """The headers Postmark sends with a user and a password."""
    secret = base64.b64encode(f"{user}:{password}".encode()).decode()
    return (("Host", "hooks.example.com"), ("Content-Type", "application/json"), ("Authorization", f"Basic {secret}"))
