"""Twilio's list of messages, read: what went out, and what people sent to us."""

import email.utils
import hashlib
import re
from collections.abc import Mapping
from typing import Any, Final

from messaging.contracts import Channel, Inbound, ReceiptStatus
from messaging.providers.books import Taken
from messaging.providers.protocol import Listed, Unavailable

_SID: Final = re.compile(r"(?:SM|MM)[0-9a-fA-F]{32}")
_UNREADABLE: Final = "the list of messages cannot be read"


def listed_of(page: Mapping[str, Any], statuses: Mapping[str, ReceiptStatus]) -> list[Listed]:
    """The messages of a page in our words. Errors: Unavailable when any of them cannot be read."""
    try:
        return [_listed(found, statuses) for found in page["messages"]]
    except (KeyError, TypeError, ValueError, AttributeError):
        raise Unavailable(_UNREADABLE) from None


def taken_of(page: Mapping[str, Any]) -> list[Taken]:
    """What people sent to us on a page; what went out is passed over. Errors: Unavailable when any cannot be read.

    The list tells how many pictures came, not where they are: a message comes with its words alone.
    """
    try:
        return [_taken(found) for found in page["messages"] if found["direction"] == "inbound"]
    except (KeyError, TypeError, ValueError, AttributeError):
        raise Unavailable(_UNREADABLE) from None


def _listed(found: Mapping[str, Any], statuses: Mapping[str, ReceiptStatus]) -> Listed:
    outbound = str(found["direction"]).startswith("outbound")
    digest = hashlib.sha256(str(found.get("body") or "").encode()).digest()
    created_at = email.utils.parsedate_to_datetime(found["date_created"])
    return Listed(str(found["sid"]), statuses.get(str(found["status"]), "unknown"), created_at, outbound, digest)


def _taken(found: Mapping[str, Any]) -> Taken:
    sid, sender, recipient = str(found["sid"]), str(found["from"]), str(found["to"])
    if not _SID.fullmatch(sid) or not sender or not recipient:
        raise ValueError("an entry without its id and addresses")
    channel: Channel = "whatsapp" if sender.startswith("whatsapp:") else "sms"
    body = found.get("body")
    inbound = Inbound(
        sid,
        channel,
        sender.removeprefix("whatsapp:"),
        recipient.removeprefix("whatsapp:"),
        body if isinstance(body, str) else "",
        event_key=f"{sid}:received",
    )
    return Taken(inbound, email.utils.parsedate_to_datetime(found["date_sent"] or found["date_created"]))
