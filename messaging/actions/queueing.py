"""Queueing: a message becomes a row. Whoever wants it minted its id, so the same wish twice is one message."""

import dataclasses
import datetime
import uuid
from collections.abc import Sequence

from django.db.models import Exists, OuterRef

from core import clock, vault
from core.jobs import enqueue
from core.tenancy import require_organization_id
from messaging.models import Message, SendAttempt, SendGate


@dataclasses.dataclass(frozen=True, slots=True)
class Wish:
    """One message somebody wants sent: its minted id, to which address, the finished text."""

    message_id: uuid.UUID
    point_id: uuid.UUID
    body: str
    units: int


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

    Effects: one insert; a message id that is there already is left alone. The text is sealed.
    """
    organization_id, now = require_organization_id(), clock.now()
    known = set(Message.objects.filter(id__in=[wish.message_id for wish in wishes]).values_list("id", flat=True))
    rows = [
        Message(
            id=wish.message_id,
            channel=errand.channel,
            origin=errand.origin,
            origin_id=errand.origin_id,
            point_id=wish.point_id,
            sender_id=errand.sender_id,
            purpose_id=errand.purpose_id,
            template_version_id=errand.template_version_id,
            body_sealed=vault.seal(organization_id, "messaging_message", "body_sealed", wish.message_id, wish.body),
            units=wish.units,
            next_at=now,
            expires_at=errand.expires_at,
            created_at=now,
        )
        for wish in wishes
        if wish.message_id not in known
    ]
    Message.objects.bulk_create(rows, ignore_conflicts=True)
    if rows:
        enqueue("messaging.drain_sender", organization_id=organization_id, sender_id=errand.sender_id)
    return len(rows)


def set_gate(*, origin: str, origin_id: uuid.UUID, state: str) -> None:
    """Open, pause or cancel everything of one origin. A lane's next intent obeys; what is in flight is in flight.

    Effects: what lanes put back while it was paused is due at once when it opens; its intent decides again, as always.
    """
    now = clock.now()
    SendGate.objects.update_or_create(origin=origin, origin_id=origin_id, defaults={"state": state, "changed_at": now})
    if state == "open":
        waiting = Message.objects.filter(origin=origin, origin_id=origin_id, state="ready", next_at__gt=now)
        waiting.update(next_at=now)


def cancel_messages(*, origin: str, origin_id: uuid.UUID) -> int:
    """Cancel what has not been touched yet; answer how many.

    What a worker holds, and what waits again after a try whose outcome is open, stays: the gate of the origin refuses it at
    its next intent, and only there it is known whether it may be called cancelled.
    """
    unclear = SendAttempt.objects.filter(message_id=OuterRef("id"), outcome__in=["", "ambiguous"])
    waiting = Message.objects.filter(origin=origin, origin_id=origin_id, state__in=["held", "ready"])
    return waiting.filter(~Exists(unclear)).update(state="cancelled", next_at=None, reason="cancelled")
