"""The shapes of the dated rules: frozen values with their source, read from `consent/rules/*.toml` by the rulebook.

Every rule has an `id` that stays when the rule changes: a later version of a rule is another row with the same id and a later
`valid_from`. Rows that hold on dates have both ends; rows of the house (tiers, suppressions, answers, deadlines) hold for the
whole rulebook and change with it.
"""

import dataclasses
import datetime
from typing import Literal

from consent.contracts import Channel, ConsentStatus, ListKind, SuppressionKind, Tier

Standing = Literal["statute", "secondary", "policy"]
Keyword = Literal["stop", "start", "help"]
Keeper = Literal["product", "people"]
Line = Literal["stop", "brand", "frequency", "rates", "help"]
Way = Literal["add", "check"]
When = Literal["each", "first", "month"]
Severity = Literal["block", "second", "warn"]
SenderKind = Literal["long_code", "toll_free", "short_code", "alphanumeric"]
Need = Literal["never", "held", "always"]


@dataclasses.dataclass(frozen=True, slots=True)
class Source:
    """Where a rule comes from. `standing` says what was read, `read_on` when; `verified` that two places agree or it is ours.

    `note` is what a reader has to know beside it: what is contested, what counsel should confirm.
    """

    statute: str
    url: str
    read_on: datetime.date
    standing: Standing
    verified: bool
    note: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Span:
    """A stretch of one day's wall clock. Units: minutes since midnight, 0..1440, the end exclusive."""

    start: int
    end: int


@dataclasses.dataclass(frozen=True, slots=True)
class Window:
    """Hours in which a message may arrive, in the recipient's own time; no span on a day means not on that day."""

    id: str
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

    id: str
    name: str
    days: tuple[Holiday, ...]
    valid_from: datetime.date
    source: Source


@dataclasses.dataclass(frozen=True, slots=True)
class Cap:
    """How many messages one person may get on these channels in a moving window of hours, whatever they are about.

    `waits`: one message more waits until there is room; else it is refused.
    """

    id: str
    places: tuple[str, ...]
    channels: tuple[Channel, ...]
    tiers: tuple[Tier, ...]
    count: int
    window_hours: int
    waits: bool
    valid_from: datetime.date
    valid_until: datetime.date | None
    source: Source


@dataclasses.dataclass(frozen=True, slots=True)
class Bar:
    """A pair of channel and tier that may not be used in a place at all."""

    id: str
    places: tuple[str, ...]
    channels: tuple[Channel, ...]
    tiers: tuple[Tier, ...]
    valid_from: datetime.date
    valid_until: datetime.date | None
    source: Source


@dataclasses.dataclass(frozen=True, slots=True)
class Disclosure:
    """What a message or a call has to say. `keeper`: the product sees to it, or the people who write it do.

    `line` is what stands in a text, empty where that is not how it is kept. `way`: "add", it is put into a text that lacks it;
    "check", whoever would read one without it is left out. `when`: it stands in each text, in the first to a person for its
    purpose, or in the first of a month. `snippets` are words for it by language, `one_way` those for a sender that takes no
    answer, and `native` the languages in which a native speaker has read them.
    """

    id: str
    places: tuple[str, ...]
    channels: tuple[Channel, ...]
    tiers: tuple[Tier, ...]
    says: str
    keeper: Keeper
    valid_from: datetime.date
    valid_until: datetime.date | None
    source: Source
    line: Line | Literal[""] = ""
    way: Way | Literal[""] = ""
    when: When | Literal[""] = ""
    snippets: tuple[tuple[str, str], ...] = ()
    one_way: tuple[tuple[str, str], ...] = ()
    native: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class RegistrationRule:
    """What must be registered before a kind of sender may reach a place; `taken` false: it cannot reach it at all.

    `needs` are kinds of records that must be approved and in force. `exact_text`: only registered texts are taken.
    """

    id: str
    places: tuple[str, ...]
    channels: tuple[Channel, ...]
    tiers: tuple[Tier, ...]
    senders: tuple[SenderKind, ...]
    needs: tuple[str, ...]
    taken: bool
    exact_text: bool
    valid_from: datetime.date
    valid_until: datetime.date | None
    source: Source


@dataclasses.dataclass(frozen=True, slots=True)
class ListRule:
    """Whom one kind of list stops, and how old its data may be. Units: `fresh_days` in days, 0 where data never grows old.

    `overridden_by` are standings of consent with which neither an entry nor the age counts. `need`: never, held (fresh once
    an organisation has it) or always (without it nothing of this leaves).
    """

    id: str
    kind: ListKind
    places: tuple[str, ...]
    channels: tuple[Channel, ...]
    tiers: tuple[Tier, ...]
    overridden_by: tuple[ConsentStatus, ...]
    fresh_days: int
    need: Need
    valid_from: datetime.date
    valid_until: datetime.date | None
    source: Source


