"""What a template must be before Meta looks at it. Every refusal names the field and the remedy."""

import itertools
import re
import uuid
from collections.abc import Sequence
from typing import Final

from accounts.contracts import Refused
from messaging.channels.whatsapp_rules import TemplateLimits, UseCase, whatsapp_rules
from messaging.channels.whatsapp_texts import BUTTON_KINDS, VARIABLE, Head, TemplateText, WrittenButton, WrittenCode

_NAME: Final = re.compile(r"[a-z0-9_]+")
_NAMED: Final = re.compile(r"[a-z][a-z0-9_]*")
_PACKAGE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)+")
_SIGNATURE: Final = re.compile(r"[A-Za-z0-9+/=]+")


def check_name(name: str, language: str, use_case: str) -> UseCase:
    """The use case, for a template that may be called so. Errors: Refused names the field and the remedy."""
    rules = whatsapp_rules()
    if not _NAME.fullmatch(name) or len(name) > rules.template.name_characters:
        remedy = "Use small letters, digits and _ only, such as visit_reminder."
        raise Refused("A template cannot be called that.", field="name", remedy=remedy)
    if language not in rules.languages:
        raise Refused("This language is not in our list.", field="language", remedy="Choose one of the list.")
    if use_case not in rules.use_cases:
        known = ", ".join(case.label for case in rules.use_cases.values())
        raise Refused("WhatsApp is not for this use.", field="use_case", remedy=f"Choose one of: {known}.")
    return rules.use_cases[use_case]


def category_for(text: TemplateText, case: UseCase) -> str:
    """The category Meta is asked for. Errors: Refused when a code or cards are to serve a use they cannot."""
    rules = whatsapp_rules()
    if text.code is not None:
        if not case.fits(rules.code.category):
            label = rules.use_cases[rules.code.use_case].label
            raise Refused("A code is for no other use.", field="use_case", remedy=f"Choose “{label}”.")
        return rules.code.category
    if text.cards and not case.fits(rules.cards.category):
        remedy = "Choose promotional, or write a template without cards."
        raise Refused("WhatsApp takes cards for marketing only.", field="use_case", remedy=remedy)
    return case.category


def check_text(text: TemplateText) -> None:
    """Hold a template against the rules before it is submitted. Errors: Refused names the field and the remedy."""
    for refusal in refusals(text):
        raise refusal


def refusals(text: TemplateText) -> list[Refused]:
    """Everything Meta would object to, the first of each part; empty for a template that can be submitted."""
    found = []
    for check in _PARTS if text.code is None else (_check_code,):
        try:
            check(text)
        except Refused as refusal:
            found.append(refusal)
    return found


def _check_body(text: TemplateText) -> None:
    _at_most("body", text.body, whatsapp_rules().template.body_characters)
    if not text.body.strip():
        raise Refused("There is no text.", field="body", remedy="Write what people shall read.")
    _check_variables("body", text.body, edges=True)


def _check_header(text: TemplateText) -> None:
    _at_most("header", text.header, whatsapp_rules().template.header_characters)
    _check_line("header", text.header)
    if len(VARIABLE.findall(text.header)) > 1:
        raise Refused("The header takes one variable.", field="header", remedy="Move the others into the text.")
    _check_variables("header", text.header, edges=False)
    if text.head is not None and text.header:
        raise Refused("A head has words or a picture, not both.", field="header", remedy="Empty the heading.")
    if text.head is not None:
        _check_head("header_file", "The head", text.head)


def _check_footer(text: TemplateText) -> None:
    _at_most("footer", text.footer, whatsapp_rules().template.footer_characters)
    _check_line("footer", text.footer)
    if VARIABLE.search(text.footer):
        raise Refused("The footer takes no variable.", field="footer", remedy="Move it into the text.")


def _check_line(place: str, text: str) -> None:
    if "\n" in text:
        raise Refused(f"The {place} has one line only.", field=place, remedy="Take the line break out.")


def _check_samples(text: TemplateText) -> None:
    words = [slot for slot in text.slots if slot.is_variable]
    if len({slot.name.isdecimal() for slot in words}) > 1:
        remedy = "Number them everywhere, or give all of them names."
        raise Refused("Some variables have names and some have numbers.", field="body", remedy=remedy)
    for slot in text.slots:
        if slot.part == "media" or _is_code(text, slot.card, slot.part, slot.name):
            continue
        if not str(text.samples.get(slot.key, "")).strip():
            shown = slot.name if slot.part == "button" else "{{" + slot.name + "}}"
            where = f"{slot.part} of card {slot.card + 1}" if slot.card >= 0 else slot.part
            remedy = "WhatsApp reviews the template with it."
            raise Refused(f"Write a sample for {shown} of the {where}.", field="samples", remedy=remedy)


def _is_code(text: TemplateText, card: int, part: str, name: str) -> bool:
    """Whether a place is a code to copy, which is its own sample."""
    buttons = text.cards[card].buttons if card >= 0 else text.buttons
    return part == "button" and buttons[int(name)].kind == "copy_code"


