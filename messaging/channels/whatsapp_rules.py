"""The rules of WhatsApp, read once from whatsapp.toml, and what they say about a template before anybody else looks at it."""

import dataclasses
import functools
import pathlib
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, Literal

from accounts.contracts import Refused
from consent.rule_reader import Row, read_rules

_FOLDER: Final = pathlib.Path(__file__).parent
VARIABLE: Final = re.compile(r"\{\{\s*([A-Za-z0-9_]+)\s*\}\}")
_NAME: Final = re.compile(r"[a-z0-9_]+")
_NAMED: Final = re.compile(r"[a-z][a-z0-9_]*")
ButtonKind = Literal["quick_reply", "url", "phone_number", "copy_code"]
BUTTON_KINDS: Final[Mapping[ButtonKind, str]] = MappingProxyType(
    {"quick_reply": "Answer", "url": "Web address", "phone_number": "Phone number", "copy_code": "Code to copy"}
)


@dataclasses.dataclass(frozen=True, slots=True)
class UseCase:
    """What a template may be for: the category Meta is asked for, and the tiers of purpose it may serve."""

    name: str
    label: str
    hint: str
    category: str
    tiers: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class TextLimits:
    """A text without a template. Units: characters."""

    most_characters: int
    most_buttons: int
    button_characters: int
    footer_characters: int


@dataclasses.dataclass(frozen=True, slots=True)
class TemplateLimits:
    """A template. Units: characters, but for the numbers of things."""

    name_characters: int
    header_characters: int
    body_characters: int
    footer_characters: int
    button_characters: int
    most_buttons: int
    most_urls: int
    address_characters: int
    code_characters: int
    words_for_each_variable: int


@dataclasses.dataclass(frozen=True, slots=True)
class WhatsAppRules:
    """Everything whatsapp.toml says."""

    window_seconds: int
    text: TextLimits
    template: TemplateLimits
    use_cases: Mapping[str, UseCase]
    languages: Mapping[str, str]


@functools.cache
def whatsapp_rules() -> WhatsAppRules:
    """The rules in force. Errors: InvalidRules names the row."""
    book = read_rules("whatsapp.toml", _FOLDER)
    window, text, template = (book.row(name) for name in ("window", "text", "template"))
    cases = [_use_case(row) for row in book.rows("use_case")]
    languages = book.row("languages")
    rules = WhatsAppRules(
        window_seconds=window.positive("seconds"),
        text=TextLimits(**{field.name: text.positive(field.name) for field in dataclasses.fields(TextLimits)}),
        template=TemplateLimits(
            **{field.name: template.positive(field.name) for field in dataclasses.fields(TemplateLimits)}
        ),
        use_cases=MappingProxyType({case.name: case for case in cases}),
        languages=MappingProxyType({code: languages.text(code) for code in languages.table}),
    )
    for row in (window, text, template, book.row("use_cases")):
        row.source()
        row.finish()
    book.finish()
    return rules


def _use_case(row: Row) -> UseCase:
    case = UseCase(row.text("name"), row.text("label"), row.text("hint"), row.text("category"), row.tiers())
    row.finish()
    return case


@dataclasses.dataclass(frozen=True, slots=True)
class WrittenButton:
    """A button of a template. `value` is the address, number or code; an address may end with one variable."""

    kind: ButtonKind
    title: str
    value: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Slot:
    """One place of a template where a person's value stands: `header_1`, `body_first_name`, `button_0`."""

    part: Literal["header", "body", "button"]
    name: str

    @property
    def key(self) -> str:
        """The name by which values and samples are kept."""
        return f"{self.part}_{self.name}"


@dataclasses.dataclass(frozen=True, slots=True)
class TemplateText:
    """What a template says. Shape: `samples` by slot, as Meta wants to see them."""

    body: str
    header: str = ""
    footer: str = ""
    buttons: tuple[WrittenButton, ...] = ()
    samples: Mapping[str, str] = dataclasses.field(default_factory=dict)

    @property
    def slots(self) -> tuple[Slot, ...]:
        """Every place for a value, in reading order, each once."""
        found = [Slot("header", name) for name in VARIABLE.findall(self.header)]
        found += [Slot("body", name) for name in VARIABLE.findall(self.body)]
        found += [
            Slot("button", str(place))
            for place, button in enumerate(self.buttons)
            if button.kind == "url" and VARIABLE.search(button.value)
        ]
        return tuple(dict.fromkeys(found))

    @property
    def is_named(self) -> bool:
        """Whether the variables have names; else they are numbered."""
        return any(not slot.name.isdecimal() for slot in self.slots if slot.part != "button")

    @property
    def whole(self) -> str:
        """All a person reads, with the variables in it: header, text and footer."""
        return "\n\n".join(part for part in (self.header, self.body, self.footer) if part)

    def as_content(self) -> dict[str, Any]:
        """The text as it is kept: fit for JSON."""
        return dataclasses.asdict(self) | {"buttons": [dataclasses.asdict(one) for one in self.buttons]}


