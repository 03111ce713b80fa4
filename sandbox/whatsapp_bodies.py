"""The webhooks of WhatsApp as Meta writes them: one envelope, and what stands in it."""

import hashlib
import hmac
import json
from typing import Any

from sandbox.numbers import Step
from sandbox.whatsapp_numbers import person_of, title
from sandbox.whatsapp_shapes import ChatMessage
from sandbox.whatsapp_store import Business, ChatTemplate

NAME = "Sandbox"


def signed(business: Business, content: dict[str, Any]) -> tuple[dict[str, str], bytes]:
    """Headers and bytes of a webhook. Meta escapes everything beyond ASCII and signs the bytes as they are."""
    body = json.dumps(content, separators=(",", ":")).encode()
    digest = hmac.new(business.app_secret.encode(), body, hashlib.sha256).hexdigest()
    headers = {"Content-Type": "application/json", "User-Agent": "facebookexternalua"}
    return headers | {"X-Hub-Signature-256": f"sha256={digest}"}, body


def envelope(business: Business, field: str, value: dict[str, Any], moment: float = 0.0) -> dict[str, Any]:
    """The whole of a webhook with one change in it; what is about the account itself names its moment."""
    entry: dict[str, Any] = {"id": business.id, "changes": [{"field": field, "value": value}]}
    return {"object": "whatsapp_business_account", "entry": [entry | ({"time": int(moment)} if moment else {})]}


def status(business: Business, message: ChatMessage, step: Step, moment: float, *, hidden: bool) -> dict[str, Any]:
    """News about a message we took; who goes by a name stays a name."""
    person = person_of(message.phone)
    row: dict[str, Any] = {"id": message.sid, "status": step.status, "timestamp": str(int(moment))}
    row["recipient_user_id"] = person
    if not hidden:
        row["recipient_id"] = message.phone.removeprefix("+")
    if message.data:
        row["biz_opaque_callback_data"] = message.data
    if message.category and step.status in ("sent", "delivered"):
        row["pricing"] = {"pricing_model": "PMP", "type": "regular", "category": message.category}
    if step.code:
        words = title(step.code)
        row["errors"] = [{"code": step.code, "title": words, "message": words, "error_data": {"details": words}}]
    value = _value(business) | {"statuses": [row]}
    if step.status != "failed":
        value["contacts"] = [_contact(message.phone, hidden=hidden)]
    return envelope(business, "messages", value)


def inbound(business: Business, message: ChatMessage, *, hidden: bool) -> dict[str, Any]:
    """What a person sent or pressed."""
    row: dict[str, Any] = {"id": message.sid, "timestamp": str(int(message.created)), "type": message.kind}
    row["from_user_id"] = person_of(message.phone)
    if not hidden:
        row["from"] = message.phone.removeprefix("+")
    if message.answers and message.kind != "reaction":
        row["context"] = {"from": business.display_number.removeprefix("+"), "id": message.answers}
    row[message.kind] = _said(message)
    contacts = [_contact(message.phone, hidden=hidden)]
    return envelope(business, "messages", _value(business) | {"contacts": contacts, "messages": [row]})


def _said(message: ChatMessage) -> dict[str, Any]:
    if message.kind == "button":
        return {"payload": message.payload, "text": message.body}
    if message.filled_in:
        answer = {"name": "flow", "body": message.body, "response_json": message.payload}
        return {"type": "nfm_reply", "nfm_reply": answer}
    if message.kind == "interactive":
        return {"type": "button_reply", "button_reply": {"id": message.payload, "title": message.body}}
    if message.kind == "reaction":
        return {"message_id": message.answers} | ({"emoji": message.body} if message.body else {})
    if message.kind == "image":
        digest = hashlib.sha256(message.media_id.encode()).hexdigest()
        return {"id": message.media_id, "mime_type": "image/jpeg", "sha256": digest, "caption": message.body}
    return {"body": message.body}


def preference(business: Business, phone: str, choice: str, moment: float, *, hidden: bool) -> dict[str, Any]:
    """What a person chose about marketing in WhatsApp's own settings: stop or resume."""
    row: dict[str, Any] = {
        "user_id": person_of(phone),
        "detail": f"User requested to {choice} marketing messages",
        "category": "marketing_messages",
        "value": choice,
        "timestamp": int(moment),
    }
    if not hidden:
        row["wa_id"] = phone.removeprefix("+")
    contacts = [_contact(phone, hidden=hidden)]
    value = _value(business) | {"contacts": contacts, "user_preferences": [row]}
    return envelope(business, "user_preferences", value)


def template_news(
    business: Business, template: ChatTemplate, field: str, more: dict[str, Any], moment: float
) -> dict[str, Any]:
    """News about a template; here Meta writes the language with a hyphen."""
    about = {
        "message_template_id": int(template.id),
        "message_template_name": template.name,
        "message_template_language": template.language.replace("_", "-"),
    }
    return envelope(business, field, about | more, moment)


def _value(business: Business) -> dict[str, Any]:
    metadata = {
        "display_phone_number": business.display_number.removeprefix("+"),
        "phone_number_id": business.phone_number_id,
    }
    return {"messaging_product": "whatsapp", "metadata": metadata}


def _contact(phone: str, *, hidden: bool) -> dict[str, Any]:
    contact: dict[str, Any] = {"profile": {"name": NAME}, "user_id": person_of(phone)}
    return contact if hidden else contact | {"wa_id": phone.removeprefix("+")}
