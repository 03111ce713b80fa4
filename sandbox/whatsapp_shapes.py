"""WhatsApp's JSON: what a request to send says, what a template makes of its values, and what answers look like."""

import base64
import dataclasses
import re
import secrets
from typing import Any

from sandbox.messages import Message
from sandbox.whatsapp_numbers import ERRORS, RULES, is_person, person_of, phone_of
from sandbox.whatsapp_store import ChatTemplate

LIMITS: dict[str, Any] = RULES["limits"]
_VARIABLE = re.compile(r"\{\{\s*([A-Za-z0-9_]+)\s*\}\}")
_MEDIA = ("image", "video", "audio", "document", "sticker")


class Refused(Exception):
    """A request Meta would not take, with its code."""

    def __init__(self, code: int, details: str = "", subcode: int = 0) -> None:
        super().__init__(details)
        self.code, self.details, self.subcode = code, details, subcode


@dataclasses.dataclass(frozen=True, slots=True)
class ChatButton:
    """A button a person sees under a message. `kind` is reply, quick_reply, url, phone_number or copy_code."""

    kind: str
    title: str
    value: str = ""


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


def fill_template(template: ChatTemplate, content: dict[str, Any]) -> dict[str, Any]:
    """What the phone shows of a template with these values. Errors: Refused where they do not fit together."""
    given = content.get("components") or []
    if not isinstance(given, list):
        raise Refused(131009, "components: send a list")
    header = template.part("HEADER")
    shown = {
        "header": _filled(str(header.get("text", "")), _values(given, "header")) if header else "",
        "body": _filled(str(template.part("BODY").get("text", "")), _values(given, "body")),
        "footer": str(template.part("FOOTER").get("text", "")),
        "buttons": tuple(_button(one, place, given) for place, one in enumerate(_buttons(template))),
        "category": template.category.lower(),
        "template": template.id,
    }
    if len(str(shown["body"])) > LIMITS["body_characters"]:
        raise Refused(132005, "the body is longer than 1024 characters with these values")
    return shown


def _buttons(template: ChatTemplate) -> list[dict[str, Any]]:
    found = template.part("BUTTONS").get("buttons", [])
    return found if isinstance(found, list) else []


def _values(given: list[Any], kind: str) -> list[dict[str, Any]]:
    parts = [one for one in given if isinstance(one, dict) and str(one.get("type", "")).lower() == kind]
    return [value for part in parts for value in part.get("parameters", []) if isinstance(value, dict)]


def _filled(text: str, values: list[dict[str, Any]]) -> str:
    """A text with its variables replaced. Errors: Refused when there are more or fewer values than variables."""
    names = list(dict.fromkeys(_VARIABLE.findall(text)))
    texts = [value for value in values if value.get("type") == "text"]
    if len(names) != len(texts):
        raise Refused(132000, f"{len(names)} variables, {len(texts)} values")
    by_name = {str(value.get("parameter_name", "")): str(value.get("text", "")) for value in texts}
    if "" in by_name:
        by_name = {name: str(value.get("text", "")) for name, value in zip(names, texts, strict=True)}
    if set(names) - set(by_name):
        raise Refused(132012, "a variable's name has no value")
    if any(re.search(r"[\n\t]| {5}", value) for value in by_name.values()):
        raise Refused(132012, "a value may hold no new line, no tab and no more than four spaces together")
    return _VARIABLE.sub(lambda match: by_name[match[1]], text)


def _button(button: dict[str, Any], place: int, given: list[Any]) -> ChatButton:
    kind = str(button.get("type", "")).lower()
    sent = next((one for one in given if isinstance(one, dict) and str(one.get("index", "")) == str(place)), {})
    values = sent.get("parameters") or [{}]
    carried = values[0].get("payload") or values[0].get("text") or values[0].get("coupon_code") or ""
    if kind == "url":
        url = str(button.get("url", ""))
        if bool(_VARIABLE.search(url)) != bool(carried):
            raise Refused(132012, f"button {place}: its address and its value do not fit together")
        return ChatButton(kind, str(button.get("text", "")), _VARIABLE.sub(str(carried), url))
    return ChatButton(kind, str(button.get("text", "")), str(carried or button.get("text", "")))


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


def check_template(fields: dict[str, Any]) -> None:
    """Hold a new template against Meta's rules. Errors: Refused with code 100 and the number that says which rule."""
    if not re.fullmatch(r"[a-z0-9_]{1,512}", str(fields.get("name", ""))):
        raise Refused(100, "name: small letters, digits and _ only")
    if str(fields.get("category", "")).upper() not in ("MARKETING", "UTILITY", "AUTHENTICATION"):
        raise Refused(100, "category: MARKETING, UTILITY or AUTHENTICATION")
    components = fields.get("components")
    if not isinstance(components, list) or not all(isinstance(one, dict) for one in components):
        raise Refused(100, "components: send a list of objects")
    parts = {str(one.get("type", "")).upper(): one for one in components}
    _check_body(str(parts.get("BODY", {}).get("text", "")))
    for kind, most, number in (("HEADER", "header", 2388047), ("FOOTER", "footer", 2388073)):
        if len(str(parts.get(kind, {}).get("text", ""))) > LIMITS[f"{most}_characters"]:
            raise Refused(100, f"{most} is too long", number)
    if _VARIABLE.search(str(parts.get("FOOTER", {}).get("text", ""))):
        raise Refused(100, "the footer takes no variable", 2388073)
    buttons = parts.get("BUTTONS", {}).get("buttons", [])
    if len(buttons) > LIMITS["buttons"] or any(
        len(str(one.get("text", ""))) > LIMITS["button_characters"] for one in buttons
    ):
        raise Refused(100, "too many buttons, or one that says too much", 2388040)


def _check_body(text: str) -> None:
    if not text or len(text) > LIMITS["body_characters"]:
        raise Refused(100, "the body has 1 to 1024 characters", 2388072)
    bare = text.strip()
    if re.match(r"\{\{[^}]*\}\}", bare) or re.search(r"\{\{[^}]*\}\}$", bare):
        raise Refused(100, "put words before the first and after the last variable", 2388299)
    names = list(dict.fromkeys(_VARIABLE.findall(text)))
    numbered = [int(name) for name in names if name.isdecimal()]
    if numbered and numbered != list(range(1, len(names) + 1)):
        raise Refused(100, "number the variables 1, 2, 3 in their order", 2388072)
    if len(_VARIABLE.sub(" ", text).split()) < 2 * len(names):
        raise Refused(100, "write more words for so many variables", 2388293)
