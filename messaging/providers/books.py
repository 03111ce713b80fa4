"""What a carrier keeps in its own books and can be asked for: messages from people, and addresses it does not serve.

A webhook may be lost for ever. What was in it is not: the carrier that took the message can list it. And some carriers act
on a STOP by themselves, in a list of their own, which the webhook may never have told us about.
"""

import dataclasses
import datetime
from typing import Literal, Protocol, runtime_checkable

from messaging.contracts import Channel, Inbound

#: why a carrier keeps an address out: the person said stop, complained about a message, or the address does not exist
KeptOutBecause = Literal["opted_out", "complaint", "bounced"]


@dataclasses.dataclass(frozen=True, slots=True)
class Taken:
    """A message from a person as the carrier lists it.

    Units: `at` is when the carrier took it, aware.
    """

    inbound: Inbound
    at: datetime.datetime


@dataclasses.dataclass(frozen=True, slots=True)
class KeptOut:
    """An address the carrier serves no more.

    Shape: `by_person` says that the person did it, not the owner of the account or the carrier's staff; `word` is what the
           carrier calls the reason, at most 40 characters.
    Units: `since` is aware; None when the carrier does not tell.
    """

    channel: Channel
    address: str = dataclasses.field(repr=False)
    because: KeptOutBecause
    since: datetime.datetime | None = None
    word: str = ""
    by_person: bool = True


@runtime_checkable
class ListsInbound(Protocol):
    """A provider that can list the messages people sent to one of our numbers."""

    async def list_inbound(self, number: str, since: datetime.datetime) -> tuple[Taken, ...]:
        """Every message to this number taken at or after `since`, oldest first.

        Errors: ProviderError also when the list cannot be read whole: what is missing must not look like silence.
        """
        ...


@runtime_checkable
class ListsKeptOut(Protocol):
    """A provider that can list the addresses it keeps out."""

    async def list_kept_out(self) -> tuple[KeptOut, ...]:
        """All of them.

        Errors: ProviderError also when the list cannot be read whole: an address that is missing must not look free.
        """
        ...
