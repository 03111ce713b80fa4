"""Shape and wording of what people type about contacts, lists and fields."""

import uuid
from collections.abc import Sequence
from typing import Any

from django import forms

from accounts.choices import countries, languages, time_zones
from accounts.models import Organization
from contacts.actions.fields import REMEDIES
from contacts.models import CustomField
from contacts.selectors.lists import custom_fields
from contacts.selectors.people import Holder, holders_of
from core.email import parse_email
from core.forms import CarillonForm
from core.phone import parse_phone
from core.problem import Problem

_NONE = [("", "Not known")]


class PhoneField(forms.CharField):
    """A phone number as people write it; numbers without a country code are read as the organisation's country's."""

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        parsed = parse_phone(text, Organization.objects.current().default_country)
        if isinstance(parsed, Problem):
            raise forms.ValidationError("This is not a number we can reach. Write it with + and its country code.")
        return parsed


class EmailField(forms.CharField):
    """An email address."""

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        parsed = parse_email(text)
        if isinstance(parsed, Problem):
            raise forms.ValidationError("This is not an email address. Write it as name@example.com.")
        return parsed


class DetailsForm(CarillonForm, forms.Form):
    """What we keep about a person besides addresses, with the organisation's own fields."""

    first_name = forms.CharField(max_length=120, required=False)
    last_name = forms.CharField(max_length=120, required=False)
    city = forms.CharField(max_length=80, required=False)
    country = forms.ChoiceField(required=False, choices=lambda: [*_NONE, *countries()])
    language = forms.ChoiceField(required=False, choices=lambda: [*_NONE, *languages()])
    time_zone = forms.ChoiceField(required=False, choices=lambda: [*_NONE, *time_zones()])
    is_minor = forms.BooleanField(required=False, label="Under age", help_text="Nobody writes offers to children.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.own = custom_fields()
        for field in self.own:
            self.fields[f"custom_{field.key}"] = _custom_input(field)

    def plain(self) -> dict[str, Any]:
        """The plain fields, cleaned."""
        return {name: self.cleaned_data[name] for name in DetailsForm.base_fields if name in self.cleaned_data}

    def custom(self) -> dict[str, str]:
        """The organisation's own fields as typed, by key."""
        return {field.key: str(self.cleaned_data.get(f"custom_{field.key}") or "") for field in self.own}


def _custom_input(field: CustomField) -> forms.Field:
    hint = REMEDIES[field.kind]
    if field.kind in ("choice", "boolean"):
        words = field.choices if field.kind == "choice" else ["yes", "no"]
        choices = [*_NONE, *((word, word.capitalize() if field.kind == "boolean" else word) for word in words)]
        return forms.ChoiceField(required=False, label=field.label, choices=choices)
    return forms.CharField(
        required=False, label=field.label, max_length=500, help_text="" if field.kind == "text" else hint
    )


class AsksBeforeSharing(forms.Form):
    """Says so when an address is somebody's already, and keeps it for two people only when told to.

    Nothing is wrong with two people behind one number (B27); but mostly the second one is the first, typed again.
    """

    shared = forms.BooleanField(
        required=False, widget=forms.HiddenInput, label="It is another person's too: keep it for both"
    )
    holders: Sequence[Holder] = ()

    def ask_before_sharing(self, values: Sequence[Any], but: uuid.UUID | None = None) -> None:
        """Refuse while somebody besides `but` has one of these addresses and nobody ticked the box."""
        if values and not self.cleaned_data.get("shared"):
            self.holders = [holder for holder in holders_of(values) if holder.id != but]
        if self.holders:
            self.fields["shared"].widget = forms.CheckboxInput()
            self.add_error("shared", "Somebody has this address already. Open them, or tick here.")


class ContactForm(AsksBeforeSharing, DetailsForm):
    """A new person."""

    phone = PhoneField(required=False, max_length=60, help_text="With country code, such as +1 402 555 0100.")
    whatsapp = PhoneField(
        required=False, max_length=60, label="WhatsApp number", help_text="Only if it is another one."
    )
    email = EmailField(required=False, max_length=254)

    field_order = ["first_name", "last_name", "phone", "email", "whatsapp"]

    def clean(self) -> dict[str, Any]:
        """Ask when one of the addresses is somebody's."""
        self.ask_before_sharing([value for _, value in self.points()])
        return self.cleaned_data

    def points(self) -> list[tuple[str, Any]]:
        """The addresses with their labels."""
        return [
            (label, self.cleaned_data[label])
            for label in ("phone", "whatsapp", "email")
            if self.cleaned_data.get(label)
        ]


class AddressForm(AsksBeforeSharing, CarillonForm, forms.Form):
    """One more address for a person."""

    address = forms.CharField(max_length=254, label="Phone or email", help_text="Numbers with their country code.")
    whatsapp = forms.BooleanField(required=False, label="A WhatsApp number, not for texts and calls")

    field_order = ["shared", "address", "whatsapp"]

    def __init__(self, *args: Any, contact_id: uuid.UUID | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.contact_id = contact_id

    def clean(self) -> dict[str, Any]:
        """Ask when the address is somebody else's."""
        if self.cleaned_data.get("address"):
            self.ask_before_sharing([self.cleaned_data["address"]], but=self.contact_id)
        return self.cleaned_data

    def clean_address(self) -> Any:
        """A phone number or an email address, as a value."""
        text = self.cleaned_data["address"]
        return (EmailField() if "@" in text else PhoneField()).clean(text)

    def label(self) -> str:
        """What the address is called: phone, whatsapp or email."""
        if hasattr(self.cleaned_data["address"], "e164"):
            return "whatsapp" if self.cleaned_data["whatsapp"] else "phone"
        return "email"


class NoteForm(CarillonForm, forms.Form):
    """A note about a person."""

    body = forms.CharField(label="Note", max_length=5_000, widget=forms.Textarea(attrs={"rows": 3}))


class TagForm(CarillonForm, forms.Form):
    """A tag for a person."""

    tag = forms.CharField(max_length=40)


class ListForm(CarillonForm, forms.Form):
    """The name of a list."""

    name = forms.CharField(max_length=80, help_text="What your team calls these people.")


class FieldForm(CarillonForm, forms.Form):
    """One more thing to keep about people."""

    label = forms.CharField(
        max_length=80, help_text="Such as Shoe size. Consent has its own place and is never a field."
    )
    kind = forms.ChoiceField(choices=list(CustomField._meta.get_field("kind").choices or ()))
    choices = forms.CharField(
        required=False, help_text="One a line, for a choice.", widget=forms.Textarea(attrs={"rows": 3})
    )
