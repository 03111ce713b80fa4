"""The JSON of a WhatsApp message: text inside the open window, text with buttons, and approved templates.

Docs: https://developers.facebook.com/docs/whatsapp/cloud-api/guides/send-messages and Meta's OpenAPI document for v23.0
      (https://github.com/facebook/openapi), read 23 November 2026.
"""

import json
import re
from collections.abc import Sequence
from typing import Any, Final

from messaging.contracts import Outbound
from messaging.providers.protocol import (
    ApprovedTemplate,
    ButtonsOutbound,
    Misconfigured,
    Rejected,
    TemplateButton,
    TemplateCard,
    TemplateMedia,
    TemplateOutbound,
    TemplateValue,
)

#: the longest each part may be, in characters; Meta's pages as above
LIMITS: Final = {
    "text": 4096,
    "body under buttons": 1024,
    "footer": 60,
    "button id": 256,
    "button title": 20,
    "callback data": 512,
    "code": 15,
}
MOST_BUTTONS: Final = 3
MOST_CARDS: Final = 10
_MISSING, _INVALID, _NO_PERSON_ID = "131008", "131009", "131062"
_PHONE: Final = re.compile(r"\+[1-9][0-9]{6,14}")
#: the id a business knows a person by: a country, a dot, up to 128 letters and digits; ENT marks the parent form
PERSON_ID: Final = re.compile(r"[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}")
_PHONE_NUMBER_ID: Final = re.compile(r"[0-9]{5,32}")
_TEMPLATE_NAME: Final = re.compile(r"[a-z0-9_]{1,512}")
_MEDIA_ID: Final = re.compile(r"[0-9]{1,32}")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(?:_[A-Za-z]{2,4})?")


def phone_number_id(outbound: Outbound) -> str:
    """The sender as Meta's address wants it. Errors: Misconfigured; a phone number is not the id of one."""
    if not _PHONE_NUMBER_ID.fullmatch(outbound.sender):
        raise Misconfigured("the sender must be the phone number's id from WhatsApp Manager, not the number itself")
    return outbound.sender


def request_body(outbound: Outbound) -> bytes:
    """The bytes of one message: compact JSON, in ASCII. Errors: those of `request_fields`."""
    return json.dumps(request_fields(outbound), separators=(",", ":")).encode()


def request_fields(outbound: Outbound) -> dict[str, Any]:
    """The JSON of one message. Errors: Misconfigured, Rejected when it could never be accepted; nothing has left."""
    if outbound.channel != "whatsapp":
        raise Misconfigured(f"this provider does not send {outbound.channel}; choose another sender")
    kind, content = _content(outbound)
    if PERSON_ID.fullmatch(outbound.recipient) and _is_code(outbound):
        raise Rejected("content", _NO_PERSON_ID)
    fields: dict[str, Any] = {"messaging_product": "whatsapp", "recipient_type": "individual"}
    fields |= _recipient(outbound.recipient) | {"type": kind}
    if outbound.callback_url:
        if len(outbound.callback_url) > LIMITS["callback data"]:
            raise Misconfigured("the callback data is longer than 512 characters; tell the operator")
        fields["biz_opaque_callback_data"] = outbound.callback_url
    return fields | {kind: content}


def _recipient(address: str) -> dict[str, str]:
    """Where it goes: a phone number with its plus, or the id the business knows the person by."""
    if _PHONE.fullmatch(address):
        return {"to": address}
    if PERSON_ID.fullmatch(address):
        return {"recipient": address}
    raise Rejected("content", _INVALID)


def _content(outbound: Outbound) -> tuple[str, dict[str, Any]]:
    if isinstance(outbound, TemplateOutbound):
        return "template", _template(outbound.template)
    if isinstance(outbound, ButtonsOutbound):
        return "interactive", _buttons(outbound)
    return "text", {"body": _within("text", outbound.body), "preview_url": False}


