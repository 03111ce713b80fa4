"""Writing a decided slice: people, their addresses, lists and tags, and one row of the record for each row of the file."""

import datetime
import json
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from psycopg.types.json import Jsonb

from contacts.actions.import_consent import row_note
from contacts.actions.import_planning import TEXTS, Key, Known, RowPlan
from contacts.actions.import_work import Work
from contacts.actions.people import search_text
from contacts.models import List, Tag
from contacts.states import Outcome
from core import vault
from core.bulk import insert_rows, update_rows
from core.ids import new_id

_TEXT_COLUMNS = dict.fromkeys(TEXTS, "text")
_CONTACT = {"id": "uuid", "organization_id": "uuid", "search_name": "text", **_TEXT_COLUMNS}
_CONTACT |= {"is_minor": "boolean", "fields": "jsonb", "created_at": "timestamptz", "updated_at": "timestamptz"}
_CHANGED = {"id": "uuid", "search_name": "text", **_TEXT_COLUMNS, "fields": "jsonb", "updated_at": "timestamptz"}
_LINK = {"id": "uuid", "organization_id": "uuid", "contact_id": "uuid", "point_id": "uuid", "label": "text"}
_LINK |= {"created_at": "timestamptz"}
_MEMBER = {"id": "uuid", "organization_id": "uuid", "list_id": "uuid", "contact_id": "uuid", "added_at": "timestamptz"}
_TAGGED = {"id": "uuid", "organization_id": "uuid", "contact_id": "uuid", "tag_id": "uuid"}
_ROW = {"id": "uuid", "organization_id": "uuid", "job_id": "uuid", "number": "integer", "outcome": "text"}
_ROW |= {"code": "text", "cause": "text", "column": "text", "consent_note": "text", "contact_id": "uuid"}
_ROW |= {"cells_sealed": "bytea", "former_sealed": "bytea"}
_NO_TEXTS = dict.fromkeys(TEXTS, "")


def write_people(
    plans: Sequence[RowPlan], points: Mapping[Key, uuid.UUID], known: Known, work: Work, now: datetime.datetime
) -> None:
    """Write the contacts of a slice with their addresses, lists and tags.

    Effects: four statements for each of contacts, changed contacts, addresses, members and tags that has rows.
    """
    created = [plan for plan in plans if plan.outcome == Outcome.CREATED]
    for plan in created:
        plan.contact_id = new_id()
    updated = [plan for plan in plans if plan.outcome == Outcome.UPDATED]
    if created:
        insert_rows("contacts_contact", _CONTACT, (_created_row(plan, work, now) for plan in created))
    changed = [plan for plan in updated if plan.values or plan.custom]
    if changed:
        update_rows("contacts_contact", _CHANGED, (_changed_row(plan, known, now) for plan in changed))
    links = [
        (new_id(), work.organization_id, plan.contact_id, points[key], label, now)
        for plan in (*created, *updated)
        for key, label in plan.new_links
    ]
    if links:
        insert_rows("contacts_contactpoint", _LINK, links)
    _write_labels([*created, *updated], work, now)


def _created_row(plan: RowPlan, work: Work, now: datetime.datetime) -> tuple[Any, ...]:
    texts = _NO_TEXTS | plan.values
    name = search_text(texts["first_name"], texts["last_name"])
    return (
        plan.contact_id, work.organization_id, name, *texts.values(), False, Jsonb(plan.custom), now, now
    )  # fmt: skip


def _changed_row(plan: RowPlan, known: Known, now: datetime.datetime) -> tuple[Any, ...]:
    assert plan.contact_id is not None
    row = known.contacts[plan.contact_id]
    texts = {name: plan.values.get(name, row[name]) for name in TEXTS}
    name = search_text(texts["first_name"], texts["last_name"])
    return (plan.contact_id, name, *texts.values(), Jsonb(row["fields"] | plan.custom), now)


def _write_labels(plans: Sequence[RowPlan], work: Work, now: datetime.datetime) -> None:
    lists = _ids_of(List, {name for plan in plans for name in plan.new_lists})
    tags = _ids_of(Tag, {name for plan in plans for name in plan.new_tags})
    organization_id = work.organization_id
    if lists:
        rows = [
            (new_id(), organization_id, lists[name], plan.contact_id, now) for plan in plans for name in plan.new_lists
        ]
        insert_rows("contacts_listmember", _MEMBER, rows, ignore=True)
    if tags:
        marks = [(new_id(), organization_id, plan.contact_id, tags[name]) for plan in plans for name in plan.new_tags]
        insert_rows("contacts_contacttag", _TAGGED, marks, ignore=True)


def _ids_of(model: Any, names: set[str]) -> dict[str, uuid.UUID]:
    """The lists or tags of these names, made where missing."""
    if not names:
        return {}
    found = dict(model.objects.filter(name__in=names).values_list("name", "id"))
    if missing := names - set(found):
        model.objects.bulk_create([model(name=name) for name in sorted(missing)], ignore_conflicts=True)
        found = dict(model.objects.filter(name__in=names).values_list("name", "id"))
    return found


def write_record(plans: Sequence[RowPlan], work: Work) -> None:
    """Write what became of each row: refused rows with their cells, changed ones with what they were, both sealed."""
    if plans:
        insert_rows("contacts_importrow", _ROW, (_record(plan, work) for plan in plans))


def _record(plan: RowPlan, work: Work) -> tuple[Any, ...]:
    row_id = new_id()
    code, cause, column = (plan.code, plan.cause, plan.column)
    if not code and plan.problems:
        code, cause, column = plan.problems[0]
    cells = _sealed(work, "cells_sealed", row_id, plan.cells) if plan.outcome == Outcome.REJECTED else None
    former = None
    if plan.outcome == Outcome.UPDATED:
        former = _sealed(work, "former_sealed", row_id, {**plan.former, "links": plan.new_links})
    contact_id = None if plan.outcome == Outcome.REJECTED else plan.contact_id
    note = row_note(plan)
    return (
        row_id, work.organization_id, work.job_id, plan.number, str(plan.outcome), code, cause, column[:80], note,
        contact_id, cells, former,
    )  # fmt: skip


def _sealed(work: Work, column: str, row_id: uuid.UUID, value: Any) -> bytes | None:
    if value is None:
        return None
    text = json.dumps(value, ensure_ascii=False)
    return vault.seal(work.organization_id, "contacts_importrow", column, row_id, text)


def list_name_of(work: Work) -> str:
    """The name of the list everybody of the file goes to, "" for none. At most one query."""
    if work.list_id is None:
        return ""
    return List.objects.filter(id=work.list_id).values_list("name", flat=True).first() or ""