def _at_most(field: str, text: str, most: int) -> None:
    if len(text) > most:
        problem = f"The {field} has {len(text):,} characters; WhatsApp takes {most:,}."
        raise Refused(problem, field=field, remedy=f"Shorten it by {len(text) - most:,}.")


def _check_variables(field: str, text: str, *, edges: bool) -> None:
    """Meta's rules about variables: their form, their order, and words around them."""
    limits = whatsapp_rules().template
    names = list(dict.fromkeys(VARIABLE.findall(text)))
    if "{{" in VARIABLE.sub("", text) or "}}" in VARIABLE.sub("", text):
        remedy = "Write {{1}} or {{first_name}}."
        raise Refused("There are braces around something that is no variable.", field=field, remedy=remedy)
    numbered = [int(name) for name in names if name.isdecimal()]
    if numbered and (len(numbered) < len(names) or numbered != list(range(1, len(names) + 1))):
        remedy = "Number them 1, 2, 3 in their order, or give all of them names."
        raise Refused("The variables are not in order.", field=field, remedy=remedy)
    if any(not _NAMED.fullmatch(name) for name in names if not name.isdecimal()):
        raise Refused("A variable's name has small letters, digits and _.", field=field, remedy="Rename it.")
    bare = text.strip()
    if edges and names and (bare.startswith("{{") or bare.endswith("}}")):
        remedy = "Write a word before the first and after the last one; a full stop is enough at the end of a sentence."
        raise Refused("A variable stands at the very beginning or end.", field=field, remedy=remedy)
    if re.search(r"\}\}\s*\{\{", text):
        raise Refused("Two variables stand next to each other.", field=field, remedy="Put words between them.")
    words = len(VARIABLE.sub(" ", text).split())
    if edges and words <= limits.words_for_each_variable * len(names) and names:
        raise Refused("There are too many variables for so few words.", field=field, remedy="Write more words.")


def _check_head(field: str, which: str, head: Head) -> None:
    kinds = whatsapp_rules().media
    if head.kind not in kinds:
        known = ", ".join(kind.label.lower() for kind in kinds.values())
        raise Refused(f"{which} is of no kind we know.", field=field, remedy=f"Choose one of: {known}.")
    if not _is_id(head.file):
        label = kinds[head.kind].label.lower()
        raise Refused(f"{which} has no {label} to review.", field=field, remedy=f"Upload a {label}.")


def _is_id(text: str) -> bool:
    try:
        return bool(uuid.UUID(text))
    except ValueError:
        return False


def _check_buttons(text: TemplateText) -> None:
    buttons, limits = text.buttons, whatsapp_rules().template
    if len(buttons) > limits.most_buttons:
        remedy = f"Take {len(buttons) - limits.most_buttons} away."
        raise Refused(f"There are more than {limits.most_buttons} buttons.", field="buttons", remedy=remedy)
    most = whatsapp_rules().buttons
    kinds = {"url": most.most_urls, "phone_number": most.most_phone_numbers}
    kinds |= {"copy_code": most.most_codes, "flow": most.most_forms}
    for kind, many in kinds.items():
        if sum(button.kind == kind for button in buttons) > many:
            words = BUTTON_KINDS[kind].lower()  # type: ignore[index]
            raise Refused(
                f"At most {many} of the buttons may hold a {words}.", field="buttons", remedy="Take one away."
            )
    if len(list(itertools.groupby(button.kind == "quick_reply" for button in buttons))) > 2:
        remedy = "Put all answers before or after the other buttons."
        raise Refused("The answers do not stand together.", field="buttons", remedy=remedy)
    for number, button in enumerate(buttons, 1):
        _check_button("buttons", f"Button {number}", button, limits)


def _check_button(field: str, which: str, button: WrittenButton, limits: TemplateLimits) -> None:
    if button.kind not in BUTTON_KINDS:
        raise Refused(f"{which} is of no kind we know.", field=field, remedy="Choose one of the list.")
    if button.kind != "copy_code" and not 0 < len(button.title) <= limits.button_characters:
        remedy = f"Write 1 to {limits.button_characters} characters."
        raise Refused(f"{which} says nothing, or too much.", field=field, remedy=remedy)
    if button.kind == "url" and not _is_address(button.value, limits):
        remedy = "Write https://… with at most one variable, at its end."
        raise Refused(f"{which} has no web address WhatsApp takes.", field=field, remedy=remedy)
    if button.kind == "phone_number" and not re.fullmatch(r"\+[1-9][0-9]{6,14}", button.value):
        raise Refused(f"{which} has no phone number.", field=field, remedy="Write +1… with its country code.")
    if button.kind == "copy_code" and not 0 < len(button.value) <= limits.code_characters:
        remedy = f"Write 1 to {limits.code_characters} characters."
        raise Refused(f"{which} has no code.", field=field, remedy=remedy)
    if button.kind == "flow":
        _check_form(field, which, button)


def _is_address(address: str, limits: TemplateLimits) -> bool:
    bare, variables = VARIABLE.sub("", address), VARIABLE.findall(address)
    ends = not variables or (len(variables) == 1 and address.rstrip().endswith("}}"))
    return bool(ends and re.fullmatch(r"https?://\S+", bare) and len(address) <= limits.address_characters)


