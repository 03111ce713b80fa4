"""Verbs of prices: what an operator agrees with one organisation, and what was quoted to it at a launch."""

import datetime
import uuid
from collections.abc import Sequence
from typing import Final

from accounts.actions.audit import record_audit
from accounts.choices import countries
from accounts.contracts import Actor, Refused
from billing.models import Price, PriceQuote
from billing.price_book import Line, price_book
from billing.states import PER_UNIT
from core import clock

#: whole units for one part; more is a slip of the hand
LARGEST_PRICE: Final = 1_000
#: who agrees on prices further ahead has another day in mind
MOST_DAYS_AHEAD: Final = 366


def agree_price(
    *,
    actor: Actor,
    channel: str,
    category: str,
    country: str,
    amount: int,
    valid_from: datetime.date,
    reason: str,
) -> Price:
    """Agree a price with the organisation in scope, from a day on; it goes before the price book until a later one ends it.

    Shape:   empty category or country means any, as in the book.
    Units:   amount in thousandths of a unit for each part.
    Effects: one row and one audit row. What was quoted before is charged as it was quoted.
    Errors:  Refused names the field: no operator, no reason, a line the book does not have, an amount outside 0 to a thousand
             units, a day that has begun (what was told today stays true) or is more than a year ahead, a price for that day
             already.
    """
    if actor.kind != "operator":
        raise Refused("Only an operator agrees prices.", remedy="Write to support.")
    if not reason.strip():
        raise Refused("Say where it comes from.", field="reason", remedy="Write the number of the contract.")
    if (channel, category) not in {(rate.channel, rate.category) for rate in price_book()}:
        remedy = "Choose a channel and category of the price list."
        raise Refused("The price list has no such line.", field="line", remedy=remedy)
    if country and country not in dict(countries()):
        raise Refused("There is no such country.", field="country", remedy="Choose one, or leave it empty for all.")
    if not 0 <= amount <= LARGEST_PRICE * PER_UNIT:
        raise Refused("That is not a price.", field="amount", remedy=f"Between 0 and {LARGEST_PRICE:,} units.")
    _demand_day(valid_from)
    alike = Price.objects.filter(channel=channel, category=category, country=country, valid_from=valid_from)
    if alike.exists():
        raise Refused("A price is agreed for that day already.", field="valid_from", remedy="Choose another day.")
    row = Price.objects.create(
        channel=channel,
        category=category,
        country=country,
        amount=amount,
        valid_from=valid_from,
        reason=reason.strip()[:200],
        agreed_by=actor.id,
        agreed_at=clock.now(),
    )
    told = {"channel": channel, "category": category, "country": country, "amount": amount}
    data = told | {"valid_from": valid_from.isoformat(), "reason": row.reason}
    record_audit(actor=actor, action="price.agreed", on=("price", row.id), data=data)
    return row


def _demand_day(day: datetime.date) -> None:
    today = clock.now().date()
    if day <= today:
        raise Refused("That day has begun.", field="valid_from", remedy="Choose tomorrow or a later day.")
    if day > today + datetime.timedelta(days=MOST_DAYS_AHEAD):
        raise Refused("That is more than a year ahead.", field="valid_from", remedy="Choose an earlier day.")


def keep_quote(*, origin_id: uuid.UUID, channel: str, category: str, lines: Sequence[Line]) -> None:
    """Keep what was quoted for an origin; its messages are charged so, whatever begins meanwhile.

    Effects: one row, once: what was quoted first stays.
    """
    row = PriceQuote(
        origin_id=origin_id,
        channel=channel,
        category=category,
        lines=[list(line) for line in lines],
        quoted_at=clock.now(),
    )
    PriceQuote.objects.bulk_create([row], ignore_conflicts=True)
