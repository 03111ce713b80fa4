"""Somebody with everything the gate may know about them, made up from a seed: mostly in order, so that every check is reached."""

import dataclasses
import datetime
import random

from consent.contracts import Channel
from consent.states import POINT_CHANNELS, SUPPRESSION_ORDER
from core.phone import TEXTABLE_KINDS

#: (region, zones) as numbers and mailboxes tell them; the second is empty where they tell none
PLACES = (
    ("US-NE", "America/Chicago America/Denver"), ("US-FL", "America/Chicago America/New_York"), ("US-OK", "America/Chicago"),
    ("US-TX", "America/Chicago America/Denver"), ("US-HI", "Pacific/Honolulu"), ("US", ""), ("CA", ""),
    ("CA-ON", "America/Toronto"), ("IN", "Asia/Kolkata"), ("PK", "Asia/Karachi"), ("GB", "Europe/London"),
    ("DE", "Europe/Berlin"), ("FR", "Europe/Paris"), ("AU", ""), ("BR", ""), ("SG", "Asia/Singapore"), ("", ""), ("XX", ""),
)  # fmt: skip
#: what a scene may list: every address that shares it has it
DOMAIN, PREFIX = "barred.example", "+1402999"
_COUNTRIES = ("US", "CA", "IN", "PK", "GB", "DE", "AU")
_ZONES = ("America/New_York", "America/Chicago", "Pacific/Honolulu", "Asia/Karachi", "Asia/Kolkata", "Europe/Berlin")
_STATUSES = ("unproven", "pending", "withdrawn", "expired")
_CHANNELS: tuple[Channel, ...] = ("sms", "whatsapp", "voice", "email")
_FORMS = ("text", "text", "button", "preference", "number_changed")
#: hours ago; those on the edge of a window of a day and of a week are there, and one side of it each
_AGES = (1, 5, 23, 24, 25, 71, 72, 73, 167, 168, 169, 400)


@dataclasses.dataclass(frozen=True, slots=True)
class Behind:
    """One of the people behind an address."""

    country: str = ""
    time_zone: str = ""
    minor: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Stop:
    """A suppression. Units: `ends` is seconds from the moment that is asked about, None for never."""

    kind: str
    channel: str
    ends: int | None
    lifted: bool


@dataclasses.dataclass(frozen=True, slots=True)
class Sent:
    """Something they got before. Units: `age` in seconds since it was made, `left` since it left, None where nobody wrote that.

    `channel` is empty for the one asked about; `beside` says that it went to another address of the first person.
    """

    age: int
    state: str
    tier: str
    channel: str = ""
    left: int | None = None
    beside: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Heard:
    """Something they wrote. Units: ages in seconds; `said` is what the network tells, None where it tells nothing."""

    age: int
    said: int | None
    form: str
    ours: bool


@dataclasses.dataclass(frozen=True, slots=True)
class On:
    """An entry on one of the scene's lists, by its place among them. Units: `ends` as of a stop."""

    list: int
    channel: str
    ends: int | None
    removed: bool


@dataclasses.dataclass(frozen=True, slots=True)
class Who:
    """One recipient. `kind` is empty for somebody without any address, `met` false for an address without a row.

    `agreed_days` is the age of what they said, in days; with an `edge` their agreement ends so many seconds after the moment
    that is asked about. `own` are hours as (from, until, zone).
    """

    kind: str
    met: bool
    number_type: str
    place: tuple[str, str]
    sealed: bool
    guest: bool
    on_platform: bool
    stops: tuple[Stop, ...]
    consent: str
    agreed_days: int
    edge: int | None
    elsewhere: tuple[tuple[Channel, str], ...]
    people: tuple[Behind, ...]
    heard: tuple[Heard, ...]
    sent: tuple[Sent, ...]
    weekly_cap: int | None
    own: tuple[int, int, str] | None
    on: tuple[On, ...] = ()
    #: of the domain or the beginning of numbers that scenes may list
    shares_pattern: bool = False


