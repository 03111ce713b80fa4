"""The list of channels: the word stored with every message, and the object behind it."""

from collections.abc import Mapping
from typing import Final

from messaging.channels.email import EMAIL
from messaging.channels.protocol import MessageChannel
from messaging.channels.sms import SMS
from messaging.channels.voice import VOICE
from messaging.channels.whatsapp import WHATSAPP

CHANNELS: Final[Mapping[str, MessageChannel]] = {each.name: each for each in (SMS, WHATSAPP, VOICE, EMAIL)}


class UnknownChannel(LookupError):
    """A word that names no channel of this build."""


def channel(name: str) -> MessageChannel:
    """The channel of that name. Errors: UnknownChannel."""
    if name not in CHANNELS:
        raise UnknownChannel(f"there is no channel called {name!r}; the channels are {', '.join(sorted(CHANNELS))}")
    return CHANNELS[name]
