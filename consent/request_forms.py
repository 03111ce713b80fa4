"""Shape and wording of what people type about keywords, answers, and pleas to stop that reached the team elsewhere."""

import datetime
import zoneinfo
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils import timezone

from accounts.choices import countries, languages
from accounts.models import User
from consent.actions.word_sets import LONGEST_REPLY
from consent.models import WAYS, WordSet
from consent.rule_types import Keyword
from consent.selectors.word_sets import our_words
from consent.selectors.words import CHANNEL_LABELS
from consent.states import POINT_CHANNELS
from consent.values import Address, address_of
from core import clock
from core.email import EmailAddress, parse_email
from core.forms import CarillonForm
from core.phone import PhoneNumber, parse_phone

MOST_ADDRESSES = 10
#: words are the same in every part of the world that writes a language
LANGUAGES = [(code, name) for code, name in languages() if "-" not in code]
_EVERYWHERE = ("all", "Everything, on every channel")
EVERY_COUNTRY = ("", "Every country")
_KINDS: tuple[Keyword, ...] = ("stop", "start", "help")
_REPLY_LABELS: Mapping[str, str] = {
    "stop": "What STOP is answered, once",
    "start": "What START is answered",
    "help": "What HELP is answered",
}
_REPLY_HINTS: Mapping[str, str] = {
    "stop": "Must hold {name} and {closed}, and no link. Empty: ours.",
    "start": "Must hold {name}, {rates}, HELP and STOP; {frequency} may stand in it. Empty: ours.",
    "help": "Must hold {name}, {contact}, {rates} and STOP; {frequency} may stand in it. Empty: ours.",
}


