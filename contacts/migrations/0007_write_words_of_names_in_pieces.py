"""The words of everybody who was here before names were searched by word, written in pieces of one short transaction each.

Nobody waits for the whole table: a piece holds its own people only. Stopped in the middle it is simply run again.
"""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import migrations, transaction

from contacts.spelling import plain_name

_BATCH = 2_000
_LONGEST = 241
_TABLES = ("contacts_contact", "contacts_nameword")
#: held, so that nobody changes a name between reading it and writing its words
_PEOPLE = "select id, first_name, last_name from contacts_contact where id > %s order by id limit %s for no key update"
_SPELL = (
    "update contacts_contact c set search_name = spelt.name from unnest(%s::uuid[], %s::text[]) as spelt(id, name)"
    " where c.id = spelt.id and c.search_name <> spelt.name"
)
_WRITE = (
    "insert into contacts_nameword (id, organization_id, contact_id, word)"
    " select distinct on (made.id, parts.word) uuidv7(), made.organization_id, made.id, parts.word"
    " from contacts_contact made cross join lateral string_to_table(made.search_name, ' ') parts(word)"
    " where made.id = any(%s) and parts.word <> '' on conflict do nothing"
)


def write_all(_: Any, editor: Any) -> None:
    """Spell everybody's name and write its words, as the owner of the tables."""
    with _seen_by_owner(editor.connection):
        write_words(editor.connection)


def write_words(connection: Any) -> None:
    """Write every name as a search spells it, by the same function that reads what somebody searches for, and its words.

    Effects: one transaction for each two thousand people. What is right already stays.
    """
    last: uuid.UUID | None = uuid.UUID(int=0)
    while last is not None:
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            last = _write_piece(cursor, last)


def _write_piece(cursor: Any, last: uuid.UUID) -> uuid.UUID | None:
    """The next people behind this id; answer the last of them, None when there were none."""
    cursor.execute(_PEOPLE, [last, _BATCH])
    rows = cursor.fetchall()
    ids = [row[0] for row in rows]
    if ids:
        # who is spelled otherwise has their words written by the trigger, the others by the second statement
        cursor.execute(_SPELL, [ids, [plain_name(f"{first} {family}")[:_LONGEST] for _, first, family in rows]])
        cursor.execute(_WRITE, [ids])
    return ids[-1] if ids else None


@contextmanager
def _seen_by_owner(connection: Any) -> Iterator[None]:
    """Their owner sees the rows of all organisations for so long; everybody else stays bound by the policy."""
    _each_table(connection, "no force row level security")
    try:
        yield
    finally:
        _each_table(connection, "force row level security")


def _each_table(connection: Any, words: str) -> None:
    with connection.cursor() as cursor:
        for table in _TABLES:
            cursor.execute(f"alter table {table} {words}")


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("contacts", "0006_know_people_by_the_ids_of_other_programs")]
    operations = [migrations.RunPython(write_all, migrations.RunPython.noop)]
