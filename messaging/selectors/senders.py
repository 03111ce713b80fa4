"""Carriers' accounts and their senders, as the page shows them."""

import dataclasses
import uuid
from collections.abc import Mapping, Sequence
from typing import Final

from django.conf import settings
from django.db.models import Count, Prefetch
from django.urls import reverse

from consent.contracts import Channel
from consent.models import CHANNELS
from core import clock
from core.wording import counted_text
from messaging.models import Message, ProviderAccount, Sender
from messaging.providers.credentials import ConnectGuide
from messaging.providers.registry import PROVIDERS
from messaging.sender_addresses import ADDRESSES, AddressKind
from messaging.states import WAITING_FOR_UNITS

Badge = Mapping[str, str]

_ACCOUNT_BADGES: Final[Mapping[str, Badge]] = {
    "connected": {"label": "Connected", "tone": "yes", "icon": "check"},
    "failed": {"label": "Not working", "tone": "no", "icon": "x"},
    "unchecked": {"label": "Not checked", "tone": "wait", "icon": "clock"},
}
_READY: Final[Badge] = {"label": "Ready", "tone": "yes", "icon": "check"}
_CHANNEL_NAMES: Final = dict(CHANNELS)
#: the carrier on this machine: its key in the list, and whose language it speaks
PRACTICE: Final = "practice"
_PRACTICE_SPEAKS: Final = "twilio"


@dataclasses.dataclass(frozen=True, slots=True)
class CarrierChoice:
    """A carrier that can be connected. `base_url` is empty for a carrier's own address."""

    key: str
    title: str
    about: str
    provider: str
    guide: ConnectGuide
    base_url: str


@dataclasses.dataclass(frozen=True, slots=True)
class SenderLine:
    """An account and one of its channels: what a sender can be added to."""

    account: ProviderAccount
    channel: Channel
    kind: AddressKind

    @property
    def channel_name(self) -> str:
        """The channel in words."""
        return _CHANNEL_NAMES[self.channel]


@dataclasses.dataclass(frozen=True, slots=True)
class SenderRow:
    """A sender as the page shows it."""

    sender: Sender
    badge: Badge
    why: str


@dataclasses.dataclass(frozen=True, slots=True)
class AccountCard:
    """A carrier's account as the page shows it: of its secret only the last four letters.

    `inbound_address` is empty where the carrier reports nothing back.
    """

    account: ProviderAccount
    badge: Badge
    guide: ConnectGuide
    is_practice: bool
    inbound_address: str
    senders: tuple[SenderRow, ...]

    @property
    def account_label(self) -> str:
        """What the carrier calls the field that names the account."""
        return self.guide.field(self.guide.account).label

    @property
    def hint_label(self) -> str:
        """What the carrier calls the secret whose last four letters are shown."""
        return self.guide.field(self.guide.hint).label


@dataclasses.dataclass(frozen=True, slots=True)
class MadeSecret:
    """An account that was just connected, with the secret its carrier has to be told: shown now and never again."""

    card: AccountCard
    secret: str = dataclasses.field(repr=False)


def carrier_choices() -> tuple[CarrierChoice, ...]:
    """The carriers that can be connected: the one on this machine first, then all that are registered."""
    choices = tuple(
        CarrierChoice(name, one.guide.title, one.guide.about, name, one.guide, "") for name, one in PROVIDERS.items()
    )
    if not settings.SANDBOX_URL:
        return choices
    about = "On this machine: what you send arrives on the handset page, nowhere else."
    guide = PROVIDERS[_PRACTICE_SPEAKS].guide
    practice = CarrierChoice(PRACTICE, "Practice carrier", about, _PRACTICE_SPEAKS, guide, settings.SANDBOX_URL)
    return (practice, *choices)


def carrier_choice(key: str) -> CarrierChoice | None:
    """One of `carrier_choices`, or None when there is none of that key."""
    return next((choice for choice in carrier_choices() if choice.key == key), None)


def channels_of(account: ProviderAccount) -> tuple[Channel, ...]:
    """The channels an account can have senders on: those of its carrier, in the order of the product."""
    offered = PROVIDERS[account.provider].capabilities.channels
    return tuple(channel for channel in ADDRESSES if channel in offered)


def sender_lines(cards: Sequence[AccountCard]) -> tuple[SenderLine, ...]:
    """Everything a sender can be added to, oldest account first."""
    return tuple(
        SenderLine(card.account, channel, ADDRESSES[channel]) for card in cards for channel in channels_of(card.account)
    )


def chosen_line(lines: Sequence[SenderLine], account_id: str, channel: str) -> SenderLine | None:
    """The line that was asked for. An account alone is enough while it has one channel; nothing, while there is one line."""
    fitting = [line for line in lines if account_id in ("", str(line.account.id)) and channel in ("", line.channel)]
    return fitting[0] if len(fitting) == 1 else None


def account_cards() -> list[AccountCard]:
    """All accounts with their senders, oldest first. Three queries; credentials are not read."""
    senders = Prefetch("senders", Sender.objects.order_by("created_at", "id"))
    accounts = ProviderAccount.objects.defer("credentials_sealed").prefetch_related(senders)
    unpaid = _without_units()
    return [_card(account, unpaid) for account in accounts.order_by("created_at", "id")]


def _without_units() -> dict[uuid.UUID, int]:
    """How many messages of each sender wait for units."""
    waiting = Message.objects.filter(next_at__isnull=False, reason=WAITING_FOR_UNITS)
    return dict(waiting.values_list("sender_id").annotate(Count("id")))


def _card(account: ProviderAccount, unpaid: Mapping[uuid.UUID, int]) -> AccountCard:
    carrier = PROVIDERS[account.provider]
    path = reverse("webhooks:inbound", args=[account.provider, account.token])
    address = settings.WEBHOOK_URL + path if carrier.capabilities.inbound else ""
    rows = tuple(_sender_row(sender, account, unpaid.get(sender.id, 0)) for sender in account.senders.all())
    return AccountCard(account, _ACCOUNT_BADGES[account.state], carrier.guide, account.practice, address, rows)


def _sender_row(sender: Sender, account: ProviderAccount, unpaid: int) -> SenderRow:
    if sender.paused_at is not None:
        why = "by hand" if sender.paused_reason == "by_hand" else f"by the carrier: {sender.paused_reason}"
        return SenderRow(sender, {"label": "Paused", "tone": "wait", "icon": "pause"}, why)
    if account.state != "connected":
        return SenderRow(sender, {"label": "Cannot send", "tone": "no", "icon": "x"}, "its account does not work")
    if sender.throttled_until is not None and sender.throttled_until > clock.now():
        return SenderRow(sender, {"label": "Slowed", "tone": "note", "icon": "clock"}, "the carrier asked us to wait")
    if unpaid:
        why = f"{counted_text(unpaid, 'message waits', 'messages wait')} for units"
        return SenderRow(sender, {"label": "Out of units", "tone": "wait", "icon": "wallet"}, why)
    return SenderRow(sender, _READY, "")
