"""The shapes of the dated rules: frozen values with their source, read from `consent/rules/*.toml` by the rulebook."""

import dataclasses
import datetime
from typing import Literal

from consent.contracts import Channel, ConsentStatus, SuppressionKind, Tier

Standing = Literal["statute", "secondary", "policy"]
Keyword = Literal["stop", "start", "help"]


@dataclasses.dataclass(frozen=True, slots=True)
class Source:
    """Where a rule comes from. `standing` says how far it was checked; `read_on` when."""

    statute: str
    url: str
    read_on: datetime.date
    standing: Standing


@dataclasses.dataclass(frozen=True, slots=True)
class Span:
    """A stretch of one day's wall clock. Units: minutes since midnight, 0..1440, the end exclusive."""

    start: int
    end: int


@dataclasses.dataclass(frozen=True, slots=True)
class Window:
    """Hours in which a message may arrive, in the recipient's own time; no span on a day means not on that day."""

    places: tuple[str, ...]
    channels: tuple[Channel, ...]
    tiers: tuple[Tier, ...]
    weekdays: tuple[Span, ...]
    saturday: tuple[Span, ...]
    sunday: tuple[Span, ...]
    closed_on: str
    valid_from: datetime.date
    valid_until: datetime.date | None
    source: Source

    def spans(self, day: datetime.date) -> tuple[Span, ...]:
        """The opening spans of a local day; holidays are the rulebook's matter."""
        return {5: self.saturday, 6: self.sunday}.get(day.weekday(), self.weekdays)


@dataclasses.dataclass(frozen=True, slots=True)
class Holiday:
    """A fixed date (`day`) or the nth weekday of a month (`weekday` 0 is Monday, `nth` -1 is the last)."""

    name: str
    month: int
    day: int | None
    weekday: int | None
    nth: int | None


@dataclasses.dataclass(frozen=True, slots=True)
class Calendar:
    """The holidays of one jurisdiction."""

    name: str
    days: tuple[Holiday, ...]
    source: Source


@dataclasses.dataclass(frozen=True, slots=True)
class Cap:
    """How many messages of these tiers one person may get in a moving window of hours."""

    places: tuple[str, ...]
    channels: tuple[Channel, ...]
    tiers: tuple[Tier, ...]
    count: int
    window_hours: int
    valid_from: datetime.date
    valid_until: datetime.date | None
    source: Source


@dataclasses.dataclass(frozen=True, slots=True)
class Bar:
    """A pair of channel and tier that may not be used in a place at all."""

    places: tuple[str, ...]
    channels: tuple[Channel, ...]
    tiers: tuple[Tier, ...]
    valid_from: datetime.date
    valid_until: datetime.date | None
    source: Source


@dataclasses.dataclass(frozen=True, slots=True)
class TierRule:
    """What one tier needs: the consent statuses it accepts, the channels it may use, whether caps hold for it."""

    name: Tier
    accepts: tuple[ConsentStatus, ...]
    channels: tuple[Channel, ...]
    capped: bool
    source: Source


@dataclasses.dataclass(frozen=True, slots=True)
class SuppressionRule:
    """The tiers one kind of suppression stops."""

    kind: SuppressionKind
    blocks: tuple[Tier, ...]
    source: Source


@dataclasses.dataclass(frozen=True, slots=True)
class AnswerRule:
    """Which replies to a person's own keyword may pass which suppressions and which stops of ours, and in which tier.

    Units: `stop_minutes` until the confirmation of a stop comes too late, `other_minutes` for every other reply.
    """

    tier: Tier
    keywords: tuple[Keyword, ...]
    passes_suppression: tuple[SuppressionKind, ...]
    passes_stops: tuple[str, ...]
    stop_minutes: int
    other_minutes: int
    source: Source


@dataclasses.dataclass(frozen=True, slots=True)
class Policy:
    """Ages, expiries and deadlines. Units are in the names; months are calendar months."""

    adult_years: int
    expiry_months: tuple[tuple[Tier, int], ...]
    confirmation_days: int
    evidence_retention_months: int
    revocation_business_days: int
    revocation_applies_to_all_from: datetime.date
    sources: tuple[tuple[str, Source], ...]


Placed = Window | Cap | Bar