class WordSetForm(CarillonForm, forms.Form):
    """An organisation's words and answers for one language, in one country or everywhere."""

    stop_words = forms.CharField(
        label="Words that stop", help_text="One a line. The whole message is one of them, however it is spelled."
    )
    start_words = forms.CharField(required=False, label="Words that start again")
    help_words = forms.CharField(required=False, label="Words that ask for help")
    frequency = forms.CharField(
        max_length=160,
        required=False,
        label="How often you write",
        help_text="A sentence such as “Up to 4 messages a month.” It takes the place of {frequency}.",
    )

    def __init__(self, *args: Any, language: str, row: WordSet | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ours = our_words(language)
        direction = {"lang": language, "dir": "auto"}
        for kind in _KINDS:
            field = self.fields[f"{kind}_words"]
            field.widget = forms.Textarea(attrs={"rows": 8 if kind == "stop" else 4, **direction})
            field.initial = "\n".join(getattr(row, f"{kind}_words") if row else ours[kind])
            self.fields[f"{kind}_reply"] = forms.CharField(
                max_length=LONGEST_REPLY,
                required=False,
                label=_REPLY_LABELS[kind],
                help_text=_REPLY_HINTS[kind],
                widget=forms.Textarea(attrs={"rows": 3, **direction}),
                initial=getattr(row, f"{kind}_reply") if row else "",
            )
        self.fields["frequency"].initial = row.frequency if row else ""
        self.order_fields(
            ("stop_words", "start_words", "help_words", "help_reply", "stop_reply", "start_reply", "frequency")
        )

    def words(self) -> dict[Keyword, list[str]]:
        """The words by what they mean."""
        return {kind: self.cleaned_data[f"{kind}_words"].splitlines() for kind in _KINDS}

    def replies(self) -> dict[Keyword, str]:
        """The answers by what they answer."""
        return {kind: self.cleaned_data[f"{kind}_reply"] for kind in _KINDS}


class WhichSetForm(CarillonForm, forms.Form):
    """Which words: of a language, in a country or everywhere."""

    language = forms.ChoiceField(label="Language")
    country = forms.ChoiceField(label="Country", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"] = forms.ChoiceField(choices=LANGUAGES, label="Language", initial="en")
        self.fields["country"] = forms.ChoiceField(
            choices=[EVERY_COUNTRY, *countries()], label="Country", required=False
        )


class TryForm(CarillonForm, forms.Form):
    """A text somebody may write, to see what would come of it."""

    text = forms.CharField(
        max_length=1600,
        label="What would this text do?",
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto", "maxlength": 1600}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = ("", "As your organisation")
        self.fields["language"] = forms.ChoiceField(choices=[own, *LANGUAGES], label="They read", required=False)
        self.fields["country"] = forms.ChoiceField(
            choices=[("", "Country not known"), *countries()], label="They live in", required=False
        )


class RequestForm(CarillonForm, forms.Form):
    """A plea to stop that reached the team outside the product."""

    addresses = forms.CharField(
        label="Whose addresses",
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
        help_text=f"Phone numbers and email addresses, one a line, at most {MOST_ADDRESSES}. They need not be in your contacts.",
    )
    way = forms.ChoiceField(choices=[pair for pair in WAYS if pair[0] != "reply"], label="How they asked")
    requested_at = forms.DateTimeField(
        label="When they asked",
        help_text="Of a letter the day it arrived. The deadline counts from here.",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={"required": "Say when they asked; the deadline counts from that day."},
    )
    note = forms.CharField(
        max_length=500,
        label="What they asked, and where it is kept",
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Write what they asked, and where the letter or the note is kept."},
    )

    def __init__(self, *args: Any, zone: str, country: str, people: Sequence[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone, self.home = zoneinfo.ZoneInfo(zone), country
        channels = dict.fromkeys(channel for each in POINT_CHANNELS.values() for channel in each)
        only = [(channel, f"Only {CHANNEL_LABELS[channel]}") for channel in channels]
        self.fields["channel"] = forms.ChoiceField(choices=[_EVERYWHERE, *only], label="What they want no more of")
        self.fields["owner"] = owner_field(people)
        # without its zone, because a form tells an aware moment in the zone of the process and reads this one in `zone`
        self.fields["requested_at"].initial = (
            clock.now().astimezone(self.zone).replace(second=0, microsecond=0, tzinfo=None)
        )
        self.order_fields(("addresses", "way", "requested_at", "channel", "note", "owner"))

    def clean_addresses(self) -> list[Address]:
        """The addresses as values."""
        lines = [line.strip() for line in self.cleaned_data["addresses"].splitlines() if line.strip()]
        if len(lines) > MOST_ADDRESSES:
            raise forms.ValidationError(f"These are {len(lines)}; enter {MOST_ADDRESSES} at a time.")
        found = {}
        for number, line in enumerate(lines, 1):
            value = parse_email(line) if "@" in line else parse_phone(line, self.home)
            if not isinstance(value, EmailAddress | PhoneNumber):
                remedy = "Write a number with its country code, or an email address."
                raise forms.ValidationError(f"Line {number} is no address. {remedy}")
            address = address_of(value)
            found[(address.kind, address.key)] = address
        return list(found.values())

    def clean_channel(self) -> str:
        """The channel, or "" for all of them."""
        channel: str = self.cleaned_data["channel"]
        return "" if channel == _EVERYWHERE[0] else channel

    def clean_requested_at(self) -> datetime.datetime:
        """A moment that has come."""
        moment: datetime.datetime = self.cleaned_data["requested_at"]
        if moment > clock.now():
            raise forms.ValidationError("That day is still to come. Say when they asked.")
        return moment

    def full_clean(self) -> None:
        """Read the moment in the organisation's time zone."""
        with timezone.override(self.zone):
            super().full_clean()


class DenyForm(CarillonForm, forms.Form):
    """Why a plea to stop was none."""

    reason = forms.CharField(
        max_length=500,
        label="What shows that it was no stop",
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Who asked them, when, and what they said. It stays with the evidence.",
        error_messages={"required": "Without a reason a protection is not lifted. Say what shows it."},
    )


class GiveForm(CarillonForm, forms.Form):
    """Who answers for a request."""

    def __init__(self, *args: Any, people: Sequence[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"] = owner_field(people)


def owner_field(people: Sequence[User]) -> forms.ChoiceField:
    """Somebody of the team who may decide."""
    choices = [(str(person.id), str(person)) for person in people]
    return forms.ChoiceField(choices=choices, label="Who answers for it", help_text="They are mailed before the day.")
