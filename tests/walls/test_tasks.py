"""F26: every task of an organisation, without one, and with the ids of another. Grows by itself with the tasks."""

import importlib
import inspect
import uuid

import pytest
from celery import current_app
from django.apps import apps

from accounts.roles import API_SCOPES
from core import jobs
from tests.counts import say
from tests.proofs import proves
from tests.snapshots import rows_of
from tests.walls.seeds import plant
from tests.walls.slots import model_of_slot

OURS = ("accounts.", "consent.", "contacts.", "messaging.", "campaigns.", "privacy.")


def our_tasks():
    """Every registered task of the product by name."""
    for config in apps.get_app_configs():
        if importlib.util.find_spec(f"{config.name}.tasks"):
            importlib.import_module(f"{config.name}.tasks")
    current_app.finalize()
    return {name: task for name, task in current_app.tasks.items() if name.startswith(OURS)}


def ids_wanted(task):
    """The ids a task takes beside its organisation, by name."""
    return [name for name in inspect.signature(task.run).parameters if name != "organization_id"]


@pytest.fixture
def seeds(acme, rival):
    """A row of every model for both organisations."""
    return plant(acme, list(API_SCOPES)), plant(rival, list(API_SCOPES))


@proves("F26")
def test_every_task_is_on_the_written_list_of_the_platform_or_takes_an_organisation():
    tasks = our_tasks()

    without = {name for name, task in tasks.items() if "organization_id" not in inspect.signature(task.run).parameters}

    assert without == jobs.PLATFORM_TASKS & set(tasks)
    assert {name for name in without if ids_wanted(tasks[name])} == set()
    say(f"{len(tasks)} tasks, {len(without)} of the platform")


@proves("F26")
def test_a_task_without_an_organisation_is_refused_and_nothing_changes(seeds):
    ours, theirs = seeds
    before = rows_of(ours.team.id), rows_of(theirs.team.id)

    for name, task in our_tasks().items():
        if name in jobs.PLATFORM_TASKS:
            continue
        ids = {slot: str(theirs.id_of(model_of_slot(slot))) for slot in ids_wanted(task)}
        with pytest.raises(TypeError):
            task.run(**ids)
        with pytest.raises(TypeError):
            jobs.enqueue(name, **ids)
        with pytest.raises((ValueError, TypeError)):
            task.run(organization_id=None, **ids)

    assert (rows_of(ours.team.id), rows_of(theirs.team.id)) == before


@proves("F26", "fault-23")
def test_a_task_of_one_organisation_with_ids_of_another_finds_nothing_and_changes_nothing(seeds):
    ours, theirs = seeds
    before = rows_of(theirs.team.id)
    tried = 0

    for name, task in our_tasks().items():
        for slot in ids_wanted(task) if name not in jobs.PLATFORM_TASKS else ():
            others = {each: str(ours.id_of(model_of_slot(each))) for each in ids_wanted(task) if each != slot}
            told = [
                outcome(task, ours.team.id, others | {slot: str(wrong)})
                for wrong in (theirs.id_of(model_of_slot(slot)), uuid.uuid4())
            ]
            assert told[0] == told[1], f"{name} answers differently for another organisation's {slot}"
            tried += 1

    assert rows_of(theirs.team.id) == before
    assert tried >= 1
    say(f"{tried} ids of tasks tried")


def outcome(task, organization_id, ids):
    """What the task answers, or how it refuses, without the id itself."""
    try:
        answer = repr(task.run(organization_id=str(organization_id), **ids))
    except Exception as refusal:
        answer = f"{type(refusal).__name__}: {refusal}"
    for value in ids.values():
        answer = answer.replace(value, "…")
    return answer
