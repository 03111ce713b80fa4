"""What people type about a template with cards side by side: the text above them, and each card's picture, text and buttons."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from django import forms

from accounts.contracts import Actor
from messaging.channels.whatsapp import last_text_of
from messaging.channels.whatsapp_rules import whatsapp_rules
from messaging.channels.whatsapp_texts import BUTTON_KINDS, Head, TemplateText, WrittenButton, WrittenCard
from messaging.models import ProviderTemplate
from messaging.template_forms import (
    TemplateBasics,
    basics_of,
    button_fields,
    button_of,
    file_hint,
    file_named,
    initial_button,
    keep_upload,
    plain,
    sample_lines,
    with_samples,
)

_BUTTONS: Final = range(1, whatsapp_rules().cards.most_buttons + 1)


class CardsForm(TemplateBasics):
    """A text, and cards side by side under it. All show pictures, or all films; all have the same kinds of buttons."""

    kind, spoken = "cards", "Cards"
    uses = tuple(
        case.name for case in whatsapp_rules().use_cases.values() if case.fits(whatsapp_rules().cards.category)
    )
    body = forms.CharField(
        max_length=4000,
        label="Text above the cards",
        help_text="Variables are {{1}}, {{2}} or names such as {{first_name}}, with words before and after each.",
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Write what people shall read above the cards."},
    )
    samples = forms.CharField(
        max_length=4000,
        required=False,
        label="Samples",
        help_text="One line for each variable, such as “1 = Ana”; on a card “card 2 1 = Tea” or “card 2 button 1 = tea”. "
        "WhatsApp reviews the template with them.",
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rules = whatsapp_rules()
        many = [(str(count), str(count)) for count in range(rules.cards.fewest_cards, rules.cards.most_cards + 1)]
        self.fields["card_count"] = forms.ChoiceField(choices=many, label="How many cards")
        media = [(name, rules.media[name].label) for name in rules.cards.media]
        self.fields["card_media"] = forms.ChoiceField(choices=media, label="At the head of each")
        kinds = [(name, BUTTON_KINDS[name]) for name in rules.cards.buttons]  # type: ignore[index]
        for row in _BUTTONS:
            choices = kinds if row == 1 else [("", "No button"), *kinds]
            label = f"{'First' if row == 1 else 'Second'} button of each"
            self.fields[f"card_button_{row}"] = forms.ChoiceField(required=row == 1, choices=choices, label=label)
        for card in range(1, self.card_count + 1):
            self.fields |= _card_fields(card)
        self.order_fields(("account", "name", "language", "use_case", "body"))

    @property
    def card_count(self) -> int:
        """How many cards the page shows."""
        asked = str(self.data.get("card_count", "") if self.is_bound else self.initial.get("card_count", ""))
        rules = whatsapp_rules().cards
        count = int(asked) if asked.isdecimal() and len(asked) < 3 else rules.fewest_cards
        return min(max(count, rules.fewest_cards), rules.most_cards)

    @property
    def card_rows(self) -> Iterator[dict[str, Any]]:
        """The controls of each card, and the file it shows."""
        for card in range(1, self.card_count + 1):
            buttons = [
                (self[f"card_{card}_button_{row}_title"], self[f"card_{card}_button_{row}_value"]) for row in _BUTTONS
            ]
            yield {
                "number": card,
                "file": self[f"card_{card}_file"],
                "media": self[f"card_{card}_media"],
                "body": self[f"card_{card}_body"],
                "buttons": buttons,
                "uploaded": file_named(self[f"card_{card}_media"].value()),
            }

    @classmethod
    def received(cls, actor: Actor, data: Mapping[str, Any], files: Mapping[str, Any]) -> dict[str, str]:
        """The file of each card."""
        kind, kept = str(data.get("card_media", "")), {}
        if kind not in whatsapp_rules().cards.media:
            return {}
        for card in range(1, whatsapp_rules().cards.most_cards + 1):
            file = files.get(f"card_{card}_file")
            if file is not None:
                kept[f"card_{card}_media"] = keep_upload(actor, file, kind, f"card_{card}_file")
        return kept

    def clean(self) -> dict[str, Any]:
        """As every form; and every card has its file."""
        cleaned = super().clean() or {}
        kind = cleaned.get("card_media", "")
        for card in range(1, self.card_count + 1):
            kept = file_named(self[f"card_{card}_media"].value())
            if kept is None or kept.kind != kind:
                label = whatsapp_rules().media[kind].label.lower() if kind else "file"
                self.add_error(f"card_{card}_file", f"Card {card} has no {label} yet. Choose the file.")
        return cleaned

    @property
    def text(self) -> TemplateText:
        """What was typed, as a template's text; for a form that is valid."""
        typed = self.cleaned_data
        cards = tuple(self._card(typed, card) for card in range(1, self.card_count + 1))
        return with_samples(TemplateText(plain(typed["body"]), cards=cards), typed["samples"])

    def _card(self, typed: Mapping[str, Any], card: int) -> WrittenCard:
        made = [button_of(typed, f"card_{card}_button_{row}", typed[f"card_button_{row}"]) for row in _BUTTONS]
        buttons: tuple[WrittenButton, ...] = tuple(one for one in made if one is not None)
        head = Head(typed["card_media"], typed[f"card_{card}_media"])
        return WrittenCard(head, plain(typed[f"card_{card}_body"]), buttons)


def initial_cards(template: ProviderTemplate) -> dict[str, Any]:
    """A template with cards as values of the form's fields."""
    text = last_text_of(template)
    found = basics_of(template) | {"body": text.body, "card_count": len(text.cards)}
    for place, card in enumerate(text.cards, 1):
        found |= {"card_media": card.head.kind, f"card_{place}_media": card.head.file, f"card_{place}_body": card.body}
        for row, button in enumerate(card.buttons[: len(_BUTTONS)], 1):
            found |= initial_button(f"card_{place}_button_{row}", button) | {f"card_button_{row}": button.kind}
    return found | {"samples": sample_lines(text)}


def _card_fields(card: int) -> dict[str, forms.Field]:
    rules = whatsapp_rules()
    hint = file_hint({name: rules.media[name] for name in rules.cards.media})
    fields: dict[str, forms.Field] = {
        f"card_{card}_file": forms.FileField(
            required=False,
            label=f"File of card {card}",
            help_text=hint if card == 1 else "",
            widget=forms.FileInput(attrs={"accept": ".jpg,.jpeg,.png,.mp4"}),
        ),
        f"card_{card}_media": forms.CharField(required=False, widget=forms.HiddenInput),
        f"card_{card}_body": forms.CharField(
            required=False, max_length=400, label=f"Text of card {card}", widget=forms.Textarea(attrs={"rows": 2})
        ),
    }
    for row in _BUTTONS:
        fields |= button_fields(f"card_{card}_button_{row}", f"button {row} of card {card}")
    return fields
