"""Somebody an organisation knows everything about, and what is left of them anywhere.

Everything here is called inside a `tenant_context`.
"""

import dataclasses
import json
import uuid
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import connection, models

from accounts.contracts import Actor
from contacts.actions import people
from contacts.models import Contact, List, ListMember
from core import vault
from core.tenancy import require_organization_id
from tests.factories.contacts import email, phone

#: words that are about this person alone, wherever they come up again
NAME, TOWN, NUMBER, MAILBOX = "Zephyrine", "Quixhaven", "+14025550142", "zephyrine@quix.example"
SAID = "My cat Xanthippe says hello"
TELLTALE = ("zephyrine", "quixhaven", "4025550142", "xanthippe")


@dataclasses.dataclass(frozen=True, slots=True)
class Trace:
    """Where a word about the person still stands."""

    table: str
    column: str
    word: str


def make_zephyrine(actor: Actor) -> Contact:
    """A person with a number and a mailbox, a name, a town, a tag, a note, a list."""
    contact = people.create_contact(
        actor=actor,
        points=[people.NewPoint("phone", phone(NUMBER)), people.NewPoint("email", email(MAILBOX))],
        first_name=NAME,
        last_name="Quill",
        city=TOWN,
    )
    people.put_tag(actor=actor, contact=contact, name="regular")
    people.write_note(actor=actor, contact=contact, body=f"{NAME} owns a cat called Xanthippe.")
    ListMember.objects.create(list=List.objects.create(name="Readers"), contact=contact)
    return contact


def traces() -> set[Trace]:
    """Every place in every table of the product where a word about them stands, sealed or not."""
    return {trace for model in apps.get_models() if model._meta.managed for trace in _traces_in(model)}


def _traces_in(model: type[models.Model]) -> Iterator[Trace]:
    table, columns = model._meta.db_table, [field.column for field in model._meta.concrete_fields]
    with connection.cursor() as cursor:
        cursor.execute(f"select {', '.join(f'"{each}"' for each in columns)} from {table}")
        for row in cursor.fetchall():
            values = dict(zip(columns, row, strict=True))
            for column, value in values.items():
                text = _text_of(table, column, values.get("id"), value).casefold()
                yield from (Trace(table, column, word) for word in TELLTALE if word in text)


def _text_of(table: str, column: str, row_id: Any, value: Any) -> str:
    if isinstance(value, bytes | memoryview):
        if column.endswith("_sealed") and value and isinstance(row_id, uuid.UUID):
            try:
                return vault.unseal_text(require_organization_id(), table, column, row_id, value)
            except vault.CannotOpen:  # another organisation's
                return ""
        return bytes(value).decode("latin-1")
    return json.dumps(value, default=str, ensure_ascii=False)
