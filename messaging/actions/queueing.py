"""Queueing: a message becomes a row. Whoever wants it minted its id, so the same wish twice is one message."""

import dataclasses
import datetime
import json
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Exists, OuterRef

from core import clock, vault
from core.bulk import insert_rows
from core.jobs import enqueue
from core.tenancy import require_organization_id
from messaging.models import Message, SendAttempt, SendGate
from messaging.states import ORIGIN_AGAIN

_COLUMNS = {"id": "uuid", "organization_id": "uuid", "channel": "text", "origin": "text", "origin_id": "uuid"}
_COLUMNS |= {"point_id": "uuid", "sender_id": "uuid", "purpose_id": "uuid", "template_version_id": "uuid"}
_COLUMNS |= {"body_sealed": "bytea", "parts_sealed": "bytea", "units": "smallint"}
_COLUMNS |= {"next_at": "timestamptz", "expires_at": "timestamptz", "created_at": "timestamptz"}
_COLUMNS |= {"state": "text", "reason": "text", "provider_message_id": "text"}
_COLUMNS |= {"claim_count": "integer", "attempt_count": "integer", "delivery_rank": "smallint"}
#: how every message begins
_FRESH: dict[str, str | int] = {"state": "ready", "reason": "", "provider_message_id": ""}
_FRESH |= {"claim_count": 0, "attempt_count": 0, "delivery_rank": 0}


@dataclasses.dataclass(frozen=True, slots=True)
class Wish:
    """One message somebody wants sent: its minted id, to which address, the finished text and what stands beside it."""

    message_id: uuid.UUID
    point_id: uuid.UUID
    body: str
    units: int
    parts: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, slots=True)
class Errand:
    """What the messages of one batch share. `origin` names who wants them; `expires_at` ends the window to send."""

    origin: str
    origin_id: uuid.UUID
    sender_id: uuid.UUID
    channel: str
    purpose_id: uuid.UUID
    template_version_id: uuid.UUID
    expires_at: datetime.datetime


def queue_messages(*, errand: Errand, wishes: Sequence[Wish]) -> int:
    """Write messages that may leave at once, and ring the sender's lane; answer how many are new.

    Effects: one insert; a message id that is there already is left alone. Text and parts are sealed.
    """
    return queue_letters([(errand, wish) for wish in wishes])


def queue_letters(letters: Sequence[tuple[Errand, Wish]]) -> int:
    """As `queue_messages`, for messages that do not share their errand: still one insert; every sender's lane is rung once."""
    organization_id, now = require_organization_id(), clock.now()
    wanted = [wish.message_id for _, wish in letters]
    known = set(Message.objects.filter(id__in=wanted).values_list("id", flat=True))
    fresh = [(errand, wish) for errand, wish in letters if wish.message_id not in known]
    if fresh:
        rows = [_row(organization_id, now, errand, wish) for errand, wish in fresh]
        insert_rows("messaging_message", _COLUMNS, rows, ignore=True)
        for sender_id in dict.fromkeys(errand.sender_id for errand, _ in fresh):
            enqueue("messaging.drain_sender", organization_id=organization_id, sender_id=sender_id)
    return len(fresh)


def _row(organization_id: uuid.UUID, now: datetime.datetime, errand: Errand, wish: Wish) -> tuple[Any, ...]:
    """A new message in the order of _COLUMNS."""
    return (
        wish.message_id,
        organization_id,
        errand.channel,
        errand.origin,
        errand.origin_id,
        wish.point_id,
        errand.sender_id,
        errand.purpose_id,
        errand.template_version_id,
        vault.seal(organization_id, "messaging_message", "body_sealed", wish.message_id, wish.body),
        _seal_parts(organization_id, wish),
        wish.units,
        now,
        errand.expires_at,
        now,
        *_FRESH.values(),
    )


def _seal_parts(organization_id: uuid.UUID, wish: Wish) -> bytes | None:
    if not wish.parts:
        return None
    text = json.dumps(wish.parts, ensure_ascii=False)
    return vault.seal(organization_id, "messaging_message", "parts_sealed", wish.message_id, text)


def set_gate(*, origin: str, origin_id: uuid.UUID, state: str) -> None:
    """Open, pause, cancel or close everything of one origin. A lane's next intent obeys; what is in flight is in flight.

    Closed is what is over: nothing new is planned for it any more, such as a further call.

    Effects: what lanes put back while it was paused is due at once when it opens; its intent decides again, as always.
    """
    now = clock.now()
    SendGate.objects.update_or_create(origin=origin, origin_id=origin_id, defaults={"state": state, "changed_at": now})
    if state == "open":
        waiting = Message.objects.filter(origin=origin, origin_id=origin_id, state="ready", next_at__gt=now)
        waiting.update(next_at=now)


def cancel_messages(*, origin: str, origin_id: uuid.UUID) -> int:
    """Cancel what has not been touched yet, further calls that wait among it; answer how many.

    What a worker holds, and what waits again after a try whose outcome is open, stays: the gate of the origin refuses it at
    its next intent, and only there it is known whether it may be called cancelled.
    """
    unclear = SendAttempt.objects.filter(message_id=OuterRef("id"), outcome__in=["", "ambiguous"])
    ours = Message.objects.filter(origin__in=[origin, ORIGIN_AGAIN], origin_id=origin_id)
    waiting = ours.filter(state__in=["held", "ready"])
    return waiting.filter(~Exists(unclear)).update(state="cancelled", next_at=None, reason="cancelled")
