"""What a review sees at once: a template's components held against Meta's rules, part by part.

Source: as whatsapp.toml; cards, codes and forms: the pages named there, read 25 November 2026.
"""

import re
from collections.abc import Callable
from typing import Any

from sandbox.whatsapp_shapes import LIMITS, VARIABLE, Refused

Fields = dict[str, Any]
_HEADER, _BODY, _FOOTER, _LONG = 2388047, 2388072, 2388073, 2388040
_MEDIA = ("IMAGE", "VIDEO", "DOCUMENT")
_CATEGORIES = ("MARKETING", "UTILITY", "AUTHENTICATION")


def check_template(fields: Fields, knows_handle: Callable[[str], bool]) -> None:
    """Hold a new template against the rules. Errors: Refused with code 100 and the number that says which rule."""
    if not re.fullmatch(r"[a-z0-9_]{1,512}", str(fields.get("name", ""))):
        raise Refused(100, "name: small letters, digits and _ only")
    category = str(fields.get("category", "")).upper()
    if category not in _CATEGORIES:
        raise Refused(100, "category: MARKETING, UTILITY or AUTHENTICATION")
    parts = _parts(fields.get("components"))
    if category == "AUTHENTICATION":
        _check_code(parts)
        return
    _only(parts, ("HEADER", "BODY", "FOOTER", "BUTTONS", "CAROUSEL"))
    _check_body(parts.get("BODY", {}), LIMITS["body_characters"])
    if "HEADER" in parts:
        _check_header(parts["HEADER"], knows_handle)
    if "FOOTER" in parts:
        _check_footer(parts["FOOTER"])
    if "BUTTONS" in parts:
        _check_buttons(parts["BUTTONS"].get("buttons"), LIMITS["buttons"])
    if "CAROUSEL" in parts:
        _check_cards(category, parts, knows_handle)


def as_listed(fields: Fields) -> list[Fields]:
    """The components as Meta keeps them: of a code it writes words and button itself."""
    if str(fields.get("category", "")).upper() != "AUTHENTICATION":
        return list(fields["components"])
    parts = _parts(fields["components"])
    body, minutes = "*{{1}}* is your verification code.", parts.get("FOOTER", {}).get("code_expiration_minutes")
    safe = bool(parts["BODY"].get("add_security_recommendation"))
    button = parts["BUTTONS"]["buttons"][0]
    kind = str(button["otp_type"]).upper()
    query = f"otp_type={kind}" + (f"&code_expiration_minutes={minutes}" if minutes else "")
    for app in button.get("supported_apps", ())[:1]:
        query += f"&cta_display_name={button.get('autofill_text', 'Autofill')}"
        query += f"&package_name={app['package_name']}&signature_hash={app['signature_hash']}"
    found: list[Fields] = [
        {
            "type": "BODY",
            "text": body + (" For your security, do not share this code." if safe else ""),
            "add_security_recommendation": safe,
            "example": {"body_text": [["123456"]]},
        }
    ]
    if minutes:
        words = f"This code expires in {minutes} minutes."
        found.append({"type": "FOOTER", "text": words, "code_expiration_minutes": minutes})
    url = f"https://www.whatsapp.com/otp/code/?{query}&code=otp{{{{1}}}}"
    listed = {
        "type": "URL",
        "text": button.get("text", "Copy code"),
        "url": url,
        "example": [url.replace("{{1}}", "123456")],
    }
    return [*found, {"type": "BUTTONS", "buttons": [listed]}]


def _parts(components: Any) -> dict[str, Fields]:
    if not isinstance(components, list) or not all(isinstance(one, dict) for one in components):
        raise Refused(100, "components: send a list of objects")
    kinds = [str(one.get("type", "")).upper() for one in components]
    if len(set(kinds)) < len(kinds):
        raise Refused(100, "components: one of each kind at most")
    return dict(zip(kinds, components, strict=True))


def _only(holder: Fields, keys: tuple[str, ...]) -> None:
    """Errors: Refused for a key Meta does not know."""
    for key in holder:
        if key not in keys:
            raise Refused(100, f"{key}: there is no such part")


