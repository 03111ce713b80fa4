"""What a message can come from, by channel: how it is typed, read, and called. Pure data and reading, no rows.

A new channel needs one entry in `ADDRESSES`; the form, the check and the page follow from it.
"""

import dataclasses
import re
from collections.abc import Callable, Mapping
from typing import Final

from consent.contracts import Channel
from core.email import EmailAddress, parse_email
from core.phone import PhoneNumber, parse_phone

_NODE_ID: Final = re.compile(r"[0-9]{5,32}")
_SHORT_CODE: Final = re.compile(r"[0-9]{5,6}")
#: GSM 03.38 gives a name eleven characters; one letter tells it from a number
_SENDER_NAME: Final = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 ]{2,11}")


@dataclasses.dataclass(frozen=True, slots=True)
class AddressKind:
    """The address of a channel's senders.

    Shape: `read(text, country)` gives the one spelling the carrier is handed, or None when it is none. `thing` is what it is
           called in a sentence, `label` and `help` stand at the field. Where the carrier knows it by an id, `shown_label`
           names a second field for what people see.
    """

    thing: str
    label: str
    help: str
    correction: str
    read: Callable[[str, str], str | None]
    shown_label: str = ""
    shown_help: str = ""


def _phone(text: str, country: str) -> str | None:
    found = parse_phone(text, country)
    return found.e164 if isinstance(found, PhoneNumber) else None


def _texts_from(text: str, country: str) -> str | None:
    """A number, a short code, or a name in place of a number. A name keeps its case: registers compare it letter by letter."""
    plain = text.strip()
    if _SHORT_CODE.fullmatch(plain) or _SENDER_NAME.fullmatch(plain):
        return plain
    return _phone(text, country)


def _email(text: str, country: str) -> str | None:
    found = parse_email(text)
    return found.address if isinstance(found, EmailAddress) else None


def _node_id(text: str, country: str) -> str | None:
    return text.strip() if _NODE_ID.fullmatch(text.strip()) else None


_NUMBER: Final = "This is not a number messages can come from. Write it with its country code."
ADDRESSES: Final[Mapping[Channel, AddressKind]] = {
    "sms": AddressKind(
        "number",
        "Number",
        "With country code, such as +1 402 555 0100; or a short code, or a name of up to 11 letters.",
        _NUMBER,
        _texts_from,
    ),
    "voice": AddressKind("number", "Number", "With country code, such as +1 402 555 0100.", _NUMBER, _phone),
    "whatsapp": AddressKind(
        "number",
        "Phone number ID",
        "The id of the number, not the number: it has digits only.",
        "A phone number ID has 5 to 32 digits. Copy it from WhatsApp Manager, at the number.",
        _node_id,
        "Number people see",
        "With country code, such as +1 402 555 0100.",
    ),
    "email": AddressKind(
        "address",
        "Email address",
        "Such as news@example.com.",
        "This is not an email address. Write it as name@example.com.",
        _email,
    ),
}


def shown_address(channel: Channel, text: str, country: str) -> str | None:
    """What people see of a sender that the carrier knows by an id: a number; empty where the channel shows the address itself.

    Errors: None when the channel wants a number and this is none.
    """
    return _phone(text, country) if ADDRESSES[channel].shown_label else ""
