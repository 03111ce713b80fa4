"""Shape of the press that prepares a question; what may be asked is decided by the action."""

from django import forms

from campaigns.selectors.ending import AHEAD
from consent.models import CHANNELS
from core.form_words import OwnWords


class AskForm(OwnWords, forms.Form):
    """About what, on which channel, how far ahead."""

    purpose = forms.UUIDField()
    channel = forms.ChoiceField(choices=CHANNELS)
    days = forms.TypedChoiceField(choices=[(days, days) for days in AHEAD], coerce=int)
