"""Messages as the carrier keeps them, and the threads of each phone."""

import dataclasses
import itertools
import math
import secrets
import time
from collections.abc import Iterator
from typing import Any

from sandbox.numbers import Step

FINAL = frozenset({"delivered", "undelivered", "failed", "canceled", "read", "received"})
_THREAD_SHOWN = 100


@dataclasses.dataclass(slots=True)
class Message:
    """One text, out or in. `starts` is when its steps begin to count, endless for one that waits for its hour.

    Units: created, started seconds of business time; starts seconds of the machine's steady clock.
    """

    sid: str
    account: str
    direction: str
    sender: str
    recipient: str
    body: str
    created: float
    first_status: str
    steps: tuple[Step, ...] = ()
    service: str | None = None
    callback_url: str = ""
    segments: int = 1
    media: tuple[str, ...] = ()
    starts: float = 0.0
    started: float = 0.0
    send_at: float = 0.0
    canceled: bool = False

    @property
    def phone(self) -> str:
        """The person's side of the conversation."""
        return self.sender if self.direction == "inbound" else self.recipient

    @property
    def business(self) -> str:
        """The account's side of the conversation."""
        return self.recipient if self.direction == "inbound" else self.sender

    def now(self) -> Step:
        """Where the message is at this moment; a bad end that comes after delivery changes nothing, as on the wire."""
        if self.canceled:
            return Step("canceled", 0.0)
        elapsed = time.monotonic() - self.starts
        current = Step(self.first_status, 0.0)
        for step in self.steps:
            if step.after > elapsed or (current.status in FINAL and step.code):
                break
            current = step
        return current

    def past(self) -> list[Step]:
        """The steps that lie behind the message, in order."""
        elapsed = time.monotonic() - self.starts
        return [step for step in self.steps if step.after <= elapsed]

    def hold(self, until: float) -> None:
        """Keep the message back until that business time."""
        self.send_at, self.starts, self.first_status = until, math.inf, "scheduled"

    def release(self, business_time: float) -> None:
        """Let a held message go."""
        self.starts, self.started = time.monotonic(), business_time


def new_sid(prefix: str = "SM") -> str:
    """An id as the carrier writes them: two letters and 32 hexadecimal digits."""
    return prefix + secrets.token_hex(16)


class Messages:
    """All messages by id, in order, and by phone. A reset starts a new era: late work of the old one is dropped."""

    def __init__(self) -> None:
        self.era = 0
        self.held: dict[str, Message] = {}
        self._by_sid: dict[str, Message] = {}
        self._threads: dict[str, dict[str, Message]] = {}
        self._businesses: set[str] = set()

    def add(self, message: Message) -> None:
        """Keep a message; its phone's thread becomes the newest."""
        self._by_sid[message.sid] = message
        self._businesses.add(message.business)
        thread = self._threads.pop(message.phone, None)
        if thread is None:
            thread = {}
        thread[message.sid] = message
        self._threads[message.phone] = thread
        if message.starts == math.inf:
            self.held[message.sid] = message

    def get(self, sid: str) -> Message | None:
        """The message with this id, None when there is none."""
        return self._by_sid.get(sid)

    def remove(self, message: Message) -> None:
        """Delete a message, and its thread when it was the last."""
        self.held.pop(message.sid, None)
        self._by_sid.pop(message.sid, None)
        thread = self._threads.get(message.phone, {})
        thread.pop(message.sid, None)
        if not thread:
            self._threads.pop(message.phone, None)

    def newest_first(self, phone: str = "") -> Iterator[Message]:
        """All messages, or those of one phone, the newest first."""
        return reversed((self._threads.get(phone, {}) if phone else self._by_sid).values())

    def between(self, *numbers: str) -> Iterator[Message]:
        """Candidates for a search by numbers, the newest first: one thread where a number is a phone's, else all."""
        given = [number for number in numbers if number]
        if phone := next((number for number in given if number in self._threads), ""):
            return self.newest_first(phone)
        unknown = any(number not in self._businesses for number in given)
        return iter(()) if unknown else self.newest_first()

    def thread(self, phone: str, limit: int = _THREAD_SHOWN) -> list[Message]:
        """The last messages with one phone, oldest first."""
        return list(itertools.islice(self.newest_first(phone), limit))[::-1] if phone else []

    def phones(self, limit: int = 50) -> list[str]:
        """The phones with the newest threads."""
        return list(itertools.islice(reversed(self._threads), limit))

    def due(self, business_time: float) -> list[Message]:
        """Held messages whose hour has come. Effects: they are released."""
        ready = [message for message in self.held.values() if message.send_at <= business_time]
        for message in ready:
            del self.held[message.sid]
            message.first_status = "accepted"
            message.release(business_time)
        return ready

    def clear(self) -> None:
        """Forget all messages."""
        self.era += 1
        self.held.clear()
        self._by_sid.clear()
        self._threads.clear()
        self._businesses.clear()


def from_entry(entry: dict[str, Any], created: float, steps: tuple[Step, ...]) -> Message:
    """A message rebuilt from its ledger line after a restart; its steps lie in the past."""
    return Message(
        sid=entry["sid"],
        account=entry["account"],
        direction=entry["direction"],
        sender=entry["from"],
        recipient=entry["to"],
        body=entry["body"],
        created=created,
        started=created,
        first_status=entry["status"],
        steps=steps,
        service=entry.get("service"),
        callback_url=entry["callback_url"],
        starts=-math.inf,
    )
