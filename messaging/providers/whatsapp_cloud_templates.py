"""Meta's message templates: what it answers to one, and the news about them.

Docs: https://developers.facebook.com/docs/whatsapp/business-management-api/message-templates and Meta's OpenAPI document
      for v23.0 (https://github.com/facebook/openapi), read 23 November 2026.
"""

import pathlib
import re
import tomllib
from collections.abc import Mapping
from typing import Any, Final

from core.http import Answer
from messaging.contracts import Unknown
from messaging.providers import http
from messaging.providers.protocol import OutcomeUnknown
from messaging.providers.template_messages import (
    Submitted,
    TemplateNews,
    TemplateRefused,
    TemplateState,
)
from messaging.providers.whatsapp_cloud_values import as_category, as_language, as_object, moment

TABLE: Final = tomllib.loads(pathlib.Path(__file__).with_name("whatsapp_cloud_templates.toml").read_text())
STATES: Final[Mapping[str, TemplateState]] = TABLE["states"]
REASONS: Final[Mapping[str, str]] = TABLE["reasons"]
NEWS_FIELDS: Final = (
    "message_template_status_update",
    "message_template_quality_update",
    "template_category_update",
)
QUALITIES: Final = {"GREEN": "green", "YELLOW": "yellow", "RED": "red"}
ID: Final = re.compile(r"[0-9]{1,32}")
NAME: Final = re.compile(r"[a-z0-9_]{1,512}")


def submitted(answer: Answer, template_id: str = "") -> Submitted:
    """What Meta said to a template it took. Errors: OutcomeUnknown when it says nothing we can keep."""
    found = http.json_object(answer)
    identifier = str(found.get("id") or template_id)
    if not ID.fullmatch(identifier):
        raise OutcomeUnknown("the answer names no template")
    state = STATES.get(str(found.get("status", "PENDING")), "submitted")
    return Submitted(identifier, state, as_category(found.get("category")))


def template_refusal(answer: Answer) -> TemplateRefused | None:
    """What is wrong with a template, when the answer says so; None for every other refusal."""
    error = http.json_object(answer).get("error")
    error = error if isinstance(error, dict) else {}
    row = TABLE["refusals"].get(str(error.get("error_subcode", "")))
    if answer.status != 400 or (row is None and error.get("code") != 100):
        return None
    row = row or {"field": "", "problem": "WhatsApp did not take the template.", "remedy": "Look at its text again."}
    return TemplateRefused(row["problem"], str(error.get("error_subcode") or 100), row["field"], row["remedy"])


def file_refusal(answer: Answer) -> TemplateRefused | None:
    """Why Meta does not take a file, when the answer says so; None for every other refusal."""
    error = http.json_object(answer).get("error")
    if answer.status != 400 or not isinstance(error, dict) or error.get("code") != 100:
        return None
    row = TABLE["file"]
    return TemplateRefused(row["problem"], "100", row["field"], row["remedy"])


def read_news(change: Mapping[str, Any], told_at: object, event_key: str) -> Unknown:
    """A change about a template as news; what does not name one comes back as unknown."""
    value = as_object(change.get("value"))
    identifier, name = str(value.get("message_template_id", "")), str(value.get("message_template_name", ""))
    if not ID.fullmatch(identifier) and not NAME.fullmatch(name):
        return Unknown(event_key, "news of a template that names none", dict(change))
    told: dict[str, Any] = _status(value) | _quality(value) | _next(value)
    return TemplateNews(
        event_key,
        "news of a template",
        dict(change),
        provider_template_id=identifier if ID.fullmatch(identifier) else "",
        name=name if NAME.fullmatch(name) else "",
        language=as_language(value.get("message_template_language")),
        occurred_at=moment(told_at),
        **told,
    )


def _status(value: Mapping[str, Any]) -> dict[str, Any]:
    """What an event does. FLAGGED warns of a bad quality and leaves the state; REINSTATED takes it back."""
    event = str(value.get("event", ""))
    flagged = {"flagged": event == "FLAGGED"} if event in ("FLAGGED", "REINSTATED") else {}
    if event not in STATES:
        return flagged
    reason = str(value.get("reason") or "")
    advice = as_object(value.get("rejection_info")), as_object(value.get("other_info"))
    words = [advice[0].get("reason"), advice[0].get("recommendation"), advice[1].get("description")]
    told = flagged | {"state": STATES[event], "reason": "" if reason == "NONE" else reason[:40]}
    return told | {"advice": " ".join(str(word) for word in words if word)[:500]}


def _quality(value: Mapping[str, Any]) -> dict[str, Any]:
    if "new_quality_score" not in value:
        return {}
    return {"quality": QUALITIES.get(str(value["new_quality_score"]), "")}


def _next(value: Mapping[str, Any]) -> dict[str, Any]:
    """A category that has changed; or one that will, where the one named new is still in force."""
    if "correct_category" in value:
        at = moment(value.get("category_update_timestamp"))
        return {"next_category": as_category(value.get("correct_category")), "next_category_at": at}
    return {"category": as_category(value["new_category"])} if "new_category" in value else {}
