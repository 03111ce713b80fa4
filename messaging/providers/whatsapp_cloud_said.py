"""What one WhatsApp message holds: words, a pressed button, media, and everything else people can send.

Docs: https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks and pywa 4.5.0, read 23 November 2026.
"""

import dataclasses
from collections.abc import Mapping
from typing import Any, Final

from messaging.providers.whatsapp_cloud_values import as_object, as_objects, as_text

_MEDIA: Final = frozenset({"image", "video", "audio", "document", "sticker"})
#: where an answer to buttons, a list or a form keeps what the person read, what we gave it as its word, and what it is
_ANSWERS: Final = {
    "button_reply": ("title", "id", "button"),
    "list_reply": ("title", "id", "choice"),
    "nfm_reply": ("body", "response_json", "filled_in"),
}
_NUMBER_CHANGED: Final = frozenset({"user_changed_number", "user_changed_user_id", "customer_changed_number"})


@dataclasses.dataclass(frozen=True, slots=True)
class Said:
    """A message's words, what kind of thing it is, the word of its button, its media, and what it answers."""

    form: str
    body: str = ""
    payload: str = ""
    media: tuple[str, ...] = ()
    answers: str = ""


def read_said(kind: str, message: Mapping[str, Any]) -> Said | None:
    """What a message of this kind says; None for a kind that is new to us."""
    part = as_object(message.get(kind))
    if kind == "text" and as_text(part.get("body")):
        return Said("text", as_text(part.get("body")))
    if kind == "button":
        return Said("button", as_text(part.get("text")), as_text(part.get("payload")))
    if kind in _MEDIA and as_text(part.get("id")):
        return Said(kind, as_text(part.get("caption")), media=(as_text(part.get("id")),))
    if kind == "interactive":
        return _answer(part)
    if kind == "reaction":
        return Said("reaction", as_text(part.get("emoji")), answers=as_text(part.get("message_id")))
    return _other(kind, part, message)


def _answer(part: Mapping[str, Any]) -> Said | None:
    answered = as_text(part.get("type"))
    if answered not in _ANSWERS:
        return None
    words, word, form = _ANSWERS[answered]
    answer = as_object(part.get(answered))
    return Said(form, as_text(answer.get(words)), as_text(answer.get(word)))


def _other(kind: str, part: Mapping[str, Any], message: Mapping[str, Any]) -> Said | None:
    """Things nobody here can do anything with but read about."""
    if kind == "location":
        named = ", ".join(text for text in (as_text(part.get("name")), as_text(part.get("address"))) if text)
        return Said("location", named or f"{part.get('latitude', '')}, {part.get('longitude', '')}".strip(", "))
    if kind == "contacts":
        names = [as_text(as_object(one.get("name")).get("formatted_name")) for one in as_objects(message.get(kind))]
        return Said("contacts", ", ".join(name for name in names if name))
    if kind == "order":
        return Said("order", as_text(part.get("text")))
    if kind == "unsupported":
        return Said("unsupported", as_text(as_object(message.get("unsupported")).get("type")))
    if kind == "system" and as_text(part.get("type")) in _NUMBER_CHANGED:
        return Said("number_changed")
    return None
