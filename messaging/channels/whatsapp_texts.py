"""What a WhatsApp template says: head, text, footer, buttons, cards, or a code; and the places where a person's values stand."""

import dataclasses
import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final, Literal

VARIABLE: Final = re.compile(r"\{\{\s*([A-Za-z0-9_]+)\s*\}\}")
ButtonKind = Literal["quick_reply", "url", "phone_number", "copy_code", "flow"]
BUTTON_KINDS: Final[Mapping[ButtonKind, str]] = MappingProxyType(
    {
        "quick_reply": "Answer",
        "url": "Web address",
        "phone_number": "Phone number",
        "copy_code": "Code to copy",
        "flow": "Form",
    }
)
HeadKind = Literal["image", "video", "document"]
CodeKind = Literal["copy_code", "one_tap"]


@dataclasses.dataclass(frozen=True, slots=True)
class WrittenButton:
    """A button of a template. `value` is the address, number, code or the id of a form; an address may end with one variable.

    Shape: `screen` of a form is the one it opens with; empty for its first.
    """

    kind: ButtonKind
    title: str
    value: str = ""
    screen: str = ""

    def as_content(self) -> dict[str, str]:
        """The button as it is kept."""
        told = {"kind": self.kind, "title": self.title, "value": self.value}
        return told | ({"screen": self.screen} if self.screen else {})


@dataclasses.dataclass(frozen=True, slots=True)
class Head:
    """A picture, a film or a document at the head. Shape: `file` is the id of one we keep, `link` where another one lies."""

    kind: HeadKind
    file: str = ""
    link: str = ""

    def as_content(self) -> dict[str, str]:
        """The head as it is kept."""
        return {name: text for name, text in dataclasses.asdict(self).items() if text}


@dataclasses.dataclass(frozen=True, slots=True)
class WrittenCard:
    """One of the cards side by side under the text."""

    head: Head
    body: str = ""
    buttons: tuple[WrittenButton, ...] = ()

    def as_content(self) -> dict[str, Any]:
        """The card as it is kept."""
        return {
            "head": self.head.as_content(),
            "body": self.body,
            "buttons": [button.as_content() for button in self.buttons],
        }


@dataclasses.dataclass(frozen=True, slots=True)
class WrittenCode:
    """A code somebody asked for. WhatsApp writes the words; `app` and `signature` name the app that a tap fills it into.

    Shape: `words` of the button that copies, `fill_words` of the one that fills in, both empty for WhatsApp's own.
    Units: `minutes` the code is good for; nought says nothing about it.
    """

    kind: CodeKind = "copy_code"
    security: bool = True
    minutes: int = 0
    words: str = ""
    fill_words: str = ""
    app: str = ""
    signature: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Slot:
    """One place of a template where a person's value stands: `header_1`, `body_first_name`, `button_0`, `card_1_media_link`.

    Shape: `card` is the card it stands on, -1 for none; `optional` for a picture's address where we keep a picture;
           `default` is what stands there when nobody says anything else.
    """

    part: Literal["header", "body", "button", "media"]
    name: str
    card: int = -1
    optional: bool = False
    default: str = ""

    @property
    def key(self) -> str:
        """The name by which values and samples are kept."""
        return f"{self.prefix}{self.part}_{self.name}"

    @property
    def prefix(self) -> str:
        """What stands before the name of a place on a card."""
        return f"card_{self.card}_" if self.card >= 0 else ""

    @property
    def is_variable(self) -> bool:
        """Whether it stands in braces in words."""
        return self.part in ("header", "body")


