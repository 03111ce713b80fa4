"""The seeds themselves: every tenant model has a row, with canaries in it."""

from django.db import connection

from accounts.roles import API_SCOPES
from core.tenancy import tenant_context
from tests.snapshots import rows_of
from tests.walls.seeds import plant, tenant_models


def test_every_tenant_model_has_a_row_in_each_organisation_and_no_row_is_shared(acme, rival):
    ours, theirs = plant(acme, list(API_SCOPES)), plant(rival, list(API_SCOPES))

    assert set(ours.rows) == {"accounts.Organization", *(model._meta.label for model in tenant_models())}
    assert not {row.pk for row in ours.rows.values()} & {row.pk for row in theirs.rows.values()}
    assert min(count for count, _ in rows_of(rival.id).values()) >= 1
    with tenant_context(rival.id), connection.cursor() as cursor:
        tables = [model._meta.db_table for model in tenant_models()]
        cursor.execute(" union all ".join(f"select t::text from {table} t" for table in tables))
        text = "\n".join(row[0] for row in cursor.fetchall())
    assert text.count("CANARY-Rival") > 20
    assert "CANARY-Acme" not in text
