"""The register of personal data as statements: which rows of which table are about somebody, and what becomes of them."""

import dataclasses
import uuid
from collections.abc import Iterator
from functools import cache
from typing import Any, Final

from django.apps import apps
from django.db import connection, models
from psycopg import sql

from core.personal_data import LEAVING, PersonalField, PersonalRows, Subject, directory, personal_rows, register
from core.tenancy import require_organization_id
from privacy.contracts import Going, Outlook, Staying
from privacy.models import Erasure

#: whom this is about; fields of members, guests and applications are no concern of an organisation's contacts
_SUBJECT: Final = "contact"


@dataclasses.dataclass(frozen=True, slots=True)
class Table:
    """One kind of rows and the fields of it that are about people."""

    rows: PersonalRows
    fields: tuple[PersonalField, ...]
    model: type[models.Model]

    @property
    def name(self) -> sql.Identifier:
        """The table's name, for a statement."""
        return sql.Identifier(self.rows.table)

    @property
    def deletes(self) -> bool:
        """Whether the rows themselves go."""
        return any(field.erase == "delete" for field in self.fields)

    @property
    def changes(self) -> tuple[PersonalField, ...]:
        """The fields that are emptied or replaced; what the database makes of them itself follows by itself."""
        cleared = [field for field in self.fields if field.erase in ("null", "replace")]
        return tuple(field for field in cleared if not self.column(field.column).generated)

    @property
    def stays(self) -> tuple[PersonalField, ...]:
        """The fields that stay, each with its reason."""
        return tuple(field for field in self.fields if field.erase in LEAVING)

    def column(self, name: str) -> "models.Field[Any, Any]":
        """The model's field behind a column."""
        return next(field for field in self.model._meta.concrete_fields if field.column == name)

    def nothing_in(self, field: PersonalField) -> Any:
        """What stands in a field once it is emptied."""
        column = self.column(field.column)
        if field.erase == "replace":
            return field.replacement
        return None if column.null else b"" if isinstance(column, models.BinaryField) else ""


def tables() -> Iterator[Table]:
    """Every kind of rows about people, in the order in which they are erased."""
    for rows in personal_rows():
        fields = tuple(field for field in register() if (field.table, field.subject) == (rows.table, _SUBJECT))
        yield Table(rows, fields, _model_of(rows.table))


def going(table: Table, count: int) -> Going | None:
    """What goes of so many rows; None where nothing does."""
    if not count or not (table.deletes or table.changes):
        return None
    return Going(table.rows.what, "deleted" if table.deletes else "emptied", count)


def staying(table: Table, count: int, *, comes: bool = False) -> list[Staying]:
    """What stays of so many rows, reason by reason; `comes` where there may be none yet and the erasure writes some."""
    why = dict.fromkeys((field.reason, field.until) for field in table.stays)
    return [Staying(table.rows.what, count, reason, until) for reason, until in why] if count or comes else []


def count_rows(table: Table, subject: Subject) -> int:
    """How many rows are about somebody. One query."""
    where, values = condition(table, subject)
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("select count(*) from {} where {}").format(table.name, where), values)
        return int(cursor.fetchone()[0])


def condition(table: Table, subject: Subject) -> tuple[sql.Composable, dict[str, Any]]:
    """The rows about somebody as a condition with its values. Names come from the register alone, values travel apart."""
    values: dict[str, Any] = {
        "organization": require_organization_id(),
        "contact": subject.contact_id,
        "points": list(subject.points),
        "shared": list(subject.shared),
    }
    whose = table.rows.whose
    if table.rows.find is not None:
        whose, values["found"] = "id = any(%(found)s)", list(table.rows.find(subject))
    ours = any(field.column == "organization_id" for field in table.model._meta.concrete_fields)
    where = sql.SQL("({})").format(sql.SQL(whose))
    return (sql.SQL("organization_id = %(organization)s and {}").format(where) if ours else where), values


def outlook(subject: Subject) -> Outlook:
    """What erasing somebody would do, without doing it. One query for each kind of rows that need not be read to be found."""
    gone: list[Going] = []
    kept: list[Staying] = []
    unread = [table.rows.what for table in tables() if table.rows.late]
    for table in tables():
        if table.rows.late:
            continue
        count = count_rows(table, subject)
        what_goes = going(table, count)
        gone += [what_goes] if what_goes else []
        kept += staying(table, count, comes=table.rows.grows and bool(subject.points))
    return Outlook(tuple(gone), tuple(kept), tuple(unread))


def still_erased(erasure: Erasure) -> tuple[uuid.UUID, ...]:
    """The addresses of somebody who was erased that have not come back since. One query."""
    return directory().still_erased(erasure.point_ids)


@cache
def _model_of(table: str) -> type[models.Model]:
    return next(model for model in apps.get_models() if model._meta.db_table == table)
