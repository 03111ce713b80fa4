"""What people type about templates a network approves: the text, its buttons, and a sample for every variable."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django import forms

from core.forms import CarillonForm
from messaging.channels.whatsapp_rules import BUTTON_KINDS, TemplateText, WrittenButton, text_of, whatsapp_rules
from messaging.models import ProviderAccount, ProviderTemplate

#: how many buttons the page has room for; more are seldom read
BUTTON_ROWS: Final = 4
_LINE: Final = re.compile(r"\s*(?:(header|button)\s+)?([A-Za-z0-9_]+)\s*=\s*(.+?)\s*")


class TemplateForm(CarillonForm, forms.Form):
    """A template as it will be submitted."""

    name = forms.CharField(
        max_length=512,
        label="Name",
        help_text="Small letters, digits and _, such as visit_reminder. It cannot be changed later.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    header = forms.CharField(max_length=200, required=False, label="Heading", help_text="One line above the text.")
    body = forms.CharField(
        max_length=4000,
        label="Text",
        help_text="Variables are {{1}}, {{2}} or names such as {{first_name}}, with words before and after each.",
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": "Write what people shall read."},
    )
    footer = forms.CharField(max_length=200, required=False, label="Footer", help_text="One small line under the text.")
    samples = forms.CharField(
        max_length=4000,
        required=False,
        label="Samples",
        help_text="One line for each variable, such as “1 = Ana”. For the heading “header 1 = Ana”, for the end of a button's "
        "address “button 1 = A17”. WhatsApp reviews the template with them.",
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
    )

    def __init__(
        self, *args: Any, accounts: Sequence[ProviderAccount] = (), fixed: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        rules = whatsapp_rules()
        self.fields["account"] = forms.ChoiceField(
            label="WhatsApp account", choices=[(str(each.id), each.label) for each in accounts]
        )
        self.fields["language"] = forms.ChoiceField(
            label="Language", choices=[(code, f"{name} ({code})") for code, name in rules.languages.items()]
        )
        self.fields["use_case"] = forms.ChoiceField(
            label="What it is for",
            choices=[(case.name, f"{case.label}: {case.hint}") for case in rules.use_cases.values()],
            widget=forms.RadioSelect,
        )
        for row in range(1, BUTTON_ROWS + 1):
            self.fields |= _button_fields(row)
        if fixed:
            for name in ("account", "name", "language"):
                self.fields[name].disabled = True
        self.order_fields(("account", "name", "language", "use_case", "header", "body", "footer"))

    @property
    def button_rows(self) -> list[tuple[Any, Any, Any]]:
        """The controls of each button: its kind, what it says, what it holds."""
        rows = range(1, BUTTON_ROWS + 1)
        return [(self[f"button_{row}_kind"], self[f"button_{row}_title"], self[f"button_{row}_value"]) for row in rows]

    @property
    def text(self) -> TemplateText:
        """What was typed, as a template's text; for a form that is valid."""
        typed = self.cleaned_data
        buttons = []
        for row in range(1, BUTTON_ROWS + 1):
            kind, title, value = (typed[f"button_{row}_{part}"].strip() for part in ("kind", "title", "value"))
            if kind:
                buttons.append(WrittenButton(kind, title, value))
        text = TemplateText(plain(typed["body"]), typed["header"].strip(), typed["footer"].strip(), tuple(buttons))
        samples = _samples(text, typed["samples"])
        return TemplateText(text.body, text.header, text.footer, text.buttons, samples)


def initial_of(template: ProviderTemplate) -> dict[str, Any]:
    """A template as values of the form's fields."""
    text = text_of(template.content)
    found: dict[str, Any] = {"account": str(template.account_id), "name": template.name, "language": template.language}
    found |= {"use_case": template.use_case, "header": text.header, "body": text.body, "footer": text.footer}
    for row, button in enumerate(text.buttons[:BUTTON_ROWS], 1):
        found |= {f"button_{row}_kind": button.kind, f"button_{row}_title": button.title}
        found[f"button_{row}_value"] = button.value
    return found | {"samples": "\n".join(f"{_named(key)} = {sample}" for key, sample in text.samples.items())}


def plain(text: str) -> str:
    """A text with plain line ends."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def _named(key: str) -> str:
    """A slot as a line of the samples names it; buttons are counted from one there."""
    part, _, name = key.partition("_")
    return f"button {int(name) + 1}" if part == "button" else f"header {name}" if part == "header" else name


def _samples(text: TemplateText, lines: str) -> Mapping[str, str]:
    """The samples of the slots there are; a line that names none is left out, and the check says which is missing."""
    told: dict[str, str] = {}
    for line in plain(lines).splitlines():
        match = _LINE.fullmatch(line)
        if match:
            part, name, sample = match.groups()
            place = f"button_{int(name) - 1}" if part == "button" and name.isdecimal() else f"{part or 'body'}_{name}"
            told[place] = sample
    found = {slot.key: told.get(slot.key) or told.get(f"body_{slot.name}", "") for slot in text.slots}
    return {key: sample for key, sample in found.items() if sample}


def _button_fields(row: int) -> dict[str, forms.Field]:
    kinds = [("", "No button"), *BUTTON_KINDS.items()]
    return {
        f"button_{row}_kind": forms.ChoiceField(required=False, choices=kinds, label=f"Button {row}"),
        f"button_{row}_title": forms.CharField(required=False, max_length=80, label=f"Words of button {row}"),
        f"button_{row}_value": forms.CharField(
            required=False, max_length=2000, label=f"Address, number or code of button {row}"
        ),
    }
