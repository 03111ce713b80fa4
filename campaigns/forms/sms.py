"""What a campaign by SMS says: a text, and nothing else."""

from collections.abc import Mapping
from typing import Any

from django import forms

from campaigns.forms.campaign import CampaignForm
from messaging.segments import with_look_alikes


class SmsForm(CampaignForm):
    """A text to phones."""

    channel, spoken, asks_again = "sms", "SMS", "plainer"

    body = forms.CharField(
        label="Text",
        widget=forms.Textarea(attrs={"rows": 7}),
        error_messages={"required": "Write what people shall read."},
    )

    @classmethod
    def asked_again(cls, data: Mapping[str, Any]) -> dict[str, Any]:
        """The text in plain characters, which cost less."""
        return {"body": with_look_alikes(str(data.get("body", "")))}
