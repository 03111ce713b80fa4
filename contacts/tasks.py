"""Doorbells of contacts: check a file, bring it in, look after the imports nobody holds."""

import uuid

from django.db import connection

from contacts.actions import import_engine, imports
from contacts.models import ImportJob
from core.jobs import enqueue, platform_task, tenant_task


@tenant_task("contacts.check_import", own_transactions=True)
def check_import(*, organization_id: uuid.UUID, job_id: str) -> None:
    """Try a file without writing."""
    import_engine.check_import(organization_id=organization_id, job_id=uuid.UUID(job_id))


@tenant_task("contacts.run_import", own_transactions=True)
def run_import(*, organization_id: uuid.UUID, job_id: str) -> None:
    """Bring a file in, from where it stands."""
    import_engine.run_import(organization_id=organization_id, job_id=uuid.UUID(job_id))


@tenant_task("contacts.forget_import")
def forget_import(*, organization_id: uuid.UUID, job_id: str) -> None:
    """Give up a file nobody came back for."""
    job = ImportJob.objects.filter(id=uuid.UUID(job_id)).first()
    if job is not None:
        imports.forget_import(job=job)


@platform_task("contacts.sweep_imports")
def sweep_imports() -> None:
    """Ring every import that is due: its bell was lost, its worker died, or nobody came back to it.

    Whichever of the tasks does not fit stops.
    """
    with connection.cursor() as cursor:
        cursor.execute("select organization_id, job_id from app_due_imports()")
        due = cursor.fetchall()
    for organization_id, job_id in due:
        enqueue("contacts.check_import", organization_id=organization_id, job_id=job_id)
        enqueue("contacts.forget_import", organization_id=organization_id, job_id=job_id)
        enqueue("contacts.run_import", organization_id=organization_id, job_id=job_id)
