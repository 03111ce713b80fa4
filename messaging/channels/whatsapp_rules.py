"""The rules of WhatsApp, read once from whatsapp.toml."""

import dataclasses
import functools
import pathlib
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from consent.rule_reader import Row, read_rules

_FOLDER: Final = pathlib.Path(__file__).parent


@dataclasses.dataclass(frozen=True, slots=True)
class UseCase:
    """What a template may be for: the category Meta is asked for, another it may have, and the tiers of purpose it may serve."""

    name: str
    label: str
    hint: str
    category: str
    tiers: tuple[str, ...]
    also: str = ""

    def fits(self, category: str) -> bool:
        """Whether a template of this category may be for it."""
        return category in (self.category, self.also)


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
    address_characters: int
    code_characters: int
    words_for_each_variable: int


@dataclasses.dataclass(frozen=True, slots=True)
class ButtonLimits:
    """How many buttons of a kind a template has; and of a form's id and screen, in characters."""

    most_urls: int
    most_phone_numbers: int
    most_codes: int
    most_forms: int
    form_characters: int
    screen_characters: int


@dataclasses.dataclass(frozen=True, slots=True)
class MediaKind:
    """What may stand at a head. Shape: `types` of content. Units: bytes; Meta's own limit and ours, which is no higher."""

    kind: str
    label: str
    types: tuple[str, ...]
    most_bytes: int
    metas_most_bytes: int


@dataclasses.dataclass(frozen=True, slots=True)
class CardRules:
    """Cards side by side: how many, how much they say in characters, and what may stand on them."""

    fewest_cards: int
    most_cards: int
    body_characters: int
    most_buttons: int
    media: tuple[str, ...]
    buttons: tuple[str, ...]
    category: str


@dataclasses.dataclass(frozen=True, slots=True)
class CodeRules:
    """Codes people asked for: Meta's words, and the limits of what is ours. Units: minutes, characters."""

    category: str
    use_case: str
    body: str
    security: str
    expiry: str
    copy_words: str
    fill_words: str
    fewest_minutes: int
    most_minutes: int
    code_characters: int
    package_characters: int
    signature_characters: int


@dataclasses.dataclass(frozen=True, slots=True)
class WhatsAppRules:
    """Everything whatsapp.toml says."""

    window_seconds: int
    text: TextLimits
    template: TemplateLimits
    buttons: ButtonLimits
    media: Mapping[str, MediaKind]
    most_files: int
    cards: CardRules
    code: CodeRules
    use_cases: Mapping[str, UseCase]
    languages: Mapping[str, str]


@functools.cache
def whatsapp_rules() -> WhatsAppRules:
    """The rules in force. Errors: InvalidRules names the row."""
    book = read_rules("whatsapp.toml", _FOLDER)
    rows = {name: book.row(name) for name in ("window", "text", "template", "template_buttons", "media_files")}
    rows |= {name: book.row(name) for name in ("carousel", "code", "use_cases")}
    cases = [_use_case(row) for row in book.rows("use_case")]
    kinds = [_media_kind(row) for row in book.rows("media")]
    languages = book.row("languages")
    rules = WhatsAppRules(
        window_seconds=rows["window"].positive("seconds"),
        text=TextLimits(**_read(TextLimits, rows["text"])),
        template=TemplateLimits(**_read(TemplateLimits, rows["template"])),
        buttons=ButtonLimits(**_read(ButtonLimits, rows["template_buttons"])),
        media=MappingProxyType({kind.kind: kind for kind in kinds}),
        most_files=rows["media_files"].positive("most_files"),
        cards=CardRules(**_read(CardRules, rows["carousel"])),
        code=CodeRules(**_read(CodeRules, rows["code"])),
        use_cases=MappingProxyType({case.name: case for case in cases}),
        languages=MappingProxyType({code: languages.text(code) for code in languages.table}),
    )
    for row in rows.values():
        row.source()
        row.finish()
    book.finish()
    return rules


def _read(shape: type[Any], row: Row) -> dict[str, Any]:
    """The values of a row by the names and types of a shape's fields."""
    readers: Mapping[Any, Callable[[str], Any]] = {int: row.positive, str: row.text}
    return {field.name: readers.get(field.type, row.some_words)(field.name) for field in dataclasses.fields(shape)}


def _use_case(row: Row) -> UseCase:
    also = row.text("also") if row.has("also") else ""
    named = {name: row.text(name) for name in ("name", "label", "hint", "category")}
    case = UseCase(**named, tiers=row.tiers(), also=also)
    row.finish()
    return case


def _media_kind(row: Row) -> MediaKind:
    kind = MediaKind(**_read(MediaKind, row))
    row.finish()
    return kind
