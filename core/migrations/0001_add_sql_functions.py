"""The SQL every later migration stands on: whose rows (app_org), what time (app_now), what may not change."""

from django.db import migrations

from core.tenant_sql import owned_by_resolver

ORGANIZATION = """
create table core_token_key (
  id integer primary key default 1 check (id = 1),
  inner_pad bytea not null,
  outer_pad bytea not null
);
revoke all on core_token_key from app_web, app_operator;
grant select on core_token_key to app_resolver;

create function app_org() returns uuid language plpgsql stable parallel restricted security definer
set search_path = pg_catalog, public as $body$
declare
  token text := nullif(current_setting('app.org_tok', true), '');
  named text;
  pads record;
begin
  if token is null then
    return null;
  end if;
  named := split_part(token, '.', 1);
  select inner_pad, outer_pad into strict pads from core_token_key;
  if encode(sha256(pads.outer_pad || sha256(pads.inner_pad
       || convert_to(named || '|' || pg_backend_pid(), 'UTF8'))), 'hex') is distinct from split_part(token, '.', 2) then
    raise exception 'forged tenant token' using errcode = '42501';
  end if;
  return named::uuid;
end $body$;
"""

CLOCK = """
create table core_clock (
  id integer primary key default 1 check (id = 1),
  moved_by interval not null default '0',
  movable boolean not null default false
);
insert into core_clock default values;
revoke all on core_clock from app_web, app_operator;
grant select, update on core_clock to app_resolver;

create function app_clock_offset() returns interval language sql stable security definer
set search_path = pg_catalog, public as $body$ select moved_by from core_clock $body$;

create function app_now() returns timestamptz language sql stable security definer
set search_path = pg_catalog, public as $body$ select clock_timestamp() + moved_by from core_clock $body$;

create function app_move_clock(by interval) returns void language plpgsql security definer
set search_path = pg_catalog, public as $body$
begin
  update core_clock set moved_by = by where movable;
  if not found then
    raise exception 'this clock is fixed' using errcode = '42501';
  end if;
end $body$;
"""

REFUSAL = """
create function app_refuse_change() returns trigger language plpgsql as $body$
begin
  raise exception '% is append-only', tg_table_name using errcode = '42501';
end $body$;
"""


class Migration(migrations.Migration):
    dependencies = []
    operations = [
        migrations.RunSQL(ORGANIZATION, "drop function app_org(); drop table core_token_key;"),
        migrations.RunSQL(owned_by_resolver("app_org()"), migrations.RunSQL.noop),
        migrations.RunSQL(
            CLOCK,
            "drop function app_move_clock(interval); drop function app_now(); drop function app_clock_offset();"
            " drop table core_clock;",
        ),
        *[
            migrations.RunSQL(owned_by_resolver(name), migrations.RunSQL.noop)
            for name in ("app_clock_offset()", "app_now()", "app_move_clock(interval)")
        ],
        migrations.RunSQL(REFUSAL, "drop function app_refuse_change();"),
    ]
