"""Postmark's webhooks, brought into anymail's vocabulary and from there into ours.

Docs: https://postmarkapp.com/developer/webhooks/webhooks-overview and .../inbound-webhook,
      as django-anymail 15.2 knows them, read 25 November 2026.
"""

import hashlib
import json
import re
import uuid
from typing import Any, Final

from anymail.exceptions import AnymailError
from anymail.signals import AnymailTrackingEvent, EventType
from anymail.webhooks.postmark import PostmarkInboundWebhookView, PostmarkTrackingWebhookView

from messaging.contracts import Inbound, Receipt, ReceiptStatus, Unknown
from messaging.providers import callbacks

#: anymail's event types in our words; what is missing here is kept as unknown. Opens and clicks are never asked for.
STATUSES: Final[dict[str, ReceiptStatus]] = {
    EventType.QUEUED: "queued",
    EventType.SENT: "sent",
    EventType.DEFERRED: "queued",
    EventType.DELIVERED: "delivered",
    EventType.BOUNCED: "failed",
    EventType.REJECTED: "failed",
    EventType.FAILED: "failed",
    EventType.COMPLAINED: "delivered",
    EventType.UNSUBSCRIBED: "unknown",
    EventType.SUBSCRIBED: "unknown",
    EventType.AUTORESPONDED: "unknown",
    EventType.UNKNOWN: "unknown",
}
#: anymail's tables are read through its views; what they are asked needs no password, ours is checked before
_TRACKING: Final = PostmarkTrackingWebhookView(webhook_secret=f"unused:{uuid.uuid4()}")
_INBOUND: Final = PostmarkInboundWebhookView(webhook_secret=f"unused:{uuid.uuid4()}")
#: where mail programs begin the mail that is answered
_QUOTE_BEGINS: Final = re.compile(
    r"-- ?$|_{10,}$|-{2,} ?(?:Original Message|Forwarded message|Ursprüngliche Nachricht|Message d'origine)"
    r"|(?:On|Am|Le|El) .{5,200}(?:wrote|schrieb|a écrit|escribió).{0,40}:$|(?:From|Von|De) ?: .+@"
)
_UNREADABLE: Final = (AnymailError, LookupError, TypeError, ValueError, AttributeError)


def read_webhook(body: bytes, secret: bytes) -> Receipt | Inbound | Unknown:
    """One webhook. What cannot be read comes back as Unknown."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        found = None
    key = hashlib.sha256(body).hexdigest()[:32]
    if not isinstance(found, dict):
        return Unknown(key, "it is no JSON object")
    try:
        if "RecordType" not in found and "FromFull" in found:
            return _inbound(found) or Unknown(key, "a mail without its two addresses", found)
        return _receipt(found, secret) or Unknown(key, "no news about a mail of ours", found)
    except _UNREADABLE:
        return Unknown(key, "it is not written as Postmark writes webhooks", found)


def _receipt(found: dict[str, Any], secret: bytes) -> Receipt | None:
    event = _TRACKING.esp_to_anymail_event(found)
    identifier, status = _text(event.message_id), STATUSES.get(event.event_type)
    if not identifier or status is None:
        return None
    kind = _text(found.get("Type")) or _text(found.get("SuppressionReason")) if status != "delivered" else ""
    if event.event_type == EventType.COMPLAINED:
        kind = _text(found.get("Type")) or "SpamComplaint"
    if event.event_type == EventType.SUBSCRIBED:
        kind = "Subscribe"
    return Receipt(
        identifier[:255],
        status,
        event.event_type[:40],
        kind[:40],
        _attempt(event, secret),
        event.timestamp if event.timestamp and event.timestamp.tzinfo else None,
        event_key=_key(found, event),
    )


def _attempt(event: AnymailTrackingEvent, secret: bytes) -> uuid.UUID | None:
    """The attempt our marks prove. They are given back as metadata, so anybody may have written them: the mark decides."""
    marks = event.metadata if isinstance(event.metadata, dict) else {}
    account, attempt, mark = (_text(marks.get(name)) for name in ("account", "attempt", "mark"))
    return callbacks.attempt_of(f"{account}/{attempt}?k={mark}", secret)


def _key(found: dict[str, Any], event: AnymailTrackingEvent) -> str:
    """Equal for a webhook that is repeated, different for other news: Postmark's id where it has one."""
    said = (found.get("RecordType"), found.get("Type"), event.event_id, event.message_id, str(event.timestamp))
    return hashlib.sha256(json.dumps([*said, event.recipient]).encode()).hexdigest()[:32]


def _inbound(found: dict[str, Any]) -> Inbound | None:
    """What somebody wrote: the part above the quoted mail where Postmark has found it."""
    event = _INBOUND.esp_to_anymail_event(found)
    message = event.message
    sender = message.from_email.addr_spec if message.from_email else ""
    recipient = message.envelope_recipient or (message.to[0].addr_spec if message.to else "")
    if not sender or not recipient or not event.event_id:
        return None
    text = message.stripped_text or own_words(message.text or "")
    return Inbound(
        _text(event.event_id)[:255],
        "email",
        _text(sender),
        _text(recipient),
        _text(text) or _text(message.subject),
        event_key=_text(event.event_id)[:120],
    )


def own_words(text: str) -> str:
    """What somebody wrote themselves, without the mail they answer: our own last line speaks of unsubscribing."""
    lines: list[str] = []
    for line in text.splitlines():
        if _QUOTE_BEGINS.match(line):
            break
        if not line.startswith(">"):
            lines.append(line)
    return "\n".join(lines).strip()


def _text(value: object) -> str:
    """A text that can be kept; what is no text is empty. JSON may hold halves of characters and NUL, which nothing else can."""
    return value.encode(errors="replace").decode().replace("\x00", "") if isinstance(value, str) else ""