def _check_header(header: Fields, knows_handle: Callable[[str], bool], kinds: tuple[str, ...] = _MEDIA) -> None:
    kind = str(header.get("format", "")).upper()
    if kind == "TEXT" and kinds == _MEDIA:
        _only(header, ("type", "format", "text", "example"))
        text = str(header.get("text", ""))
        if not 0 < len(text) <= LIMITS["header_characters"] or len(VARIABLE.findall(text)) > 1:
            raise Refused(100, "the header has 1 to 60 characters and one variable at most", _HEADER)
        _check_examples("header_text", header, _names(text), _HEADER)
        return
    if kind not in kinds:
        raise Refused(100, f"format: one of {', '.join(kinds)}", _HEADER)
    _only(header, ("type", "format", "example"))
    handles = _example(header).get("header_handle")
    if not isinstance(handles, list) or len(handles) != 1 or not knows_handle(str(handles[0])):
        raise Refused(100, "header_handle: give the handle of one upload", _HEADER)


def _check_footer(footer: Fields) -> None:
    _only(footer, ("type", "text"))
    text = str(footer.get("text", ""))
    if not 0 < len(text) <= LIMITS["footer_characters"]:
        raise Refused(100, "the footer has 1 to 60 characters", _FOOTER)
    if VARIABLE.search(text):
        raise Refused(100, "the footer takes no variable", _FOOTER)


def _check_body(body: Fields, most: int) -> None:
    _only(body, ("type", "text", "example"))
    text = str(body.get("text", ""))
    if not 0 < len(text) <= most:
        raise Refused(100, f"the body has 1 to {most} characters", _BODY)
    bare = text.strip()
    if re.match(r"\{\{[^}]*\}\}", bare) or re.search(r"\{\{[^}]*\}\}$", bare):
        raise Refused(100, "put words before the first and after the last variable", 2388299)
    names = _names(text)
    numbered = [int(name) for name in names if name.isdecimal()]
    if numbered and numbered != list(range(1, len(names) + 1)):
        raise Refused(100, "number the variables 1, 2, 3 in their order", _BODY)
    if len(VARIABLE.sub(" ", text).split()) < 2 * len(names):
        raise Refused(100, "write more words for so many variables", 2388293)
    _check_examples("body_text", body, names, _BODY)


def _names(text: str) -> list[str]:
    return list(dict.fromkeys(VARIABLE.findall(text)))


def _example(part: Fields) -> Fields:
    example = part.get("example")
    return example if isinstance(example, dict) else {}


def _check_examples(key: str, part: Fields, names: list[str], number: int) -> None:
    """Every variable has its sample: in a list where they are numbered, by name where they have names."""
    named = _example(part).get(f"{key}_named_params")
    texts = _example(part).get(key)
    texts = texts[0] if key == "body_text" and isinstance(texts, list) and len(texts) == 1 else texts
    told = [one.get("param_name") for one in named if isinstance(one, dict)] if isinstance(named, list) else None
    right = told == names if told is not None else len(texts if isinstance(texts, list) else []) == len(names)
    if not right:
        raise Refused(100, f"{key}: give a sample for each variable and no more", number)


_BUTTON_KEYS = {
    "QUICK_REPLY": ("type", "text"),
    "URL": ("type", "text", "url", "example"),
    "PHONE_NUMBER": ("type", "text", "phone_number"),
    "COPY_CODE": ("type", "example"),
    "FLOW": ("type", "text", "flow_id", "flow_action", "navigate_screen"),
}
_MOST = {"URL": 2, "PHONE_NUMBER": 1, "COPY_CODE": 1, "FLOW": 1}


def _check_buttons(buttons: Any, most: int) -> list[str]:
    """The kinds of the buttons, once all keep the rules."""
    if (
        not isinstance(buttons, list)
        or not 0 < len(buttons) <= most
        or not all(isinstance(one, dict) for one in buttons)
    ):
        raise Refused(100, f"buttons: 1 to {most}", _LONG)
    for button in buttons:
        _check_button(button)
    kinds = [str(one["type"]).upper() for one in buttons]
    if any(kinds.count(kind) > many for kind, many in _MOST.items()):
        raise Refused(100, "buttons: too many of one kind", _LONG)
    answers = [kind == "QUICK_REPLY" for kind in kinds]
    if sum(one != two for one, two in zip(answers, answers[1:], strict=False)) > 1:
        raise Refused(100, "buttons: quick replies stand together")
    return kinds


