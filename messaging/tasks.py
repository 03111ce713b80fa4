"""Doorbells of messaging: a lane, the sweep, the partitions."""

import uuid

from django.db import connection

from accounts.contracts import SYSTEM
from core.jobs import enqueue, platform_task, tenant_task
from messaging import carrier_office, lanes, template_office
from messaging.actions import comparing
from messaging.actions.announcing import forget_audio
from messaging.actions.carrier_log import empty_old_bodies
from messaging.actions.noticing import ask_to_confirm
from messaging.actions.receipting import send_receipts
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


@tenant_task("messaging.send_notices")
def send_notices(*, organization_id: uuid.UUID) -> int:
    """Ask whoever has to confirm an agreement, and tell whoever agreed what they agreed to."""
    return ask_to_confirm() + send_receipts()


@platform_task("messaging.send_all_notices")
def send_all_notices() -> None:
    """Ring for every organisation in which an agreement waits, or whose purposes send receipts."""
    with connection.cursor() as cursor:
        cursor.execute("select organization_id from app_orgs_to_notify()")
        found = cursor.fetchall()
    for (organization_id,) in found:
        enqueue("messaging.send_notices", organization_id=organization_id)


@tenant_task("messaging.submit_template", own_transactions=True)
def submit_template(*, organization_id: uuid.UUID, template_id: str) -> None:
    """Hand a template over for review; what the network objects to stays on the template."""
    template_office.submit_template_later(organization_id, uuid.UUID(template_id))


@tenant_task("messaging.sync_templates", own_transactions=True)
def sync_templates(*, organization_id: uuid.UUID, account_id: str) -> int:
    """Bring in how the network keeps an account's templates."""
    return template_office.sync_templates(
        actor=SYSTEM, organization_id=organization_id, account_id=uuid.UUID(account_id)
    )


@platform_task("messaging.sync_all_templates")
def sync_all_templates() -> None:
    """Ring for every account with templates: news come by webhook, and this is for those that got lost."""
    with connection.cursor() as cursor:
        cursor.execute("select organization_id, account_id from app_template_accounts()")
        accounts = cursor.fetchall()
    for organization_id, account_id in accounts:
        enqueue("messaging.sync_templates", organization_id=organization_id, account_id=account_id)


@tenant_task("messaging.find_missed", own_transactions=True)
def find_missed(*, organization_id: uuid.UUID, account_id: str) -> int:
    """Take in what people wrote to an account and no webhook brought."""
    return carrier_office.find_missed(organization_id=organization_id, account_id=uuid.UUID(account_id))


@tenant_task("messaging.compare_kept_out", own_transactions=True)
def compare_kept_out(*, organization_id: uuid.UUID, account_id: str) -> int:
    """Write down whom only an account's carrier kept out."""
    return carrier_office.compare_and_record(organization_id=organization_id, account_id=uuid.UUID(account_id))


@tenant_task("messaging.record_drifts", own_transactions=True)
def record_drifts(*, organization_id: uuid.UUID, account_id: str) -> int:
    """Write down what is left of what only an account's carrier knew."""
    return carrier_office.record_all(organization_id=organization_id, account_id=uuid.UUID(account_id))


@platform_task("messaging.find_all_missed")
def find_all_missed() -> None:
    """Have the books of every account read for messages that no webhook brought."""
    _ring_accounts("messaging.find_missed")


@platform_task("messaging.compare_all_kept_out")
def compare_all_kept_out() -> None:
    """Have whom the carriers keep out compared with our ledger, for every account."""
    _ring_accounts("messaging.compare_kept_out")


def _ring_accounts(task: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select organization_id, account_id from app_connected_accounts()")
        accounts = cursor.fetchall()
    for organization_id, account_id in accounts:
        enqueue(task, organization_id=organization_id, account_id=account_id)


@platform_task("messaging.compare_all_promises")
def compare_all_promises() -> None:
    """Have every organisation compared whose words promise how often they write."""
    with connection.cursor() as cursor:
        cursor.execute("select organization_id from app_orgs_with_promises()")
        found = cursor.fetchall()
    for (organization_id,) in found:
        enqueue("messaging.compare_promises", organization_id=organization_id)


@tenant_task("messaging.compare_promises")
def compare_promises(*, organization_id: uuid.UUID) -> int:
    """Compare how often programmes write with what they promised; answer how many are above it."""
    return comparing.compare_promises()


@platform_task("messaging.forget_all_recordings")
def forget_all_recordings() -> None:
    """Have the recordings forgotten that no text has named within a day."""
    with connection.cursor() as cursor:
        cursor.execute("select organization_id from app_orgs_with_old_recordings()")
        found = cursor.fetchall()
    for (organization_id,) in found:
        enqueue("messaging.forget_recordings", organization_id=organization_id)


@tenant_task("messaging.forget_recordings")
def forget_recordings(*, organization_id: uuid.UUID) -> int:
    """Remove the recordings of the organisation that no text names; answer how many."""
    return forget_audio()


@platform_task("messaging.empty_old_webhooks")
def empty_old_webhooks() -> None:
    """Empty what carriers told long ago, as it came."""
    empty_old_bodies()


@platform_task("messaging.keep_partitions")
def keep_partitions() -> None:
    """Make the next months' partitions before they are needed."""
    with connection.cursor() as cursor:
        cursor.execute("select messaging_keep_partitions(3)")
