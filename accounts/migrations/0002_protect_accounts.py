"""Walls around the rows: row-level security, append-only agreements and audit, the chain's trigger, resolver functions."""

from django.db import migrations

from core.tenant_sql import append_only, owned_by_resolver, resolver_function, secure

PLATFORM = """
insert into accounts_organization (id, name, legal_name, place, time_zone, default_country, default_language, currency,
  support_contact, message_cap_days, state, suspended_reason, state_before_suspension, use_case, consent_page_url, review_note, created_at)
values ('00000000-0000-7000-8000-000000000001', 'The platform', '', '', 'UTC', 'US', 'en', 'USD',
  '', 7, 'live', '', '', '', '', '', clock_timestamp())
"""

CHAIN = r"""
create function accounts_audit_hash(e accounts_auditevent) returns bytea language sql immutable
set search_path = pg_catalog, public as $body$
  select sha256(e.previous || convert_to(concat_ws(E'\x1f', e.organization_id, e.sequence,
    to_char(e.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), e.actor_kind, coalesce(e.actor_id::text, ''), e.action,
    e.object_kind, coalesce(e.object_id::text, ''), e.address, e.agent, coalesce(e.request_id::text, ''), e.data::text),
    'UTF8'))
$body$;

create function accounts_chain_audit() returns trigger language plpgsql security definer
set search_path = pg_catalog, public as $body$
declare
  head accounts_audithead;
begin
  insert into accounts_audithead (id, organization_id, sequence, hash)
  values (uuidv7(), new.organization_id, 0, '') on conflict (organization_id) do nothing;
  select * into strict head from accounts_audithead where organization_id = new.organization_id for update;
  new.sequence := head.sequence + 1;
  new.previous := head.hash;
  new.hash := accounts_audit_hash(new);
  update accounts_audithead set sequence = new.sequence, hash = new.hash where organization_id = new.organization_id;
  return new;
end $body$;
"""

CHAIN_TRIGGER = """
grant select, insert, update on accounts_audithead to app_resolver;
revoke insert, update, delete on accounts_audithead from app_web;
create trigger chain before insert on accounts_auditevent for each row execute function accounts_chain_audit();
"""

OPERATOR_READS = """
create policy operator on accounts_organization for select to app_operator using (current_user = 'app_operator');
create policy operator on accounts_auditevent for select to app_operator using (current_user = 'app_operator');
create policy operator on accounts_audithead for select to app_operator using (current_user = 'app_operator');
"""

OPERATOR_BLIND = """
drop policy operator on accounts_organization;
drop policy operator on accounts_auditevent;
drop policy operator on accounts_audithead;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_make_accounts"), ("core", "0001_add_sql_functions")]
    operations = [
        migrations.RunSQL(
            PLATFORM, "delete from accounts_organization where id = '00000000-0000-7000-8000-000000000001'"
        ),
        migrations.RunSQL(CHAIN, "drop function accounts_chain_audit(); drop function accounts_audit_hash;"),
        migrations.RunSQL(owned_by_resolver("accounts_chain_audit()"), migrations.RunSQL.noop),
        migrations.RunSQL(CHAIN_TRIGGER, "drop trigger chain on accounts_auditevent"),
        secure("accounts_organization", column="id"),
        secure(
            "accounts_membership",
            "accounts_invitation",
            "accounts_agreement",
            "accounts_guest",
            "accounts_apikey",
            "accounts_organizationkey",
            "accounts_auditevent",
            "accounts_audithead",
        ),
        append_only("accounts_agreement", "accounts_auditevent"),
        migrations.RunSQL(OPERATOR_READS, OPERATOR_BLIND),
        resolver_function(
            "app_orgs_of_user(who uuid)",
            "table (organization_id uuid, name text, role text, state text)",
            "select m.organization_id, o.name, m.role, o.state from accounts_membership m"
            " join accounts_organization o on o.id = m.organization_id where m.user_id = who",
            [("accounts_membership", "organization_id, user_id, role"), ("accounts_organization", "id, name, state")],
        ),
        resolver_function(
            "app_org_of_invitation(secret bytea)",
            "uuid",
            "select organization_id from accounts_invitation where digest = secret",
            [("accounts_invitation", "organization_id, digest")],
        ),
        resolver_function(
            "app_org_of_api_key(named text)",
            "uuid",
            "select organization_id from accounts_apikey where public_id = named",
            [("accounts_apikey", "organization_id, public_id")],
        ),
    ]
