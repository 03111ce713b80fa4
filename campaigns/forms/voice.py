"""What a campaign by phone says: words or a recording, in which language, the number it names, and what a machine gets."""

from collections.abc import Mapping
from typing import Any

from django import forms

from accounts.contracts import Actor
from accounts.models import Organization
from campaigns.forms.campaign import CampaignForm
from core.phone import PhoneNumber, parse_phone
from messaging.actions.announcing import keep_audio
from messaging.channels.announcement_audio import refuse_size
from messaging.channels.protocol import Written
from messaging.channels.voice import MACHINE, audio_named
from messaging.channels.voice_rules import call_rules
from messaging.models import AnnouncementAudio

_LANGUAGES = {"en": "English", "es": "Spanish", "fr": "French", "de": "German", "pt": "Portuguese"}


class VoiceForm(CampaignForm):
    """Words to be spoken on the phone, or a recording with its words. Who calls is not typed: it is the legal name."""

    channel, spoken = "voice", "voice"
    beside = ("language", "phone", "machine", "audio")
    longest = 3000

    body = forms.CharField(
        label="What is said",
        help_text="Around it we say who calls, a number to call, and which key ends all calls. "
        "With a recording: what it says, word for word.",
        widget=forms.Textarea(attrs={"rows": 7}),
        error_messages={"required": "Write what people shall hear."},
    )
    recording = forms.FileField(
        required=False,
        label="Recording",
        widget=forms.FileInput(attrs={"accept": "audio/mpeg,audio/wav,.mp3,.wav"}),
    )
    #: the recording that was uploaded before; empty for a voice that reads
    audio = forms.CharField(required=False, widget=forms.HiddenInput)
    read_out = forms.BooleanField(required=False, label="Let a voice read the text instead")
    phone = forms.CharField(
        max_length=40,
        label="Number people can call",
        help_text="It is read out. With its country code, such as +1 800 555 0100.",
    )
    machine = forms.ChoiceField(choices=list(MACHINE.items()), label="When a machine answers")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        limits = call_rules().recording
        self.fields["recording"].help_text = (
            f"It is played instead of a voice that reads: MP3 or WAV, up to {limits.most_bytes // 1_000_000} MB"
            f" and {limits.most_seconds // 60} minutes. Write above what it says."
        )
        known = [(tag, _LANGUAGES.get(tag, tag)) for tag in call_rules().languages]
        self.fields["language"] = forms.ChoiceField(
            choices=known, label="Language", help_text="Of the voice, and of what we say around your words."
        )

    @property
    def uploaded(self) -> AnnouncementAudio | None:
        """The recording that was uploaded before."""
        return audio_named(self["audio"].value())

    @classmethod
    def received(cls, actor: Actor, files: Mapping[str, Any]) -> dict[str, str]:
        """Keep an uploaded recording, whatever else is refused: nobody can send a file again without choosing it anew."""
        file = files.get("recording")
        if file is None:
            return {}
        refuse_size(file.size)
        return {"audio": str(keep_audio(actor=actor, raw=file.read()).id), "read_out": ""}

    @classmethod
    def typed(cls, data: Mapping[str, Any], most: int | None = None) -> Written:
        """The words, with the number in one spelling."""
        told = super().typed(data, most)
        parts = dict(told.parts)
        if data.get("read_out"):
            parts.pop("audio", None)
        number = parse_phone(str(parts.get("phone", "")), Organization.objects.current().default_country)
        if isinstance(number, PhoneNumber):
            parts["phone"] = number.e164
        return Written(told.body, {name: text for name, text in parts.items() if text})
