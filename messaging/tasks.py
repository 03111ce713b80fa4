"""Doorbells of messaging: a lane, the sweep, the partitions."""

import uuid

from django.db import connection

from core.jobs import enqueue, platform_task, tenant_task
from messaging import lanes
from messaging.actions.sweeping import sweep_organization as sweep


@tenant_task("messaging.drain_sender", own_transactions=True)
def drain_sender(*, organization_id: uuid.UUID, sender_id: str) -> int:
    """Send what is due for one sender."""
    return lanes.drain(organization_id, uuid.UUID(sender_id))


@tenant_task("messaging.sweep_organization")
def sweep_organization(*, organization_id: uuid.UUID) -> int:
    """Put right what dead workers left behind."""
    return sweep()


@platform_task("messaging.sweep")
def sweep_all() -> None:
    """Ring the lanes that have something due, and sweep where something is left over."""
    with connection.cursor() as cursor:
        cursor.execute("select organization_id, sender_id from app_due_senders()")
        due = cursor.fetchall()
        cursor.execute("select organization_id from app_orgs_to_sweep()")
        left = cursor.fetchall()
    for organization_id, sender_id in due:
        enqueue("messaging.drain_sender", organization_id=organization_id, sender_id=sender_id)
    for (organization_id,) in left:
        enqueue("messaging.sweep_organization", organization_id=organization_id)


@platform_task("messaging.keep_partitions")
def keep_partitions() -> None:
    """Make the next months' partitions before they are needed."""
    with connection.cursor() as cursor:
        cursor.execute("select messaging_keep_partitions(3)")
