"""The JSON of a template that goes to Meta for review.

Docs: https://developers.facebook.com/docs/whatsapp/business-management-api/message-templates/components and Meta's OpenAPI
      document for v23.0 (https://github.com/facebook/openapi), read 23 November 2026; cards, codes and forms:
      https://developers.facebook.com/docs/whatsapp/business-management-api/message-templates/media-card-carousel-templates,
      …/authentication-templates and https://developers.facebook.com/documentation/business-messaging/whatsapp/flows/guides/sendingaflow,
      read 25 November 2026.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from messaging.providers.template_messages import DraftButton, DraftCard, DraftCode, DraftTemplate

Samples = Sequence[tuple[str, str]]


def template_body(draft: DraftTemplate, *, change: bool = False, handles: Sequence[str] = ()) -> bytes:
    """The bytes that submit a template; of one that changed only what may change leaves.

    Shape: `handles` of the uploaded files, in the order of `draft.files`.
    """
    fields: dict[str, Any] = {"category": draft.category.upper(), "components": _components(draft, iter(handles))}
    if not change:
        fields |= {"name": draft.name, "language": draft.language}
        fields["parameter_format"] = "named" if draft.named else "positional"
    return json.dumps(fields, separators=(",", ":")).encode()


def _components(draft: DraftTemplate, handles: Iterator[str]) -> list[dict[str, Any]]:
    if draft.code is not None:
        return _code(draft.code)
    found: list[dict[str, Any]] = []
    if draft.header:
        text = {"type": "HEADER", "format": "TEXT", "text": draft.header}
        found.append(text | _example("header", draft.header_samples, named=draft.named))
    if draft.media is not None:
        found.append(_media(draft.media.kind, handles))
    found.append(_body(draft.body, draft.body_samples, named=draft.named))
    if draft.footer:
        found.append({"type": "FOOTER", "text": draft.footer})
    if draft.buttons:
        found.append({"type": "BUTTONS", "buttons": [_button(button) for button in draft.buttons]})
    if draft.cards:
        cards = [{"components": _card(card, handles, named=draft.named)} for card in draft.cards]
        found.append({"type": "CAROUSEL", "cards": cards})
    return found


def _media(kind: str, handles: Iterator[str]) -> dict[str, Any]:
    return {"type": "HEADER", "format": kind.upper(), "example": {"header_handle": [next(handles)]}}


def _body(text: str, samples: Samples, *, named: bool) -> dict[str, Any]:
    return {"type": "BODY", "text": text} | _example("body", samples, named=named)


def _card(card: DraftCard, handles: Iterator[str], *, named: bool) -> list[dict[str, Any]]:
    found = [_media(card.media.kind, handles)]
    if card.body:
        found.append(_body(card.body, card.body_samples, named=named))
    return [*found, {"type": "BUTTONS", "buttons": [_button(button) for button in card.buttons]}]


def _code(code: DraftCode) -> list[dict[str, Any]]:
    """Meta writes the words of these; only what goes with the code is said."""
    button: dict[str, Any] = {"type": "OTP", "otp_type": code.kind.upper()}
    if code.words:
        button["text"] = code.words
    if code.kind == "one_tap":
        button |= {"autofill_text": code.fill_words} if code.fill_words else {}
        button["supported_apps"] = [{"package_name": code.app, "signature_hash": code.signature}]
    found: list[dict[str, Any]] = [{"type": "BODY", "add_security_recommendation": code.security}]
    if code.minutes:
        found.append({"type": "FOOTER", "code_expiration_minutes": code.minutes})
    return [*found, {"type": "BUTTONS", "buttons": [button]}]


def _example(part: str, samples: Samples, *, named: bool) -> dict[str, Any]:
    if not samples:
        return {}
    if named:
        told = [{"param_name": name, "example": sample} for name, sample in samples]
        return {"example": {f"{part}_text_named_params": told}}
    texts = [sample for _, sample in samples]
    return {"example": {f"{part}_text": texts if part == "header" else [texts]}}


def _button(button: DraftButton) -> dict[str, Any]:
    if button.kind == "url":
        fields: dict[str, Any] = {"type": "URL", "text": button.title, "url": button.value}
        return fields | ({"example": [button.sample]} if button.sample else {})
    if button.kind == "phone_number":
        return {"type": "PHONE_NUMBER", "text": button.title, "phone_number": button.value}
    if button.kind == "copy_code":
        return {"type": "COPY_CODE", "example": button.value}
    if button.kind == "flow":
        form = {"type": "FLOW", "text": button.title, "flow_id": button.value, "flow_action": "navigate"}
        return form | ({"navigate_screen": button.screen} if button.screen else {})
    return {"type": "QUICK_REPLY", "text": button.title}
