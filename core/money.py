"""Money: whole minor units and a currency, never a float."""

import dataclasses
import decimal

#: ISO 4217 currencies without a minor unit among those we price in; all others have two decimals.
WHOLE_CURRENCIES = frozenset({"JPY", "KRW", "VND", "CLP", "XOF", "XAF", "UGX", "RWF"})


@dataclasses.dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units (paisa, cent) of one currency."""

    amount_minor: int
    currency: str

    def __add__(self, other: "Money") -> "Money":
        if self.currency != other.currency:
            raise CurrencyMismatch(f"cannot add {other.currency} to {self.currency}")
        return Money(self.amount_minor + other.amount_minor, self.currency)

    def __str__(self) -> str:
        places = 0 if self.currency in WHOLE_CURRENCIES else 2
        amount = decimal.Decimal(self.amount_minor).scaleb(-places)
        return f"{self.currency} {amount:,.{places}f}"


class CurrencyMismatch(ValueError):
    """Two amounts of different currencies met."""
