"""Migration operations for tenant tables: row-level security, composite keys, append-only tables, owned functions."""

from collections.abc import Iterable
from typing import Any

from django.db.migrations.operations import RunSQL

#: what a function needs that reads across organisations on behalf of nobody in particular
RESOLVER = "app_resolver"


def secure(*tables: str, column: str = "organization_id") -> RunSQL:
    """Turn on and force row-level security with the one policy every tenant table has.

    The sub-select makes the planner call app_org() once a statement, not once a row.
    """
    forward: list[Any] = []
    backward: list[Any] = []
    for table in tables:
        forward += [
            f"alter table {table} enable row level security",
            f"alter table {table} force row level security",
            f"create policy tenant on {table} using ({column} = (select app_org()))"
            f" with check ({column} = (select app_org()))",
        ]
        backward += [f"drop policy tenant on {table}", f"alter table {table} disable row level security"]
    return RunSQL(forward, backward)


def compose_keys(*keys: tuple[str, str, str]) -> RunSQL:
    """Add composite foreign keys (table, column, target): the organisation is part of the key, so no row points abroad.

    Comes after `secure` of all tables named: while the keys are checked their owner may see the rows (there are none of
    other tables' making in a new table), then row-level security binds the owner again.
    """
    tables = dict.fromkeys(name for table, _, target in keys for name in (table, target))
    forward: list[Any] = [f"alter table {table} no force row level security" for table in tables]
    backward: list[Any] = []
    for target in dict.fromkeys(target for _, _, target in keys):
        forward.append(f"create unique index if not exists {target}_org_id on {target} (organization_id, id)")
    for table, column, target in keys:
        name = f"{table}_{column}_org"[:63]
        forward.append(
            f"alter table {table} add constraint {name}"
            f" foreign key (organization_id, {column}) references {target} (organization_id, id)"
        )
        backward.append(f"alter table {table} drop constraint {name}")
    forward += [f"alter table {table} force row level security" for table in tables]
    return RunSQL(forward, backward)


def expect_few_organizations(*tables: str) -> RunSQL:
    """Tell the planner that a table holds rows of few organisations, until PostgreSQL's own count of it replaces that.

    Without a count it guesses two hundred organisations. Then every index that begins with the organisation looks as good as
    the one that ends in the id, and each key that points here is checked by walking all rows of the organisation, in every
    session that planned the check while the table was small.
    """
    belief = (
        "select pg_restore_attribute_stats('schemaname', 'public', 'relname', '{}', 'attname', 'organization_id',"
        " 'inherited', false, 'null_frac', 0::real, 'avg_width', 16, 'n_distinct', 1::real)"
    )
    doubt = "select pg_clear_attribute_stats('public', '{}', 'organization_id', false)"
    # a table that was counted knows better
    uncounted = " from pg_class where oid = 'public.{0}'::regclass and reltuples <= 0"
    return RunSQL(
        [belief.format(table) + uncounted.format(table) for table in tables], [doubt.format(table) for table in tables]
    )


def append_only(*tables: str) -> RunSQL:
    """Refuse UPDATE, DELETE and TRUNCATE on these tables, for every role, by trigger; and take the rights away."""
    forward: list[Any] = []
    backward: list[Any] = []
    for table in tables:
        forward += [
            f"create trigger append_only before update or delete on {table} for each row execute function app_refuse_change()",
            f"create trigger append_only_truncate before truncate on {table} execute function app_refuse_change()",
            f"revoke update, delete, truncate on {table} from app_web",
        ]
        backward += [
            f"drop trigger append_only on {table}",
            f"drop trigger append_only_truncate on {table}",
            f"grant update, delete on {table} to app_web",
        ]
    return RunSQL(forward, backward)


def keep_changes(table: str, *columns: str) -> RunSQL:
    """Add `changed_at` to a table: when one of these columns last changed, in business time, whoever changed it.

    A trigger keeps it, because rows change by many statements; a statement that changes none of them costs a comparison. New
    rows have the moment of their statement.
    """
    old, new = (", ".join(f"{side}.{column}" for column in columns) for side in ("old", "new"))
    return RunSQL(
        [
            f"alter table {table} add column changed_at timestamptz not null default now()",
            f"create trigger keep_changed_at before update on {table} for each row"
            f" when (({old}) is distinct from ({new})) execute function app_keep_changed_at()",
        ],
        [f"drop trigger keep_changed_at on {table}", f"alter table {table} drop column changed_at"],
    )


def resolver_function(signature: str, returns: str, body: str, reads: Iterable[tuple[str, str]]) -> RunSQL:
    """Create a SECURITY DEFINER function that may look across organisations, owned by the role made for that.

    `reads` lists (table, columns) the resolver role gets SELECT on: just those columns and nothing more.
    """
    name = signature.partition("(")[0]
    grants = [f"grant select ({columns}) on {table} to {RESOLVER}" for table, columns in reads]
    return RunSQL(
        [
            *grants,
            # the owner of the tables may not read them; whoever will own the function may
            "set local check_function_bodies = off",
            f"create function {signature} returns {returns} language sql stable security definer"
            f" set search_path = pg_catalog, public as $body$ {body} $body$",
            *owned_by_resolver(signature_types(signature)),
        ],
        [f"drop function {name}"],
    )


def owned_by_resolver(signature: str) -> list[str]:
    """The statements that hand a function to the resolver role and let only the application's roles call it.

    Rights are given in the new owner's name: whoever is not the owner any more revokes nothing, and is only warned.
    """
    return [
        f"alter function {signature} owner to {RESOLVER}",
        f"set role {RESOLVER}",
        f"revoke all on function {signature} from public",
        f"grant execute on function {signature} to app_owner, app_web, app_operator",
        "reset role",
    ]


def signature_types(signature: str) -> str:
    """`f(a uuid, b text)` → `f(uuid, text)`, as ALTER FUNCTION wants it."""
    name, _, rest = signature.partition("(")
    arguments = [part.strip().split(" ", 1)[-1] for part in rest.rstrip(")").split(",") if part.strip()]
    return f"{name}({', '.join(arguments)})"
