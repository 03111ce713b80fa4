"""Jobs: the one door to Celery. A task is a name and ids; it is rung after commit and may be lost without harm."""

import functools
import logging
import uuid
from collections.abc import Callable
from typing import Any

import kombu.exceptions
from celery import current_app, shared_task
from django.db import transaction

from core.tenancy import tenant_context

logger = logging.getLogger(__name__)

#: tasks that belong to no organisation: the platform's own beat
PLATFORM_TASKS = frozenset(
    {
        "accounts.keep_api_records",
        "consent.anchor_all",
        "consent.forget_all_evidence",
        "consent.forget_all_uploads",
        "consent.remind_all",
        "messaging.compare_all_kept_out",
        "messaging.compare_all_promises",
        "messaging.find_all_missed",
        "messaging.sweep",
        "messaging.send_all_notices",
        "messaging.keep_partitions",
        "messaging.forget_all_recordings",
        "messaging.empty_old_webhooks",
        "messaging.sync_all_templates",
        "campaigns.wake_runs",
        "contacts.sweep_imports",
        "privacy.sweep_erasures",
    }
)


class UnknownTask(Exception):
    """Somebody enqueued a name that no task has."""


def enqueue(name: str, **ids: Any) -> None:
    """Ring a task after the current transaction commits; inside none, at once.

    Shape:   name is "<app>.<verb>_<noun>"; ids are UUIDs or plain words, organization_id among them.
    Effects: one message to the broker. The rows already say what must happen, so a broker that is down costs time, not
             work: the sweeper looks again.
    Errors:  UnknownTask at once for a name nobody registered; TypeError where organization_id is missing.
    """
    task = current_app.tasks.get(name)
    if task is None:
        raise UnknownTask(f"no task is called {name}")
    if name not in PLATFORM_TASKS and "organization_id" not in ids:
        raise TypeError(f"{name} needs organization_id")
    arguments = {key: str(value) if isinstance(value, uuid.UUID) else value for key, value in ids.items()}
    transaction.on_commit(functools.partial(_ring, task, arguments))


def _ring(task: Any, arguments: dict[str, Any]) -> None:
    try:
        task.apply_async(kwargs=arguments, argsrepr="()", kwargsrepr="{…}")
    except (kombu.exceptions.OperationalError, OSError):
        logger.warning("the broker did not take a task; the sweeper will", extra={"task": task.name})


def tenant_task(name: str, *, own_transactions: bool = False) -> Callable[[Callable[..., Any]], Any]:
    """Declare a task of one organisation: `organization_id` first, every other argument an id.

    The body runs inside the organisation's context, in one transaction; with `own_transactions` it gets the id and opens a
    context for each action itself, because it talks to a network or works for minutes.
    Errors: TypeError when rung without an organisation, and nothing runs.
    """

    def declare(body: Callable[..., Any]) -> Any:
        @functools.wraps(body)
        def run(*, organization_id: str, **ids: Any) -> Any:
            whose = uuid.UUID(str(organization_id))
            if own_transactions:
                return body(organization_id=whose, **ids)
            with tenant_context(whose):
                return body(organization_id=whose, **ids)

        return shared_task(name=name, ignore_result=True)(run)

    return declare


def platform_task(name: str) -> Callable[[Callable[[], Any]], Any]:
    """Declare a task of the platform itself: no organisation, no arguments; it may only ask the resolver functions."""
    if name not in PLATFORM_TASKS:
        raise UnknownTask(f"{name} is not on the written list of platform tasks")

    def declare(body: Callable[[], Any]) -> Any:
        return shared_task(name=name, ignore_result=True)(body)

    return declare
