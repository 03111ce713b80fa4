"""What billing and the apps above it hand each other."""

import dataclasses
import datetime
import uuid

from billing.states import PER_UNIT


@dataclasses.dataclass(frozen=True, slots=True)
class Charge:
    """What one attempt to send would cost.

    Shape: reference is the attempt; amount in thousandths of a unit; version names the price it came from; origin_id is
           whatever wanted the message sent, such as a run.
    """

    reference: uuid.UUID
    message_id: uuid.UUID
    amount: int
    version: str
    channel: str = ""
    origin_id: uuid.UUID | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Funds:
    """What an organisation has. Units: thousandths of a unit."""

    available: int
    reserved: int
    spent: int


@dataclasses.dataclass(frozen=True, slots=True)
class Used:
    """What messages came to: charged, held just now, and given back. Units: thousandths of a unit."""

    charged: int = 0
    held: int = 0
    given_back: int = 0

    @property
    def any(self) -> bool:
        """Whether anything was ever held."""
        return bool(self.charged or self.held or self.given_back)


@dataclasses.dataclass(frozen=True, slots=True)
class UsedOnDay:
    """What one channel was charged on one day (of UTC), and for how many messages. Units: thousandths of a unit."""

    day: datetime.date
    channel: str
    amount: int
    messages: int


def units_text(amount: int) -> str:
    """Thousandths as people read them: 1,250 units, 0.05 units; never more digits than there are."""
    whole, rest = divmod(abs(amount), PER_UNIT)
    tail = f".{rest:03d}".rstrip("0") if rest else ""
    sign = "-" if amount < 0 else ""
    return f"{sign}{whole:,}{tail} unit{'' if (whole, rest) == (1, 0) else 's'}"
