"""A line, a content and an address for every channel, so that one test can say the same of all of them.

Everything here is called inside a `tenant_context`.
"""

import uuid
from collections.abc import Callable
from typing import Any

from accounts.models import Organization
from consent.actions.points import ensure_points
from consent.values import Address, address_of
from core import clock
from core.email import EmailAddress, parse_email
from messaging.channels.protocol import Written
from messaging.models import ProviderAccount, ProviderTemplate, Sender
from tests.factories.campaigns import House, number

#: what each channel sends from
SENDERS = {"sms": "+14025550100", "voice": "+14025550100", "whatsapp": "106540352242922", "email": "shop@acme.example"}
NAME = "{{ contact.first_name }}"


def make_line(house: House, channel: str) -> Sender:
    """A sender of the channel on an account that works; of texts the house has one."""
    account = ProviderAccount.objects.get(id=house.account.id)
    return Sender.objects.get_or_create(
        channel=channel,
        address=SENDERS[channel],
        defaults={"account": account, "label": channel, "rate_per_second": 100},
    )[0]


def make_content(house: House, channel: str, words: str = f"Hello {NAME}, it is ready.") -> Written:
    """These words, with everything their channel wants beside them."""
    return _CONTENTS[channel](house, words)


def make_letter(house: House, channel: str, words: str = "Hello Ada, it is ready.") -> dict[str, Any]:
    """The same to one person, as an application sends it: the words, and what their channel wants beside them."""
    parts = dict(make_content(house, channel).parts)
    if channel == "whatsapp":
        return {"text": "", "content": {"template": parts["template"]["id"], "values": {"body_1": "Ada"}}}
    parts.pop("legal_name", None)
    return {"text": words, "content": parts}


def make_address(channel: str, index: int) -> tuple[str, Address]:
    """One person's address for the channel, and what they gave it as."""
    if channel == "email":
        mailbox = parse_email(f"person{index}@people.example")
        assert isinstance(mailbox, EmailAddress)
        return "email", address_of(mailbox)
    return "whatsapp" if channel == "whatsapp" else "phone", address_of(number(index))


def point_of(address: Address) -> uuid.UUID:
    """The point of an address."""
    return ensure_points([address])[address.kind, address.key]


def _sms(_house: House, words: str) -> Written:
    return Written(words)


def _email(_house: House, words: str) -> Written:
    Organization.objects.update(postal_address="1 Main Street, Omaha NE 68102")
    return Written(f"<p>{words}</p>", {"subject": "Your order"})


def _voice(_house: House, words: str) -> Written:
    Organization.objects.update(legal_name="Acme Inc.")
    parts = {"language": "en", "phone": "+18005550199", "machine": "hang_up"}
    return Written(words, parts)


def _whatsapp(house: House, words: str) -> Written:
    from messaging.channels.whatsapp import compose

    content = {"body": words.replace(NAME, "{{1}}"), "samples": {"body_1": "Ada"}}
    template, _ = ProviderTemplate.objects.get_or_create(
        account_id=house.account.id, name="order_ready", language="en_US",
        defaults={"use_case": "transactional", "category": "UTILITY", "content": content, "state": "approved",
                  "submitted_at": clock.now()},
    )  # fmt: skip
    return compose(template, {"body_1": NAME})


_CONTENTS: dict[str, Callable[[House, str], Written]] = {
    "sms": _sms,
    "email": _email,
    "voice": _voice,
    "whatsapp": _whatsapp,
}
