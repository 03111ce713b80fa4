"""What registers of countries want from a sender that is no longer for practice."""

import datetime
from typing import Any

from core import clock
from messaging.models import ProviderAccount, Registration, Sender

#: what the United States ask of an ordinary number
NUMBERS = {"a2p_brand": "BN00000001", "a2p_campaign": "CM00000001"}
ENTITY, TEMPLATE_ID = "1201159100000000001", "1207161000000000001"


def make_registration(kind: str, sender: Sender | None = None, country: str = "US", **changes: Any) -> Registration:
    """An approved record that began a month ago. Called inside a `tenant_context`."""
    began = clock.now().date() - datetime.timedelta(days=30)
    told = {"number": NUMBERS.get(kind, "REG-0001"), "state": "approved", "valid_from": began} | changes
    return Registration.objects.create(kind=kind, country=country, sender=sender, **told)


def make_real(sender: Sender) -> Sender:
    """The sender, as if its account were with a real carrier that knows nothing of it yet. Called inside a `tenant_context`."""
    ProviderAccount.objects.filter(id=sender.account_id).update(practice=False)
    return Sender.objects.select_related("account").get(id=sender.id)


def register_in_us(sender: Sender) -> None:
    """Brand and campaign of an ordinary number, approved. Called inside a `tenant_context`."""
    make_registration("a2p_brand")
    make_registration("a2p_campaign", sender)


def register_in_india(sender: Sender, text: str, category: str = "promotional", **changes: Any) -> Registration:
    """Entity, header and one text, approved. Called inside a `tenant_context`."""
    make_registration("dlt_entity", country="IN", number=ENTITY)
    make_registration("dlt_header", sender, "IN", number=sender.address, category=category)
    told = {"number": TEMPLATE_ID, "category": category, "text": text} | changes
    return make_registration("dlt_template", sender, "IN", **told)
