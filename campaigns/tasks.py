"""Doorbells of campaigns: plan a run, take a run's next step, wake the runs that are due."""

import uuid

from django.db import connection

from campaigns.actions import advancing, heeding
from campaigns.actions.launching import run_of
from core.jobs import enqueue, platform_task, tenant_task
from core.tenancy import tenant_context


@tenant_task("campaigns.plan_run", own_transactions=True)
def plan_run(*, organization_id: uuid.UUID, run_id: str) -> None:
    """Plan a run, slice by slice, each in its own transaction."""
    more = True
    while more:
        with tenant_context(organization_id):
            run = run_of(uuid.UUID(run_id))
            more = run is not None and advancing.plan_step(run)


@tenant_task("campaigns.advance_run")
def advance_run(*, organization_id: uuid.UUID, run_id: str) -> None:
    """Take the step of a run that is due."""
    run = run_of(uuid.UUID(run_id))
    if run is not None:
        advancing.advance_run(run)


@platform_task("campaigns.wake_runs")
def wake_runs() -> None:
    """Ring every run whose next step is due."""
    with connection.cursor() as cursor:
        cursor.execute("select organization_id, run_id from app_due_runs()")
        due = cursor.fetchall()
    for organization_id, run_id in due:
        enqueue("campaigns.advance_run", organization_id=organization_id, run_id=run_id)


@tenant_task("campaigns.heed_template")
def heed_template(*, organization_id: uuid.UUID, template_id: str, alarm: str) -> None:
    """Let news of a template change the campaigns that use it."""
    heeding.heed_template(template_id=uuid.UUID(template_id), alarm=alarm)
