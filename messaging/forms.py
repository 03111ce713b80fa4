"""Shape and wording of what people type about carriers and senders."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet

from consent.models import Purpose
from core.forms import CarillonForm
from core.phone import grouped_phone
from messaging.models import Sender
from messaging.providers.credentials import CredentialField
from messaging.selectors.senders import CarrierChoice, SenderLine


class ConnectForm(CarillonForm, forms.Form):
    """The organisation's own account with one carrier: what its guide asks for. Where it lives is never typed."""

    carrier = forms.CharField(widget=forms.HiddenInput)
    label = forms.CharField(max_length=80, label="Your name for it", help_text="Such as “Main account”.")

    def __init__(self, choice: CarrierChoice, typed: Mapping[str, Any] | None = None) -> None:
        super().__init__(typed, initial={"carrier": choice.key})
        self.choice = choice
        for field in choice.guide.fields:
            self.fields[field.name] = _credential(field)

    @property
    def credentials(self) -> dict[str, str]:
        """What was typed of the carrier's fields."""
        return self.choice.guide.given(self.cleaned_data)


class SenderForm(CarillonForm, forms.Form):
    """What messages of one account and one channel come from. The address is read where the sender is made."""

    account = forms.CharField(widget=forms.HiddenInput)
    channel = forms.CharField(widget=forms.HiddenInput)
    label = forms.CharField(max_length=80, label="Your name for it", help_text="Such as “Shop line”.")
    address = forms.CharField(max_length=254)
    rate_per_second = forms.IntegerField(
        min_value=1,
        max_value=1000,
        initial=10,
        label="Messages a second",
        help_text="What your contract with the carrier allows. We stay below it.",
    )

    def __init__(self, line: SenderLine, typed: Mapping[str, Any] | None = None) -> None:
        super().__init__(typed, initial={"account": line.account.id, "channel": line.channel})
        self.line = line
        address = self.fields["address"]
        address.label, address.help_text = line.kind.label, line.kind.help
        if line.kind.shown_label:
            self.fields["shown_as"] = forms.CharField(
                max_length=40, label=line.kind.shown_label, help_text=line.kind.shown_help
            )
        self.order_fields(("account", "channel", "label", "address", "shown_as", "rate_per_second"))


def _credential(field: CredentialField) -> forms.Field:
    """The control of one credential. A secret is typed unseen and never sent back."""
    shared: dict[str, Any] = {"label": field.label, "help_text": field.help, "required": field.required}
    if field.choices:
        return forms.ChoiceField(choices=field.choices, **shared)
    widget: forms.Widget = forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})
    if field.secret:
        widget = forms.PasswordInput(render_value=False, attrs={"autocomplete": "new-password"})
        kept = "Stored encrypted. Nobody can read it here again, only replace it."
        shared["help_text"] = f"{field.help} {kept}".strip()
    return forms.RegexField(
        rf"\A(?:{field.pattern})\Z",
        max_length=field.longest,
        strip=True,
        widget=widget,
        error_messages={"invalid": field.correction},
        **shared,
    )


class LetterForm(CarillonForm, forms.Form):
    """What to tell one person; a mail has a subject above it."""

    text = forms.CharField(
        label="Message",
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
        error_messages={"required": "Write what they shall read."},
    )

    def __init__(
        self,
        *args: Any,
        senders: Sequence[Sender] = (),
        purposes: Sequence[Purpose] = (),
        subject: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        if subject:
            missing = {"required": "Write what stands above it in mailboxes."}
            self.fields["subject"] = forms.CharField(label="Subject", max_length=200, error_messages=missing)
        self.fields["purpose"] = self._choice("For", Purpose.objects.all(), {each.id: each.name for each in purposes})
        self.fields["sender"] = self._choice(
            "From",
            Sender.objects.select_related("account"),
            {each.id: f"{each.label} {grouped_phone(each.shown_as or each.address)}" for each in senders},
        )
        self.order_fields(("purpose", "sender", "subject", "text"))

    def _choice(self, label: str, rows: "QuerySet[Any]", names: Mapping[Any, str]) -> "forms.ModelChoiceField[Any]":
        field = forms.ModelChoiceField(rows.filter(id__in=names), label=label, empty_label=None)
        field.choices = [(str(key), name) for key, name in names.items()]
        return field

    def chosen(self, name: str) -> Any:
        """The row that stands in a choice now, whether or not the rest was filled in rightly; None for none of those offered."""
        field, value = self.fields[name], str(self[name].value() or "")
        return next((row for row in field.queryset if str(row.pk) == value), None)  # type: ignore[attr-defined]

    @property
    def beside(self) -> dict[str, str]:
        """What was typed beside the words, as their channel wants it."""
        return {"subject": str(self["subject"].value() or "").strip()} if "subject" in self.fields else {}

    @property
    def told(self) -> dict[str, Any]:
        """Everything that was typed rightly, as a letter holds it."""
        return {name: self.cleaned_data[name] for name in ("sender", "purpose", "text")} | {"beside": self.beside}

    def clean_text(self) -> str:
        """The text with plain line ends."""
        return str(self.cleaned_data["text"]).replace("\r\n", "\n").replace("\r", "\n")
