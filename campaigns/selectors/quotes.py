"""What a run would cost: people and parts by country from its check, at the prices it was quoted, beside what pays for it."""

import dataclasses
import datetime
import uuid
from collections.abc import Sequence
from typing import Any

from billing.contracts import units_text
from billing.price_book import Line, line_of, lines_for
from billing.selectors import funds, rates, used_by_each
from campaigns.models import Run
from campaigns.states import LIVE
from core import clock
from messaging.selectors.price_categories import price_category


@dataclasses.dataclass(frozen=True, slots=True)
class QuoteLine:
    """One country. Units: parts as carriers bill them; amounts in thousandths of a unit. Least and most differ only where
    the values of people decide how many parts their text has.
    """

    country: str
    people: int
    least_parts: int
    most_parts: int
    price: int
    price_version: str

    @property
    def least(self) -> int:
        """What it costs at least."""
        return self.least_parts * self.price

    @property
    def most(self) -> int:
        """What it costs at most."""
        return self.most_parts * self.price


@dataclasses.dataclass(frozen=True, slots=True)
class Quote:
    """What a run would cost and whether the units reach. Units: amounts in thousandths of a unit.

    `free` says that it goes through the practice carrier, which costs nothing: then every amount is 0.
    `promised` is what campaigns launched before still need of what is available, as far as it was looked up.
    """

    lines: Sequence[QuoteLine]
    available: int
    free: bool
    promised: int = 0

    @property
    def people(self) -> int:
        """How many people it is for."""
        return sum(line.people for line in self.lines)

    @property
    def least(self) -> int:
        """What it costs at least."""
        return 0 if self.free else sum(line.least for line in self.lines)

    @property
    def most(self) -> int:
        """What it costs at most."""
        return 0 if self.free else sum(line.most for line in self.lines)

    @property
    def varies(self) -> bool:
        """Whether it is a range: what people are called decides how long their text is."""
        return self.least != self.most

    @property
    def enough(self) -> bool:
        """Whether the units may reach: a launch is refused when they certainly do not."""
        return self.least <= self.available

    @property
    def at_hand(self) -> int:
        """What nobody needs yet: neither held for a message nor promised to a campaign launched before."""
        return max(0, self.available - self.promised)

    @property
    def tight(self) -> bool:
        """Whether it may be launched and the units may not reach for everybody: some messages would wait for more."""
        return self.enough and self.most > self.at_hand

    @property
    def short(self) -> int:
        """What should be added so that nothing waits: neither of this nor of what was launched before."""
        return max(0, self.most + self.promised - self.available)

    @property
    def missing(self) -> int:
        """What has to be added before it can be launched; 0 when it can."""
        return max(0, self.least - self.available)

    @property
    def after(self) -> int:
        """What is left when all has gone, also what was launched before, at most; below 0 when some would have to wait."""
        return self.available - self.promised - self.least

    @property
    def after_most(self) -> int:
        """What is left when all has gone, at least; below 0 when some would have to wait."""
        return self.available - self.promised - self.most

    @property
    def text(self) -> str:
        """The cost as people read it: 900 units, 900 to 1,010 units, or that it costs nothing."""
        if self.free:
            return "Nothing: the practice carrier is free"
        least, most = units_text(self.least), units_text(self.most)
        return f"{least.rpartition(' ')[0]} to {most}" if self.varies else most


def prices_of(run: Run) -> dict[str, Any]:
    """What a run that is measured now is quoted: its category, and every price of it that can be needed. Two queries at most.

    Shape:  as `Run.prices`; no lines for the practice carrier, which is free.
    Errors: NoPrice when the price book has no line for the channel.
    """
    channel = run.sender.channel
    category = price_category(channel, run.purpose.tier, run.template_version.parts)
    if run.sender.account.practice:
        return {"category": category, "lines": []}
    return {"category": category, "lines": lines_for(rates(), channel=channel, category=category, on=_today())}


def quoted_prices(run: Run) -> dict[str, Any]:
    """What a check was quoted, as `Run.prices`; what it would be now, where nothing was kept. No query where it was."""
    return run.prices if run.prices is not None and run.prices["lines"] else prices_of(run)


def quote_run(run: Run) -> Quote | None:
    """What a checked run was quoted; None while it is not measured yet. One query.

    Shape:  a line for each country, dearest first; an address without a country has the line "" and the price of anywhere.
    Errors: NoPrice when the price book had no line for the channel.
    """
    if run.parts_by_country is None:
        return None
    lines = sorted(_lines(run), key=lambda line: (-line.most, line.country))
    return Quote(lines, funds().available, run.sender.account.practice)


def quote_in(run: Run, category: str) -> Quote | None:
    """What the same check would cost if its template were in another category, at the prices of today. Two queries."""
    if run.parts_by_country is None:
        return None
    if run.sender.account.practice:
        return quote_run(run)
    lines = lines_for(rates(), channel=run.sender.channel, category=category, on=_today())
    return Quote(_priced(run, lines), funds().available, free=False)


def quote_beside_others(run: Run) -> Quote | None:
    """The same, beside what campaigns launched before still need. Five queries."""
    quote = quote_run(run)
    return quote if quote is None or quote.free else dataclasses.replace(quote, promised=promised_units())


def promised_units() -> int:
    """What launched campaigns still need and no message of theirs holds yet. Units: thousandths of a unit. Three queries.

    Shape: of each what its check counted at least, without what was charged, is held, or was given back for good. A message
           that is left out at the last moment counts until its campaign is over.
    """
    launched = Run.objects.filter(kind="launch", state__in=LIVE, sender__account__practice=False)
    runs: dict[uuid.UUID, uuid.UUID] = dict(launched.values_list("campaign_id", "id"))
    if not runs:
        return 0
    checks = Run.objects.filter(campaign_id__in=runs, kind="simulation", parts_by_country__isnull=False)
    newest = checks.order_by("campaign_id", "-created_at").distinct("campaign_id")
    used = used_by_each(runs.values())
    needs = 0
    for check in newest.select_related("sender__account", "purpose"):
        gone = used.get(runs[check.campaign_id])
        least = sum(line.least for line in _lines(check))
        needs += max(0, least - (gone.charged + gone.held + gone.given_back if gone else 0))
    return needs


def _lines(run: Run) -> list[QuoteLine]:
    """The lines of a check as it was quoted; one that is older than quotes are, at the prices of today."""
    if run.sender.account.practice:
        measured = (run.parts_by_country or {}).items()
        return [QuoteLine(country, people, least, most, 0, "") for country, (people, least, most) in measured]
    return _priced(run, [(country, price, version) for country, price, version in quoted_prices(run)["lines"]])


def _priced(run: Run, lines: Sequence[Line]) -> list[QuoteLine]:
    found = []
    for country, (people, least, most) in (run.parts_by_country or {}).items():
        _, price, version = line_of(lines, country)
        found.append(QuoteLine(country, people, least, most, price, version))
    return found


def _today() -> datetime.date:
    return clock.now().date()
