"""Reading Meta's WhatsApp webhooks: one request carries many elements, and a strange one never costs us the others.

Docs: https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks and pywa 4.5.0, read 23 November 2026.

Meta adds fields and kinds without notice: what is not known comes back as Unknown, whole, and is answered like the rest.
"""

import datetime
import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from core.http import Answer
from messaging.contracts import Inbound, Receipt, ReceiptStatus, Unknown
from messaging.providers import callbacks, http
from messaging.providers.protocol import ChatInbound, Preference
from messaging.providers.whatsapp_cloud_requests import PERSON_ID

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
_MEDIA: Final = frozenset({"image", "video", "audio", "document", "sticker"})
#: where an answer to buttons, a list or a form keeps what the person read and what we gave it as its word
_ANSWERS: Final = {
    "button_reply": ("title", "id"),
    "list_reply": ("title", "id"),
    "nfm_reply": ("body", "response_json"),
}
_LONGEST_KEY: Final = 110


def read_webhook(body: bytes, account: str, callback_secret: bytes) -> tuple[Event, ...]:
    """Everything a webhook says, in its order, about one WhatsApp business account.

    Shape: never empty; what speaks of another account is Unknown and must change nothing.
    """
    found = http.json_object(Answer(200, {}, body))
    if found.get("object") != "whatsapp_business_account":
        return (_unknown(found or {"sha256": hashlib.sha256(body).hexdigest()}, "not a WhatsApp webhook"),)
    events: list[Event] = []
    for entry in _objects(found.get("entry")):
        if entry.get("id") != account:
            events.append(_unknown(entry, "it speaks of another account"))
            continue
        for change in _objects(entry.get("changes")):
            events += _change(change, callback_secret)
    return tuple(events) or (_unknown(found, "there is nothing in it"),)


def _change(change: dict[str, Any], callback_secret: bytes) -> Iterator[Event]:
    field, value = _text(change.get("field")), _object(change.get("value"))
    count = 0
    for key, reader in _readers(value, callback_secret).get(field, {}).items():
        for element in _objects(value.get(key)):
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
    identifier, raw = _text(status.get("id")), _text(status.get("status"))
    if not _MESSAGE_ID.fullmatch(identifier) or not _STATUS.fullmatch(raw):
        return _unknown(status, "a status without a message, or without a word")
    data = _text(status.get("biz_opaque_callback_data"))
    return Receipt(
        identifier,
        STATUSES.get(raw, "unknown"),
        raw,
        error_code(_first(status.get("errors"))),
        callbacks.attempt_of(data, callback_secret) if _CALLBACK_DATA.fullmatch(data) else None,
        _moment(status.get("timestamp")),
        event_key=_key(identifier, raw),
    )


def _inbound(message: dict[str, Any], value: Mapping[str, Any]) -> Event:
    """A message from one person: text, a pressed button, or media; everything else is kept for a person to look at."""
    identifier, kind = _text(message.get("id")), _text(message.get("type"))
    sender = _address(message.get("from"), message.get("from_user_id"))
    said = _said(kind, message)
    if not _MESSAGE_ID.fullmatch(identifier) or not sender or message.get("group_id") or said is None:
        return _unknown(message, f"a message of the kind {kind[:40] or 'none'}")
    body, payload, media = said
    return ChatInbound(
        identifier,
        "whatsapp",
        sender,
        _text(_object(value.get("metadata")).get("phone_number_id")),
        body,
        media=media,
        event_key=_key(identifier, "received"),
        person_id=_person_id(message.get("from_user_id"), message.get("from")),
        display_name=_display_name(value),
        payload=payload,
        answers=_text(_object(message.get("context")).get("id")),
        occurred_at=_moment(message.get("timestamp")),
    )


def _said(kind: str, message: Mapping[str, Any]) -> tuple[str, str, tuple[str, ...]] | None:
    """A message's words, the word of its button, and its media; None for a kind we do not read."""
    part = _object(message.get(kind))
    if kind == "text" and _text(part.get("body")):
        return _text(part.get("body")), "", ()
    if kind == "button":
        return _text(part.get("text")), _text(part.get("payload")), ()
    if kind in _MEDIA and _text(part.get("id")):
        return _text(part.get("caption")), "", (_text(part.get("id")),)
    answered = _text(part.get("type"))
    if kind == "interactive" and answered in _ANSWERS:
        words, word = _ANSWERS[answered]
        answer = _object(part.get(answered))
        return _text(answer.get(words)), _text(answer.get(word)), ()
    return None


def _preference(choice: dict[str, Any], value: Mapping[str, Any]) -> Event:
    """What a person chose about marketing in WhatsApp itself."""
    sender, said = _address(choice.get("wa_id"), choice.get("user_id")), choice.get("value")
    if not sender or said not in ("stop", "resume"):
        return _unknown(choice, "a preference that is neither stop nor resume, or nobody's")
    key = _digest(choice)
    return Preference(
        key,
        "whatsapp",
        sender,
        _text(_object(value.get("metadata")).get("phone_number_id")),
        "",
        "STOP" if said == "stop" else "",
        event_key=f"preference:{key}",
        person_id=_person_id(choice.get("user_id")),
        occurred_at=_moment(choice.get("timestamp")),
        category=_text(choice.get("category"))[:40],
        choice=said,
    )


def error_code(error: object) -> str:
    """The code of one of Meta's error objects as text; empty when there is none."""
    code = _object(error).get("code")
    return str(code)[:40] if type(code) is int else ""


def _address(phone: object, person: object) -> str:
    """A phone number with its plus when one is told, else the person's id; `from` has held either."""
    digits = _text(phone)
    return f"+{digits}" if _DIGITS.fullmatch(digits) else _person_id(person, phone)


def _person_id(*candidates: object) -> str:
    return next((text for text in map(_text, candidates) if PERSON_ID.fullmatch(text)), "")


def _display_name(value: Mapping[str, Any]) -> str:
    """The name a person gave themselves, when the change speaks of one person only."""
    contacts = _objects(value.get("contacts"))
    return _text(_object(contacts[0].get("profile")).get("name")) if len(contacts) == 1 else ""


def _moment(seconds: object) -> datetime.datetime | None:
    """Unix seconds, which statuses write as text and preferences as a number."""
    text = str(seconds)
    if not (text.isascii() and text.isdigit() and len(text) <= 11):
        return None
    return datetime.datetime.fromtimestamp(int(text), datetime.UTC)


def _unknown(element: dict[str, Any], why: str) -> Unknown:
    return Unknown(f"unknown:{_digest(element)}", why, element)


def _digest(element: Mapping[str, Any]) -> str:
    """The same for the same element, in whichever webhook it comes again."""
    return hashlib.sha256(json.dumps(element, sort_keys=True).encode()).hexdigest()


def _key(identifier: str, what: str) -> str:
    """An event's key, short enough to be kept whole: a long one is replaced by its hash, never cut."""
    key = f"{identifier}:{what}"
    return key if len(key) <= _LONGEST_KEY else hashlib.sha256(key.encode()).hexdigest()


def _objects(value: object) -> list[dict[str, Any]]:
    """The objects of a list. What is none is wrapped, so that it is kept as well."""
    return [one if isinstance(one, dict) else {"value": one} for one in value] if isinstance(value, list) else []


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    """A text that can be kept; what is no text is empty. JSON may hold halves of characters, which nothing else can."""
    return value.encode(errors="replace").decode() if isinstance(value, str) else ""


def _first(value: object) -> object:
    return value[0] if isinstance(value, list) and value else None
