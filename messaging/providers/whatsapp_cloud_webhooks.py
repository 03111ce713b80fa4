"""Reading Meta's WhatsApp webhooks: one request carries many elements, and a strange one never costs us the others.

Docs: https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks and pywa 4.5.0, read 23 November 2026.

Meta adds fields and kinds without notice: what is not known comes back as Unknown, whole, and is answered like the rest.
"""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from core.http import Answer
from messaging.contracts import Inbound, Receipt, ReceiptStatus, Unknown
from messaging.providers import callbacks, http
from messaging.providers.protocol import ChatInbound, Preference
from messaging.providers.whatsapp_cloud_requests import PERSON_ID
from messaging.providers.whatsapp_cloud_said import read_said
from messaging.providers.whatsapp_cloud_templates import NEWS_FIELDS, read_news
from messaging.providers.whatsapp_cloud_values import as_object, as_objects, as_text, digest, moment

Event = Receipt | Inbound | Unknown

#: their statuses in our words; `played` is a voice message that was listened to
STATUSES: Final[dict[str, ReceiptStatus]] = {
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
    "played": "read",
    "failed": "failed",
}
_MESSAGE_ID: Final = re.compile(r"wamid\.[A-Za-z0-9+/=_-]{1,250}")
_STATUS: Final = re.compile(r"[A-Za-z0-9_ -]{1,40}")
_DIGITS: Final = re.compile(r"[1-9][0-9]{6,14}")
#: the callback data we send: account key, attempt and mark; anything else there is not ours to read
_CALLBACK_DATA: Final = re.compile(r"[A-Za-z0-9_-]{1,64}/[0-9a-f-]{36}\?k=[A-Za-z0-9_-]{1,64}")
_LONGEST_KEY: Final = 110


def read_webhook(body: bytes, account: str, callback_secret: bytes) -> tuple[Event, ...]:
    """Everything a webhook says, in its order, about one WhatsApp business account.

    Shape: never empty; what speaks of another account is Unknown and must change nothing.
    """
    found = http.json_object(Answer(200, {}, body))
    if found.get("object") != "whatsapp_business_account":
        return (_unknown(found or {"sha256": hashlib.sha256(body).hexdigest()}, "not a WhatsApp webhook"),)
    events: list[Event] = []
    for entry in as_objects(found.get("entry")):
        if entry.get("id") != account:
            events.append(_unknown(entry, "it speaks of another account"))
            continue
        for change in as_objects(entry.get("changes")):
            events += _change(change, entry.get("time"), callback_secret)
    return tuple(events) or (_unknown(found, "there is nothing in it"),)


def _change(change: dict[str, Any], told_at: object, callback_secret: bytes) -> Iterator[Event]:
    field, value = as_text(change.get("field")), as_object(change.get("value"))
    if field in NEWS_FIELDS:
        yield read_news(change, told_at, f"template:{digest({'time': told_at} | change)}")
        return
    count = 0
    for key, reader in _readers(value, callback_secret).get(field, {}).items():
        for element in as_objects(value.get(key)):
            count += 1
            yield reader(element)
    if not count:
        yield _unknown(change, f"a change of {field[:40] or 'no field'}")


def _readers(
    value: Mapping[str, Any], callback_secret: bytes
) -> dict[str, dict[str, Callable[[dict[str, Any]], Event]]]:
    """Which lists of a change hold elements we read, by the change's field."""
    return {
        "messages": {
            "statuses": lambda element: _receipt(element, callback_secret),
            "messages": lambda element: _inbound(element, value),
            "errors": lambda element: _unknown(element, "the account reports an error"),
        },
        "user_preferences": {"user_preferences": lambda element: _preference(element, value)},
    }


def _receipt(status: dict[str, Any], callback_secret: bytes) -> Event:
    identifier, raw = as_text(status.get("id")), as_text(status.get("status"))
    if not _MESSAGE_ID.fullmatch(identifier) or not _STATUS.fullmatch(raw):
        return _unknown(status, "a status without a message, or without a word")
    data = as_text(status.get("biz_opaque_callback_data"))
    return Receipt(
        identifier,
        STATUSES.get(raw, "unknown"),
        raw,
        error_code(_first(status.get("errors"))),
        callbacks.attempt_of(data, callback_secret) if _CALLBACK_DATA.fullmatch(data) else None,
        moment(status.get("timestamp")),
        event_key=_key(identifier, raw),
    )


def _inbound(message: dict[str, Any], value: Mapping[str, Any]) -> Event:
    """A message from one person. A kind that is new to us, and what a group said, is kept for somebody to look at."""
    identifier, kind = as_text(message.get("id")), as_text(message.get("type"))
    sender = _address(message.get("from"), message.get("from_user_id"))
    said = read_said(kind, message)
    if not _MESSAGE_ID.fullmatch(identifier) or not sender or message.get("group_id") or said is None:
        return _unknown(message, f"a message of the kind {kind[:40] or 'none'}")
    return ChatInbound(
        identifier,
        "whatsapp",
        sender,
        as_text(as_object(value.get("metadata")).get("phone_number_id")),
        said.body,
        media=said.media,
        event_key=_key(identifier, "received"),
        person_id=_person_id(message.get("from_user_id"), message.get("from")),
        display_name=_display_name(value),
        payload=said.payload,
        answers=said.answers or as_text(as_object(message.get("context")).get("id")),
        occurred_at=moment(message.get("timestamp")),
        form=said.form,
    )


def _preference(choice: dict[str, Any], value: Mapping[str, Any]) -> Event:
    """What a person chose about marketing in WhatsApp itself."""
    sender, said = _address(choice.get("wa_id"), choice.get("user_id")), choice.get("value")
    if not sender or said not in ("stop", "resume"):
        return _unknown(choice, "a preference that is neither stop nor resume, or nobody's")
    key = digest(choice)
    return Preference(
        key,
        "whatsapp",
        sender,
        as_text(as_object(value.get("metadata")).get("phone_number_id")),
        "",
        "STOP" if said == "stop" else "",
        event_key=f"preference:{key}",
        person_id=_person_id(choice.get("user_id")),
        occurred_at=moment(choice.get("timestamp")),
        form="preference",
        category=as_text(choice.get("category"))[:40],
        choice=said,
    )


def error_code(error: object) -> str:
    """The code of one of Meta's error objects as text; empty when there is none."""
    code = as_object(error).get("code")
    return str(code)[:40] if type(code) is int else ""


def _address(phone: object, person: object) -> str:
    """A phone number with its plus when one is told, else the person's id; `from` has held either."""
    digits = as_text(phone)
    return f"+{digits}" if _DIGITS.fullmatch(digits) else _person_id(person, phone)


def _person_id(*candidates: object) -> str:
    return next((text for text in map(as_text, candidates) if PERSON_ID.fullmatch(text)), "")


def _display_name(value: Mapping[str, Any]) -> str:
    """The name a person gave themselves, when the change speaks of one person only."""
    contacts = as_objects(value.get("contacts"))
    return as_text(as_object(contacts[0].get("profile")).get("name")) if len(contacts) == 1 else ""


def _unknown(element: dict[str, Any], why: str) -> Unknown:
    return Unknown(f"unknown:{digest(element)}", why, element)


def _key(identifier: str, what: str) -> str:
    """An event's key, short enough to be kept whole: a long one is replaced by its hash, never cut."""
    key = f"{identifier}:{what}"
    return key if len(key) <= _LONGEST_KEY else hashlib.sha256(key.encode()).hexdigest()


def _first(value: object) -> object:
    return value[0] if isinstance(value, list) and value else None
