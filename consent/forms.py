"""Shape and wording of what people type about consent. What is enough proof is decided by the actions."""

import uuid
import zoneinfo
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils import timezone

from consent.actions.limits import MOST_DAYS, MOST_MESSAGES
from consent.actions.purposes import RECEIPT_CHANNELS
from consent.models import CHANNELS, PER, TIERS, Point, Purpose, Wording
from consent.selectors.attachments import LARGEST_BYTES
from consent.selectors.words import CHANNEL_LABELS
from consent.states import CONSENT_BY_HAND, POINT_CHANNELS, SOURCES, STOP_BY_HAND
from core.forms import CarillonForm

_EVERYWHERE = ("all", "Everything, on every channel")


class PurposeForm(CarillonForm, forms.Form):
    """A purpose people can say yes to."""

    name = forms.CharField(max_length=80, label="Name", help_text="What people would call it, such as “Offers”.")
    tier = forms.ChoiceField(
        choices=TIERS,
        initial="marketing",
        label="Kind of message",
        help_text="Law and carriers ask more of offers than of an order update.",
    )
    description = forms.CharField(
        max_length=300, required=False, label="What it covers", widget=forms.Textarea(attrs={"rows": 2})
    )


class WordingForm(CarillonForm, forms.Form):
    """The next version of the words people agree to."""

    channel = forms.ChoiceField(choices=CHANNELS, label="Channel")
    language = forms.RegexField(
        r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$",
        max_length=12,
        initial="en",
        label="Language",
        help_text="A code such as en, ur or es-MX.",
        error_messages={"invalid": "This is not a language code. Write it like en or es-MX."},
    )
    text = forms.CharField(
        max_length=2000,
        label="The words, exactly",
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="Who writes, about what, how often, and how to stop.",
    )
    most_messages = forms.IntegerField(
        min_value=1,
        max_value=500,
        required=False,
        label="How many messages these words promise at most",
        help_text="The number in your words. Leave it empty where they name none; we tell you when you send more.",
    )
    per = forms.ChoiceField(choices=[("", "No number promised"), *PER], required=False, label="In which time")


class ConfirmationForm(CarillonForm, forms.Form):
    """On which channels a yes to a purpose waits until it is confirmed."""

    channels = forms.MultipleChoiceField(
        choices=CHANNELS,
        required=False,
        label="Wait for a confirmation, wherever the person is",
        widget=forms.CheckboxSelectMultiple,
        help_text="It holds for whoever agrees from now on. Agreements from before stay as they are.",
    )
    receipts = forms.MultipleChoiceField(
        choices=[(channel, label) for channel, label in CHANNELS if channel in RECEIPT_CHANNELS],
        required=False,
        label="Send a receipt of what they agreed to",
        widget=forms.CheckboxSelectMultiple,
        help_text="One message, with a link to the words, when, how, and how to stop.",
    )


class ExpiryForm(CarillonForm, forms.Form):
    """After how many months without use an agreement to a purpose ends."""

    months = forms.IntegerField(
        min_value=1,
        max_value=60,
        required=False,
        label="Months without a reply, a click or an order",
        help_text="Fewer than the policy, or empty for as many.",
    )


