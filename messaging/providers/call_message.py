"""Announcement calls as values: what leaves, what the carrier asks while a person is on the line, and what came of it.

A call takes no text with it. The carrier asks our address what to say once somebody has answered, so that a stop that came
while it rang still counts, and so that a machine is treated as a machine.
"""

import dataclasses
import uuid
from typing import Literal, Protocol, runtime_checkable

from messaging.contracts import Outbound, Receipt
from messaging.providers.protocol import WebhookAnswer, WebhookRequest

#: who took the call, as far as the carrier could tell; "" while nobody has, or where nobody listened for machines
AnsweredBy = Literal["", "human", "machine", "fax", "unknown"]
#: how a call ended; "" while it goes on. `answered` says nothing about who did
CallEnd = Literal["", "answered", "busy", "no_answer", "failed", "cancelled"]


@dataclasses.dataclass(frozen=True, slots=True)
class CallOutbound(Outbound):
    """A call on its way out; `body` is what a person will hear, and is kept, but only addresses leave.

    Shape: `answer_url` is asked what to say. `waits_for_beep`: a machine's greeting is heard to its end before we are asked.
           There is no field for a recording: calls are not recorded.
    Units: seconds of ringing, and of the whole call at most.
    """

    answer_url: str = dataclasses.field(repr=False)
    ring_seconds: int
    most_seconds: int
    waits_for_beep: bool = False

    def __post_init__(self) -> None:
        Outbound.__post_init__(self)
        if self.channel != "voice":
            raise ValueError(f"a call cannot be made on {self.channel}; send an Outbound of that channel")


@dataclasses.dataclass(frozen=True, slots=True)
class Recording:
    """A recording that is played where a sentence would be read: the carrier fetches it from `url`."""

    url: str = dataclasses.field(repr=False)


@dataclasses.dataclass(frozen=True, slots=True)
class Turn:
    """What is said next. Keys, and words where `hears_words`, are heard from the first word on and reported to `keys_url`, and
    so is silence; then we hang up.

    Shape: an empty `keys_url` listens for nothing, an empty `says` says nothing; a sentence is read, a recording played.
           `language` is a tag such as en-US, of what is said and of what is heard.
    Units: `wait_seconds` for a key or a word after the last word.
    """

    language: str
    says: tuple[str | Recording, ...] = dataclasses.field(default=(), repr=False)
    keys_url: str = dataclasses.field(default="", repr=False)
    wait_seconds: int = 5
    hears_words: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class CallAsks:
    """The carrier asks what to say: somebody has answered, pressed a key (then `key` is that one key), or said something.

    Shape: `said` is what the carrier understood, `sure` how sure it is, None where it does not say; `silent` tells that it had
           listened and heard nothing. `verdict` is the carrier's own word for who answered.
    Units: `sure` from 0 to 1.
    """

    provider_message_id: str
    event_key: str
    attempt_id: uuid.UUID | None = None
    answered_by: AnsweredBy = ""
    key: str = ""
    said: str = dataclasses.field(default="", repr=False)
    sure: float | None = None
    silent: bool = False
    verdict: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class CallReceipt(Receipt):
    """News about a call. `seconds` is how long the line was open, told at the end."""

    end: CallEnd = ""
    answered_by: AnsweredBy = ""
    seconds: int | None = None
    verdict: str = ""


@runtime_checkable
class SpeaksInCalls(Protocol):
    """A provider that asks us what to say in a call."""

    def read_question(self, request: WebhookRequest) -> CallAsks:
        """Read a verified question. Errors: BadSignature when it is none."""
        ...

    def say(self, turn: Turn) -> WebhookAnswer:
        """The answer that says this and listens as asked."""
        ...