@dataclasses.dataclass(frozen=True, slots=True)
class ContentRule:
    """Words and hosts of links, in small letters, that a text may not hold, or that somebody should look at.

    `severity`: block, it is refused and nobody can allow it; second, it is refused until a second person allows this very text;
    warn, it is said.
    """

    id: str
    places: tuple[str, ...]
    channels: tuple[Channel, ...]
    tiers: tuple[Tier, ...]
    severity: Severity
    label: str
    why: str
    words: tuple[str, ...]
    domains: tuple[str, ...]
    valid_from: datetime.date
    valid_until: datetime.date | None
    source: Source


@dataclasses.dataclass(frozen=True, slots=True)
class SpamRule:
    """Points of the spam score. From `warn_at` on it is said, from `second_at` on a second person has to allow the text.

    Units: `capital_share` in percent; `capital_letters` is the shortest text it is asked of.
    """

    id: str
    warn_at: int
    second_at: int
    words: tuple[str, ...]
    word_points: int
    capital_points: int
    capital_share: int
    capital_letters: int
    mark_points: int
    most_mark_points: int
    valid_from: datetime.date
    source: Source


@dataclasses.dataclass(frozen=True, slots=True)
class ConfirmationRule:
    """Where an agreement that came in one of these ways counts only once it is confirmed from the address itself."""

    id: str
    places: tuple[str, ...]
    channels: tuple[Channel, ...]
    tiers: tuple[Tier, ...]
    sources: tuple[str, ...]
    valid_from: datetime.date
    valid_until: datetime.date | None
    source: Source


@dataclasses.dataclass(frozen=True, slots=True)
class AskingRule:
    """How people are asked to confirm. Units: `fresh_days` since they agreed; `most` requests to one address in `hours`."""

    id: str
    fresh_days: int
    most: int
    hours: int
    valid_from: datetime.date
    source: Source


@dataclasses.dataclass(frozen=True, slots=True)
class StopScope:
    """Which channels of an address a stop closes that was said on one of `heard_on`; always every purpose of them."""

    id: str
    heard_on: tuple[Channel, ...]
    stops: tuple[Channel, ...]
    valid_from: datetime.date
    valid_until: datetime.date | None
    source: Source


@dataclasses.dataclass(frozen=True, slots=True)
class TierRule:
    """What one tier needs: the consent statuses it accepts, the channels it may use, whether caps hold for it."""

    id: str
    name: Tier
    accepts: tuple[ConsentStatus, ...]
    channels: tuple[Channel, ...]
    capped: bool
    valid_from: datetime.date
    source: Source


@dataclasses.dataclass(frozen=True, slots=True)
class SuppressionRule:
    """The tiers one kind of suppression stops."""

    id: str
    kind: SuppressionKind
    blocks: tuple[Tier, ...]
    valid_from: datetime.date
    source: Source


@dataclasses.dataclass(frozen=True, slots=True)
class AnswerRule:
    """Which replies to a person's own keyword may pass which suppressions and which stops of ours, and in which tier.

    Units: `stop_minutes` until the confirmation of a stop comes too late, `other_minutes` for every other reply;
           `help_most` answers to calls for help of one address within `help_hours`.
    """

    id: str
    tier: Tier
    keywords: tuple[Keyword, ...]
    passes_suppression: tuple[SuppressionKind, ...]
    passes_stops: tuple[str, ...]
    stop_minutes: int
    other_minutes: int
    help_most: int
    help_hours: int
    valid_from: datetime.date
    source: Source


@dataclasses.dataclass(frozen=True, slots=True)
class Deadline:
    """One section of the policy as a rule to read; its numbers stand in `Policy`."""

    id: str
    name: str
    valid_from: datetime.date
    source: Source


@dataclasses.dataclass(frozen=True, slots=True)
class Policy:
    """Ages, expiries and deadlines. Units are in the names; months are calendar months."""

    adult_years: int
    expiry_months: tuple[tuple[Tier, int], ...]
    renewed_by: tuple[str, ...]
    asking_before_days: int
    asking_once_days: int
    asking_answer_days: int
    asking_yes: tuple[str, ...]
    confirmation_days: int
    evidence_retention_months: int
    revocation_business_days: int
    revocation_calendar: str
    deadlines: tuple[Deadline, ...]


Placed = Window | Cap | Bar | Disclosure | RegistrationRule | ContentRule | ListRule | ConfirmationRule
Dated = Placed | StopScope
Rule = Dated | Calendar | TierRule | SuppressionRule | AnswerRule | SpamRule | AskingRule | Deadline
