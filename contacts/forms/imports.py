"""Shape and wording of what people type about a file: the upload, its columns, and where its people come from."""

from collections.abc import Sequence
from typing import Any

from django import forms

from accounts.choices import countries
from accounts.models import Organization
from consent.models import CHANNELS
from contacts.actions.imports import SUPPRESSIONS
from contacts.contracts import Mapping
from contacts.evidence_dates import day_begins
from contacts.mapping import field_labels, tells_of_consent, with_field
from contacts.selectors.lists import custom_fields, list_names
from contacts.selectors.purposes import purpose_choices
from contacts.states import ImportKind
from core.forms import CarillonForm


class UploadForm(CarillonForm, forms.Form):
    """A file of people, or of addresses that must not be reached."""

    file = forms.FileField(
        label="File",
        help_text="CSV or XLSX, up to 50 MB and a million rows. The first row names the columns.",
        error_messages={
            "required": "Choose a file, or drop it here.",
            "empty": "The file is empty. Upload a file with a header and at least one contact.",
        },
    )
    kind = forms.ChoiceField(
        label="What it holds",
        initial=ImportKind.PEOPLE,
        widget=forms.RadioSelect,
        choices=[
            ("people", "People to know: customers, subscribers, members"),
            ("suppressions", "Addresses that must not be reached: unsubscribed, bounced, do not call"),
        ],
    )


class DeclareForm(CarillonForm, forms.Form):
    """Where the people of a file come from, and how to read it."""

    default_country = forms.ChoiceField(
        required=False,
        label="Country of numbers without a code",
        choices=lambda: [("", "None: refuse them"), *countries()],
    )
    attested = forms.BooleanField(
        label="I answer for it: we may hold these addresses, and what is declared here is true.",
        error_messages={"required": "Tick this if it is true; if not, do not import them."},
    )

    def declaration(self) -> dict[str, Any]:
        """What the verb takes."""
        names = ("default_country", "attested")
        return {name: self.cleaned_data[name] for name in names}


class PeopleDeclareForm(DeclareForm):
    """The declaration for a file of people."""

    purpose = forms.ChoiceField(required=False, label="They agreed to", choices=purpose_choices)
    channels = forms.MultipleChoiceField(
        required=False,
        label="Everybody in this file agreed to be reached by",
        choices=CHANNELS,
        widget=forms.CheckboxSelectMultiple,
        help_text="Only for a file whose rows do not say yes or no. A date and place in a row count before those here.",
    )
    consent_source = forms.CharField(
        required=False,
        max_length=200,
        label="Where they agreed",
        help_text="For rows that say no place of their own. Such as: paper form at our shop in Leeds.",
    )
    consent_on = forms.DateField(
        required=False,
        label="When they agreed",
        help_text="For rows that say no date of their own.",
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    consent_wording = forms.CharField(
        required=False, max_length=2_000, label="The words they saw", widget=forms.Textarea(attrs={"rows": 3})
    )
    date_order = forms.ChoiceField(
        required=False,
        label="Dates such as 02/03/2024",
        choices=[("", "Refuse what can be read two ways"), ("day_first", "Day first"), ("month_first", "Month first")],
    )
    days_in_utc = forms.BooleanField(
        required=False,
        label="Dates without a time are days of UTC",
        help_text="Nobody has said your time zone yet. Choose it under Settings first, unless this is true.",
    )
    target = forms.ChoiceField(required=False, label="Put them on a list")
    new_list = forms.CharField(required=False, max_length=80, label="… or a new list")
    save = forms.CharField(
        required=False, max_length=80, label="Remember these columns as", help_text="For files with the same columns."
    )

    field_order = [
        "purpose",
        "channels",
        "consent_source",
        "consent_on",
        "consent_wording",
        "target",
        "new_list",
        "save",
        "default_country",
        "date_order",
        "days_in_utc",
        "attested",
    ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["target"].choices = [("", "No list"), *((str(key), name) for key, name in list_names())]  # type: ignore[attr-defined]
        if Organization.objects.current().time_zone != "UTC":
            del self.fields["days_in_utc"]

    def declaration(self) -> dict[str, Any]:
        """What the verb takes."""
        day = self.cleaned_data["consent_on"]
        moment = day_begins(day, Organization.objects.current().time_zone) if day else None
        names = ("purpose", "consent_source", "consent_wording", "date_order")
        told = {name: self.cleaned_data[name] for name in names}
        told |= {"channels": tuple(self.cleaned_data["channels"]), "consent_at": moment}
        return super().declaration() | told | {"days_in_utc": self.cleaned_data.get("days_in_utc", False)}


class SuppressionDeclareForm(DeclareForm):
    """The declaration for a file of addresses that must not be reached."""

    suppression = forms.ChoiceField(label="Why", choices=list(SUPPRESSIONS.items()))
    channel = forms.ChoiceField(required=False, label="On", choices=[("", "Every channel"), *CHANNELS])

    field_order = ["suppression", "channel", "default_country", "attested"]

    def declaration(self) -> dict[str, Any]:
        """What the verb takes."""
        told = {name: self.cleaned_data[name] for name in ("suppression", "channel")}
        return super().declaration() | told


class ColumnsForm(CarillonForm, forms.Form):
    """Which field each column of a file fills: one select a column, called column_<place>."""

    def __init__(self, *args: Any, mapping: Mapping, kind: str = "people", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.mapping, self.kind = mapping, kind
        choices = _field_choices(kind)
        for column in mapping.columns:
            self.fields[f"column_{column.position}"] = forms.ChoiceField(
                required=False, label=column.header, choices=choices, initial=column.field
            )

    def chosen(self) -> Mapping:
        """The mapping as the person chose it."""
        mapping = self.mapping
        for column in self.mapping.columns:
            field = self.cleaned_data[f"column_{column.position}"]
            if field != column.field:
                mapping = with_field(mapping, column.position, field)
        return mapping

    def rows(self, sample: Sequence[Sequence[str]]) -> list[dict[str, Any]]:
        """For each column: its select, cells of the first rows, and what a person should look at."""
        return [
            {
                "field": self[f"column_{column.position}"],
                "header": column.header,
                "cells": _first_cells(sample, column.position),
                "unsure": bool(column.field) and column.confidence < _SURE,
                "left_out_proof": self._leaves_out_proof(column.position, column.header),
            }
            for column in self.mapping.columns
        ]

    def _leaves_out_proof(self, position: int, header: str) -> bool:
        left_out = not self[f"column_{position}"].value()
        return self.kind == ImportKind.PEOPLE and left_out and tells_of_consent(header)


#: below it a guess is shown as one
_SURE = 0.7
_LONGEST_CELL_SHOWN = 40


def _first_cells(sample: Sequence[Sequence[str]], position: int) -> list[str]:
    cells = [row[position].strip() for row in sample if position < len(row) and row[position].strip()]
    return [cell[:_LONGEST_CELL_SHOWN] for cell in dict.fromkeys(cells)][:3]


def _field_choices(kind: str) -> list[Any]:
    labels = field_labels()
    if kind == ImportKind.SUPPRESSIONS:
        return [("", "Leave out"), *((field, labels[field]) for field in ("phone", "whatsapp", "email", "country"))]
    plain = [(field, label) for field, label in labels.items() if field and not field.startswith(("consent", "opted"))]
    consent = [(field, label) for field, label in labels.items() if field.startswith(("consent", "opted"))]
    own = [(f"custom:{field.key}", field.label) for field in custom_fields()]
    groups: list[Any] = [("", "Leave out"), ("About the person", plain)]
    if own:
        groups.append(("Your fields", own))
    return [*groups, ("About their consent", consent)]
