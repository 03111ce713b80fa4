"""What people ask the rules: would it have been allowed, and what would change."""

import datetime
from typing import Any, cast

from django import forms

from accounts.choices import time_zones
from consent import rule_files
from consent.contracts import Channel, ConsentStatus, SuppressionKind, Tier
from consent.models import CHANNELS, TIERS
from consent.rule_reader import InvalidRules, read_text
from consent.rule_types import Bar, Cap, Window
from consent.selectors.rule_answers import Question
from consent.selectors.rule_changes import next_change
from consent.selectors.rules import all_places
from consent.states import STATUS_LABELS, SUPPRESSION_LABELS
from core.forms import CarillonForm

_EARLIEST = datetime.date(1992, 1, 1)
_LATEST = datetime.date(2099, 12, 31)


def _day(label: str) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))


class QuestionForm(CarillonForm, forms.Form):
    """A person in a place, and a message at a day and an hour there."""

    place = forms.ChoiceField(label="Where they are", choices=all_places)
    zone = forms.ChoiceField(
        label="Their clock",
        required=False,
        choices=lambda: [("", "Not known: every clock of the place counts"), *time_zones()],
    )
    channel = forms.ChoiceField(label="Channel", choices=CHANNELS)
    tier = forms.ChoiceField(label="Kind of message", choices=TIERS, initial="marketing")
    day = _day("Day")
    hour = forms.TimeField(
        label="Hour", initial="10:00", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text="By their clock. Where it is not known and the place has several, by your organisation’s.",
    )  # fmt: skip
    consent = forms.ChoiceField(label="Their agreement", choices=list(STATUS_LABELS.items()), initial="granted")
    suppression = forms.ChoiceField(label="Protection", required=False, choices=list(SUPPRESSION_LABELS.items()))
    had = forms.IntegerField(
        label="Messages they had in the 24 hours before", min_value=0, max_value=1000, initial=0, required=False
    )
    minor = forms.BooleanField(label="Known to be a minor", required=False)

    def __init__(self, *args: Any, today: datetime.date, zone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reading_zone = zone
        self.fields["day"].initial = today

    def clean_day(self) -> datetime.date:
        """A day the rules can be asked about."""
        return _plausible(self.cleaned_data["day"])

    def question(self) -> Question:
        """What was asked. Call it when the form is valid."""
        told = self.cleaned_data
        return Question(
            place=told["place"],
            zone=told["zone"],
            channel=cast(Channel, told["channel"]),
            tier=cast(Tier, told["tier"]),
            moment=datetime.datetime.combine(told["day"], told["hour"]),
            consent=cast(ConsentStatus, told["consent"]),
            suppression=cast(SuppressionKind, told["suppression"]),
            had=told["had"] or 0,
            minor=told["minor"],
            reading_zone=self.reading_zone,
        )


class ChangesForm(CarillonForm, forms.Form):
    """Two days to hold beside each other, and rules somebody proposes."""

    since = _day("The rules of this day")
    until = _day("beside those of")
    proposed = forms.CharField(
        label="And if this rule is adopted",
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
        help_text="Rows as they stand in the rule files; the page of each rule shows one to copy. Leave it empty for none.",
    )

    def __init__(self, *args: Any, today: datetime.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["since"].initial = today
        self.fields["until"].initial = next_change(today)

    def clean_since(self) -> datetime.date:
        """A day the rules can be asked about."""
        return _plausible(self.cleaned_data["since"])

    def clean_until(self) -> datetime.date:
        """A day the rules can be asked about."""
        return _plausible(self.cleaned_data["until"])

    def clean_proposed(self) -> tuple[Window | Cap | Bar, ...]:
        """The proposed rules, read as the rule files are; a mistake is named with its row, its field and the remedy."""
        text = self.cleaned_data["proposed"]
        try:
            return rule_files.proposed(read_text("proposed", text)) if text.strip() else ()
        except InvalidRules as error:
            raise forms.ValidationError(str(error)) from None


def _plausible(day: datetime.date) -> datetime.date:
    if not _EARLIEST <= day <= _LATEST:
        raise forms.ValidationError(f"Choose a day between {_EARLIEST:%Y} and {_LATEST:%Y}.")
    return day
