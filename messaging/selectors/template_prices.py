"""What a template's category costs, and what the one that is announced for it would."""

import dataclasses
import datetime
from collections.abc import Sequence

from accounts.choices import country_name
from billing.contracts import units_text
from billing.price_book import NoPrice, Rate, line_of, lines_for
from messaging.models import ProviderTemplate


@dataclasses.dataclass(frozen=True, slots=True)
class CategoryPrice:
    """One line: where it holds, the price of one message now, and in the announced category; None where none is announced.

    Units: thousandths of a unit.
    """

    country: str
    now: int
    then: int | None = None
    #: whether some countries have lines of their own
    apart: bool = False

    @property
    def where(self) -> str:
        """Where it holds, in words."""
        return country_name(self.country) if self.country else "Everywhere else" if self.apart else "Everywhere"

    @property
    def change(self) -> str:
        """What the announced category does to it, in words; empty where nothing is announced."""
        if self.then is None:
            return ""
        if self.then == self.now:
            return "the same"
        more = "more" if self.then > self.now else "less"
        return f"{units_text(abs(self.then - self.now))} {more}"


def price_effect(template: ProviderTemplate, rates: Sequence[Rate], on: datetime.date) -> list[CategoryPrice]:
    """The price of a template's messages by country, everywhere else first. Shape: empty where the price list has none. Pure."""
    try:
        now = lines_for(rates, channel="whatsapp", category=template.category, on=on)
        coming = template.next_category
        then = lines_for(rates, channel="whatsapp", category=coming, on=on) if coming else []
    except NoPrice:
        return []
    countries = sorted({line[0] for line in (*now, *then)})
    return [
        CategoryPrice(
            country, line_of(now, country)[1], line_of(then, country)[1] if then else None, len(countries) > 1
        )
        for country in countries
    ]
