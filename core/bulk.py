"""Writing many rows at once: COPY into a temporary table, then one INSERT … SELECT or UPDATE under row-level security.

PostgreSQL refuses COPY into a table whose policies bind the role, so the rows take one step in between. Names of tables and
columns are constants of the callers; values only ever travel inside the COPY stream.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection
from psycopg import sql

_STAGE = sql.Identifier("bulk_stage")
#: up to so many rows one statement with all values is quicker than a temporary table
_FEW = 100


def insert_rows(
    table: str,
    columns: Mapping[str, str],
    rows: Iterable[Sequence[Any]],
    *,
    ignore: bool = False,
    replace: tuple[Sequence[str], Sequence[str]] | None = None,
) -> int:
    """Insert rows; answer how many were written. One statement for a few rows, three and a COPY for any number.

    Shape: `columns` is name → PostgreSQL type in the order of the values; ids come with the rows. `ignore` passes over rows
           that exist already; `replace` is (unique columns, columns that take the new value) for those that exist.
    """
    values = list(rows)
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    head = sql.SQL("insert into {} ({}) ").format(sql.Identifier(table), names)
    tail: sql.Composable = sql.SQL(" on conflict do nothing" if ignore else "")
    if replace:
        changes = [sql.SQL("{0} = excluded.{0}").format(sql.Identifier(name)) for name in replace[1]]
        tail = sql.SQL(" on conflict ({}) do update set {}").format(
            sql.SQL(", ").join(map(sql.Identifier, replace[0])), sql.SQL(", ").join(changes)
        )
    if len(values) <= _FEW:
        return _at_once(columns, values, head, tail)
    return _staged(columns, values, head + sql.SQL("select {} from {}").format(names, _STAGE) + tail)


def _at_once(columns: Mapping[str, str], rows: Sequence[Sequence[Any]], head: Any, tail: Any) -> int:
    if not rows:
        return 0
    one = sql.SQL("({})").format(
        sql.SQL(", ").join(sql.SQL("%s::{}").format(sql.SQL(kind)) for kind in columns.values())
    )
    statement = sql.SQL("{}values {}{}").format(head, sql.SQL(", ").join([one] * len(rows)), tail)
    with connection.cursor() as cursor:
        cursor.execute(statement, [value for row in rows for value in row])
        return int(cursor.rowcount)


def update_rows(table: str, columns: Mapping[str, str], rows: Iterable[Sequence[Any]]) -> int:
    """Change rows by their `id`, the first column; answer how many. The other columns get the values given."""
    changes = sql.SQL(", ").join(
        sql.SQL("{name} = {stage}.{name}").format(name=sql.Identifier(name), stage=_STAGE)
        for name in columns
        if name != "id"
    )
    deed = sql.SQL("update {table} target set {changes} from {stage} where target.id = {stage}.id").format(
        table=sql.Identifier(table), changes=changes, stage=_STAGE
    )
    return _staged(columns, rows, deed)


def _staged(columns: Mapping[str, str], rows: Iterable[Sequence[Any]], deed: sql.Composed) -> int:
    shape = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(kind)) for name, kind in columns.items()
    )
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("create temporary table {} ({}) on commit drop").format(_STAGE, shape))
        with cursor.copy(sql.SQL("copy {} from stdin (format binary)").format(_STAGE)) as copy:
            copy.set_types(list(columns.values()))
            for row in rows:
                copy.write_row(row)
        cursor.execute(deed)
        count = cursor.rowcount
        cursor.execute(sql.SQL("drop table {}").format(_STAGE))
    return int(count)
