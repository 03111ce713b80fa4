"""What the phone shows of a template with somebody's values: head, words, buttons and cards."""

import dataclasses
import re
from typing import Any

from sandbox.whatsapp_shapes import LIMITS, VARIABLE, ChatButton, ChatCard, ChatHead, Refused
from sandbox.whatsapp_store import ChatTemplate

Fields = dict[str, Any]


def fill_template(template: ChatTemplate, content: Fields) -> Fields:
    """What the phone shows of a template with these values. Errors: Refused where they do not fit together."""
    given = content.get("components") or []
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise Refused(131009, "components: send a list")
    parts = {str(one.get("type", "")).upper(): one for one in template.components}
    shown = _shown(parts, given, code=template.category == "AUTHENTICATION")
    carousel = parts.get("CAROUSEL", {}).get("cards", [])
    shown |= {"cards": _cards(carousel, given) if carousel else (), "category": template.category.lower()}
    if len(str(shown["body"])) > LIMITS["body_characters"]:
        raise Refused(132005, "the body is longer than 1024 characters with these values")
    return shown | {"template": template.id}


def links_of(shown: Fields) -> list[str]:
    """The addresses of what stands at the heads, each once."""
    heads = [shown["head"], *(card.head for card in shown["cards"])] if "cards" in shown else []
    return list(dict.fromkeys(head.link for head in heads if head is not None and head.link))


def _shown(parts: dict[str, Fields], given: list[Fields], *, code: bool = False) -> Fields:
    header = parts.get("HEADER", {})
    kind = str(header.get("format", "TEXT")).lower()
    body = _filled(str(parts.get("BODY", {}).get("text", "")), _values(given, "body"))
    made = [_button(one, place, given) for place, one in enumerate(parts.get("BUTTONS", {}).get("buttons", []))]
    if code:
        made = [_code_button(one, _values(given, "body")) for one in made]
    return {
        "header": _filled(str(header.get("text", "")), _values(given, "header")) if kind == "text" else "",
        "head": _head(kind, given) if header and kind != "text" else None,
        "body": body,
        "footer": str(parts.get("FOOTER", {}).get("text", "")),
        "buttons": tuple(made),
    }


def _values(given: list[Fields], kind: str) -> list[Fields]:
    parts = [one for one in given if str(one.get("type", "")).lower() == kind]
    return [value for part in parts for value in part.get("parameters", []) if isinstance(value, dict)]


def _filled(text: str, values: list[Fields]) -> str:
    """A text with its variables replaced. Errors: Refused when there are more or fewer values than variables."""
    names = list(dict.fromkeys(VARIABLE.findall(text)))
    texts = [value for value in values if value.get("type") == "text"]
    if len(names) != len(values):
        raise Refused(132000, f"{len(names)} variables, {len(values)} values")
    by_name = {str(value.get("parameter_name", "")): str(value.get("text", "")) for value in texts}
    if "" in by_name:
        by_name = {name: str(value.get("text", "")) for name, value in zip(names, texts, strict=True)}
    if set(names) - set(by_name):
        raise Refused(132012, "a variable's name has no value")
    if any(re.search(r"[\n\t]| {5}", value) for value in by_name.values()):
        raise Refused(132012, "a value may hold no new line, no tab and no more than four spaces together")
    return VARIABLE.sub(lambda match: by_name[match[1]], text)


def _head(kind: str, given: list[Fields]) -> ChatHead:
    """What stands at a head. Errors: Refused when it is missing, of another kind, or neither an id nor an address."""
    values = _values(given, "header")
    if len(values) != 1 or values[0].get("type") != kind or not isinstance(values[0].get(kind), dict):
        raise Refused(132012, f"header: give one {kind}")
    told = values[0][kind]
    media_id, link = str(told.get("id", "")), str(told.get("link", ""))
    if bool(media_id) == bool(link) or (link and not re.match(r"https?://", link)):
        raise Refused(131009, f"{kind}: give an id or an address")
    return ChatHead(kind, media_id, link, str(told.get("filename", "")))


def _button(button: Fields, place: int, given: list[Fields]) -> ChatButton:
    """One button with what it carries. Errors: Refused when something is carried that it has no place for, or is missing."""
    kind, title = str(button.get("type", "")).lower(), str(button.get("text", ""))
    of_buttons = (one for one in given if str(one.get("type", "")).lower() == "button")
    sent = next((one for one in of_buttons if str(one.get("index", "")) == str(place)), {})
    if sent and str(sent.get("sub_type", "")).lower() != kind:
        raise Refused(132012, f"button {place}: it is of another kind")
    values = sent.get("parameters") or [{}]
    if kind == "url":
        url, carried = str(button.get("url", "")), str(values[0].get("text", ""))
        if bool(VARIABLE.search(url)) != bool(carried):
            raise Refused(132012, f"button {place}: its address and its value do not fit together")
        return ChatButton(kind, title, VARIABLE.sub(lambda _: carried, url))
    if kind == "copy_code":
        carried = str(values[0].get("coupon_code", ""))
        if not 0 < len(carried) <= LIMITS["code_characters"]:
            raise Refused(131008, f"button {place}: a code is missing")
        return ChatButton(kind, title or "Copy offer code", carried)
    if kind == "flow":
        action = values[0].get("action")
        return ChatButton(
            kind, title, str(action.get("flow_token", "unused")) if isinstance(action, dict) else "unused"
        )
    if kind == "phone_number":
        return ChatButton(kind, title, str(button.get("phone_number", "")))
    return ChatButton(kind, title, str(values[0].get("payload") or title))


def _code_button(button: ChatButton, values: list[Fields]) -> ChatButton:
    """A code's button, which carries the same code as the text. Errors: Refused when it carries another."""
    code = str(values[0].get("text", "")) if values else ""
    if not button.value.endswith(f"otp{code}") or not 0 < len(code) <= LIMITS["code_characters"]:
        raise Refused(132012, "the code of the text and that of the button are different, or too long")
    return dataclasses.replace(button, kind="copy_code", value=code)


def _cards(carousel: list[Fields], given: list[Fields]) -> tuple[ChatCard, ...]:
    sent = next((one.get("cards") for one in given if str(one.get("type", "")).lower() == "carousel"), None)
    if not isinstance(sent, list) or len(sent) != len(carousel):
        raise Refused(132012, "carousel: give every card of the template")
    cards = []
    for place, card in enumerate(carousel):
        told = next((one for one in sent if isinstance(one, dict) and one.get("card_index") == place), {})
        parts = {str(one.get("type", "")).upper(): one for one in card.get("components", [])}
        shown = _shown(parts, told.get("components") or [])
        cards.append(ChatCard(shown["head"], shown["body"], shown["buttons"]))
    return tuple(cards)
