"""What billing can tell: what there is, what something would cost, and every movement."""

import datetime
import uuid
from collections.abc import Iterable, Mapping, Sequence

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q, QuerySet, Sum

from accounts.choices import country_name
from accounts.models import Organization
from billing.contracts import Funds, Used, UsedOnDay
from billing.models import Balance, LedgerEntry, Price, PriceQuote, Usage
from billing.origins import origins_named
from billing.price_book import Line, Rate, price_book, rate_for
from billing.states import MESSAGE_NAMES, SHOWN, WORDS


def funds() -> Funds:
    """What the organisation in scope has. One query."""
    held = dict(Balance.objects.values_list("account", "amount"))
    return Funds(held.get("available", 0), held.get("reserved", 0), held.get("spent", 0))


def low_balances(most: int = 10) -> list[tuple[Organization, int]]:
    """Organisations that have had units, with what is free, the lowest first. Two queries.

    Shape: for the operators' database role, which alone sees more than one organisation; closed ones are left out.
    Units: thousandths of a unit.
    """
    there: QuerySet[Organization] = QuerySet(Organization).exclude(state="closed")
    rows: QuerySet[Balance] = QuerySet(Balance).filter(account="available", organization_id__in=there.values("id"))
    lowest = dict(rows.order_by("amount", "organization_id").values_list("organization_id", "amount")[:most])
    named = there.in_bulk(list(lowest))
    return [(named[organization_id], amount) for organization_id, amount in lowest.items()]


def rates() -> tuple[Rate, ...]:
    """The price book with the organisation's own prices after it. One query."""
    own = tuple(
        Rate(row.channel, row.category, row.country, row.amount, row.valid_from, f"own {row.valid_from}", row.reason)
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


def quoted_lines(origin_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, list[Line]]:
    """What was quoted for these origins; none for one of which nothing was quoted. One query."""
    rows = PriceQuote.objects.filter(origin_id__in=set(origin_ids)).values_list("origin_id", "lines")
    return {origin_id: [(country, amount, version) for country, amount, version in lines] for origin_id, lines in rows}


def quote_of(origin_id: uuid.UUID) -> PriceQuote | None:
    """What was quoted for one origin, with its day and category. One query."""
    return PriceQuote.objects.filter(origin_id=origin_id).first()


def prices_ahead(after: datetime.date) -> list[Rate]:
    """Prices that begin later than this day, agreed ones as well as those of the book, the next first. One query."""
    return sorted((rate for rate in rates() if rate.valid_from > after), key=lambda rate: rate.valid_from)


def quote(parts_by_country: Mapping[str, int], *, channel: str, category: str, on: datetime.date) -> int:
    """What so many parts to these countries cost. Units: thousandths of a unit. One query. Errors: NoPrice."""
    known = rates()
    return sum(
        parts * rate_for(known, channel=channel, category=category, country=country, on=on).amount
        for country, parts in parts_by_country.items()
    )


def statement(number: str, *, show: str = "") -> "Page[LedgerEntry]":
    """Fifty movements, newest first, in words, each with what it was for. Six queries at most.

    Shape: `show` is a word of SHOWN, empty for all. `signed` is what a movement adds to what is free, `after` what was free
           then; `after` is told of the whole statement alone.
    """
    rows = LedgerEntry.objects.order_by("-id")
    page = Paginator(rows.filter(kind__in=SHOWN[show][1]) if show in SHOWN else rows, 50).get_page(number)
    entries = list(page.object_list)
    origins = origins_named({row.origin_id for row in entries if row.origin_id is not None})
    after = {} if show in SHOWN else _free_after(entries)
    for row in entries:
        vars(row).update(
            words=WORDS[row.kind].format(MESSAGE_NAMES.get(row.channel, "a message")),
            signed=row.amount * ((row.credit == "available") - (row.debit == "available")),
            origin=origins.get(row.origin_id),
            after=after.get(row.id),
        )
    page.object_list = entries
    return page


def shown_chips() -> list[tuple[str, str, int]]:
    """What the statement can be narrowed to and how many movements that leaves. One query."""
    counts = dict(LedgerEntry.objects.values_list("kind").annotate(Count("id")))
    found = [(word, label, sum(counts.get(kind, 0) for kind in kinds)) for word, (label, kinds) in SHOWN.items()]
    return [chip for chip in found if chip[2]]


def _free_after(entries: Sequence[LedgerEntry]) -> dict[uuid.UUID, int]:
    """What was free after each of these entries, which follow one another, newest first. Two queries."""
    if not entries:
        return {}
    plus, minus = Sum("amount", filter=Q(credit="available")), Sum("amount", filter=Q(debit="available"))
    newer = LedgerEntry.objects.filter(id__gt=entries[0].id).aggregate(plus=plus, minus=minus)
    free = funds().available - (newer["plus"] or 0) + (newer["minus"] or 0)
    after = {}
    for row in entries:
        after[row.id] = free
        free -= row.amount * ((row.credit == "available") - (row.debit == "available"))
    return after


def used_by(origin_id: uuid.UUID) -> Used:
    """What the messages of one origin, such as a run, came to. One query of a few rows, however many messages."""
    return used_by_each([origin_id]).get(origin_id, Used())


def used_by_each(origin_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Used]:
    """What the messages of each of these origins came to; none for an origin that used nothing. One query."""
    rows = Usage.objects.filter(origin_id__in=list(origin_ids)).values_list("origin_id", "kind").annotate(Sum("amount"))
    sums: dict[uuid.UUID, dict[str, int]] = {}
    for origin_id, kind, amount in rows:
        sums.setdefault(origin_id, {})[kind] = amount
    return {origin_id: _used(each) for origin_id, each in sums.items()}


def _used(sums: Mapping[str, int]) -> Used:
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
