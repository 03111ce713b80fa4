"""WhatsApp's JSON: what a request to send says, what a template makes of its values, and what answers look like."""

import base64
import dataclasses
import re
import secrets
from typing import Any

from sandbox.messages import Message
from sandbox.whatsapp_numbers import ERRORS, RULES, is_person, person_of, phone_of

LIMITS: dict[str, Any] = RULES["limits"]
VARIABLE = re.compile(r"\{\{\s*([A-Za-z0-9_]+)\s*\}\}")
_MEDIA = ("image", "video", "audio", "document", "sticker")


class Refused(Exception):
    """A request Meta would not take, with its code."""

    def __init__(self, code: int, details: str = "", subcode: int = 0) -> None:
        super().__init__(details)
        self.code, self.details, self.subcode = code, details, subcode


@dataclasses.dataclass(frozen=True, slots=True)
class ChatButton:
    """A button a person sees under a message. `kind` is reply, quick_reply, url, phone_number, copy_code or flow."""

    kind: str
    title: str
    value: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class ChatHead:
    """A picture, film or document above the words: one that was uploaded, or one that lies at an address."""

    kind: str
    media_id: str = ""
    link: str = ""
    filename: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class ChatCard:
    """One of the cards a person swipes through."""

    head: ChatHead
    body: str
    buttons: tuple[ChatButton, ...]


#: a card's buttons are pressed by numbers of their own: card 1 begins at 100, card 2 at 200
CARD_PLACES = 100


@dataclasses.dataclass(slots=True)
class ChatMessage(Message):
    """A WhatsApp message, out or in. `data` is what the business wants back with each status."""

    kind: str = "text"
    header: str = ""
    footer: str = ""
    buttons: tuple[ChatButton, ...] = ()
    answers: str = ""
    data: str = ""
    category: str = ""
    template: str = ""
    to_person: bool = False
    media_id: str = ""
    payload: str = ""
    head: ChatHead | None = None
    cards: tuple[ChatCard, ...] = ()
    filled_in: bool = False

    def button(self, place: int) -> ChatButton | None:
        """The button at this place, on the message or on one of its cards."""
        card, place = divmod(place, CARD_PLACES)
        if card > len(self.cards):
            return None
        buttons = self.cards[card - 1].buttons if card else self.buttons
        return buttons[place] if place < len(buttons) else None

    @property
    def phone(self) -> str:
        """The person's side of the conversation: the phone, however the person was addressed."""
        return self.sender if self.direction == "inbound" else phone_of(self.recipient)


@dataclasses.dataclass(frozen=True, slots=True)
class Wanted:
    """What a request to send asks for."""

    recipient: str
    phone: str
    to_person: bool
    kind: str
    content: dict[str, Any]
    data: str
    answers: str


def new_wamid() -> str:
    """A message id as Meta writes them."""
    return "wamid." + base64.b64encode(b"HB" + secrets.token_bytes(27)).decode().rstrip("=")


def read_send(body: Any) -> Wanted:
    """Read a request to send. Errors: Refused with Meta's code."""
    if not isinstance(body, dict) or body.get("messaging_product") != "whatsapp":
        raise Refused(100, "messaging_product: send whatsapp")
    recipient = body.get("to") or body.get("recipient")
    if not isinstance(recipient, str) or not recipient:
        raise Refused(131008, "to or recipient is missing")
    phone = phone_of(recipient)
    if not phone or (is_person(recipient) and "to" in body):
        raise Refused(131009, "the recipient is neither a number nor a person's id")
    kind = body.get("type", "text")
    content = body.get(kind)
    if not isinstance(kind, str) or not isinstance(content, dict):
        raise Refused(131008, f"{kind}: its object is missing")
    data = body.get("biz_opaque_callback_data", "")
    if not isinstance(data, str) or len(data) > LIMITS["callback_data_characters"]:
        raise Refused(131009, "biz_opaque_callback_data: 512 characters at most")
    context = body.get("context")
    answers = str(context.get("message_id", "")) if isinstance(context, dict) else ""
    return Wanted(recipient, phone, is_person(recipient), kind, content, data, answers)


def fill(wanted: Wanted) -> dict[str, Any]:
    """What the phone shows of a message without a template. Errors: Refused."""
    content = wanted.content
    if wanted.kind == "text":
        return {"body": _text(content.get("body"), LIMITS["text_characters"])}
    if wanted.kind == "interactive":
        return _interactive(content)
    if wanted.kind in _MEDIA:
        if not (content.get("id") or content.get("link")):
            raise Refused(131008, f"{wanted.kind}: give an id or a link")
        return {"body": str(content.get("caption", "")) or f"({wanted.kind})", "media_id": str(content.get("id", ""))}
    if wanted.kind == "reaction":
        return {"body": str(content.get("emoji", "")), "answers": str(content.get("message_id", ""))}
    raise Refused(131051, f"{wanted.kind} is not a kind this sandbox knows")


def _interactive(content: dict[str, Any]) -> dict[str, Any]:
    buttons = content.get("action", {}).get("buttons", []) if isinstance(content.get("action"), dict) else []
    if content.get("type") != "button" or not 0 < len(buttons) <= 3:
        raise Refused(131009, "interactive: give 1 to 3 reply buttons")
    replies = tuple(
        ChatButton("reply", _text(one["reply"]["title"], 20), _text(one["reply"]["id"], 256)) for one in buttons
    )
    footer = content.get("footer", {}).get("text", "") if isinstance(content.get("footer"), dict) else ""
    body = _text(content.get("body", {}).get("text"), LIMITS["body_characters"])
    return {"body": body, "footer": footer, "buttons": replies}


def _text(value: Any, most: int) -> str:
    if not isinstance(value, str) or not value:
        raise Refused(131008, "a text is missing")
    if len(value) > most:
        raise Refused(131009, f"a text has more than {most} characters")
    return value


def accepted_json(message: ChatMessage) -> dict[str, Any]:
    """The answer to a message that was taken."""
    contact = {"input": message.recipient, "user_id": person_of(message.phone)}
    if not message.to_person:
        contact["wa_id"] = message.phone.removeprefix("+")
    return {
        "messaging_product": "whatsapp",
        "contacts": [contact],
        "messages": [{"id": message.sid, "message_status": "accepted"}],
    }


def error_json(code: int, details: str = "", subcode: int = 0) -> tuple[int, dict[str, Any]]:
    """HTTP status and body of an answer that refuses."""
    status, title = ERRORS.get(str(code), [400, "Unknown error"])
    error: dict[str, Any] = {
        "message": f"(#{code}) {title}",
        "type": "OAuthException",
        "code": code,
        "fbtrace_id": "A" + secrets.token_hex(11),
    }
    if details:
        error["error_data"] = {"messaging_product": "whatsapp", "details": details}
    if subcode:
        error |= {"error_subcode": subcode, "is_transient": False}
        error |= {"error_user_title": RULES["template_errors"].get(str(subcode), title), "error_user_msg": details}
    return int(status), {"error": error}
