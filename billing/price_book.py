"""The price book: dated files, read once. Pure: which price holds for a part on a day."""

import dataclasses
import datetime
import functools
import pathlib
import tomllib
from collections.abc import Iterable, Sequence

_FOLDER = pathlib.Path(__file__).parent / "rates"


@dataclasses.dataclass(frozen=True, slots=True)
class Rate:
    """One line of a price book. Units: thousandths of a unit for each part; empty category or country means any."""

    channel: str
    category: str
    country: str
    amount: int
    valid_from: datetime.date
    version: str
    #: who says so
    source: str = ""

    @property
    def own(self) -> bool:
        """Whether it was agreed with one organisation, and is not of the book."""
        return self.version.startswith("own ")


class NoPrice(Exception):
    """The price book has no line for this; nothing may be sent without a price."""


@functools.cache
def price_book() -> tuple[Rate, ...]:
    """Every line of every dated file, oldest first."""
    return tuple(rate for path in sorted(_FOLDER.glob("*.toml")) for rate in _read(path))


def _read(path: pathlib.Path) -> Iterable[Rate]:
    told = tomllib.loads(path.read_text())
    for line in told["price"]:
        yield Rate(
            line["channel"],
            line.get("category", ""),
            line.get("country", ""),
            line["amount"],
            told["valid_from"],
            path.stem,
            told["source"],
        )


def rate_for(rates: Sequence[Rate], *, channel: str, category: str, country: str, on: datetime.date) -> Rate:
    """The rate that holds on a day: the most particular line, country before category; of equals the newest.

    Errors: NoPrice.
    """
    fitting = [
        rate
        for rate in rates
        if rate.channel == channel
        and rate.category in ("", category)
        and rate.country in ("", country)
        and rate.valid_from <= on
    ]
    if not fitting:
        raise NoPrice(f"no price for {channel} {category or 'of any category'} to {country or 'anywhere'}")
    return max(fitting, key=lambda rate: (rate.country != "", rate.category != "", rate.valid_from))


#: a line of prices that were quoted: country (empty for every other one), thousandths of a unit for each part, version
type Line = tuple[str, int, str]


def lines_for(rates: Sequence[Rate], *, channel: str, category: str, on: datetime.date) -> list[Line]:
    """Every price of a channel and category on a day, by country: what a quote keeps, so that any country can be charged.

    Errors: NoPrice when there is not even a line for somewhere.
    """
    known = [rate for rate in rates if rate.channel == channel and rate.category in ("", category)]
    countries = sorted({rate.country for rate in known if rate.valid_from <= on} - {""})
    found: list[Line] = []
    for country in ["", *countries]:
        try:
            rate = rate_for(known, channel=channel, category=category, country=country, on=on)
        except NoPrice:
            continue
        found.append((country, rate.amount, rate.version))
    if not found:
        raise NoPrice(f"no price for {channel} {category or 'of any category'}")
    return found


def line_of(lines: Sequence[Line], country: str) -> Line:
    """The line for a country, or that for every other one. Errors: NoPrice."""
    by_country = {line[0]: line for line in lines}
    found = by_country.get(country) or by_country.get("")
    if found is None:
        raise NoPrice(f"no price was quoted for {country or 'anywhere'}")
    return found


def category_of(channel: str, tier: str, template: str = "") -> str:
    """Which category of prices a message belongs to. Only WhatsApp has any: that of its template, as WhatsApp decided it.

    Words of one's own inside an open conversation have no template; they are priced by what they are for.
    """
    if channel != "whatsapp":
        return ""
    return template or ("marketing" if tier == "marketing" else "utility")
