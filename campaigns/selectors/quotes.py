"""What a run would cost: people and parts by country from its check, priced as of now, beside what there is to pay with."""

import dataclasses
from collections.abc import Sequence

from billing.contracts import units_text
from billing.price_book import category_of, rate_for
from billing.selectors import funds, rates
from campaigns.models import Run
from core import clock


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
    """

    lines: Sequence[QuoteLine]
    available: int
    free: bool

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
    def tight(self) -> bool:
        """Whether they reach for the least and not for the most: some messages may have to wait for more units."""
        return self.enough and self.most > self.available

    @property
    def missing(self) -> int:
        """What has to be added before it can be launched; 0 when it can."""
        return max(0, self.least - self.available)

    @property
    def after(self) -> int:
        """What is left when all has gone, at most."""
        return self.available - self.least

    @property
    def after_most(self) -> int:
        """What is left when all has gone, at least; below 0 when some would have to wait."""
        return self.available - self.most

    @property
    def text(self) -> str:
        """The cost as people read it: 900 units, 900 to 1,010 units, or that it costs nothing."""
        if self.free:
            return "Nothing: the practice carrier is free"
        least, most = units_text(self.least), units_text(self.most)
        return f"{least.rpartition(' ')[0]} to {most}" if self.varies else most


def quote_run(run: Run) -> Quote | None:
    """What a checked run would cost now; None while it is not measured yet. Two queries.

    Shape:  a line for each country, dearest first; an address without a country has the line "" and the price of anywhere.
    Errors: NoPrice when the price book has no line for the channel.
    """
    if run.parts_by_country is None:
        return None
    lines = sorted(_lines(run), key=lambda line: (-line.most, line.country))
    return Quote(lines, funds().available, run.sender.account.practice)


def _lines(run: Run) -> list[QuoteLine]:
    measured = (run.parts_by_country or {}).items()
    if run.sender.account.practice:
        return [QuoteLine(country, people, least, most, 0, "") for country, (people, least, most) in measured]
    known, today = rates(), clock.now().date()
    channel, category = run.sender.channel, category_of(run.sender.channel, run.purpose.tier)
    found = []
    for country, (people, least, most) in measured:
        rate = rate_for(known, channel=channel, category=category, country=country, on=today)
        found.append(QuoteLine(country, people, least, most, rate.amount, rate.version))
    return found
