"""What every channel can do with what somebody wrote: say whether it fits, make it for one person, make what leaves."""

import dataclasses
from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

from accounts.contracts import Refused
from accounts.models import Organization
from consent.contracts import Channel, Permit
from messaging.contracts import Outbound


class Content(Protocol):
    """What somebody wrote: a version of a template, or a draft that was not saved yet."""

    @property
    def body(self) -> str:
        """The text, with its variables."""
        ...

    @property
    def parts(self) -> Mapping[str, Any]:
        """What the channel needs beside the text, by name; everything in it can be written as JSON."""
        ...


@dataclasses.dataclass(frozen=True, slots=True)
class Written:
    """A text that was not saved yet, with what the channel needs beside it."""

    body: str
    parts: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, slots=True)
class Rendered:
    """What one person gets. `body` is what they read or hear as plain text, `parts` all the rest, fit for JSON."""

    body: str = dataclasses.field(repr=False)
    parts: dict[str, Any] = dataclasses.field(default_factory=dict, repr=False)


@dataclasses.dataclass(frozen=True, slots=True)
class Common:
    """What every message has on its way out, whatever its channel. Units: see `Outbound`."""

    permit: Permit
    sender: str
    recipient: str = dataclasses.field(repr=False)
    callback_url: str = dataclasses.field(repr=False)
    validity_seconds: int
    idempotency_key: str


class MessageChannel(Protocol):
    """One channel. Objects of it hold nothing: the same arguments give the same answer."""

    @property
    def name(self) -> Channel:
        """The word stored for ever."""
        ...

    @property
    def point_kinds(self) -> tuple[str, ...]:
        """Which kinds of address it reaches, best first. A person's address for it is their first of these."""
        ...

    def texts(self, content: Content) -> Mapping[str, str]:
        """Every text in which a person's values may stand, by the name of its field; `body` for the text itself.

        Who is asked for a value in one of them and has none is left out, so all that is rendered must be in it.
        """
        ...

    def check(self, body: str, parts: Mapping[str, Any]) -> None:
        """Errors: Refused, with the field and the remedy, when this cannot be sent on the channel to anybody."""
        ...

    def render(self, version: Content, values: Mapping[str, Any]) -> Rendered:
        """What one person gets. Errors: ContentError when it cannot be made with these values."""
        ...

    def outbound(self, common: Common, rendered: Rendered) -> Outbound:
        """What is handed to the provider."""
        ...

    def units_of(self, rendered: Rendered) -> int:
        """How many parts it is priced as; nought for one with nothing in it."""
        ...


@runtime_checkable
class AsksOfOrganization(Protocol):
    """A channel whose messages must say something about the organisation that only the organisation can tell."""

    def lack_of(self, organization: Organization) -> Refused | None:
        """What is missing, with the remedy; None when nothing is. While something is, no message of the channel is ready."""
        ...


def lack_of(channel: MessageChannel, organization: Organization) -> Refused | None:
    """What an organisation has to tell before anything may leave on a channel; None where nothing is missing."""
    return channel.lack_of(organization) if isinstance(channel, AsksOfOrganization) else None
