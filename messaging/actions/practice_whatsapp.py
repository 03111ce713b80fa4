"""The WhatsApp half of the practice carrier: a business of one's own at Meta's double on this machine."""

import uuid
from collections.abc import Mapping

from django.conf import settings

from accounts.contracts import Actor
from core.ids import new_secret
from core.tenancy import tenant_context
from messaging.actions.connecting import add_sender, connect_account
from messaging.models import ProviderAccount, Sender

#: the number people see; the sandbox's own
_SHOWN = "+14025550100"
_RATE_PER_SECOND = 80
_DIGITS = 10**15


def practice_business(organization_id: uuid.UUID) -> dict[str, str]:
    """What the sandbox is told of an organisation's business, with new secrets. Its ids follow from the organisation's."""
    return {
        "id": f"1{organization_id.int % _DIGITS:015}",
        "phone_number_id": f"2{organization_id.int % _DIGITS:015}",
        "display_number": _SHOWN,
        "access_token": new_secret(),
        "app_secret": new_secret(),
    }


def connect_practice(*, actor: Actor, organization_id: uuid.UUID, business: Mapping[str, str]) -> ProviderAccount:
    """Keep the business as an account, with its number as a sender unless it is there already."""
    with tenant_context(organization_id):
        account = connect_account(
            actor=actor,
            name="whatsapp_cloud",
            label="Practice WhatsApp",
            credentials={
                "business_account_id": business["id"],
                "access_token": business["access_token"],
                "app_secret": business["app_secret"],
            },
            base_url=settings.SANDBOX_URL,
        )
        if not Sender.objects.filter(channel="whatsapp", address=business["phone_number_id"]).exists():
            add_sender(
                actor=actor,
                account=account,
                channel="whatsapp",
                address=business["phone_number_id"],
                label="Practice WhatsApp",
                rate_per_second=_RATE_PER_SECOND,
                shown_as=_SHOWN,
            )
        return account


def webhook_of(account: ProviderAccount) -> dict[str, str]:
    """Where the sandbox reports what happens to the business, and the word it knows the address by."""
    address = f"{settings.WEBHOOK_URL}/webhooks/whatsapp_cloud/inbound/{account.token}"
    return {"webhook_url": address, "verify_token": account.token}