def make_up(chance: random.Random, channel: Channel) -> Who:
    """Somebody who may be written to on a channel, or not for one reason or several."""
    kind = _kind(chance, channel)
    met = bool(kind) and not _seldom(chance, 0.03)
    return Who(
        kind=kind,
        met=met,
        number_type=_number_type(chance) if kind == "phone" else "",
        place=chance.choice(PLACES) if kind == "phone" else ("", ""),
        sealed=not _seldom(chance, 0.04),
        guest=chance.random() < 0.5,
        on_platform=_seldom(chance, 0.02),
        stops=_stops(chance, channel) if met else (),
        consent=_consent(chance) if met else "none",
        agreed_days=chance.choice((0, 1, 30, 400, 700, 800)) if _seldom(chance, 0.2) else chance.randrange(300),
        edge=chance.choice((-1, 0, 1)) if _seldom(chance, 0.08) else None,
        elsewhere=_elsewhere(chance) if met else (),
        people=tuple(_behind(chance) for _ in range(chance.choice((1, 1, 1, 2)))),
        heard=_heard(chance) if met else (),
        sent=_sent(chance) if met else (),
        weekly_cap=chance.choice((1, 2, 3)) if _seldom(chance, 0.4) else None,
        own=_own(chance),
        on=_on(chance, channel),
        shares_pattern=_seldom(chance, 0.1),
    )


def _seldom(chance: random.Random, share: float) -> bool:
    return chance.random() < share


def _kind(chance: random.Random, channel: Channel) -> str:
    if _seldom(chance, 0.03):
        return ""
    return chance.choice([kind for kind, reached in POINT_CHANNELS.items() if channel in reached])


def _number_type(chance: random.Random) -> str:
    return (
        chance.choice(("fixed_line", "premium_rate", ""))
        if _seldom(chance, 0.04)
        else chance.choice(sorted(TEXTABLE_KINDS))
    )


def _consent(chance: random.Random) -> str:
    return chance.choice(("none", *_STATUSES)) if _seldom(chance, 0.15) else "granted"


def _elsewhere(chance: random.Random) -> tuple[tuple[Channel, str], ...]:
    """What they said about the same purpose on other channels."""
    return tuple((each, chance.choice(("granted", "withdrawn"))) for each in _CHANNELS if _seldom(chance, 0.1))


def _stops(chance: random.Random, channel: Channel) -> tuple[Stop, ...]:
    kinds = [kind for kind in SUPPRESSION_ORDER if kind not in ("", "platform") and _seldom(chance, 0.03)]
    return tuple(
        Stop(kind, chance.choice(("", channel, *_CHANNELS)), chance.choice((None, None, 1, 0, -1, 86_400)), _seldom(chance, 0.3))
        for kind in kinds
    )  # fmt: skip


def _on(chance: random.Random, channel: Channel) -> tuple[On, ...]:
    return tuple(
        On(place, chance.choice(("", channel, *_CHANNELS)), chance.choice((None, None, 1, 0, -1)), _seldom(chance, 0.2))
        for place in range(3)
        if _seldom(chance, 0.06)
    )


def _behind(chance: random.Random) -> Behind:
    country = chance.choice(_COUNTRIES) if _seldom(chance, 0.3) else ""
    return Behind(country, chance.choice(_ZONES) if _seldom(chance, 0.4) else "", _seldom(chance, 0.02))


def _heard(chance: random.Random) -> tuple[Heard, ...]:
    def one() -> Heard:
        age = 3600 * chance.choice(_AGES[:5]) if chance.random() < 0.7 else 24 * 3600 - 1
        said = age + chance.choice((0, 1, 3600, 100_000)) if chance.random() < 0.5 else None
        return Heard(age, said, chance.choice(_FORMS), not _seldom(chance, 0.1))

    return tuple(one() for _ in range(chance.choice((0, 1, 1, 2))))


def _sent(chance: random.Random) -> tuple[Sent, ...]:
    states = ("accepted", "accepted", "uncertain", "rejected", "suppressed")
    tiers = ("marketing", "marketing", "informational", "transactional")
    count = chance.randrange(1, 7) if _seldom(chance, 0.4) else 0

    def one() -> Sent:
        age, beside = 3600 * chance.choice(_AGES) + chance.choice((0, 0, -1, 1800)), _seldom(chance, 0.3)
        left = chance.choice((age, age // 2, 3600)) if _seldom(chance, 0.4) else None
        channel = chance.choice(_CHANNELS) if beside or _seldom(chance, 0.3) else ""
        return Sent(age, chance.choice(states), chance.choice(tiers), channel, left, beside)

    return tuple(one() for _ in range(count))


def _own(chance: random.Random) -> tuple[int, int, str] | None:
    if not _seldom(chance, 0.2):
        return None
    start = chance.randrange(0, 1380)
    return start, chance.randrange(start + 1, 1441), chance.choice(_ZONES)


def ago(at: datetime.datetime, seconds: int) -> datetime.datetime:
    """So long before a moment."""
    return at - datetime.timedelta(seconds=seconds)
