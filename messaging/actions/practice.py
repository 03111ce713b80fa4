"""The practice carrier in one press: an account of one's own at the carrier that belongs to nobody."""

import json
import uuid

import yarl
from django.conf import settings

from accounts.contracts import Actor, Refused
from core.http import HttpFailure, Session, run
from core.ids import new_secret
from core.phone import PhoneNumber, parse_phone
from core.tenancy import tenant_context
from messaging.actions.connecting import add_sender, connect_account
from messaging.models import ProviderAccount, Sender

#: the number of the sandbox itself; nobody else can have it
NUMBER = "+14025550100"
_RATE_PER_SECOND = 100


def has_practice_carrier() -> bool:
    """Whether there is a sandbox beside this installation that takes new accounts."""
    return bool(settings.SANDBOX_URL and settings.SANDBOX_SECRET)


def use_practice_carrier(*, actor: Actor, organization_id: uuid.UUID) -> ProviderAccount:
    """Open an account at the sandbox, connect it, and add its number. Talks to the network: never inside a transaction.

    Effects: the account, and one sender unless the number is there already; pressed again, the account gets a new secret.
    Errors:  Refused when there is no sandbox, or it does not answer; nothing is kept then.
    """
    actor.require("change_senders")
    if not has_practice_carrier():
        raise Refused("There is no practice carrier here.", remedy="Connect an account of your own.")
    name, secret = f"AC{organization_id.hex}", new_secret()
    _tell_sandbox({"sid": name, "token": secret, "sender": NUMBER})
    number = parse_phone(NUMBER)
    assert isinstance(number, PhoneNumber)
    with tenant_context(organization_id):
        account = connect_account(
            actor=actor,
            name="twilio",
            label="Practice carrier",
            account_name=name,
            secret=secret,
            base_url=settings.SANDBOX_URL,
        )
        if not Sender.objects.filter(address=NUMBER).exists():
            add_sender(
                actor=actor, account=account, number=number, label="Practice line", rate_per_second=_RATE_PER_SECOND
            )
    inbound = f"{settings.WEBHOOK_URL}/webhooks/twilio/inbound/{account.token}"
    _tell_sandbox({"sid": name, "token": secret, "sender": NUMBER, "inbound_url": inbound})
    return account


def _tell_sandbox(account: dict[str, str]) -> None:
    headers = {"Authorization": f"Bearer {settings.SANDBOX_SECRET}", "Content-Type": "application/json"}
    url = yarl.URL(f"{settings.SANDBOX_URL}/_sandbox/accounts")

    async def ask(session: Session) -> int:
        return (await session.request("POST", url, headers=headers, body=json.dumps(account).encode())).status

    try:
        status = run(ask)
    except HttpFailure as failure:
        raise Refused(
            "The practice carrier does not answer.", remedy="Look whether it runs, then try again."
        ) from failure
    if status != 201:
        raise Refused("The practice carrier did not open an account.", remedy="Restart the sandbox, then try again.")
