"""Tasks of consent: every day that has ended is anchored, what is over is forgotten, and who must decide is reminded."""

import uuid

from django.db import connection

from accounts.contracts import SYSTEM
from consent.actions import anchoring, attachments, reminding, retention
from core.jobs import enqueue, platform_task, tenant_task
from core.tenancy import tenant_context


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


@platform_task("consent.remind_all")
def remind_all() -> None:
    """Have every organisation reminded in which a plea to stop waits for a decision past its time."""
    with connection.cursor() as cursor:
        cursor.execute("select organization_id from app_orgs_to_remind()")
        found = cursor.fetchall()
    for (organization_id,) in found:
        enqueue("consent.remind", organization_id=organization_id)


@tenant_task("consent.remind")
def remind(*, organization_id: uuid.UUID) -> int:
    """Mail owners, and later everybody who may decide, about pleas to stop that wait; answer how many people were mailed."""
    return reminding.remind_of_requests()


@platform_task("consent.forget_all_uploads")
def forget_all_uploads() -> None:
    """Have the files forgotten that waited a day for an agreement."""
    with connection.cursor() as cursor:
        cursor.execute("select organization_id from app_orgs_with_old_uploads()")
        found = cursor.fetchall()
    for (organization_id,) in found:
        enqueue("consent.forget_uploads", organization_id=organization_id)


@tenant_task("consent.forget_uploads")
def forget_uploads(*, organization_id: uuid.UUID) -> int:
    """Remove the files of the organisation that no agreement took; answer how many."""
    return attachments.forget_uploads()


@platform_task("consent.forget_all_evidence")
def forget_all_evidence() -> None:
    """Have every organisation looked at that has evidence older than five years."""
    with connection.cursor() as cursor:
        cursor.execute("select organization_id from app_orgs_with_old_evidence()")
        found = cursor.fetchall()
    for (organization_id,) in found:
        enqueue("consent.forget_evidence", organization_id=organization_id)


@tenant_task("consent.forget_evidence", own_transactions=True)
def forget_evidence(*, organization_id: uuid.UUID) -> int:
    """Remove evidence past its time, a few hundred addresses in each transaction; answer of how many addresses."""
    gone = 0
    after: uuid.UUID | None = uuid.UUID(int=0)
    while after is not None:
        with tenant_context(organization_id):
            some, after = retention.forget_next_evidence(actor=SYSTEM, after=after)
        gone += some
    return gone