@dataclasses.dataclass(frozen=True, slots=True)
class TemplateText:
    """What a template says. Shape: `samples` by slot, as Meta wants to see them; `head` in the place of words as `header`."""

    body: str
    header: str = ""
    footer: str = ""
    buttons: tuple[WrittenButton, ...] = ()
    samples: Mapping[str, str] = dataclasses.field(default_factory=dict)
    head: Head | None = None
    cards: tuple[WrittenCard, ...] = ()
    code: WrittenCode | None = None

    @property
    def slots(self) -> tuple[Slot, ...]:
        """Every place for a value, in reading order, each once."""
        found = [Slot("header", name) for name in VARIABLE.findall(self.header)]
        found += [*_of_head(self.head), *_of_words(self.body), *_of_buttons(self.buttons)]
        for place, card in enumerate(self.cards):
            found += [*_of_head(card.head, place), *_of_words(card.body, place), *_of_buttons(card.buttons, place)]
        return tuple(dict.fromkeys(found))

    @property
    def is_named(self) -> bool:
        """Whether the variables have names; else they are numbered."""
        return any(not slot.name.isdecimal() for slot in self.slots if slot.is_variable)

    @property
    def whole(self) -> str:
        """All a person reads, with the variables in it: header, text, footer, and the text of each card."""
        cards = (card.body for card in self.cards)
        return "\n\n".join(part for part in (self.header, self.body, self.footer, *cards) if part)

    def as_content(self) -> dict[str, Any]:
        """The text as it is kept: fit for JSON. What it has not is left out."""
        told: dict[str, Any] = {"body": self.body, "header": self.header, "footer": self.footer}
        told |= {"buttons": [button.as_content() for button in self.buttons], "samples": dict(self.samples)}
        if self.head is not None:
            told["head"] = self.head.as_content()
        if self.cards:
            told["cards"] = [card.as_content() for card in self.cards]
        if self.code is not None:
            told["code"] = dataclasses.asdict(self.code)
        return told

    @property
    def files(self) -> tuple[str, ...]:
        """The ids of the files it shows, each once."""
        heads = [self.head, *(card.head for card in self.cards)]
        return tuple(dict.fromkeys(head.file for head in heads if head is not None and head.file))


def text_of(content: Mapping[str, Any]) -> TemplateText:
    """What `as_content` kept."""
    texts = {name: str(content.get(name, "")) for name in ("body", "header", "footer")}
    return TemplateText(
        **texts,
        buttons=_buttons(content.get("buttons", ())),
        samples=dict(content.get("samples", {})),
        head=Head(**content["head"]) if content.get("head") else None,
        cards=tuple(
            WrittenCard(Head(**one["head"]), one.get("body", ""), _buttons(one.get("buttons", ())))
            for one in content.get("cards", ())
        ),
        code=WrittenCode(**content["code"]) if content.get("code") else None,
    )


def filled_text(text: TemplateText, values: Mapping[str, str]) -> TemplateText:
    """A template's text with something in every slot; a slot without a value keeps its variable."""

    def fill(part: str, words: str) -> str:
        return VARIABLE.sub(lambda match: values.get(f"{part}_{match[1]}") or match[0], words)

    cards = tuple(
        WrittenCard(
            _linked(card.head, values.get(f"card_{place}_media_link", "")),
            fill(f"card_{place}_body", card.body),
            _ended(card.buttons, values, f"card_{place}_button"),
        )
        for place, card in enumerate(text.cards)
    )
    return TemplateText(
        body=fill("body", text.body),
        header=fill("header", text.header),
        footer=text.footer,
        buttons=_ended(text.buttons, values, "button"),
        head=_linked(text.head, values.get("media_link", "")) if text.head is not None else None,
        cards=cards,
        code=text.code,
    )


def _linked(head: Head, link: str) -> Head:
    """A head that shows what lies elsewhere, where a value says so."""
    return Head(head.kind, "", link) if link else head


def _ended(buttons: tuple[WrittenButton, ...], values: Mapping[str, str], part: str) -> tuple[WrittenButton, ...]:
    """Buttons with their values: at the end of an address, in the place of a sample code."""
    found = []
    for place, button in enumerate(buttons):
        value = values.get(f"{part}_{place}", "")
        if value and button.kind == "url":
            button = dataclasses.replace(button, value=_with_end(button.value, value))
        elif value and button.kind == "copy_code":
            button = dataclasses.replace(button, value=value)
        found.append(button)
    return tuple(found)


def _with_end(address: str, value: str) -> str:
    return VARIABLE.sub(lambda _: value, address)


def _buttons(content: Any) -> tuple[WrittenButton, ...]:
    return tuple(WrittenButton(**one) for one in content)


def _of_head(head: Head | None, card: int = -1) -> Iterator[Slot]:
    if head is not None:
        yield Slot("media", "link", card, optional=bool(head.file))


def _of_words(words: str, card: int = -1) -> Iterator[Slot]:
    for name in VARIABLE.findall(words):
        yield Slot("body", name, card)


def _of_buttons(buttons: tuple[WrittenButton, ...], card: int = -1) -> Iterator[Slot]:
    for place, button in enumerate(buttons):
        if button.kind == "copy_code":
            yield Slot("button", str(place), card, default=button.value)
        elif button.kind == "url" and VARIABLE.search(button.value):
            yield Slot("button", str(place), card)
