"""The values that cross the provider border: what leaves, what came of it, and what comes back."""

import dataclasses
import datetime
import uuid
from typing import Any, Literal

from consent.contracts import Channel, Permit

ReceiptStatus = Literal["accepted", "queued", "sent", "failed", "delivered", "read", "unknown"]


@dataclasses.dataclass(frozen=True, slots=True)
class Outbound:
    """One message on its way out. It cannot be built without a permit, and a provider accepts nothing else.

    Units: `validity_seconds` counts from acceptance at the carrier. `callback_url` carries our attempt id and its mark.
    """

    permit: Permit
    channel: Channel
    sender: str
    recipient: str = dataclasses.field(repr=False)
    body: str = dataclasses.field(repr=False)
    callback_url: str = dataclasses.field(repr=False)
    validity_seconds: int
    idempotency_key: str

    def __post_init__(self) -> None:
        if not isinstance(self.permit, Permit):
            raise TypeError("an Outbound needs a Permit from the consent gate")


@dataclasses.dataclass(frozen=True, slots=True)
class Accepted:
    """The provider took the message and named it. `units` is its own count of parts, None when it has not said yet."""

    provider_message_id: str
    status: str
    units: int | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Receipt:
    """News about a message we sent. `status` is our vocabulary; `raw_status` and `code` are the provider's own."""

    provider_message_id: str
    status: ReceiptStatus
    raw_status: str
    code: str = ""
    attempt_id: uuid.UUID | None = None
    occurred_at: datetime.datetime | None = None
    event_key: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Inbound:
    """A message from a person. `opt_out_type` is STOP, START or HELP when the provider has already answered for us."""

    provider_message_id: str
    channel: Channel
    sender: str = dataclasses.field(repr=False)
    recipient: str = dataclasses.field(repr=False)
    body: str = dataclasses.field(repr=False)
    opt_out_type: str = ""
    media: tuple[str, ...] = dataclasses.field(default=(), repr=False)
    event_key: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Unknown:
    """Something the provider sent that our tables do not know: kept, counted and shown, never dropped."""

    event_key: str
    why: str
    raw: dict[str, Any] = dataclasses.field(default_factory=dict, repr=False)
