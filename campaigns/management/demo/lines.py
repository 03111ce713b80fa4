"""The demo's lines: an account for practice, and one whose messages cost units; both with the practice carrier."""

import hashlib
import hmac
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings

from accounts.contracts import Actor
from billing.actions.ledger import add_units
from campaigns.management.demo.stage import Stage, ask_carrier
from core.tenancy import tenant_context
from messaging.actions.connecting import add_sender, check_credentials, connect_account
from messaging.actions.registrations import Entry, confirm_registrations, keep_registration
from messaging.models import ProviderAccount, Sender

PRACTICE, PAID = "demo account", "demo account that costs units"
_LABELS = {PRACTICE: "Practice account", PAID: "Counter account"}


def account_name(which: str) -> str:
    """One of the demo's accounts at the practice carrier, made from this installation's own secret."""
    return "AC" + hmac.digest(settings.SECRET_KEY.encode(), which.encode(), hashlib.sha256).hex()[:32]


def account_names() -> list[str]:
    """Both accounts."""
    return [account_name(which) for which in (PRACTICE, PAID)]


def connect_lines(
    stage: Stage, organization_id: uuid.UUID, story: Mapping[str, Any], actor: Actor, token: str
) -> tuple[Sequence[ProviderAccount], dict[str, Sender]]:
    """The accounts, checked as the page checks them, and the numbers on each."""
    accounts: list[ProviderAccount] = []
    senders: dict[str, Sender] = {}
    for which in (PRACTICE, PAID):
        account = _connect(organization_id, actor, which, token)
        plans = [plan for plan in story["sender"] if plan.get("paid", False) == (which == PAID)]
        with tenant_context(organization_id):
            senders |= {plan["key"]: _add(actor, account, plan) for plan in plans}
        register_account(account.account_name, token, inbound_address(stage.address, account))
        accounts.append(account)
    _register(organization_id, story, actor, senders)
    return accounts, senders


def _connect(organization_id: uuid.UUID, actor: Actor, which: str, token: str) -> ProviderAccount:
    """One account; the paid one is kept like one at a real carrier, though it talks to the one on this machine."""
    sid = account_name(which)
    register_account(sid, token, "")
    credentials = {"account_sid": sid, "auth_token": token}
    check_credentials(name="twilio", credentials=credentials, base_url=settings.SANDBOX_URL)
    with tenant_context(organization_id):
        account = connect_account(
            actor=actor, name="twilio", label=_LABELS[which], credentials=credentials, base_url=settings.SANDBOX_URL
        )
        account.practice = which == PRACTICE
        account.save(update_fields=["practice"])
    return account


def _add(actor: Actor, account: ProviderAccount, plan: Mapping[str, Any]) -> Sender:
    named = {"address": plan["number"], "label": plan["label"], "rate_per_second": plan["rate_per_second"]}
    return add_sender(actor=actor, account=account, channel="sms", **named)


def _register(
    organization_id: uuid.UUID, story: Mapping[str, Any], actor: Actor, senders: Mapping[str, Sender]
) -> None:
    """What the networks ask of a line that is no practice line, approved and seen by an operator."""
    with tenant_context(organization_id):
        for plan in story["registration"]:
            told = {"state": "approved", "evidence": "Register of the demo", "number": plan["number"]}
            sender = senders.get(plan.get("sender", ""))
            keep_registration(actor=actor, entry=Entry(plan["kind"], "US", sender=sender, **told))
        confirm_registrations(actor=operator(), note="The register of the demo.")


def operator() -> Actor:
    """Somebody of the platform."""
    return Actor("operator", None, frozenset(), "127.0.0.1", "operator host")


def bring_units(organization_id: uuid.UUID, plan: Mapping[str, Any]) -> None:
    """Units that came in on a day of the story."""
    with tenant_context(organization_id):
        add_units(actor=operator(), units=plan["units"], note=plan["note"], kind=plan.get("kind", "top_up"))


def register_account(sid: str, token: str, inbound_url: str) -> None:
    """Make the account known to the practice carrier, with the address its customers' texts go to."""
    ask_carrier("POST", "accounts", {"sid": sid, "token": token, "inbound_url": inbound_url})


def inbound_address(base: str, account: ProviderAccount) -> str:
    """Where the carrier brings what people write."""
    return f"{base}/webhooks/{account.provider}/inbound/{account.token}"
