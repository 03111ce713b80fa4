"""Shape and wording of what people type about lists of whom not to reach."""

import datetime
import zoneinfo
from typing import Any, Final

from django import forms

from consent.models import CHANNELS
from consent.selectors.stop_list_pages import list_choices
from consent.values import Listed, read_listed
from core.forms import CarillonForm

MOST_LINES: Final = 5_000
_EVERYWHERE: Final = ("all", "Every channel")


def _day(label: str, *, required: bool = False, help_text: str = "") -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=required, help_text=help_text, widget=widget)


class OpenListForm(CarillonForm, forms.Form):
    """A list to begin, or an edition of a register."""

    kind = forms.ChoiceField(label="What it is", choices=list_choices)
    name = forms.CharField(max_length=80, label="Name")
    source = forms.CharField(
        max_length=200,
        label="Where it comes from",
        help_text="Who made it, or why you keep it. Such as: ftc.gov, or our lawyer.",
    )
    ends_on = _day("Until", help_text="The last day on which it counts. Empty: for good.")

    def __init__(self, *args: Any, zone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = zone

    def told(self) -> dict[str, Any]:
        """What the verb takes."""
        kind, _, country = self.cleaned_data["kind"].partition(" ")
        told = {name: self.cleaned_data[name] for name in ("name", "source")}
        return told | {"kind": kind, "country": country, "expires_at": end_of(self.cleaned_data["ends_on"], self.zone)}


class EntriesForm(CarillonForm, forms.Form):
    """What is put on a list, one a line."""

    entries = forms.CharField(
        label="Whom not to reach",
        widget=forms.Textarea(attrs={"rows": 8, "autocomplete": "off"}),
        help_text=f"Phone numbers, email addresses, @domain.example for a domain, +4470* for a beginning of numbers;"
        f" one a line, at most {MOST_LINES:,}.",
        error_messages={"required": "Write at least one, each on a line of its own."},
    )
    reason = forms.CharField(
        max_length=300, required=False, label="Why", widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Stays with each entry. On a list of your own nothing is added without it.",
    )  # fmt: skip
    channel = forms.ChoiceField(label="On", choices=[_EVERYWHERE, *CHANNELS])
    ends_on = _day("Until", help_text="The last day on which it counts. Empty: for good.")

    def __init__(self, *args: Any, country: str, zone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.home, self.zone = country, zone

    def clean_entries(self) -> list[Listed]:
        """What the lines name. A line that names nothing is told by its number, and nothing is added."""
        lines = [(number, line.strip()) for number, line in enumerate(self.cleaned_data["entries"].splitlines(), 1)]
        lines = [(number, line) for number, line in lines if line]
        if len(lines) > MOST_LINES:
            raise forms.ValidationError(f"These are {len(lines):,}; add {MOST_LINES:,} at a time.")
        read = [(number, read_listed(line, self.home)) for number, line in lines]
        wrong = [str(number) for number, value in read if not isinstance(value, Listed)]
        if wrong:
            more = " and more" if len(wrong) > 10 else ""
            raise forms.ValidationError(
                f"Line {', '.join(wrong[:10])}{more}: no number, mailbox, domain or beginning."
                " Write numbers with their country code, and at most eight digits before *."
            )
        return [value for _, value in read if isinstance(value, Listed)]

    def told(self) -> dict[str, Any]:
        """What the verb takes."""
        channel = self.cleaned_data["channel"]
        told = {name: self.cleaned_data[name] for name in ("entries", "reason")}
        ends = end_of(self.cleaned_data["ends_on"], self.zone)
        return told | {"channel": "" if channel == _EVERYWHERE[0] else channel, "expires_at": ends}


class FindForm(CarillonForm, forms.Form):
    """An address to look for. It is posted, so that no log has it."""

    address = forms.CharField(max_length=254, label="Find", widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def __init__(self, *args: Any, country: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.home = country

    def clean_address(self) -> Listed:
        """What was asked for."""
        found = read_listed(self.cleaned_data["address"], self.home)
        if not isinstance(found, Listed):
            raise forms.ValidationError("Write a number with its country code, an email address or a domain.")
        return found


class WhyForm(CarillonForm, forms.Form):
    """Why an entry is removed, or a list given up."""

    reason = forms.CharField(
        max_length=300, label="Why", widget=forms.Textarea(attrs={"rows": 3}),
        help_text="It stays on record, with your name.",
        error_messages={"required": "Without a reason nothing is removed. Say why."},
    )  # fmt: skip


class EditionForm(CarillonForm, forms.Form):
    """Of which day the data of a register is."""

    source_on = _day(
        "The data is of", required=True, help_text="The editions before this one end, and it counts as fresh."
    )


def end_of(day: datetime.date | None, zone: str) -> datetime.datetime | None:
    """The moment at which a last day is over, in a zone; None for no day."""
    if day is None:
        return None
    return datetime.datetime.combine(day + datetime.timedelta(days=1), datetime.time(), zoneinfo.ZoneInfo(zone))