def _check_form(field: str, which: str, button: WrittenButton) -> None:
    most = whatsapp_rules().buttons
    if not re.fullmatch(r"[0-9]+", button.value) or len(button.value) > most.form_characters:
        remedy = "Copy the form's id, digits only, from WhatsApp Manager under Flows."
        raise Refused(f"{which} names no form.", field=field, remedy=remedy)
    if button.screen and (
        not re.fullmatch(r"[A-Z][A-Z_]*", button.screen) or len(button.screen) > most.screen_characters
    ):
        remedy = "Write its id in capitals, such as WELCOME_SCREEN, or leave it empty."
        raise Refused(f"{which} names no screen.", field=field, remedy=remedy)


def _check_cards(text: TemplateText) -> None:
    rules, cards = whatsapp_rules().cards, text.cards
    if not cards:
        return
    for field, there in (("header", text.header or text.head), ("footer", text.footer), ("buttons", text.buttons)):
        if there:
            raise Refused(f"Beside cards there is no place for {field}.", field=field, remedy="Leave it out.")
    if not rules.fewest_cards <= len(cards) <= rules.most_cards:
        remedy = f"Write {rules.fewest_cards} to {rules.most_cards}."
        raise Refused("There are too few cards, or too many.", field="cards", remedy=remedy)
    if len({card.head.kind for card in cards}) > 1 or cards[0].head.kind not in rules.media:
        raise Refused("All cards show pictures, or all show films.", field="cards", remedy="Choose one kind for all.")
    if len({bool(card.body) for card in cards}) > 1:
        raise Refused("Some cards have a text and some none.", field="cards", remedy="Write one on each, or on none.")
    if len({tuple(button.kind for button in card.buttons) for card in cards}) > 1:
        remedy = "Give every card the same kinds in the same order."
        raise Refused("The cards have different buttons.", field="cards", remedy=remedy)
    for number, card in enumerate(cards, 1):
        which = f"Card {number}"
        _check_head("cards", which, card.head)
        if len(card.body) > rules.body_characters:
            remedy = f"Shorten it by {len(card.body) - rules.body_characters}."
            raise Refused(f"{which} has {len(card.body)} characters.", field="cards", remedy=remedy)
        _check_variables("cards", card.body, edges=True)
        _check_card_buttons(which, card.buttons)


def _check_card_buttons(which: str, buttons: Sequence[WrittenButton]) -> None:
    rules, limits = whatsapp_rules().cards, whatsapp_rules().template
    if not 0 < len(buttons) <= rules.most_buttons:
        remedy = f"Give it 1 to {rules.most_buttons}."
        raise Refused(f"{which} has no button, or too many.", field="cards", remedy=remedy)
    for number, button in enumerate(buttons, 1):
        if button.kind not in rules.buttons:
            remedy = "Use answers, web addresses and phone numbers."
            raise Refused(f"{which} has a button no card has.", field="cards", remedy=remedy)
        _check_button("cards", f"Button {number} of {which.lower()}", button, limits)


def _check_code(text: TemplateText) -> None:
    rules, limits = whatsapp_rules().code, whatsapp_rules().template
    code = text.code
    if code is None:
        return
    if code.kind not in ("copy_code", "one_tap"):
        raise Refused("There is no such way to hand over a code.", field="code", remedy="Choose one of the list.")
    if code.minutes and not rules.fewest_minutes <= code.minutes <= rules.most_minutes:
        remedy = f"Write {rules.fewest_minutes} to {rules.most_minutes} minutes, or leave it empty."
        raise Refused("A code cannot be good for so long.", field="code", remedy=remedy)
    if max(len(code.words), len(code.fill_words)) > limits.button_characters:
        remedy = f"Write {limits.button_characters} characters at most, or leave it to WhatsApp."
        raise Refused("The button says too much.", field="code", remedy=remedy)
    if code.kind == "one_tap":
        if not _PACKAGE.fullmatch(code.app) or len(code.app) > rules.package_characters:
            remedy = "Write the Android app's package, such as com.example.shop."
            raise Refused("No app is named that takes the code.", field="code", remedy=remedy)
        if not _SIGNATURE.fullmatch(code.signature) or len(code.signature) != rules.signature_characters:
            remedy = f"It has {rules.signature_characters} characters; the app's developers have it."
            raise Refused("The app's signature hash is not right.", field="code", remedy=remedy)


#: each part of a template that is no code, in reading order
_PARTS: Final = (_check_header, _check_body, _check_footer, _check_buttons, _check_cards, _check_samples)


def code_text(code: WrittenCode) -> TemplateText:
    """A template around a code, in the words WhatsApp gives English readers; it translates them itself."""
    rules = whatsapp_rules().code
    body = f"{rules.body} {rules.security}" if code.security else rules.body
    footer = rules.expiry.format(minutes=code.minutes) if code.minutes else ""
    return TemplateText(body, footer=footer, samples={"body_1": "123456"}, code=code)
