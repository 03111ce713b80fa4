"""What billing can tell: what there is, what something would cost, and every movement."""

import datetime
import uuid
from collections.abc import Mapping, Sequence

from django.core.paginator import Page, Paginator
from django.db.models import Sum

from accounts.choices import country_name
from billing.contracts import Funds, Used, UsedOnDay
from billing.models import Balance, LedgerEntry, Price, Usage
from billing.price_book import Rate, price_book, rate_for
from billing.states import WORDS


def funds() -> Funds:
    """What the organisation in scope has. One query."""
    held = dict(Balance.objects.values_list("account", "amount"))
    return Funds(held.get("available", 0), held.get("reserved", 0), held.get("spent", 0))


def rates() -> tuple[Rate, ...]:
    """The price book with the organisation's own prices after it. One query."""
    own = tuple(
        Rate(row.channel, row.category, row.country, row.amount, row.valid_from, f"own {row.valid_from}")
        for row in Price.objects.order_by("valid_from")
    )
    return own_first(price_book(), own)


def own_first(book: Sequence[Rate], own: Sequence[Rate]) -> tuple[Rate, ...]:
    """The book without the lines an agreed price replaces for the same channel, category and country."""
    replaced = {(rate.channel, rate.category, rate.country): rate.valid_from for rate in own}
    kept = [
        rate
        for rate in book
        if replaced.get((rate.channel, rate.category, rate.country), datetime.date.max) > rate.valid_from
    ]
    return (*kept, *own)


def quote(parts_by_country: Mapping[str, int], *, channel: str, category: str, on: datetime.date) -> int:
    """What so many parts to these countries cost. Units: thousandths of a unit. One query. Errors: NoPrice."""
    known = rates()
    return sum(
        parts * rate_for(known, channel=channel, category=category, country=country, on=on).amount
        for country, parts in parts_by_country.items()
    )


def statement(number: str) -> "Page[LedgerEntry]":
    """Fifty movements, newest first, with their words. Two queries."""
    page = Paginator(LedgerEntry.objects.order_by("-id"), 50).get_page(number)
    for row in page:
        row.words = WORDS[row.kind]
        row.signed = row.amount if row.credit == "available" else -row.amount if row.debit == "available" else 0
    return page


def used_by(origin_id: uuid.UUID) -> Used:
    """What the messages of one origin, such as a run, came to. One query of a few rows, however many messages."""
    rows = Usage.objects.filter(origin_id=origin_id).values_list("kind").annotate(Sum("amount"))
    sums = dict(rows)
    charged, released = sums.get("settle", 0), sums.get("release", 0)
    held = sums.get("reserve", 0) - charged - released
    return Used(charged - sums.get("refund", 0), held, released + sums.get("refund", 0))


def used_by_day(since: datetime.date) -> list[UsedOnDay]:
    """What each channel was charged on each day since then, newest first. One query."""
    rows = Usage.objects.filter(kind="settle", day__gte=since).values("day", "channel")
    sums = rows.annotate(units=Sum("amount"), messages=Sum("entries")).order_by("-day", "channel")
    return [UsedOnDay(row["day"], row["channel"], row["units"], row["messages"]) for row in sums]


def price_lines(on: datetime.date) -> list[tuple[Rate, str]]:
    """The price list as it holds on a day, with agreed prices in place of the book's, each with where it holds. One query."""
    newest: dict[tuple[str, str, str], Rate] = {}
    for rate in sorted(rates(), key=lambda rate: rate.valid_from):
        if rate.valid_from <= on:
            newest[(rate.channel, rate.category, rate.country)] = rate
    lines = sorted(newest.values(), key=lambda rate: (rate.channel, rate.category, rate.country == "", rate.country))
    particular = {(rate.channel, rate.category) for rate in lines if rate.country}
    rest = {True: "All other countries", False: "All countries"}
    return [
        (rate, country_name(rate.country) if rate.country else rest[(rate.channel, rate.category) in particular])
        for rate in lines
    ]
