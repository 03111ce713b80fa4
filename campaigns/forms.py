"""Shape and wording of what people type about campaigns."""

import datetime
import zoneinfo
from typing import Any

from django import forms

from campaigns.personal_values import check_names
from consent.models import Purpose
from contacts.models import CustomField, List
from contacts.selectors.lists import lists_with_counts
from core.forms import CarillonForm
from messaging.content_rules import ContentError
from messaging.models import Sender

#: characters looked at while somebody types; how many may be saved is up to the sender's provider
TEXT_LENGTH = 2000


class _Lists(forms.ModelMultipleChoiceField):
    """Lists with how many people they hold."""

    def __init__(self, counts: dict[Any, int], **options: Any) -> None:
        self.counts = counts
        widget = forms.CheckboxSelectMultiple()
        super().__init__(List.objects.order_by("name"), widget=widget, **options)

    def label_from_instance(self, obj: Any) -> str:
        """Name and size."""
        return f"{obj.name} ({self.counts.get(obj.id, 0):,})"


class CampaignForm(CarillonForm, forms.Form):
    """What, to whom, from which sender."""

    name = forms.CharField(max_length=80, label="Name", help_text="For your team; people do not see it.")
    body = forms.CharField(
        label="Text",
        widget=forms.Textarea(attrs={"rows": 7}),
        error_messages={"required": "Write what people shall read."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        counts = {group.id: group.people for group in lists_with_counts()}
        self.fields["purpose"] = forms.ModelChoiceField(
            Purpose.objects.filter(archived_at=None).order_by("name"),
            empty_label="Choose",
            help_text="Only people who agreed to this purpose get it.",
        )
        self.fields["sender"] = forms.ModelChoiceField(
            Sender.objects.filter(channel="sms").order_by("label"), empty_label="Choose"
        )
        self.fields["included"] = _Lists(
            counts, label="Goes to", error_messages={"required": "Choose at least one list."}
        )
        self.fields["excluded"] = _Lists(
            counts, label="Leaves out", required=False, help_text="People on these lists do not get it."
        )
        self.order_fields(("name", "purpose", "sender", "included", "excluded", "body"))

    def clean_body(self) -> str:
        """The text with plain line ends, once it is understood and every name in it is known."""
        body = plain_lines(self.cleaned_data["body"])
        try:
            check_names(body, dict(CustomField.objects.values_list("key", "label")))
        except ContentError as error:
            raise forms.ValidationError(str(error)) from error
        return body


def plain_lines(text: str) -> str:
    """A text as it will be sent: browsers end lines with two characters, phones need one."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


class LaunchForm(CarillonForm, forms.Form):
    """The number of people, typed, and when."""

    confirmed = forms.CharField(
        max_length=20,
        label="Type the number of people to launch",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    at = forms.DateTimeField(
        required=False,
        label="When",
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={"invalid": "Write a date and a time, such as 2026-12-24 09:30."},
    )

    def __init__(self, *args: Any, zone: str, gets: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = zoneinfo.ZoneInfo(zone)
        place = zone.replace("_", " ")
        self.fields["at"].help_text = f"Leave it empty to launch now. Times are in your zone, {place}."
        self.fields["confirmed"].help_text = f"It is in the heading: {gets}"
        self.fields["confirmed"].widget.attrs["data-must-equal"] = str(gets)

    def clean_confirmed(self) -> int:
        """The number, however it is grouped."""
        typed = self.cleaned_data["confirmed"].replace(",", "").replace(" ", "")
        if not typed.isascii() or not typed.isdigit():
            raise forms.ValidationError("Type the number in the heading, in figures.")
        return int(typed)

    def clean_at(self) -> datetime.datetime | None:
        """The moment, in the organisation's zone; an hour that the change of clocks skips is no moment."""
        typed = self.cleaned_data["at"]
        if typed is None:
            return None
        local = typed.replace(tzinfo=self.zone)
        try:
            moment = local.astimezone(datetime.UTC)
            back = moment.astimezone(self.zone)
        except OverflowError as error:
            raise forms.ValidationError("No calendar has that time; choose another one.") from error
        if back.replace(tzinfo=None) != typed.replace(tzinfo=None):
            raise forms.ValidationError("The clocks skip this hour on that day; choose another one.")
        return moment
