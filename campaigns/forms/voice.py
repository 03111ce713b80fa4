"""What a campaign by phone says: the words, in which language, the number it names, and what a machine gets."""

from collections.abc import Mapping
from typing import Any

from django import forms

from accounts.models import Organization
from campaigns.forms.campaign import CampaignForm
from core.phone import PhoneNumber, parse_phone
from messaging.channels.protocol import Written
from messaging.channels.voice import MACHINE
from messaging.channels.voice_rules import call_rules

_LANGUAGES = {"en": "English", "es": "Spanish", "fr": "French", "de": "German", "pt": "Portuguese"}


class VoiceForm(CampaignForm):
    """Words to be spoken on the phone. Who calls is not typed: it is the organisation's legal name."""

    channel, spoken = "voice", "voice"
    beside = ("language", "phone", "machine")

    body = forms.CharField(
        label="What is said",
        help_text="Around it we say who calls, a number to call, and which key ends all calls.",
        widget=forms.Textarea(attrs={"rows": 7}),
        error_messages={"required": "Write what people shall hear."},
    )
    phone = forms.CharField(
        max_length=40,
        label="Number people can call",
        help_text="It is read out. With its country code, such as +1 800 555 0100.",
    )
    machine = forms.ChoiceField(choices=list(MACHINE.items()), label="When a machine answers")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = [(tag, _LANGUAGES.get(tag, tag)) for tag in call_rules().languages]
        self.fields["language"] = forms.ChoiceField(
            choices=known, label="Language", help_text="Of the voice, and of what we say around your words."
        )

    @classmethod
    def typed(cls, data: Mapping[str, Any], most: int | None = None) -> Written:
        """The words, with the number in one spelling and the legal name as it is in the settings."""
        told, organization = super().typed(data, most), Organization.objects.current()
        parts = dict(told.parts) | {"legal_name": organization.legal_name.strip()}
        number = parse_phone(str(parts.get("phone", "")), organization.default_country)
        if isinstance(number, PhoneNumber):
            parts["phone"] = number.e164
        return Written(told.body, {name: text for name, text in parts.items() if text})
