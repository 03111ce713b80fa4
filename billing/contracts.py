"""What billing and the apps above it hand each other."""

import dataclasses
import uuid

from billing.states import PER_UNIT


@dataclasses.dataclass(frozen=True, slots=True)
class Charge:
    """What one attempt to send would cost.

    Shape: reference is the attempt; amount in thousandths of a unit; version names the price it came from.
    """

    reference: uuid.UUID
    message_id: uuid.UUID
    amount: int
    version: str


@dataclasses.dataclass(frozen=True, slots=True)
class Funds:
    """What an organisation has. Units: thousandths of a unit."""

    available: int
    reserved: int
    spent: int


def units_text(amount: int) -> str:
    """Thousandths as people read them: 1,250 units, 0.05 units; never more digits than there are."""
    whole, rest = divmod(abs(amount), PER_UNIT)
    tail = f".{rest:03d}".rstrip("0") if rest else ""
    sign = "-" if amount < 0 else ""
    return f"{sign}{whole:,}{tail} unit{'' if (whole, rest) == (1, 0) else 's'}"
