"""What an organisation's rows look like, table by table, to say exactly what a deed changed: nothing, or this."""

import uuid

from django.db import connection

from core.tenancy import tenant_context, tenant_tables

Snapshot = dict[str, tuple[int, str]]


def rows_of(organization_id: uuid.UUID) -> Snapshot:
    """Table → number and digest of the organisation's rows, in every table that has an organisation."""
    parts = [
        f"select '{table}', count(*), md5(coalesce(string_agg(t::text, '|' order by t::text), ''))"
        f" from {table} t where {column} = '{organization_id}'"
        for table, column in tables_by_column()
    ]
    with tenant_context(organization_id), connection.cursor() as cursor:
        cursor.execute(" union all ".join(parts))
        return {table: (count, digest) for table, count, digest in cursor.fetchall()}


def tables_by_column() -> list[tuple[str, str]]:
    """Every table with an organisation, and the column that names it."""
    return [("accounts_organization", "id"), *((table, "organization_id") for table in sorted(tenant_tables()))]


def changed(before: Snapshot, after: Snapshot) -> dict[str, int]:
    """Table → how many rows more (0: as many, but others) for every table that is not what it was."""
    return {table: after[table][0] - before[table][0] for table in before if before[table] != after[table]}
