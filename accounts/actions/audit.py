"""Writing the audit trail: each verb's last statement before commit: audit last, or two verbs could wait for each other."""

import uuid
from collections.abc import Sequence
from typing import Any

from accounts.contracts import PLATFORM_ORGANIZATION, Actor
from accounts.models import AuditEvent
from core import clock
from core.tenancy import tenant_context


def record_audit(
    *, actor: Actor, action: str, on: tuple[str, uuid.UUID | None] = ("", None), data: dict[str, Any] | None = None
) -> AuditEvent:
    """Write one link of the chain for the organisation in scope.

    Shape:   action in the past tense ("member.invited"); `on` is (kind, id); data holds ids, words and counts only.
    Effects: one row; the trigger numbers it and links it to the one before, holding that organisation's chain until commit.
    """
    event = _event(actor, action, on, data or {})
    event.save(force_insert=True)
    return event


def record_audits(
    *, actor: Actor, action: str, deeds: Sequence[tuple[tuple[str, uuid.UUID | None], dict[str, Any]]]
) -> None:
    """Write a link for each of many deeds of one kind, in their order. Shape: (on, data) as in `record_audit`. One insert."""
    AuditEvent.objects.bulk_create([_event(actor, action, on, data) for on, data in deeds])


def _event(actor: Actor, action: str, on: tuple[str, uuid.UUID | None], data: dict[str, Any]) -> AuditEvent:
    return AuditEvent(
        at=clock.now(),
        actor_kind=actor.kind,
        actor_id=actor.id,
        action=action,
        object_kind=on[0],
        object_id=on[1],
        address=actor.address,
        agent=actor.agent[:200],
        request_id=actor.request_id,
        data=data,
    )


def record_platform_audit(*, actor: Actor, action: str, on: tuple[str, uuid.UUID | None] = ("", None)) -> None:
    """Write a link of the platform's own chain: log-ins, and what operators do outside any organisation."""
    with tenant_context(PLATFORM_ORGANIZATION):
        record_audit(actor=actor, action=action, on=on)
