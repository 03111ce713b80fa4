"""F25: what PostgreSQL itself says about the walls, and what becomes of forged tenant tokens."""

import uuid

import pytest
from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from psycopg import sql

from core.tenancy import TenantContextMissing, signed_token, tenant_context, tenant_tables
from tests.counts import say
from tests.proofs import proves

#: tables without an organisation, and why each may be
PLATFORM_TABLES = {
    "accounts_user": "people log in before any organisation is known",
    "consent_platformsuppression": "addresses nobody may reach, as digests under the platform's key",
    "consent_ruleset": "the rulebook as it was shipped, version by version: law, and nobody's",
    "messaging_providerevent": "the inbox of webhooks, written before anything is decided",
    "core_clock": "one row: whether and how far business time may move",
    "core_token_key": "one row: the key of the tenant token, readable by no application role",
}
PLATFORM_PREFIXES = ("account_", "auth_", "django_", "mfa_", "socialaccount_", "usersessions_")
#: uniqueness across organisations: only of what is random or is no secret of anybody
GLOBAL_UNIQUE = {"api_key_public_id_once", "provider_token_once"}
#: functions that look across organisations, on purpose
DEFINERS = {
    "app_org", "app_clock_offset", "app_now", "app_move_clock", "accounts_chain_audit", "app_orgs_of_user",
    "app_org_of_invitation", "app_org_of_api_key", "app_orgs_to_rewrap", "app_due_runs", "app_due_erasures",
    "app_due_imports",
    "app_orgs_with_old_answers", "billing_keep_balances", "billing_hold_available", "billing_keep_usage",
    "app_org_of_provider_account", "app_due_senders", "app_connected_accounts", "app_orgs_to_sweep",
    "app_template_accounts", "app_orgs_to_anchor", "consent_forget_evidence", "messaging_remember_last_use",
    "app_orgs_with_old_uploads",
    "app_orgs_with_promises", "app_orgs_with_old_evidence", "app_orgs_with_old_recordings",
    "app_orgs_to_remind", "app_orgs_to_notify",
}  # fmt: skip
#: made by the owner of the tables, because only owners make partitions; it reads no row
OWNED_BY_OWNER = {"messaging_keep_partitions", "accounts_keep_request_log"}
APPLICATION_ROLES = ("app_web", "app_operator")

pytestmark = pytest.mark.django_db


