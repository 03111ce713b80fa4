"""Tasks of consent: every day that has ended is anchored."""

import uuid

from django.db import connection

from accounts.contracts import SYSTEM
from consent.actions import anchoring
from core.jobs import enqueue, platform_task, tenant_task


@platform_task("consent.anchor_all")
def anchor_all() -> None:
    """Have every organisation anchored that has events of a past day without an anchor."""
    with connection.cursor() as cursor:
        cursor.execute("select organization_id from app_orgs_to_anchor()")
        found = cursor.fetchall()
    for (organization_id,) in found:
        enqueue("consent.anchor_evidence", organization_id=organization_id)


@tenant_task("consent.anchor_evidence")
def anchor_evidence(*, organization_id: uuid.UUID) -> int:
    """Anchor what no anchor covers yet; answer how many events that was. What is left over waits for the next ring."""
    anchor = anchoring.anchor_evidence(actor=SYSTEM, before=anchoring.anchor_horizon())
    return anchor.count if anchor else 0
