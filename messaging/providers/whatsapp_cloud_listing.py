"""Reading how Meta keeps an account's templates: words, heads, buttons, cards and codes, and what of them we cannot fill.

Docs: as in whatsapp_cloud_drafts.py. A code's button is listed as a web address whose query says what kind of code it is.
"""

import urllib.parse
from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

from messaging.providers.template_messages import (
    DraftButton,
    DraftCard,
    DraftCode,
    DraftMedia,
    DraftTemplate,
    ListedTemplate,
    Quality,
)
from messaging.providers.whatsapp_cloud_templates import ID, NAME, QUALITIES, STATES
from messaging.providers.whatsapp_cloud_values import as_category, as_language, as_object, as_objects

_KINDS: Final = {
    "QUICK_REPLY": "quick_reply",
    "URL": "url",
    "PHONE_NUMBER": "phone_number",
    "COPY_CODE": "copy_code",
    "FLOW": "flow",
}
_MEDIA: Final = {"IMAGE": "image", "VIDEO": "video", "DOCUMENT": "document"}
_CODES: Final = {"COPY_CODE": "copy_code", "ONE_TAP": "one_tap"}
_KNOWN: Final = frozenset({"HEADER", "BODY", "FOOTER", "BUTTONS", "CAROUSEL"})
_ON_CARDS: Final = frozenset({"HEADER", "BODY", "BUTTONS"})

Parts = Mapping[str, Mapping[str, Any]]


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
    if not ID.fullmatch(identifier) or not NAME.fullmatch(name) or state is None:
        return None
    parts = _parts(row)
    draft = _draft(row, name, parts)
    score = row.get("quality_score")
    quality = QUALITIES.get(str(score.get("score", "")), "") if isinstance(score, dict) else ""
    reason = str(row.get("rejected_reason") or "")
    reason = "" if reason == "NONE" else reason[:40]
    return ListedTemplate(identifier, draft, state, cast(Quality, quality), reason, _unfit(draft, parts))


def _parts(holder: Mapping[str, Any]) -> Parts:
    """Components by their kind."""
    return {str(one.get("type", "")).upper(): one for one in as_objects(holder.get("components"))}


def _draft(row: Mapping[str, Any], name: str, parts: Parts) -> DraftTemplate:
    header, body = parts.get("HEADER", {}), parts.get("BODY", {})
    category = as_category(row.get("category"))
    code = _code(parts) if category == "authentication" else None
    return DraftTemplate(
        name=name,
        language=as_language(row.get("language")),
        category=category,
        body=str(body.get("text", "")),
        header=str(header.get("text", "")) if _format(header) == "TEXT" else "",
        footer=str(parts.get("FOOTER", {}).get("text", "")),
        buttons=() if code is not None else _buttons(parts),
        header_samples=_samples("header", header),
        body_samples=_samples("body", body),
        named=str(row.get("parameter_format", "")).upper() == "NAMED",
        media=_media(header),
        cards=tuple(_card(_parts(one)) for one in as_objects(parts.get("CAROUSEL", {}).get("cards"))),
        code=code,
    )


def _format(header: Mapping[str, Any]) -> str:
    return str(header.get("format", "TEXT")).upper()


def _media(header: Mapping[str, Any]) -> DraftMedia | None:
    kind = _MEDIA.get(_format(header))
    return DraftMedia(kind) if kind else None


def _card(parts: Parts) -> DraftCard:
    body = parts.get("BODY", {})
    media = _media(parts.get("HEADER", {})) or DraftMedia("")
    return DraftCard(media, str(body.get("text", "")), _buttons(parts), _samples("body", body))


def _code(parts: Parts) -> DraftCode | None:
    """What a code's template says of itself; None for one whose button is of another kind."""
    buttons = as_objects(parts.get("BUTTONS", {}).get("buttons"))
    if len(buttons) != 1:
        return None
    asked = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(str(buttons[0].get("url", ""))).query))
    kind = _CODES.get(str(buttons[0].get("otp_type") or asked.get("otp_type", "")).upper())
    minutes = str(parts.get("FOOTER", {}).get("code_expiration_minutes", ""))
    if kind is None:
        return None
    return DraftCode(
        kind,
        bool(parts.get("BODY", {}).get("add_security_recommendation")),
        int(minutes) if minutes.isdecimal() else 0,
        str(buttons[0].get("text", "")),
        asked.get("cta_display_name", ""),
        asked.get("package_name", ""),
        asked.get("signature_hash", ""),
    )


def _samples(part: str, component: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    example = as_object(component.get("example"))
    named = example.get(f"{part}_text_named_params")
    if isinstance(named, list):
        return tuple((str(one.get("param_name", "")), str(one.get("example", ""))) for one in as_objects(named))
    texts = example.get(f"{part}_text")
    texts = texts[0] if isinstance(texts, list) and texts and isinstance(texts[0], list) else texts
    if not isinstance(texts, list):
        return ()
    return tuple((str(place), str(text)) for place, text in enumerate(texts, 1))


def _buttons(parts: Parts) -> tuple[DraftButton, ...]:
    return tuple(_read_button(one) for one in as_objects(parts.get("BUTTONS", {}).get("buttons")))


def _read_button(button: Mapping[str, Any]) -> DraftButton:
    kind = str(button.get("type", "")).upper()
    value = button.get("url") or button.get("phone_number") or button.get("flow_id") or ""
    example = button.get("example")
    sample = str(example[0]) if isinstance(example, list) and example else str(example or "")
    if kind == "COPY_CODE":
        value, sample = sample, ""
    title, screen = str(button.get("text", "")), str(button.get("navigate_screen") or "")
    return DraftButton(_KINDS.get(kind, kind.lower()), title, str(value), sample, screen if kind == "FLOW" else "")


def _unfit(draft: DraftTemplate, parts: Parts) -> str:
    """What of a template we cannot fill, in a few words; empty when all of it can be."""
    if draft.category == "authentication" and draft.code is None:
        return "it hands over a code in a way we do not know."
    if _format(parts.get("HEADER", {})) not in ("TEXT", *_MEDIA):
        return "its header is a place, or of another kind we do not know."
    if set(parts) - _KNOWN or not draft.body or not _cards_fit(parts):
        return "it has parts of a kind we do not know."
    if not _buttons_fit([*draft.buttons, *(button for card in draft.cards for button in card.buttons)]):
        return "it has a button of a kind we do not know."
    return ""


def _cards_fit(parts: Parts) -> bool:
    """Whether every card shows a picture or a film and has nothing else than we know; a carousel has cards."""
    cards = [_parts(one) for one in as_objects(parts.get("CAROUSEL", {}).get("cards"))]
    known = all(not set(card) - _ON_CARDS and _media(card.get("HEADER", {})) is not None for card in cards)
    return known and ("CAROUSEL" not in parts or bool(cards))


def _buttons_fit(buttons: Sequence[DraftButton]) -> bool:
    return all(button.kind in _KINDS.values() for button in buttons)