def ask(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return cursor.fetchall()


def tables_with_an_organisation():
    rows = ask(
        "select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'organization_id'"
        " where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not a.attisdropped"
    )
    return {name for (name,) in rows}


@proves("F25", "A2")
def test_every_table_with_an_organisation_partitions_too_is_secured_and_forced_by_the_one_policy():
    tables = tables_with_an_organisation()

    flags = dict(
        ask("select relname, relrowsecurity and relforcerowsecurity from pg_class where relkind in ('r', 'p')")
    )
    policies = ask(
        "select tablename, qual, with_check from pg_policies"
        " where policyname = 'tenant' and cmd = 'ALL' and permissive = 'PERMISSIVE'"
    )

    assert tables >= tenant_tables()
    assert {table for table in tables | {"accounts_organization"} if not flags[table]} == set()
    rule = "({} = ( SELECT app_org() AS app_org))"
    columns = dict.fromkeys(tables, "organization_id") | {"accounts_organization": "id"}
    assert {table: (qual, check) for table, qual, check in policies} == {
        table: (rule.format(column), rule.format(column)) for table, column in columns.items()
    }
    say(f"{len(columns)} tables, each with the one policy")


@proves("F25")
def test_no_other_policy_opens_a_table_to_the_product():
    others = ask("select tablename, cmd, roles::text, qual from pg_policies where policyname <> 'tenant'")

    assert {(cmd, roles, qual) for _, cmd, roles, qual in others} <= {
        ("SELECT", "{app_operator}", "(CURRENT_USER = 'app_operator'::name)")
    }
    assert {table for table, *_ in others} == {
        "accounts_organization", "accounts_auditevent", "accounts_audithead", "billing_balance"
    }  # fmt: skip


@proves("F25")
def test_every_table_without_an_organisation_is_on_the_written_list():
    tables = {
        name
        for (name,) in ask(
            "select relname from pg_class c where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace"
        )
    }

    free = tables - tables_with_an_organisation() - {"accounts_organization"}

    assert {table for table in free if not table.startswith(PLATFORM_PREFIXES)} == set(PLATFORM_TABLES)


@proves("F25")
def test_application_roles_own_nothing_and_cannot_step_over_the_walls():
    rows = ask(
        "select rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb from pg_roles where rolname like 'app_%'"
    )
    roles = {name: flags for name, *flags in rows}

    for role in APPLICATION_ROLES:
        assert roles[role] == [False, False, False, False]
        assert ask(
            "select count(*) from pg_class c join pg_roles r on r.oid = c.relowner where r.rolname = %s", role
        ) == [(0,)]
        assert ask(
            "select count(*) from pg_auth_members m join pg_roles r on r.oid = m.member where r.rolname = %s", role
        ) == [(0,)]
        grants = ask(
            "select table_name, privilege_type from information_schema.role_table_grants"
            " where grantee = %s and privilege_type in ('TRUNCATE', 'REFERENCES', 'TRIGGER')", role
        )  # fmt: skip
        assert grants == []
    assert roles["app_owner"] == [False, False, False, False]
    assert roles["app_resolver"] == [False, True, False, False]
    assert ask("select count(*) from pg_roles where rolname = 'app_resolver' and rolcanlogin") == [(0,)]


@proves("F25")
def test_no_application_role_reads_the_tokens_key_or_a_partition_by_its_own_name():
    leaves = {
        name
        for (name,) in ask(
            "select inhrelid::regclass::text from pg_inherits i join pg_class c on c.oid = i.inhrelid where c.relkind = 'r'"
        )
    }

    for role in APPLICATION_ROLES:
        for table in {"core_token_key", "core_clock", *leaves}:
            for right in ("SELECT", "INSERT", "UPDATE", "DELETE"):
                assert ask("select has_table_privilege(%s, %s, %s)", role, table, right) == [(False,)], (role, table)
    assert leaves


@proves("F25")
def test_keys_between_tables_of_organisations_carry_the_organisation():
    tables = tables_with_an_organisation()
    keys = ask(
        "select conname, conrelid::regclass::text, confrelid::regclass::text,"
        " (select array_agg(attname::text) from pg_attribute where attrelid = conrelid and attnum = any(conkey))"
        " from pg_constraint where contype = 'f'"
    )

    bare = [
        name
        for name, source, target, columns in keys
        if {source, target} <= tables and "organization_id" not in columns
    ]
    guarded = {
        (source, column) for _, source, target, columns in keys if target in tables for column in columns
        if column != "organization_id"
    }  # fmt: skip
    declared = {
        (model._meta.db_table, field.column)
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if field.related_model is not None and field.related_model._meta.db_table in tables and model._meta.managed
    }

    assert bare == []
    assert declared - guarded == set(), "add these to compose_keys in a migration"
    say(f"{len(declared)} keys between tenant rows, all composite")


@proves("F25")
def test_uniqueness_begins_with_the_organisation():
    tables = tables_with_an_organisation()
    unique = ask(
        "select c.relname, i.indrelid::regclass::text,"
        " (select attname::text from pg_attribute where attrelid = i.indrelid and attnum = i.indkey[0])"
        " from pg_index i join pg_class c on c.oid = i.indexrelid where i.indisunique and not i.indisprimary"
    )

    wrong = {name for name, table, first in unique if table in tables and first != "organization_id"}

    assert wrong == GLOBAL_UNIQUE


@proves("F25")
def test_there_is_no_materialised_view_and_every_view_asks_as_its_reader():
    assert ask("select relname from pg_class where relkind = 'm' and relnamespace = 'public'::regnamespace") == []
    assert (
        ask(
            "select relname from pg_class where relkind = 'v' and relnamespace = 'public'::regnamespace"
            " and not coalesce(reloptions::text like '%security_invoker=true%', false)"
        )
        == []
    )


@proves("F25")
def test_functions_that_look_across_organisations_are_on_the_written_list_with_a_fixed_path_and_the_resolver_as_owner():
    found = ask(
        "select p.proname, r.rolname, coalesce(p.proconfig::text, ''), has_function_privilege('public', p.oid, 'execute')"
        " from pg_proc p join pg_roles r on r.oid = p.proowner"
        " where p.prosecdef and p.pronamespace = 'public'::regnamespace"
    )

    assert {name for name, *_ in found} == DEFINERS | OWNED_BY_OWNER
    for name, owner, configuration, public in found:
        assert owner == ("app_owner" if name in OWNED_BY_OWNER else "app_resolver"), name
        assert "search_path=pg_catalog, public" in configuration, name
        assert not public, name


@proves("F25")
def test_append_only_tables_refuse_every_change_by_every_role(test_database):
    guarded = {
        table
        for (table,) in test_database.run_sql(
            "select tgrelid::regclass::text from pg_trigger where tgname = 'append_only'"
        )
    }

    assert guarded >= {"accounts_auditevent", "accounts_agreement", "consent_consentevent", "consent_wording"}
    for table in guarded:
        for right in ("UPDATE", "DELETE", "TRUNCATE"):
            assert ask("select has_table_privilege('app_web', %s, %s)", table, right) == [(False,)], (table, right)


# ── forged tokens ──


def rows_seen(token):
    """How many organisations the database shows to this token."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select set_config('app.org_tok', %s, true)", [token])
        cursor.execute("select count(*) from accounts_organization")
        return cursor.fetchone()[0]


@proves("F25")
def test_the_right_token_shows_one_organisation_and_every_forged_one_is_refused(acme, rival):
    pid = connection.connection.info.backend_pid
    good = signed_token(acme.id, pid)
    ours, theirs = good.split(".")[1], signed_token(rival.id, pid)
    forged = {
        "a bare id": str(rival.id),
        "a bare id with a dot": f"{rival.id}.",
        "B's id with A's signature": f"{rival.id}.{ours}",
        "the token of another backend": signed_token(rival.id, pid + 1),
        "a cut signature": theirs[:-1],
        "a lengthened signature": theirs + "0",
        "capital letters": theirs.upper(),
        "another key": f"{rival.id}.{'0' * 64}",
        "no id": f".{ours}",
        "something else": "anything",
    }

    assert rows_seen(good) == 1
    assert rows_seen("") == 0
    for name, token in forged.items():
        with pytest.raises(DatabaseError) as refusal, transaction.atomic():
            rows_seen(token)
        assert "forged tenant token" in str(refusal.value), name
    say(f"{len(forged)} forged tokens, all refused")


@proves("F25")
def test_set_config_inside_a_select_does_not_switch_the_organisation_in_the_middle(acme, rival):
    switch = "select set_config('app.org_tok', %s, true), (select count(*) from accounts_membership where organization_id = %s)"

    with tenant_context(acme.id), connection.cursor() as cursor:
        with pytest.raises(DatabaseError), transaction.atomic():
            cursor.execute(switch, [str(rival.id), rival.id])
            cursor.fetchall()
            cursor.execute("select count(*) from accounts_membership")
        cursor.execute("select count(*) from accounts_membership where organization_id = %s", [rival.id])
        assert cursor.fetchone() == (0,)


@proves("F25")
def test_stacked_statements_with_parameters_are_refused_before_they_run(acme, rival):
    injected = f"select 1 from accounts_membership where role = %s; set local app.org_tok = '{rival.id}'"

    with tenant_context(acme.id), pytest.raises(DatabaseError, match="multiple commands"), transaction.atomic():
        ask(injected, "owner")


@proves("F25")
def test_stacked_statements_without_parameters_run_into_the_token(acme, rival):
    injected = f"set local app.org_tok = '{rival.id}'; select count(*) from accounts_membership"

    with tenant_context(acme.id), pytest.raises(DatabaseError, match="forged"), transaction.atomic():
        ask(injected)


@proves("F25")
def test_a_token_outlives_neither_its_transaction_nor_its_connection(acme):
    with tenant_context(acme.id):
        token = ask("select current_setting('app.org_tok')")[0][0]

    assert ask("select current_setting('app.org_tok', true)") == [("",)]
    assert str(acme.id) in token
    assert settings.TENANT_TOKEN_KEY.hex() not in token


@proves("F25")
@pytest.mark.parametrize("table", ["accounts_membership", "messaging_messageevent", "consent_consentevent"])
def test_sql_on_a_table_of_organisations_outside_every_scope_is_an_error_and_shows_nothing_if_it_gets_past_the_guard(
    table, acme
):
    composed = sql.SQL("select * from {}").format(sql.Identifier(table))
    for statement in (f'select * from "{table}"', f"select * from {table}", composed):
        with pytest.raises(TenantContextMissing):
            ask(statement)

    with connection.connection.cursor() as past_the_guard:
        past_the_guard.execute(f"select count(*) from {table}")
        assert past_the_guard.fetchone() == (0,)


@proves("F25")
def test_a_row_cannot_point_at_another_organisations_row_nor_learn_whether_it_exists(acme, rival):
    from consent.models import Purpose, Wording

    with tenant_context(rival.id):
        theirs = Purpose.objects.create(key="news", name="News", tier="marketing")

    said = []
    for purpose_id in (theirs.id, uuid.uuid4()):
        with tenant_context(acme.id), pytest.raises(DatabaseError) as refusal, transaction.atomic():
            Wording.objects.create(purpose_id=purpose_id, channel="sms", version=1, text="yes")
        said.append(str(refusal.value).replace(str(purpose_id), "…"))

    assert said[0] == said[1]
