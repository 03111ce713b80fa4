"""Meta's message templates: the JSON that goes for review, the list that comes back, and the news about them.

Docs: https://developers.facebook.com/docs/whatsapp/business-management-api/message-templates and Meta's OpenAPI document
      for v23.0 (https://github.com/facebook/openapi), read 23 November 2026.
"""

import json
import pathlib
import re
import tomllib
from collections.abc import Mapping
from typing import Any, Final, cast

from core.http import Answer
from messaging.contracts import Unknown
from messaging.providers import http
from messaging.providers.protocol import OutcomeUnknown
from messaging.providers.template_messages import (
    DraftButton,
    DraftTemplate,
    ListedTemplate,
    Quality,
    Submitted,
    TemplateNews,
    TemplateRefused,
    TemplateState,
)
from messaging.providers.whatsapp_cloud_values import as_object, moment

_TABLE: Final = tomllib.loads(pathlib.Path(__file__).with_name("whatsapp_cloud_templates.toml").read_text())
STATES: Final[Mapping[str, TemplateState]] = _TABLE["states"]
REASONS: Final[Mapping[str, str]] = _TABLE["reasons"]
NEWS_FIELDS: Final = (
    "message_template_status_update",
    "message_template_quality_update",
    "template_category_update",
)
_QUALITIES: Final = {"GREEN": "green", "YELLOW": "yellow", "RED": "red"}
_ID: Final = re.compile(r"[0-9]{1,32}")
_NAME: Final = re.compile(r"[a-z0-9_]{1,512}")
_KINDS: Final = {"QUICK_REPLY": "quick_reply", "URL": "url", "PHONE_NUMBER": "phone_number", "COPY_CODE": "copy_code"}
_CATEGORIES: Final = frozenset({"marketing", "utility", "authentication"})


def template_body(draft: DraftTemplate, *, change: bool = False) -> bytes:
    """The bytes that submit a template; of one that changed only what may change leaves."""
    fields: dict[str, Any] = {"category": draft.category.upper(), "components": _components(draft)}
    if not change:
        fields |= {"name": draft.name, "language": draft.language}
        fields["parameter_format"] = "named" if draft.named else "positional"
    return json.dumps(fields, separators=(",", ":")).encode()


def _components(draft: DraftTemplate) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    if draft.header:
        found.append({"type": "HEADER", "format": "TEXT", "text": draft.header} | _example("header", draft))
    found.append({"type": "BODY", "text": draft.body} | _example("body", draft))
    if draft.footer:
        found.append({"type": "FOOTER", "text": draft.footer})
    if draft.buttons:
        found.append({"type": "BUTTONS", "buttons": [_button(button) for button in draft.buttons]})
    return found


def _example(part: str, draft: DraftTemplate) -> dict[str, Any]:
    samples = draft.header_samples if part == "header" else draft.body_samples
    if not samples:
        return {}
    if draft.named:
        named = [{"param_name": name, "example": sample} for name, sample in samples]
        return {"example": {f"{part}_text_named_params": named}}
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
    return {"type": "QUICK_REPLY", "text": button.title}


def submitted(answer: Answer, template_id: str = "") -> Submitted:
    """What Meta said to a template it took. Errors: OutcomeUnknown when it says nothing we can keep."""
    found = http.json_object(answer)
    identifier = str(found.get("id") or template_id)
    if not _ID.fullmatch(identifier):
        raise OutcomeUnknown("the answer names no template")
    state = STATES.get(str(found.get("status", "PENDING")), "submitted")
    return Submitted(identifier, state, _category(found.get("category")))


def template_refusal(answer: Answer) -> TemplateRefused | None:
    """What is wrong with a template, when the answer says so; None for every other refusal."""
    error = http.json_object(answer).get("error")
    error = error if isinstance(error, dict) else {}
    row = _TABLE["refusals"].get(str(error.get("error_subcode", "")))
    if answer.status != 400 or (row is None and error.get("code") != 100):
        return None
    row = row or {"field": "", "problem": "WhatsApp did not take the template.", "remedy": "Look at its text again."}
    return TemplateRefused(row["problem"], str(error.get("error_subcode") or 100), row["field"], row["remedy"])


def listed(found: Mapping[str, Any]) -> tuple[list[ListedTemplate], str]:
    """The templates of one page of the list, and where the next begins; empty at the end."""
    rows = found.get("data")
    templates = (
        [one for row in rows if isinstance(row, dict) and (one := _listed(row))] if isinstance(rows, list) else []
    )
    paging = found.get("paging")
    cursors = paging.get("cursors", {}) if isinstance(paging, dict) and paging.get("next") else {}
    return templates, str(cursors.get("after", ""))


def _listed(row: Mapping[str, Any]) -> ListedTemplate | None:
    identifier, name = str(row.get("id", "")), str(row.get("name", ""))
    state = STATES.get(str(row.get("status", "")))
    if not _ID.fullmatch(identifier) or not _NAME.fullmatch(name) or state is None:
        return None
    told = row.get("components")
    components = [one for one in told if isinstance(one, dict)] if isinstance(told, list) else []
    parts = {str(one.get("type", "")).upper(): one for one in components}
    draft = _draft(row, name, parts)
    score = row.get("quality_score")
    quality = _QUALITIES.get(str(score.get("score", "")), "") if isinstance(score, dict) else ""
    reason = str(row.get("rejected_reason") or "")
    reason = "" if reason == "NONE" else reason[:40]
    return ListedTemplate(identifier, draft, state, cast(Quality, quality), reason, _unfit(draft, parts))


