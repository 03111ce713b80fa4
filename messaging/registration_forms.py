"""What people type about a registration: the fields its kind has."""

from collections.abc import Sequence
from typing import Any, Final

from django import forms

from accounts.choices import country_name
from consent.registration_rules import RegistrationKind
from consent.rulebook import rulebook
from core.forms import CarillonForm
from core.phone import grouped_phone
from messaging.actions.registrations import Entry, countries_of
from messaging.models import Registration, Sender
from messaging.selectors.registrations import STATE_LABELS

_DAY: Final = {"type": "date"}


class RegistrationForm(CarillonForm, forms.Form):
    """A record of one kind. Kind and country cannot be changed later."""

    kind = forms.CharField(widget=forms.HiddenInput)
    country = forms.ChoiceField(label="Country", help_text="Where the people are whose registers ask for it.")
    state = forms.ChoiceField(label="State", choices=list(STATE_LABELS.items()))
    number = forms.CharField(max_length=60, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    reason = forms.CharField(
        max_length=300, required=False, label="What the registrar says", help_text="Where it was rejected or suspended."
    )
    valid_from = forms.DateField(
        required=False,
        label="Holds from",
        help_text="Empty: from the approval on.",
        widget=forms.DateInput(_DAY, "%Y-%m-%d"),
    )
    valid_until = forms.DateField(
        required=False,
        label="Last day",
        help_text="Empty where it has no end. You are reminded before it comes.",
        widget=forms.DateInput(_DAY, "%Y-%m-%d"),
    )
    evidence = forms.CharField(
        max_length=500,
        required=False,
        label="Where the approval can be seen",
        help_text="A link, a ticket, a letter.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(
        self, *args: Any, kind: RegistrationKind, senders: Sequence[Sender], fixed: bool = False, **kwargs: Any
    ):
        super().__init__(*args, **kwargs)
        self.asked = kind
        self.senders = {str(each.id): each for each in senders}
        self.initial.setdefault("kind", kind.name)
        self.fields["country"].choices = [(code, country_name(code)) for code in countries_of(kind.name)]  # type: ignore[attr-defined]
        self.fields["number"].label = kind.number_label
        self.fields["number"].help_text = f"As {kind.registrar} gives it."
        if kind.holder == "sender":
            self.fields["sender"] = forms.ChoiceField(
                label="Sender",
                choices=[(key, f"{each.label} {grouped_phone(each.address)}") for key, each in self.senders.items()],
            )
        if kind.has_category:
            categories = [(one.name, one.label) for one in rulebook().registrations.categories]
            self.fields["category"] = forms.ChoiceField(label="Category", choices=categories)
        if kind.has_text:
            self.fields["text"] = forms.CharField(
                max_length=2000,
                label="Registered text",
                help_text="Letter by letter, with each place written as {#var#}.",
                widget=forms.Textarea(attrs={"rows": 5, "dir": "auto"}),
            )
        self.fields["country"].disabled = fixed
        self.order_fields(("kind", "country", "sender", "number", "category", "text", "state"))

    @property
    def entry(self) -> Entry:
        """What was typed, for a form that is valid."""
        typed = self.cleaned_data
        told = {
            name: typed[name]
            for name in ("country", "state", "number", "reason", "valid_from", "valid_until", "evidence")
        }
        told |= {name: typed[name].replace("\r\n", "\n") for name in ("category", "text") if name in typed}
        return Entry(kind=self.asked.name, sender=self.senders.get(typed.get("sender", "")), **told)


def initial_of(row: Registration) -> dict[str, Any]:
    """A record as its form shows it."""
    names = (
        "kind",
        "country",
        "state",
        "number",
        "category",
        "text",
        "reason",
        "valid_from",
        "valid_until",
        "evidence",
    )
    return {name: getattr(row, name) for name in names} | {"sender": str(row.sender_id or "")}
