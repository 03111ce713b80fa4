"""Connecting carriers: accounts with their credentials, and the senders on them."""

import json
from collections.abc import Mapping
from typing import cast

from accounts.actions.audit import record_audit
from accounts.contracts import Actor, Refused
from consent.contracts import Channel
from core import clock, vault
from core.http import run
from core.ids import new_id, new_secret
from core.tenancy import require_organization_id
from messaging.models import ProviderAccount, Sender
from messaging.providers.protocol import CredentialCheck, Misconfigured, ProviderError
from messaging.providers.registry import PROVIDERS, provider
from messaging.selectors.senders import channels_of
from messaging.sender_addresses import ADDRESSES, shown_address


def check_credentials(*, name: str, credentials: Mapping[str, str], base_url: str) -> None:
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
        guide = PROVIDERS[name].guide
        remedy = f"Copy them again from {guide.console}."
        raise Refused("The carrier does not accept these credentials.", field=guide.hint, remedy=remedy) from error
    except ProviderError as error:
        remedy = "Try again in a minute; nothing was saved."
        raise Refused("The carrier does not answer now.", field="", remedy=remedy) from error


def connect_account(
    *, actor: Actor, name: str, label: str, credentials: Mapping[str, str], base_url: str = ""
) -> ProviderAccount:
    """Keep an account whose credentials were just checked; connecting it again replaces them.

    Shape:   `credentials` by the names of the provider's guide; what it does not name is not kept.
    Effects: the credentials are sealed; only the last four letters of one stay readable. A webhook token and our own secret
             for callbacks are made once, and stay. Where the guide wants a secret of webhooks, it is made anew each time.
    Errors:  Refused when a credential is missing or cannot be right.
    """
    actor.require("change_senders")
    given = _fit_credentials(name, credentials)
    guide = PROVIDERS[name].guide
    account = ProviderAccount.objects.filter(provider=name, account_name=given[guide.account]).first()
    if account is None:
        account = ProviderAccount(id=new_id(), provider=name, account_name=given[guide.account], token=new_secret())
    _seal(account, given | {"callback_secret": _callback_secret(account)})
    account.label, account.base_url, account.secret_hint = label.strip(), base_url, given[guide.hint][-4:]
    # only the carrier on this machine has an address that is not the provider's own
    account.practice = bool(base_url)
    account.state, account.problem_code, account.checked_at = "connected", "", clock.now()
    account.save()
    record_audit(actor=actor, action="carrier.connected", on=("provider_account", account.id), data={"provider": name})
    return account


def _fit_credentials(name: str, credentials: Mapping[str, str]) -> dict[str, str]:
    """The credentials the guide names. Errors: Refused names the first that is missing or cannot be right."""
    guide = PROVIDERS[name].guide
    given = guide.given(credentials)
    for field in guide.fields:
        value = given.get(field.name, "")
        if not (field.fits(value) if value else not field.required):
            raise Refused(f"{field.label} is missing or wrong.", field=field.name, remedy=field.correction)
    return given


def _callback_secret(account: ProviderAccount) -> str:
    """Our own secret of an account: the one it has, or a new one."""
    if not account.credentials_sealed:
        return new_secret()
    former = vault.unseal_text(
        require_organization_id(), "messaging_provideraccount", "credentials_sealed", account.id,
        account.credentials_sealed,
    )  # fmt: skip
    return str(json.loads(former)["callback_secret"])


def _seal(account: ProviderAccount, credentials: dict[str, str]) -> None:
    """Put credentials into an account, with the words of ours that its guide asks for.

    The word for a carrier's handshake is the account's token, which the card shows; the secret of webhooks is another one.
    """
    guide = PROVIDERS[account.provider].guide
    if guide.verify_token:
        credentials = credentials | {guide.verify_token: account.token}
    if guide.webhook_secret:
        credentials = credentials | {guide.webhook_secret: new_secret()}
    account.credentials_sealed = vault.seal(
        require_organization_id(), "messaging_provideraccount", "credentials_sealed", account.id,
        json.dumps(credentials),
    )  # fmt: skip


def add_sender(
    *,
    actor: Actor,
    account: ProviderAccount,
    channel: str,
    address: str,
    label: str,
    rate_per_second: int,
    shown_as: str = "",
    country: str = "",
) -> Sender:
    """Add what messages come from.

    Shape:  `address` as the channel wants it (see `sender_addresses`); `shown_as` is the number people see where the address
            is an id of the carrier; `country` is where numbers without a country code are from.
    Units:  rate_per_second is the carrier's contract; the lane stays below it.
    Errors: Refused when the account does not offer the channel, the address is none, or it is a sender already.
    """
    actor.require("change_senders")
    if channel not in channels_of(account):
        raise Refused("This account does not offer that channel.", field="channel", remedy="Choose another.")
    kind = ADDRESSES[cast(Channel, channel)]
    read, shown = kind.read(address, country), shown_address(cast(Channel, channel), shown_as, country)
    if read is None:
        raise Refused(kind.correction, field="address")
    if shown is None:
        raise Refused("This is not a number.", field="shown_as", remedy="Write it with its country code.")
    if Sender.objects.filter(channel=channel, address=read).exists():
        raise Refused(f"This {kind.thing} is a sender already.", field="address", remedy="Change the one in the list.")
    sender = Sender.objects.create(
        account=account, channel=channel, address=read, shown_as=shown, label=label.strip(),
        rate_per_second=rate_per_second,
    )  # fmt: skip
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
