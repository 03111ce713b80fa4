"""The launch: the number of people, typed, and when."""

import datetime
import zoneinfo
from typing import Any

from django import forms

from core.forms import CarillonForm


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
