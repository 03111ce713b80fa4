"""How one address stands: every purpose in use on every channel it has, with the event each answer rests on."""

import dataclasses
import datetime
import uuid
from collections.abc import Sequence

from accounts.contracts import Actor
from consent.expiry import status_at
from consent.models import ConsentState, Point, Purpose, Suppression
from consent.selectors.suppressions import live_suppressions
from consent.states import POINT_CHANNELS
from consent.values import address_of
from core import clock, vault
from core.email import EmailAddress
from core.phone import PhoneNumber
from core.tenancy import require_organization_id


@dataclasses.dataclass(frozen=True, slots=True)
class State:
    """What was said about one purpose on one channel; `none` and without an event where nothing was."""

    purpose: Purpose
    channel: str
    status: str
    event_id: uuid.UUID | None
    changed_at: datetime.datetime | None


@dataclasses.dataclass(frozen=True, slots=True)
class Standing:
    """Everything that holds for an address. `known` says whether we have ever met it."""

    known: bool
    states: Sequence[State]
    protections: Sequence[Suppression]


def standing_of(actor: Actor, address: PhoneNumber | EmailAddress) -> Standing:
    """How an address stands, for somebody who may see addresses: asking tells whether we know it. Four queries at most."""
    actor.require("see_addresses")
    found, point = address_of(address), point_of(address)
    purposes = Purpose.objects.filter(archived_at=None).order_by("created_at", "id")
    if point is None:
        states = [
            State(each, channel, "none", None, None) for each in purposes for channel in POINT_CHANNELS[found.kind]
        ]
        return Standing(False, states, ())
    rows = {(row.purpose_id, row.channel): row for row in ConsentState.objects.filter(point=point)}
    states = [
        _state(each, channel, rows.get((each.id, channel)))
        for each in purposes
        for channel in POINT_CHANNELS[point.kind]
    ]
    return Standing(True, states, list(live_suppressions().filter(point=point).order_by("-created_at", "-id")))


def point_of(address: PhoneNumber | EmailAddress) -> Point | None:
    """The row of an address, None for one we have never met. One query."""
    found = address_of(address)
    digest = vault.digest(require_organization_id(), found.kind, found.key)
    return Point.objects.filter(kind=found.kind, digest=digest).first()


def _state(purpose: Purpose, channel: str, row: ConsentState | None) -> State:
    if row is None:
        return State(purpose, channel, "none", None, None)
    return State(purpose, channel, status_at(row, purpose, clock.now()), row.event_id, row.changed_at)
