"""Accounts and kinds of entries, as data.

An organisation's units live in accounts. Each entry takes an amount out of one and puts it into another:

top_up      outside   → available      an operator or a payment adds units
bonus       gift      → available      units given for nothing
reserve     available → reserved       before a message may leave
settle      reserved  → spent          the carrier took it
release     reserved  → available      it did not leave, or is not charged
refund      spent     → available      charged, and given back with a reason
adjustment  either way between outside and available, by an operator with a reason
"""

from typing import Final

ACCOUNTS: Final = ("outside", "gift", "available", "reserved", "spent")
#: kind → (from, to)
KINDS: Final[dict[str, tuple[str, str]]] = {
    "top_up": ("outside", "available"),
    "bonus": ("gift", "available"),
    "reserve": ("available", "reserved"),
    "settle": ("reserved", "spent"),
    "release": ("reserved", "available"),
    "refund": ("spent", "available"),
    "adjustment_in": ("outside", "available"),
    "adjustment_out": ("available", "outside"),
}
WORDS: Final[dict[str, str]] = {
    "top_up": "Units added",
    "bonus": "Units given",
    "reserve": "Held for {}",
    "settle": "Charged: {}",
    "release": "Given back: {}",
    "refund": "Refunded: {}",
    "adjustment_in": "Corrected upwards",
    "adjustment_out": "Corrected downwards",
}
#: what the statement can be narrowed to: word → (label, kinds)
SHOWN: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "charged": ("Charged", ("settle", "refund")),
    "held": ("Held and given back", ("reserve", "release")),
    "added": ("Added and corrected", ("top_up", "bonus", "adjustment_in", "adjustment_out")),
}
#: entries are written in thousandths, so that a price can be a fraction of a unit
PER_UNIT: Final = 1000
#: one message of a channel
MESSAGE_NAMES: Final = {"sms": "an SMS", "whatsapp": "a WhatsApp message", "voice": "a call", "email": "an email"}
#: channels as people read them
CHANNEL_NAMES: Final = {"sms": "SMS", "whatsapp": "WhatsApp", "voice": "Calls", "email": "Email"}