def _check_button(button: Fields) -> None:
    kind = str(button.get("type", "")).upper()
    if kind not in _BUTTON_KEYS:
        raise Refused(100, "buttons: there is no button of this kind")
    _only(button, _BUTTON_KEYS[kind])
    if kind != "COPY_CODE" and not 0 < len(str(button.get("text", ""))) <= LIMITS["button_characters"]:
        raise Refused(100, "a button has 1 to 25 characters", _LONG)
    if kind == "URL":
        variable = VARIABLE.search(str(button.get("url", "")))
        if not re.match(r"https?://", str(button.get("url", ""))) or bool(variable) != bool(button.get("example")):
            raise Refused(100, "url: an address, with an example exactly where it has a variable")
    if kind == "PHONE_NUMBER" and not re.fullmatch(r"\+[1-9][0-9]{6,14}", str(button.get("phone_number", ""))):
        raise Refused(100, "phone_number: with its plus")
    if kind == "COPY_CODE" and not 0 < len(str(button.get("example", ""))) <= LIMITS["code_characters"]:
        raise Refused(100, "example: a code of 1 to 15 characters", _LONG)
    if kind == "FLOW" and not str(button.get("flow_id", "")).isdecimal():
        raise Refused(100, "flow_id: the id of a flow")


def _check_cards(category: str, parts: dict[str, Fields], knows_handle: Callable[[str], bool]) -> None:
    _only(parts, ("BODY", "CAROUSEL"))
    cards = parts["CAROUSEL"].get("cards")
    if category != "MARKETING":
        raise Refused(100, "category: carousels are for marketing")
    if not isinstance(cards, list) or not LIMITS["fewest_cards"] <= len(cards) <= LIMITS["cards"]:
        raise Refused(100, "cards: 2 to 10")
    shapes = {
        _check_card(_parts(one.get("components") if isinstance(one, dict) else None), knows_handle) for one in cards
    }
    if len(shapes) > 1:
        raise Refused(100, "cards: all have the same components")


def _check_card(parts: dict[str, Fields], knows_handle: Callable[[str], bool]) -> tuple[Any, ...]:
    """What a card is made of, once it keeps the rules."""
    _only(parts, ("HEADER", "BODY", "BUTTONS"))
    _check_header(parts.get("HEADER", {}), knows_handle, ("IMAGE", "VIDEO"))
    if "BODY" in parts:
        _check_body(parts["BODY"], LIMITS["card_characters"])
    kinds = _check_buttons(parts.get("BUTTONS", {}).get("buttons"), LIMITS["card_buttons"])
    return (str(parts["HEADER"]["format"]).upper(), "BODY" in parts, *kinds)


def _check_code(parts: dict[str, Fields]) -> None:
    _only(parts, ("BODY", "FOOTER", "BUTTONS"))
    _only(parts.get("BODY", {}), ("type", "add_security_recommendation"))
    _only(parts.get("FOOTER", {}), ("type", "code_expiration_minutes"))
    minutes = parts.get("FOOTER", {}).get("code_expiration_minutes", 1)
    buttons = parts.get("BUTTONS", {}).get("buttons")
    if "BODY" not in parts or not isinstance(minutes, int) or not 1 <= minutes <= 90:
        raise Refused(100, "code_expiration_minutes: 1 to 90", _FOOTER)
    if not isinstance(buttons, list) or len(buttons) != 1 or not isinstance(buttons[0], dict):
        raise Refused(100, "buttons: one button of type OTP")
    button = buttons[0]
    _only(button, ("type", "otp_type", "text", "autofill_text", "supported_apps"))
    kind, apps = str(button.get("otp_type", "")).upper(), button.get("supported_apps", [])
    if str(button.get("type", "")).upper() != "OTP" or kind not in ("COPY_CODE", "ONE_TAP"):
        raise Refused(100, "otp_type: COPY_CODE or ONE_TAP")
    if kind == "ONE_TAP" and not (isinstance(apps, list) and apps and all(map(_is_app, apps))):
        raise Refused(100, "supported_apps: a package and a signature hash of 11 characters each")


def _is_app(app: Any) -> bool:
    return isinstance(app, dict) and bool(app.get("package_name")) and len(str(app.get("signature_hash", ""))) == 11
