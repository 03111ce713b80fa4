"""Connecting carriers: accounts with their credentials, and the senders on them."""

import json

from accounts.actions.audit import record_audit
from accounts.contracts import Actor, Refused
from core import clock, vault
from core.http import run
from core.ids import new_id, new_secret
from core.phone import PhoneNumber
from core.tenancy import require_organization_id
from messaging.models import ProviderAccount, Sender
from messaging.providers.protocol import CredentialCheck, Misconfigured, ProviderError
from messaging.providers.registry import provider


def check_credentials(*, name: str, credentials: dict[str, str], base_url: str) -> None:
    """Ask the carrier whether these credentials work. Talks to the network: never inside a transaction.

    Errors: Refused with what to correct; the message never repeats a secret.
    """

    async def ask(session: object) -> None:
        carrier = provider(name, credentials, base_url, session)  # type: ignore[arg-type]
        if isinstance(carrier, CredentialCheck):
            await carrier.check_credentials()

    try:
        run(ask)
    except Misconfigured as error:
        remedy = "Copy both from the carrier's console again."
        raise Refused("The carrier does not accept these credentials.", field="secret", remedy=remedy) from error
    except ProviderError as error:
        remedy = "Try again in a minute; nothing was saved."
        raise Refused("The carrier does not answer now.", field="", remedy=remedy) from error


def connect_account(
    *, actor: Actor, name: str, label: str, account_name: str, secret: str, base_url: str = ""
) -> ProviderAccount:
    """Keep an account whose credentials were just checked; connecting it again replaces its secret.

    Effects: the credentials are sealed; only the last four letters stay readable. A webhook token is made once.
    """
    actor.require("change_senders")
    organization_id = require_organization_id()
    account = ProviderAccount.objects.filter(provider=name, account_name=account_name).first()
    if account is None:
        account = ProviderAccount(id=new_id(), provider=name, account_name=account_name, token=new_secret())
    credentials = {"account_sid": account_name, "auth_token": secret, "callback_secret": new_secret()}
    if account.credentials_sealed:
        former = vault.unseal_text(
            organization_id, "messaging_provideraccount", "credentials_sealed", account.id, account.credentials_sealed
        )
        credentials["callback_secret"] = json.loads(former)["callback_secret"]
    account.credentials_sealed = vault.seal(
        organization_id, "messaging_provideraccount", "credentials_sealed", account.id, json.dumps(credentials)
    )
    account.label, account.base_url, account.secret_hint = label.strip(), base_url, secret[-4:]
    account.state, account.problem_code, account.checked_at = "connected", "", clock.now()
    account.save()
    record_audit(actor=actor, action="carrier.connected", on=("provider_account", account.id), data={"provider": name})
    return account


def add_sender(
    *, actor: Actor, account: ProviderAccount, number: PhoneNumber, label: str, rate_per_second: int
) -> Sender:
    """Add a number messages come from.

    Units:  rate_per_second is the carrier's contract; the lane stays below it.
    Errors: Refused when the number is a sender already.
    """
    actor.require("change_senders")
    if Sender.objects.filter(channel="sms", address=number.e164).exists():
        raise Refused("This number is a sender already.", field="address", remedy="Change the one in the list.")
    sender = Sender.objects.create(
        account=account, channel="sms", address=number.e164, label=label.strip(), rate_per_second=rate_per_second
    )
    record_audit(actor=actor, action="sender.added", on=("sender", sender.id), data={"rate": rate_per_second})
    return sender


def pause_sender(*, actor: Actor, sender: Sender, reason: str = "by_hand") -> None:
    """Stop one sender's lane. Doing it twice changes nothing."""
    actor.require("change_senders")
    if Sender.objects.filter(id=sender.id, paused_at=None).update(paused_at=clock.now(), paused_reason=reason):
        record_audit(actor=actor, action="sender.paused", on=("sender", sender.id))


def resume_sender(*, actor: Actor, sender: Sender) -> None:
    """Let a sender's lane go on."""
    actor.require("change_senders")
    if Sender.objects.filter(id=sender.id, paused_at__isnull=False).update(paused_at=None, paused_reason=""):
        record_audit(actor=actor, action="sender.resumed", on=("sender", sender.id))
