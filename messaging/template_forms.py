"""What people type about templates a network approves: the text with its head and buttons, and a sample for every variable."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django import forms

from accounts.contracts import Actor, Refused
from core.forms import CarillonForm
from messaging.actions.template_files import keep_template_file
from messaging.channels.template_media import refuse_size
from messaging.channels.whatsapp import last_text_of
from messaging.channels.whatsapp_checks import refusals
from messaging.channels.whatsapp_rules import whatsapp_rules
from messaging.channels.whatsapp_texts import BUTTON_KINDS, Head, TemplateText, WrittenButton
from messaging.models import ProviderAccount, ProviderTemplate, TemplateFile

#: how many buttons the page has room for; more are seldom read
BUTTON_ROWS: Final = 4
_LINE: Final = re.compile(r"\s*(?:card\s+(\d+)\s+)?(?:(header|button)\s+)?([A-Za-z0-9_]+)\s*=\s*(.+?)\s*")


class TemplateBasics(CarillonForm, forms.Form):
    """What every template has, whatever it says: its account, its name, its language, what it is for."""

    #: what a template of this form is called in addresses and links, and on the page
    kind, spoken = "", ""
    #: the uses it may be for; empty for all
    uses: tuple[str, ...] = ()
    name = forms.CharField(
        max_length=512,
        label="Name",
        help_text="Small letters, digits and _, such as visit_reminder. It cannot be changed later.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
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
        cases = [case for case in rules.use_cases.values() if not self.uses or case.name in self.uses]
        self.fields["use_case"] = forms.ChoiceField(
            label="What it is for",
            choices=[(case.name, f"{case.label}: {case.hint}") for case in cases],
            initial=cases[0].name if len(cases) == 1 else "",
            widget=forms.RadioSelect,
        )
        if fixed:
            for name in ("account", "name", "language"):
                self.fields[name].disabled = True

    @property
    def text(self) -> TemplateText:
        """What was typed, as a template's text; for a form that is valid."""
        raise NotImplementedError

    def keeps_rules(self) -> bool:
        """Whether a valid form holds a template that WhatsApp would look at, but for samples, which a draft may lack.

        Effects: everything it would object to stands beside its field.
        """
        found = [refusal for refusal in refusals(self.text) if refusal.field != "samples"]
        for refusal in found:
            field = "button_1_kind" if refusal.field == "buttons" else refusal.field
            self.add_error(field if field in self.fields else None, str(refusal))
        return not found

    @classmethod
    def received(cls, actor: Actor, data: Mapping[str, Any], files: Mapping[str, Any]) -> dict[str, str]:
        """Keep what was uploaded, whatever else is refused; answer the hidden fields that name it.

        Errors: Refused, on the field of the file.
        """
        return {}


class TemplateForm(TemplateBasics):
    """A text, with words, a picture, a film or a document at its head."""

    kind, spoken = "message", "Message"
    header_kind = forms.ChoiceField(required=False, label="At the head")
    header = forms.CharField(
        max_length=200,
        required=False,
        label="Heading",
        help_text="One line above the text, when words are at the head.",
    )
    header_file = forms.FileField(
        required=False, label="File", widget=forms.FileInput(attrs={"accept": ".jpg,.jpeg,.png,.mp4,.pdf"})
    )
    #: the file that was uploaded before
    header_media = forms.CharField(required=False, widget=forms.HiddenInput)
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

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [(kind.kind, kind.label) for kind in whatsapp_rules().media.values()]
        self.fields["header_kind"].choices = [("", "Words, or nothing"), *kinds]  # type: ignore[attr-defined]
        self.fields["header_file"].help_text = file_hint(whatsapp_rules().media)
        for row in range(1, BUTTON_ROWS + 1):
            self.fields |= button_fields(f"button_{row}", f"button {row}", list(BUTTON_KINDS.items()))
        self.order_fields(("account", "name", "language", "use_case", "header_kind", "header", "body", "footer"))

    @property
    def button_rows(self) -> list[tuple[Any, Any, Any]]:
        """The controls of each button: its kind, what it says, what it holds."""
        rows = range(1, BUTTON_ROWS + 1)
        return [(self[f"button_{row}_kind"], self[f"button_{row}_title"], self[f"button_{row}_value"]) for row in rows]

    @property
    def uploaded(self) -> TemplateFile | None:
        """The file that was uploaded before."""
        return file_named(self["header_media"].value())

    @classmethod
    def received(cls, actor: Actor, data: Mapping[str, Any], files: Mapping[str, Any]) -> dict[str, str]:
        """The file at the head."""
        kind = str(data.get("header_kind", ""))
        file = files.get("header_file")
        if file is None or kind not in whatsapp_rules().media:
            return {}
        return {"header_media": keep_upload(actor, file, kind)}

    def clean(self) -> dict[str, Any]:
        """As every form; and a head without words has a file."""
        cleaned = super().clean() or {}
        kind = cleaned.get("header_kind")
        kept = self.uploaded
        if kind and (kept is None or kept.kind != kind):
            label = whatsapp_rules().media[kind].label.lower()
            self.add_error("header_file", f"There is no {label} yet. Choose the file.")
        return cleaned

    @property
    def text(self) -> TemplateText:
        """What was typed, as a template's text; for a form that is valid."""
        typed = self.cleaned_data
        rows = range(1, BUTTON_ROWS + 1)
        buttons = tuple(one for row in rows if (one := button_of(typed, f"button_{row}", typed[f"button_{row}_kind"])))
        head = Head(typed["header_kind"], typed["header_media"]) if typed["header_kind"] else None
        header = "" if head is not None else typed["header"].strip()
        text = TemplateText(plain(typed["body"]), header, typed["footer"].strip(), buttons, head=head)
        return with_samples(text, typed["samples"])


