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


def category_of(channel: str, tier: str) -> str:
    """Which category of prices a message belongs to: WhatsApp has one for marketing and one for all else we begin with."""
    if channel != "whatsapp":
        return ""
    return "marketing" if tier == "marketing" else "utility"
