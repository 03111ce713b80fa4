"""Which channels a campaign can be written for, and what the others lack."""

import dataclasses
from collections.abc import Collection, Sequence

from django.urls import reverse

from accounts.models import Organization
from consent.models import CHANNELS
from messaging.channels.protocol import lack_of
from messaging.channels.registry import channel as channel_of
from messaging.models import Sender

_ICONS = {"sms": "sms", "whatsapp": "whatsapp", "email": "mail", "voice": "voice"}
#: in the order the page offers them
_ORDER = ("sms", "whatsapp", "email", "voice")
_WORDS = {
    "sms": "A text to a phone number.",
    "whatsapp": "A message to their WhatsApp.",
    "email": "A letter to their mailbox.",
    "voice": "A call that says your words.",
}


@dataclasses.dataclass(frozen=True, slots=True)
class ChannelChoice:
    """One channel to write for. `senders` are its senders' names that can send now; `missing` says what it needs first.

    `where` is the page on which that can be mended.
    """

    name: str
    label: str
    icon: str
    words: str
    senders: Sequence[str]
    missing: str
    where: str

    @property
    def open(self) -> bool:
        """Whether a campaign can be written for it now."""
        return not self.missing


def channel_choices(written: Collection[str]) -> list[ChannelChoice]:
    """The four channels, in the order people look for them. Two queries.

    Shape: `written` are the channels this build has a form for.
    """
    organization = Organization.objects.current()
    senders = list(Sender.objects.select_related("account").order_by("label", "id"))
    found = []
    for name in _ORDER:
        own = [sender for sender in senders if sender.channel == name]
        ready = [sender.label for sender in own if sender.account.state == "connected"]
        missing, where = _missing(name, own, ready, written, organization)
        found.append(ChannelChoice(name, dict(CHANNELS)[name], _ICONS[name], _WORDS[name], ready, missing, where))
    return found


def _missing(
    name: str, own: Sequence[Sender], ready: Sequence[str], written: Collection[str], organization: Organization
) -> tuple[str, str]:
    """What a channel needs first and where to mend it; both empty where nothing is missing."""
    if name not in written:
        return "It cannot be written for yet.", ""
    if not own:
        return "It needs a sender.", reverse("messaging:senders")
    if not ready:
        return "The account of its sender does not work.", reverse("messaging:senders")
    lack = lack_of(channel_of(name), organization)
    return (lack.message, reverse("accounts:settings")) if lack is not None else ("", "")