def initial_of(template: ProviderTemplate) -> dict[str, Any]:
    """A template as values of the form's fields."""
    text = last_text_of(template)
    found = basics_of(template) | {"header": text.header, "body": text.body, "footer": text.footer}
    if text.head is not None:
        found |= {"header_kind": text.head.kind, "header_media": text.head.file}
    for row, button in enumerate(text.buttons[:BUTTON_ROWS], 1):
        found |= initial_button(f"button_{row}", button) | {f"button_{row}_kind": button.kind}
    return found | {"samples": sample_lines(text)}


def basics_of(template: ProviderTemplate) -> dict[str, Any]:
    """What every template has, as values of the form's fields."""
    named = {"account": str(template.account_id), "name": template.name, "language": template.language}
    return named | {"use_case": template.use_case}


def plain(text: str) -> str:
    """A text with plain line ends."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def file_hint(kinds: Mapping[str, Any]) -> str:
    """What may be uploaded, in words."""
    told = []
    for kind in kinds.values():
        types = " or ".join(name.partition("/")[2].upper() for name in kind.types)
        told.append(f"{kind.label}: {types}, up to {kind.most_bytes // 1_000_000} MB.")
    return " ".join(told)


def file_named(given: Any) -> TemplateFile | None:
    """A file by its id, as a form has it."""
    try:
        return TemplateFile.objects.defer("content_sealed").filter(id=str(given)).first() if given else None
    except (ValueError, TypeError, forms.ValidationError):
        return None


def keep_upload(actor: Actor, file: Any, kind: str, field: str = "header_file") -> str:
    """The id of an uploaded file, kept. Errors: Refused, on this field."""
    try:
        refuse_size(file.size, whatsapp_rules().media[kind])
        return str(keep_template_file(actor=actor, raw=file.read(), kind=kind).id)
    except Refused as refusal:
        refusal.field = field
        raise


def button_fields(name: str, words: str, kinds: Sequence[tuple[str, str]] = ()) -> dict[str, forms.Field]:
    """The controls of one button; without kinds where its kind is chosen elsewhere."""
    fields: dict[str, forms.Field] = {}
    holds = "Address, number, code or form" if kinds else "Address or number"
    if kinds:
        fields[f"{name}_kind"] = forms.ChoiceField(
            required=False, choices=[("", "No button"), *kinds], label=words.capitalize()
        )
    return fields | {
        f"{name}_title": forms.CharField(required=False, max_length=80, label=f"Words of {words}"),
        f"{name}_value": forms.CharField(required=False, max_length=2000, label=f"{holds} of {words}"),
    }


def button_of(typed: Mapping[str, Any], name: str, kind: str) -> WrittenButton | None:
    """A button as it was typed; None where no kind was chosen. A form's screen stands behind its id."""
    if not kind:
        return None
    value, screen = typed[f"{name}_value"].strip(), ""
    if kind == "flow":
        value, _, screen = (part.strip() for part in value.partition(" "))
    return WrittenButton(kind, typed[f"{name}_title"].strip(), value, screen)  # type: ignore[arg-type]


def initial_button(name: str, button: WrittenButton) -> dict[str, str]:
    """A button as values of its controls."""
    return {f"{name}_title": button.title, f"{name}_value": f"{button.value} {button.screen}".strip()}


def sample_lines(text: TemplateText) -> str:
    """The samples as lines that people can change; buttons and cards are counted from one there."""
    lines = []
    for slot in text.slots:
        sample = text.samples.get(slot.key)
        if sample and slot.part != "media":
            part = f"{slot.part} " if slot.part != "body" else ""
            name = str(int(slot.name) + 1) if slot.part == "button" else slot.name
            lines.append(f"{f'card {slot.card + 1} ' if slot.card >= 0 else ''}{part}{name} = {sample}")
    return "\n".join(lines)


def with_samples(text: TemplateText, lines: str) -> TemplateText:
    """A text with the samples of the slots there are; a line that names none is left out, and the check says what is missing."""
    told: dict[str, str] = {}
    for line in plain(lines).splitlines():
        match = _LINE.fullmatch(line)
        if match:
            card, part, name, sample = match.groups()
            place = f"button_{int(name) - 1}" if part == "button" and name.isdecimal() else f"{part or 'body'}_{name}"
            told[f"card_{int(card) - 1}_{place}" if card else place] = sample
    found = {slot.key: told.get(slot.key) or _body_sample(slot, told) for slot in text.slots if slot.part != "media"}
    samples = {key: sample for key, sample in found.items() if sample}
    return TemplateText(
        text.body, text.header, text.footer, text.buttons, samples, head=text.head, cards=text.cards, code=text.code
    )


def _body_sample(slot: Any, told: Mapping[str, str]) -> str:
    """What the text's own variable of that name has: said once, it need not be said again for the heading."""
    return told.get(f"body_{slot.name}", "") if slot.card < 0 else ""
