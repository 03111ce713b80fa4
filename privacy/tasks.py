"""Tasks of privacy: what is left to do of an erasure."""

import uuid

from django.db import connection

from core.jobs import enqueue, platform_task, tenant_task
from privacy.actions import erasing


@tenant_task("privacy.finish_erasure")
def finish_erasure(*, organization_id: uuid.UUID, erasure_id: str) -> None:
    """Look for what is left of somebody who was erased."""
    erasing.finish_erasure(erasure_id=uuid.UUID(erasure_id))


@platform_task("privacy.sweep_erasures")
def sweep_erasures() -> None:
    """Ring every erasure that is due: its bell was lost, or it is time to look once more."""
    with connection.cursor() as cursor:
        cursor.execute("select organization_id, erasure_id from app_due_erasures()")
        due = cursor.fetchall()
    for organization_id, erasure_id in due:
        enqueue("privacy.finish_erasure", organization_id=organization_id, erasure_id=erasure_id)