def text_of(content: Mapping[str, Any]) -> TemplateText:
    """What `as_content` kept."""
    buttons = tuple(WrittenButton(**one) for one in content.get("buttons", ()))
    texts = {name: str(content.get(name, "")) for name in ("body", "header", "footer")}
    return TemplateText(**texts, buttons=buttons, samples=dict(content.get("samples", {})))


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


def check_text(text: TemplateText) -> None:
    """Hold a template against the rules before it is submitted. Errors: Refused names the field and the remedy."""
    limits = whatsapp_rules().template
    _at_most("header", text.header, limits.header_characters)
    _at_most("body", text.body, limits.body_characters)
    _at_most("footer", text.footer, limits.footer_characters)
    if not text.body.strip():
        raise Refused("There is no text.", field="body", remedy="Write what people shall read.")
    if "\n" in text.header or "\n" in text.footer:
        place = "header" if "\n" in text.header else "footer"
        raise Refused(f"The {place} has one line only.", field=place, remedy="Take the line break out.")
    if VARIABLE.search(text.footer):
        raise Refused("The footer takes no variable.", field="footer", remedy="Move it into the text.")
    if len(VARIABLE.findall(text.header)) > 1:
        raise Refused("The header takes one variable.", field="header", remedy="Move the others into the text.")
    _check_variables("header", text.header, edges=False)
    _check_variables("body", text.body, edges=True)
    _check_buttons(text.buttons, limits)
    for slot in text.slots:
        if not str(text.samples.get(slot.key, "")).strip():
            shown = slot.name if slot.part == "button" else "{{" + slot.name + "}}"
            remedy = "WhatsApp reviews the template with it."
            raise Refused(f"Write a sample for {shown} of the {slot.part}.", field="samples", remedy=remedy)


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


def _check_buttons(buttons: tuple[WrittenButton, ...], limits: TemplateLimits) -> None:
    if len(buttons) > limits.most_buttons:
        remedy = f"Take {len(buttons) - limits.most_buttons} away."
        raise Refused(f"There are more than {limits.most_buttons} buttons.", field="buttons", remedy=remedy)
    for kind, most in (("url", limits.most_urls), ("phone_number", 1), ("copy_code", 1)):
        if sum(button.kind == kind for button in buttons) > most:
            words = BUTTON_KINDS[kind].lower()  # type: ignore[index]
            raise Refused(
                f"At most {most} of the buttons may hold a {words}.", field="buttons", remedy="Take one away."
            )
    for number, button in enumerate(buttons, 1):
        _check_button(f"Button {number}", button, limits)


def _check_button(which: str, button: WrittenButton, limits: TemplateLimits) -> None:
    if button.kind not in BUTTON_KINDS:
        raise Refused(f"{which} is of no kind we know.", field="buttons", remedy="Choose one of the list.")
    if button.kind != "copy_code" and not 0 < len(button.title) <= limits.button_characters:
        remedy = f"Write 1 to {limits.button_characters} characters."
        raise Refused(f"{which} says nothing, or too much.", field="buttons", remedy=remedy)
    if button.kind == "url":
        bare, variables = VARIABLE.sub("", button.value), VARIABLE.findall(button.value)
        ends = not variables or (len(variables) == 1 and button.value.rstrip().endswith("}}"))
        fits = re.fullmatch(r"https?://\S+", bare) and len(button.value) <= limits.address_characters
        if not fits or not ends:
            remedy = "Write https://… with at most one variable, at its end."
            raise Refused(f"{which} has no web address WhatsApp takes.", field="buttons", remedy=remedy)
    if button.kind == "phone_number" and not re.fullmatch(r"\+[1-9][0-9]{6,14}", button.value):
        raise Refused(f"{which} has no phone number.", field="buttons", remedy="Write +1… with its country code.")
    if button.kind == "copy_code" and not 0 < len(button.value) <= limits.code_characters:
        remedy = f"Write 1 to {limits.code_characters} characters."
        raise Refused(f"{which} has no code.", field="buttons", remedy=remedy)
