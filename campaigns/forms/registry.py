"""Which form a campaign of each channel is written with."""

from collections.abc import Mapping
from typing import Final

from campaigns.forms.campaign import CampaignForm
from campaigns.forms.email import EmailForm
from campaigns.forms.sms import SmsForm
from campaigns.forms.voice import VoiceForm
from campaigns.forms.whatsapp import WhatsAppForm

FORMS: Final[Mapping[str, type[CampaignForm]]] = {
    form.channel: form for form in (SmsForm, WhatsAppForm, EmailForm, VoiceForm)
}
