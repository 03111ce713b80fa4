"""The practice carrier in one press: an account of one's own at the carrier that belongs to nobody."""

import json
import uuid

import yarl
from django.conf import settings

from accounts.contracts import Actor, Refused
from core.http import HttpFailure, Session, run
from core.ids import new_secret
from core.tenancy import tenant_context
from messaging.actions.connecting import add_sender, connect_account
from messaging.actions.practice_whatsapp import connect_practice, practice_business, webhook_of
from messaging.models import ProviderAccount, Sender

#: the number of the sandbox itself; nobody else can have it
NUMBER = "+14025550100"
#: where practice mails come from; nobody can write to it
MAILBOX = "news@practice.example"
_RATE_PER_SECOND = 100


def has_practice_carrier() -> bool:
    """Whether there is a sandbox beside this installation that takes new accounts."""
    return bool(settings.SANDBOX_URL and settings.SANDBOX_SECRET)


def demand_practice(actor: Actor, account: ProviderAccount, field: str = "sender") -> None:
    """Errors: Refused when a test key would do something at a carrier that reaches people, or to what leaves by it."""
    if actor.practice_only and not account.practice:
        raise Refused(
            "A test key works with the practice carrier alone.",
            field=field,
            remedy="Use a live key, or an account of the practice carrier.",
            code="practice_only",
        )


def use_practice_carrier(*, actor: Actor, organization_id: uuid.UUID) -> ProviderAccount:
    """Open an account at the sandbox, connect it, and add its number. Talks to the network: never inside a transaction.

    Effects: the account, and a sender for texts and one for calls unless they are there already; the same for WhatsApp,
             and for mail where the sandbox takes it. Pressed again, the accounts get a new secret.
    Errors:  Refused when there is no sandbox, or it does not answer; nothing is kept then.
    """
    actor.require("change_senders")
    if not has_practice_carrier():
        raise Refused("There is no practice carrier here.", remedy="Connect an account of your own.")
    name, secret = f"AC{organization_id.hex}", new_secret()
    _tell_sandbox({"sid": name, "token": secret, "sender": NUMBER})
    with tenant_context(organization_id):
        account = connect_account(
            actor=actor,
            name="twilio",
            label="Practice carrier",
            credentials={"account_sid": name, "auth_token": secret},
            base_url=settings.SANDBOX_URL,
        )
        _add_line(actor, account, "sms", "Practice line")
        _add_line(actor, account, "voice", "Practice calls")
        if settings.SANDBOX_SMTP:
            _add_mail(actor, secret)
    inbound = f"{settings.WEBHOOK_URL}/webhooks/twilio/inbound/{account.token}"
    _tell_sandbox({"sid": name, "token": secret, "sender": NUMBER, "inbound_url": inbound})
    _add_whatsapp(actor, organization_id)
    return account


def _add_line(actor: Actor, account: ProviderAccount, channel: str, label: str) -> None:
    """The practice number on one channel, unless it is there already."""
    if not Sender.objects.filter(channel=channel, address=NUMBER).exists():
        add_sender(
            actor=actor,
            account=account,
            channel=channel,
            address=NUMBER,
            label=label,
            rate_per_second=_RATE_PER_SECOND,
        )


def _add_whatsapp(actor: Actor, organization_id: uuid.UUID) -> None:
    """A business at the sandbox's WhatsApp, and its number."""
    business = practice_business(organization_id)
    _tell_sandbox(business, "whatsapp/businesses")
    account = connect_practice(actor=actor, organization_id=organization_id, business=business)
    _tell_sandbox(business | webhook_of(account), "whatsapp/businesses")


def _add_mail(actor: Actor, secret: str) -> None:
    """The practice mail server, and an address mails come from. It asks for no login, so the one given is made up."""
    account = connect_account(
        actor=actor,
        name="smtp",
        label="Practice mail server",
        credentials={
            "host": "mail.practice.example",
            "port": "587",
            "security": "starttls",
            "username": "practice",
            "password": secret,
        },
        base_url=settings.SANDBOX_SMTP,
    )
    if not Sender.objects.filter(address=MAILBOX).exists():
        add_sender(
            actor=actor,
            account=account,
            channel="email",
            address=MAILBOX,
            label="Practice mail",
            rate_per_second=_RATE_PER_SECOND,
        )


def _tell_sandbox(account: dict[str, str], door: str = "accounts") -> None:
    headers = {"Authorization": f"Bearer {settings.SANDBOX_SECRET}", "Content-Type": "application/json"}
    url = yarl.URL(f"{settings.SANDBOX_URL}/_sandbox/{door}")

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
