"""What carriers' books say, as the page shows it: one card for each account that has any, with the addresses that differ."""

import dataclasses
import datetime
from collections.abc import Mapping, Sequence
from typing import Final

from django.db.models import Count, Sum

from accounts.contracts import Actor
from consent.models import CHANNELS, Point
from consent.states import SUPPRESSION_LABELS
from core import clock
from messaging.carrier_book_models import CarrierBook, CarrierDrift
from messaging.models import ProviderAccount
from messaging.providers.books import ListsInbound, ListsKeptOut
from messaging.providers.registry import PROVIDERS
from messaging.selectors.replies import Person, people_behind

Badge = Mapping[str, str]
#: so many addresses that differ are shown of one account
SHOWN: Final = 100
#: the hourly reading is late when none succeeded for so long
_LATE: Final = datetime.timedelta(hours=3)
_CHANNELS: Final[Mapping[str, str]] = dict(CHANNELS)
_BADGES: Final[Mapping[str, Badge]] = {
    "open": {"label": "Missing here", "tone": "no", "icon": "alert"},
    "recorded": {"label": "Recorded here", "tone": "yes", "icon": "check"},
    "agreed_since": {"label": "Agreed again since", "tone": "wait", "icon": "clock"},
    "gone": {"label": "No longer kept out there", "tone": "plain", "icon": "undo"},
}


@dataclasses.dataclass(frozen=True, slots=True)
class DriftRow:
    """One address that a carrier keeps out, and what became of it here."""

    drift: CarrierDrift
    person: Person
    why: str
    channel: str
    badge: Badge


@dataclasses.dataclass(frozen=True, slots=True)
class BookCard:
    """One account and its books. `book` is None while nothing was read yet."""

    account: ProviderAccount
    carrier: str
    lists_inbound: bool
    lists_kept_out: bool
    book: CarrierBook | None
    rows: Sequence[DriftRow]
    missing: int
    leaked: int

    @property
    def is_late(self) -> bool:
        """Whether the hourly reading has failed for some hours."""
        if not self.lists_inbound or self.book is None or self.book.inbound_read_at is None:
            return False
        return clock.now() - self.book.inbound_read_at > _LATE


def book_cards(actor: Actor) -> list[BookCard]:
    """Every account whose carrier can be asked for its books. Addresses are opened for whoever may see them."""
    accounts = list(ProviderAccount.objects.defer("credentials_sealed").order_by("label", "id"))
    books = {book.account_id: book for book in CarrierBook.objects.all()}
    asked = [one for one in accounts if issubclass(PROVIDERS[one.provider], ListsInbound | ListsKeptOut)]
    return [_card(actor, account, books.get(account.id)) for account in asked]


def _card(actor: Actor, account: ProviderAccount, book: CarrierBook | None) -> BookCard:
    kind = PROVIDERS[account.provider]
    drifts = CarrierDrift.objects.filter(account=account)
    missing = drifts.filter(state="open").aggregate(count=Count("id"), leaked=Sum("leaked"))
    found = list(drifts.exclude(state="gone").order_by("-found_at", "id")[:SHOWN])
    points = Point.objects.in_bulk([row.point_id for row in found])
    people = people_behind(points.values(), actor.may("see_addresses"))
    return BookCard(
        account,
        kind.guide.title,
        issubclass(kind, ListsInbound),
        issubclass(kind, ListsKeptOut),
        book,
        [_row(drift, people[drift.point_id]) for drift in found],
        missing["count"],
        missing["leaked"] or 0,
    )


def _row(drift: CarrierDrift, person: Person) -> DriftRow:
    why = SUPPRESSION_LABELS.get(drift.because, drift.because)  # type: ignore[call-overload]  # a stored word
    return DriftRow(drift, person, why, _CHANNELS.get(drift.channel, drift.channel), _BADGES[drift.state])
