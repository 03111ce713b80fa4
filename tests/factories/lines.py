"""A line of every channel at the sandbox carriers, so that a launch really reaches people and the carriers' ledger tells whom."""

import dataclasses
from collections.abc import Callable

from accounts.models import Organization
from core.tenancy import tenant_context
from messaging import template_office
from messaging.actions.connecting import add_sender, connect_account
from messaging.actions.templates import write_template
from messaging.channels.whatsapp_texts import TemplateText
from messaging.models import ProviderAccount
from tests.carriers import Sandbox
from tests.factories import whatsapp
from tests.factories.campaigns import ACCOUNT_SID, TOKEN, House
from tests.factories.channels import SENDERS

#: the word that the carriers' ledger has for what each channel hands over
HANDED_OVER = {"sms": "message", "voice": "call", "whatsapp": "chat", "email": "mail"}
_TEXT = TemplateText(body="Hello {{1}}, it is ready.", samples={"body_1": "Ada"})


def open_line(house: House, channel: str, sandbox: Sandbox, base: str) -> House:
    """The same house with a sender of the channel at the sandbox; `base` is where our own web side answers.

    Effects: what `make_line` and `make_content` then make for the channel is this sender, and what the carrier has approved.
    """
    return _OPENERS[channel](house, sandbox, base)


def reached(sandbox: Sandbox, channel: str) -> list[str]:
    """The addresses to which a carrier took something, in order, once for each time."""
    return [entry["to"] for entry in sandbox.ledger(f"kind={HANDED_OVER[channel]}") if entry["accepted"]]


def _texts(house: House, sandbox: Sandbox, _base: str) -> House:
    sandbox.post("accounts", {"sid": ACCOUNT_SID, "token": TOKEN, "sender": SENDERS["sms"]})
    return house


def _calls(house: House, sandbox: Sandbox, base: str) -> House:
    with tenant_context(house.id):
        Organization.objects.update(legal_name="Acme Inc.")
    return _add(_texts(house, sandbox, base), house.account, "voice")


def _mail(house: House, sandbox: Sandbox, _base: str) -> House:
    login = {"host": "mail.example.com", "port": "587", "security": "starttls", "username": "u", "password": "word"}
    with tenant_context(house.id):
        account = connect_account(
            actor=house.actor, name="smtp", label="Mail", credentials=login,
            base_url=f"smtp://127.0.0.1:{sandbox.smtp_port}",
        )  # fmt: skip
    return _add(house, account, "email")


def _chats(house: House, sandbox: Sandbox, base: str) -> House:
    with tenant_context(house.id):
        account = whatsapp.make_whatsapp(house.actor, sandbox.url)
    business = {
        "id": whatsapp.BUSINESS, "phone_number_id": SENDERS["whatsapp"], "access_token": whatsapp.ACCESS,
        "app_secret": whatsapp.SECRET, "verify_token": account.token,
        "webhook_url": f"{base}/webhooks/whatsapp_cloud/inbound/{account.token}",
    }  # fmt: skip
    sandbox.post("whatsapp/businesses", business)
    made = _add(house, account, "whatsapp")
    with tenant_context(house.id):
        template = write_template(
            actor=house.actor, account=account, name="order_ready", language="en_US", use_case="transactional",
            text=_TEXT,
        )  # fmt: skip
    template_office.submit_template(actor=house.actor, organization_id=house.id, template_id=template.id)
    sandbox.settle()
    return made


def _add(house: House, account: ProviderAccount, channel: str) -> House:
    with tenant_context(house.id):
        sender = add_sender(
            actor=house.actor, account=account, channel=channel, address=SENDERS[channel], label=channel,
            rate_per_second=100, shown_as="+14025550100" if channel == "whatsapp" else "",
        )  # fmt: skip
    return dataclasses.replace(house, account=account, sender=sender)


_OPENERS: dict[str, Callable[[House, Sandbox, str], House]] = {
    "sms": _texts,
    "voice": _calls,
    "whatsapp": _chats,
    "email": _mail,
}