class ConsentForm(CarillonForm, forms.Form):
    """An agreement somebody gave the team outside the product."""

    source = forms.ChoiceField(label="How they agreed")
    occurred_at = forms.DateTimeField(
        label="When they agreed",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={"required": "Say when they agreed; without it nobody can check the proof."},
    )
    note = forms.CharField(
        max_length=500,
        required=False,
        label="Where the proof is kept",
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Such as “signed card, shop folder 12, taken by Sara”.",
    )

    attachment = forms.FileField(
        required=False,
        label="The proof itself",
        help_text="A scan or a recording: PDF, PNG, JPEG, MP3 or WAV, at most 5 MB. It is kept encrypted.",
        widget=forms.FileInput(attrs={"accept": ".pdf,.png,.jpg,.jpeg,.mp3,.wav"}),
    )

    def __init__(self, *args: Any, point: Point, zone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = zoneinfo.ZoneInfo(zone)
        purposes = Purpose.objects.filter(archived_at=None).order_by("created_at", "id")
        words = Wording.objects.select_related("purpose").order_by("purpose_id", "channel", "language", "-version")
        self.fields["purpose"] = forms.ModelChoiceField(purposes, label="About what", empty_label=None)
        channels = [(channel, CHANNEL_LABELS[channel]) for channel in POINT_CHANNELS[point.kind]]
        self.fields["channel"] = forms.ChoiceField(choices=channels, label="Channel")
        self.fields["source"] = forms.ChoiceField(choices=_labels(CONSENT_BY_HAND), label="How they agreed")
        self.fields["wording"] = _WordingField(
            words.filter(channel__in=POINT_CHANNELS[point.kind]),
            label="The words they agreed to",
            required=False,
            empty_label="None, somebody says so",
        )
        self.order_fields(("purpose", "channel", "source", "wording", "occurred_at", "note", "attachment"))

    def clean_attachment(self) -> bytes | None:
        """The file's bytes; of one that is too large only as much as shows that it is."""
        file = self.cleaned_data["attachment"]
        return file.read(LARGEST_BYTES + 1) if file else None

    def full_clean(self) -> None:
        """Read the moment in the organisation's time zone."""
        with timezone.override(self.zone):
            super().full_clean()


class _WordingField(forms.ModelChoiceField):
    """Words by purpose, channel and version, with how they begin."""

    def label_from_instance(self, wording: Any) -> str:
        about = f"{wording.purpose}, {CHANNEL_LABELS[wording.channel]}, {wording.language}, {wording}"
        return f"{about}: {wording.text[:48]}…"


class StopForm(CarillonForm, forms.Form):
    """A plea to stop that reached the team outside the product."""

    note = forms.CharField(
        max_length=500, required=False, label="What they said", widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, point: Point, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        only = [(channel, f"Only {CHANNEL_LABELS[channel]}") for channel in POINT_CHANNELS[point.kind]]
        self.fields["channel"] = forms.ChoiceField(choices=[_EVERYWHERE, *only], label="What they want no more of")
        self.fields["source"] = forms.ChoiceField(choices=_labels(STOP_BY_HAND), label="How they said it")
        self.order_fields(("channel", "source", "note"))

    def clean_channel(self) -> str:
        """The channel, or "" for all of them."""
        channel: str = self.cleaned_data["channel"]
        return "" if channel == _EVERYWHERE[0] else channel


def _labels(sources: Any) -> list[tuple[str, str]]:
    return [(source, SOURCES[source].label) for source in sources]


class LimitsForm(CarillonForm, forms.Form):
    """How often one person is written to. Purposes that no limit counts by their kind are not asked about."""

    most = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=MOST_MESSAGES,
        label="Messages to one person, at most",
        help_text="Empty means no limit of your own.",
    )
    days = forms.IntegerField(min_value=1, max_value=MOST_DAYS, label="… in this many days")
    when_full = forms.ChoiceField(
        choices=[("refuse", "Leave it out"), ("wait", "Let it wait until there is room")],
        label="What becomes of one more",
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, purposes: Sequence[Purpose], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not purposes:  # nothing to tick
            return
        self.fields["outside"] = forms.MultipleChoiceField(
            choices=[(str(purpose.id), purpose.name) for purpose in purposes],
            required=False,
            label="Purposes outside your limit",
            help_text="What you tick is not counted and not held back by your own limit. The law's limits hold all the same.",
            widget=forms.CheckboxSelectMultiple,
        )

    def told(self) -> dict[str, Any]:
        """What was set, as the verb takes it."""
        return {
            "most": self.cleaned_data["most"],
            "days": self.cleaned_data["days"],
            "waits": self.cleaned_data["when_full"] == "wait",
            "outside": {uuid.UUID(each) for each in self.cleaned_data.get("outside", ())},
        }