def _draft(row: Mapping[str, Any], name: str, parts: Mapping[str, Mapping[str, Any]]) -> DraftTemplate:
    header, body = parts.get("HEADER", {}), parts.get("BODY", {})
    found = parts.get("BUTTONS", {}).get("buttons")
    buttons = [_read_button(one) for one in found if isinstance(one, dict)] if isinstance(found, list) else []
    return DraftTemplate(
        name=name,
        language=_language(row.get("language")),
        category=_category(row.get("category")),
        body=str(body.get("text", "")),
        header=str(header.get("text", "")) if header.get("format", "TEXT") == "TEXT" else "",
        footer=str(parts.get("FOOTER", {}).get("text", "")),
        buttons=tuple(buttons),
        header_samples=_samples("header", header),
        body_samples=_samples("body", body),
        named=str(row.get("parameter_format", "")).upper() == "NAMED",
    )


def _samples(part: str, component: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    example = component.get("example")
    example = example if isinstance(example, dict) else {}
    named = example.get(f"{part}_text_named_params")
    if isinstance(named, list):
        pairs = [one for one in named if isinstance(one, dict)]
        return tuple((str(one.get("param_name", "")), str(one.get("example", ""))) for one in pairs)
    texts = example.get(f"{part}_text")
    texts = texts[0] if isinstance(texts, list) and texts and isinstance(texts[0], list) else texts
    if not isinstance(texts, list):
        return ()
    return tuple((str(place), str(text)) for place, text in enumerate(texts, 1))


def _read_button(button: Mapping[str, Any]) -> DraftButton:
    kind = str(button.get("type", "")).upper()
    value = button.get("url") or button.get("phone_number") or ""
    example = button.get("example")
    sample = str(example[0]) if isinstance(example, list) and example else str(example or "")
    if kind == "COPY_CODE":
        value, sample = sample, ""
    return DraftButton(_KINDS.get(kind, kind.lower()), str(button.get("text", "")), str(value), sample)


def _unfit(draft: DraftTemplate, parts: Mapping[str, Mapping[str, Any]]) -> str:
    """What of a template we cannot fill, in a few words; empty when all of it can be."""
    if draft.category == "authentication":
        return "it is for sending codes."
    if parts.get("HEADER", {}).get("format", "TEXT") != "TEXT":
        return "its header is a picture, a film, a document or a place."
    if set(parts) - {"HEADER", "BODY", "FOOTER", "BUTTONS"} or not draft.body:
        return "it has parts of a kind we do not know."
    if any(button.kind not in _KINDS.values() for button in draft.buttons):
        return "it has a button of a kind we do not know."
    return ""


def read_news(change: Mapping[str, Any], told_at: object, event_key: str) -> Unknown:
    """A change about a template as news; what does not name one comes back as unknown."""
    value = as_object(change.get("value"))
    identifier, name = str(value.get("message_template_id", "")), str(value.get("message_template_name", ""))
    if not _ID.fullmatch(identifier) and not _NAME.fullmatch(name):
        return Unknown(event_key, "news of a template that names none", dict(change))
    told: dict[str, Any] = _status(value) | _quality(value) | _next(value)
    return TemplateNews(
        event_key,
        "news of a template",
        dict(change),
        provider_template_id=identifier if _ID.fullmatch(identifier) else "",
        name=name if _NAME.fullmatch(name) else "",
        language=_language(value.get("message_template_language")),
        occurred_at=moment(told_at),
        **told,
    )


def _status(value: Mapping[str, Any]) -> dict[str, Any]:
    event = str(value.get("event", ""))
    if event not in STATES:
        return {}
    reason = str(value.get("reason") or "")
    advice = as_object(value.get("rejection_info")), as_object(value.get("other_info"))
    words = [advice[0].get("reason"), advice[0].get("recommendation"), advice[1].get("description")]
    told = {"state": STATES[event], "reason": "" if reason == "NONE" else reason[:40]}
    return told | {"advice": " ".join(str(word) for word in words if word)[:500]}


def _quality(value: Mapping[str, Any]) -> dict[str, Any]:
    if "new_quality_score" not in value:
        return {}
    return {"quality": _QUALITIES.get(str(value["new_quality_score"]), "")}


def _next(value: Mapping[str, Any]) -> dict[str, Any]:
    """A category that has changed; or one that will, where the one named new is still in force."""
    if "correct_category" in value:
        at = moment(value.get("category_update_timestamp"))
        return {"next_category": _category(value.get("correct_category")), "next_category_at": at}
    return {"category": _category(value["new_category"])} if "new_category" in value else {}


def _category(value: object) -> str:
    found = str(value or "").lower()
    return found if found in _CATEGORIES else ""


def _language(value: object) -> str:
    return str(value or "").replace("-", "_")[:12]
