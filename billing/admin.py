"""What operators do with units: one more button on an organisation, and what it has beside its name."""

from decimal import Decimal
from typing import Any

from django import forms

from accounts.admin import COLUMNS, DEEDS, Column, Deed
from accounts.choices import countries
from accounts.contracts import Actor
from billing.actions.ledger import LARGEST_TOP_UP, add_units
from billing.actions.prices import LARGEST_PRICE, agree_price
from billing.contracts import units_text
from billing.price_book import price_book
from billing.selectors import funds
from billing.states import CHANNEL_NAMES, PER_UNIT
from core.form_words import OwnWords


class UnitsForm(OwnWords, forms.Form):
    """How many units, and what for; the organisation reads it on its statement."""

    units = forms.IntegerField(min_value=1, max_value=LARGEST_TOP_UP)
    reason = forms.CharField(max_length=200, help_text="The number of the payment.")


DEEDS["add-units"] = Deed(
    "Add units",
    "It can send so much more. It reads the number and your note on its statement.",
    lambda actor, told: add_units(actor=actor, units=told["units"], note=told["reason"]),
    lambda organization: organization.state != "closed",
    form=UnitsForm,
)
COLUMNS.append(Column("units", lambda: units_text(funds().available)))


def _lines() -> list[tuple[str, str]]:
    """Channels with their categories, as the price list has them."""
    kinds = dict.fromkeys((rate.channel, rate.category) for rate in price_book())
    return [(f"{channel} {category}".strip(), _line_words(channel, category)) for channel, category in kinds]


def _line_words(channel: str, category: str) -> str:
    name = CHANNEL_NAMES.get(channel, channel)
    return f"{name}, {category}" if category else name


class PriceForm(OwnWords, forms.Form):
    """What is agreed, from which day on, and by which contract; the organisation reads all of it."""

    line = forms.ChoiceField(choices=_lines, label="For")
    country = forms.ChoiceField(
        choices=lambda: [("", "Every country without a price of its own"), *countries()], required=False
    )
    amount = forms.DecimalField(
        min_value=Decimal(0),
        max_value=Decimal(LARGEST_PRICE),
        decimal_places=3,
        label="Units for each message part",
        help_text="Such as 0.9.",
    )
    valid_from = forms.DateField(
        label="From",
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="Tomorrow or later. What was quoted before is charged as it was quoted.",
    )
    reason = forms.CharField(max_length=200, help_text="The number of the contract.")


def _agree(actor: Actor, told: dict[str, Any]) -> None:
    channel, _, category = told["line"].partition(" ")
    agree_price(
        actor=actor,
        channel=channel,
        category=category,
        country=told["country"],
        amount=int(told["amount"] * PER_UNIT),
        valid_from=told["valid_from"],
        reason=told["reason"],
    )


DEEDS["agree-price"] = Deed(
    "Agree a price",
    "It goes before the price list from that day on. It reads the price and your reason on its page of units.",
    _agree,
    lambda organization: organization.state != "closed",
    form=PriceForm,
)
