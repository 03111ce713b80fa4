"""Calls as the carrier keeps them, what was said and pressed in each, and the hands that hold a phone."""

import asyncio
import dataclasses
import time
from collections.abc import Iterator
from typing import Any

from sandbox.call_sounds import Sound
from sandbox.call_wills import Wills
from sandbox.carrier import Carrier

FINAL = frozenset({"completed", "busy", "no-answer", "failed", "canceled"})
#: a page asks every second; one that has not asked for so long is closed
_HAND_SECONDS = 4.0


@dataclasses.dataclass(slots=True)
class Call:
    """One call to a phone.

    Shape: `said` is every sentence in order, with "key 9" and "say no" between them where the person did so; `speaking` is
           what is said or played now, by number of the turn, while somebody holds the phone.
    Units: created, answered seconds of business time; `seconds` how long the line was open.
    """

    sid: str
    account: str
    sender: str
    recipient: str
    url: str
    callback_url: str
    events: frozenset[str]
    ring_seconds: int
    most_seconds: int
    detection: str
    created: float
    status: str = "queued"
    answered_by: str = ""
    answered: float = 0.0
    seconds: float = 0.0
    sip: int = 0
    problem: str = ""
    in_hand: bool = False
    #: what is listened for now, as a Gather names it: dtmf, speech
    listening: tuple[str, ...] = ()
    turn: int = 0
    language: str = ""
    said: list[str] = dataclasses.field(default_factory=list)
    speaking: tuple[str | Sound, ...] = ()
    #: what it has played, by the number of the sound; a page gets it from here
    sounds: list[Sound] = dataclasses.field(default_factory=list)
    keys: str = ""
    told: list[tuple[str, dict[str, str]]] = dataclasses.field(default_factory=list)
    moves: "asyncio.Queue[str]" = dataclasses.field(default_factory=asyncio.Queue)

    @property
    def body(self) -> str:
        """What is shown of it in one line."""
        return " ".join(self.said) or self.status

    @property
    def is_over(self) -> bool:
        """Whether it has ended, one way or another."""
        return self.status in FINAL


class Calls:
    """All calls by id, and which phones are in somebody's hand."""

    def __init__(self, carrier: Carrier) -> None:
        self.carrier = carrier
        self.wills = Wills(carrier.numbers)
        self.era = 0
        self._by_sid: dict[str, Call] = {}
        self._hands: dict[str, float] = {}
        carrier.also_reset.append(self.clear)

    def add(self, call: Call) -> None:
        """Keep a call."""
        self._by_sid[call.sid] = call

    def get(self, sid: str) -> Call | None:
        """The call with this id, None when there is none."""
        return self._by_sid.get(sid)

    def phones(self) -> list[str]:
        """The phones that were called, the last one first."""
        return list(dict.fromkeys(call.recipient for call in self.newest_first()))

    def of_phone(self, phone: str) -> list[Call]:
        """The calls to one phone, oldest first."""
        return [call for call in self._by_sid.values() if call.recipient == phone]

    def newest_first(self) -> Iterator[Call]:
        """All calls, the newest first."""
        return reversed(self._by_sid.values())

    def live(self, phone: str) -> Call | None:
        """The call that rings or goes on at this phone."""
        return next((call for call in reversed(self.of_phone(phone)) if call.in_hand and not call.is_over), None)

    def hold(self, phone: str) -> None:
        """Somebody looks at this phone: it rings for them from now on, for a few seconds."""
        self._hands[phone] = time.monotonic()

    def is_held(self, phone: str) -> bool:
        """Whether somebody looks at this phone."""
        return time.monotonic() - self._hands.get(phone, -_HAND_SECONDS) < _HAND_SECONDS

    def clear(self) -> None:
        """Forget all calls; those that go on end at once."""
        self.era += 1
        for call in self._by_sid.values():
            call.moves.put_nowait("hang_up")
        self._by_sid.clear()
        self.wills.forget()


def facts_of(call: Call) -> dict[str, Any]:
    """What every line of the ledger about a call says."""
    return {"account": call.account, "from": call.sender, "to": call.recipient, "sid": call.sid}