def _within(part: str, text: str) -> str:
    """The text itself. Errors: Rejected when it is empty or longer than Meta takes."""
    if not 0 < len(text) <= LIMITS[part]:
        raise Rejected("content", _INVALID if text else _MISSING)
    return text


def _buttons(outbound: ButtonsOutbound) -> dict[str, Any]:
    if not 0 < len(outbound.buttons) <= MOST_BUTTONS:
        raise Rejected("content", _INVALID if outbound.buttons else _MISSING)
    replies = [
        {"id": _within("button id", button.reply_id), "title": _within("button title", button.title)}
        for button in outbound.buttons
    ]
    content: dict[str, Any] = {"type": "button", "body": {"text": _within("body under buttons", outbound.body)}}
    if outbound.footer:
        content["footer"] = {"text": _within("footer", outbound.footer)}
    return content | {"action": {"buttons": [{"type": "reply", "reply": reply} for reply in replies]}}


def _is_code(outbound: Outbound) -> bool:
    return isinstance(outbound, TemplateOutbound) and outbound.template.category == "authentication"


def _template(template: ApprovedTemplate) -> dict[str, Any]:
    if not _TEMPLATE_NAME.fullmatch(template.name) or not _LANGUAGE.fullmatch(template.language):
        raise Rejected("content", "132001")
    if template.category == "authentication":
        _within("code", "".join(value.text for value in template.body))
    components = [*_header(template.header), *_values("body", template.body), *map(_button, template.buttons)]
    if template.cards:
        components.append(_carousel(template.cards))
    fields: dict[str, Any] = {"name": template.name, "language": {"code": template.language}}
    return fields | ({"components": components} if components else {})


def _carousel(cards: Sequence[TemplateCard]) -> dict[str, Any]:
    """All cards, each with what it shows; Meta wants every card the template was approved with."""
    if not 2 <= len(cards) <= MOST_CARDS:
        raise Rejected("content", _INVALID)
    told = [
        {
            "card_index": place,
            "components": [*_header(card.header), *_values("body", card.body), *map(_button, card.buttons)],
        }
        for place, card in enumerate(cards)
    ]
    return {"type": "carousel", "cards": told}


def _header(head: Sequence[TemplateValue] | TemplateMedia) -> list[dict[str, Any]]:
    if isinstance(head, TemplateMedia):
        return [{"type": "header", "parameters": [{"type": head.kind, head.kind: _media(head)}]}]
    return _values("header", head)


def _media(media: TemplateMedia) -> dict[str, str]:
    """Where it lies: by Meta's own id, or under an address it fetches; a document says its name."""
    if media.media_id and _MEDIA_ID.fullmatch(media.media_id):
        where = {"id": media.media_id}
    elif re.fullmatch(r"https?://[^\s]{1,2000}", media.link):
        where = {"link": media.link}
    else:
        raise Rejected("content", _INVALID if media.media_id or media.link else _MISSING)
    return where | ({"filename": media.filename} if media.kind == "document" and media.filename else {})


def _values(kind: str, values: Sequence[TemplateValue]) -> list[dict[str, Any]]:
    """One component with its values; none at all for a part that has no variable."""
    parameters = [
        {"type": "text"} | ({"parameter_name": value.name} if value.name else {}) | {"text": value.text}
        for value in values
    ]
    return [{"type": kind, "parameters": parameters}] if parameters else []


#: how the value of each kind of button is carried
_BUTTON_VALUES: Final = {"quick_reply": "payload", "url": "text", "copy_code": "coupon_code"}


def _button(button: TemplateButton) -> dict[str, Any]:
    if button.kind == "flow":
        parameter: dict[str, Any] = {"type": "action", "action": {"flow_token": button.value}}
    else:
        carried = _BUTTON_VALUES[button.kind]
        parameter = {"type": carried, carried: button.value}
    return {"type": "button", "sub_type": button.kind, "index": str(button.index), "parameters": [parameter]}
