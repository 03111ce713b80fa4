"""What is equal for everybody who is asked about together: organisation, sender, purpose, text, moment; made up from a seed."""

import dataclasses
import datetime
import random
from typing import Final

from consent.contracts import Channel, Tier

_TIERS: tuple[Tier, ...] = ("marketing", "marketing", "informational", "transactional", "ai_call")
_CHANNELS: tuple[Channel, ...] = ("sms", "sms", "sms", "whatsapp", "voice", "email")
#: the bodies: with the way out and who writes, with the way out alone, with neither
BODIES: Final = ("Acme: news for you. Reply STOP to end.", "News for you. Reply STOP to end.", "News for you.")
#: kinds of senders at a real carrier, with an address of each
REAL: Final = {
    "long_code": "+1402555{:04d}",
    "toll_free": "+1833555{:04d}",
    "short_code": "2{:04d}",
    "alphanumeric": "ACME{:04d}",
}

#: an hour before clocks go back, the hour they go on, a holiday
_EDGES = (
    datetime.datetime(2026, 11, 1, 6, 30, tzinfo=datetime.UTC),
    datetime.datetime(2027, 3, 14, 8, 0, tzinfo=datetime.UTC),
    datetime.datetime(2026, 11, 26, 17, 0, tzinfo=datetime.UTC),
)


@dataclasses.dataclass(frozen=True, slots=True)
class Kept:
    """A list of the organisation. Units: `age` of its data in days, None while nothing was loaded; `ends` in seconds."""

    kind: str
    country: str
    age: int | None = 0
    ends: int | None = None
    over: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Scene:
    """One question to many. `kind` is the sender's at a real carrier, empty for practice; `records` held, expired or none.

    `introduced`: the organisation has told the postal address of its mails and the legal name its calls begin with.
    `free`: the organisation's own limit does not count this purpose.
    `content` is the standing of a WhatsApp text: own words, or the state of a template. `answers` is the keyword answered.
    `lists` are the organisation's; on the list `patterns`, if any, stand a domain and a beginning of numbers; `barred` says
    that these stand on the platform's.
    """

    channel: Channel
    tier: Tier
    at: datetime.datetime
    state: str = "live"
    stopped: bool = False
    paused: bool = False
    connected: bool = True
    cap: int | None = 5
    cap_days: int = 7
    cap_waits: bool = False
    free: bool = False
    introduced: bool = True
    kind: str = ""
    records: str = "none"
    text_registered: bool = True
    body: str = BODIES[0]
    content: str = ""
    lists: tuple[Kept, ...] = ()
    patterns: int | None = None
    barred: bool = False

    @property
    def window_seconds(self) -> int:
        """How long after the person's last words it may leave; nought where that does not matter."""
        return 24 * 3600 if self.channel == "whatsapp" and not self.content else 0


def make_up(chance: random.Random) -> Scene:
    """A scene in which most may be sent, or one in which nothing may."""
    lists = _lists(chance) if chance.random() < 0.6 else ()
    tier = chance.choice(_TIERS)
    channel = "voice" if tier == "ai_call" and chance.random() < 0.8 else chance.choice(_CHANNELS)
    kind = chance.choice(list(REAL)) if channel in ("sms", "voice") and chance.random() < 0.4 else ""
    return Scene(
        channel=channel,
        tier=tier,
        at=_moment(chance),
        state=chance.choice(("trial", "suspended", "closed")) if _seldom(chance, 0.2) else "live",
        stopped=_seldom(chance, 0.04),
        paused=_seldom(chance, 0.04),
        connected=not _seldom(chance, 0.04),
        cap=chance.choice((None, 1, 2, 5)),
        cap_days=chance.choice((1, 3, 7)),
        cap_waits=chance.random() < 0.5,
        free=_seldom(chance, 0.15),
        introduced=not _seldom(chance, 0.2),
        kind=kind,
        records=chance.choice(("none", "held", "held", "held", "expired")) if kind else "none",
        text_registered=not _seldom(chance, 0.3),
        body=chance.choice((*BODIES, BODIES[0], BODIES[0])),
        content=chance.choice(("", "approved", "gone")) if channel == "whatsapp" else "",
        lists=lists,
        patterns=chance.randrange(len(lists)) if lists and _seldom(chance, 0.5) else None,
        barred=_seldom(chance, 0.1),
    )


def _lists(chance: random.Random) -> tuple[Kept, ...]:
    kinds = (
        ("own", ""),
        ("own", ""),
        ("litigator", ""),
        ("national_dnc", "US"),
        ("national_dnc", "PK"),
        ("reassigned", "US"),
    )
    return tuple(
        Kept(
            *chance.choice(kinds), chance.choice((0, 27, 30, 31, 32, None)), chance.choice((None, None, None, 1, 0, -1)),
            _seldom(chance, 0.1),
        )
        for _ in range(chance.choice((1, 2, 3)))
    )  # fmt: skip


def _seldom(chance: random.Random, share: float) -> bool:
    return chance.random() < share


def _moment(chance: random.Random) -> datetime.datetime:
    """Any minute of a year in which rules come into force, clocks are moved and days are closed; often noon in Nebraska."""
    day = datetime.datetime(2026, 7, 1, tzinfo=datetime.UTC) + datetime.timedelta(days=chance.randrange(365))
    if _seldom(chance, 0.15):
        return chance.choice(_EDGES)
    minutes = 18 * 60 if chance.random() < 0.5 else chance.randrange(1440)
    return day + datetime.timedelta(minutes=minutes)
