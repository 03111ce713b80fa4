"""Carriers' accounts and their senders, as the page shows them."""

import dataclasses
from collections.abc import Mapping
from typing import Final

from django.conf import settings
from django.db.models import Prefetch
from django.urls import reverse

from core import clock
from messaging.models import ProviderAccount, Sender

Badge = Mapping[str, str]

_ACCOUNT_BADGES: Final[Mapping[str, Badge]] = {
    "connected": {"label": "Connected", "tone": "yes", "icon": "check"},
    "failed": {"label": "Not working", "tone": "no", "icon": "x"},
    "unchecked": {"label": "Not checked", "tone": "wait", "icon": "clock"},
}
_READY: Final[Badge] = {"label": "Ready", "tone": "yes", "icon": "check"}


@dataclasses.dataclass(frozen=True, slots=True)
class SenderRow:
    """A sender as the page shows it."""

    sender: Sender
    badge: Badge
    why: str


@dataclasses.dataclass(frozen=True, slots=True)
class AccountCard:
    """A carrier's account as the page shows it: of its secret only the last four letters."""

    account: ProviderAccount
    badge: Badge
    is_practice: bool
    inbound_address: str
    senders: tuple[SenderRow, ...]


def account_cards() -> list[AccountCard]:
    """All accounts with their senders, oldest first. Two queries; credentials are not read."""
    senders = Prefetch("senders", Sender.objects.order_by("created_at", "id"))
    accounts = ProviderAccount.objects.defer("credentials_sealed").prefetch_related(senders)
    return [_card(account) for account in accounts.order_by("created_at", "id")]


def _card(account: ProviderAccount) -> AccountCard:
    address = settings.WEBHOOK_URL + reverse("webhooks:inbound", args=[account.provider, account.token])
    rows = tuple(_sender_row(sender, account) for sender in account.senders.all())
    return AccountCard(account, _ACCOUNT_BADGES[account.state], bool(account.base_url), address, rows)


def _sender_row(sender: Sender, account: ProviderAccount) -> SenderRow:
    if sender.paused_at is not None:
        why = "by hand" if sender.paused_reason == "by_hand" else f"by the carrier: {sender.paused_reason}"
        return SenderRow(sender, {"label": "Paused", "tone": "wait", "icon": "pause"}, why)
    if account.state != "connected":
        return SenderRow(sender, {"label": "Cannot send", "tone": "no", "icon": "x"}, "its account does not work")
    if sender.throttled_until is not None and sender.throttled_until > clock.now():
        return SenderRow(sender, {"label": "Slowed", "tone": "note", "icon": "clock"}, "the carrier asked us to wait")
    return SenderRow(sender, _READY, "")
