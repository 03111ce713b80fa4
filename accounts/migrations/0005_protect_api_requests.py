"""Walls around what the API remembers, and the request log by days."""

from django.db import migrations

from core.tenant_sql import resolver_function, secure

LOG = """
create table accounts_apirequestlog (
  id uuid not null primary key,
  organization_id uuid not null,
  at timestamptz not null,
  key_id uuid not null,
  method varchar(8) not null,
  route varchar(120) not null default '',
  status smallint not null,
  milliseconds integer not null,
  size integer not null,
  address varchar(45) not null default '',
  agent varchar(200) not null default '',
  replayed boolean not null default false
) partition by range (id);
create index api_request_by_age on accounts_apirequestlog (organization_id, id desc);
create table accounts_apirequestlog_other partition of accounts_apirequestlog default;
alter table accounts_apirequestlog_other enable row level security;
alter table accounts_apirequestlog_other force row level security;
create policy tenant on accounts_apirequestlog_other
  using (organization_id = (select app_org())) with check (organization_id = (select app_org()));
revoke update, delete on accounts_apirequestlog from app_web;
revoke all on accounts_apirequestlog_other from app_web;
"""

# One partition a day, bounded by the day's first UUIDv7; what is past keeping is dropped whole.
PARTITIONS = """
create function accounts_day_start(day date) returns uuid language sql immutable
set search_path = pg_catalog, public as $body$
  select (lpad(to_hex((extract(epoch from day::timestamp at time zone 'UTC') * 1000)::bigint), 12, '0')
          || '00000000000000000000')::uuid
$body$;

create function accounts_keep_request_log(ahead integer, keep_days integer) returns integer language plpgsql security definer
set search_path = pg_catalog, public as $body$
declare
  today date := (clock_timestamp() at time zone 'UTC')::date;
  leaf text;
  made integer := 0;
begin
  for step in 0 .. least(ahead, 30) loop
    leaf := 'accounts_apirequestlog_' || to_char(today + step, 'YYYYMMDD');
    if to_regclass('public.' || leaf) is null then
      execute format('create table public.%I partition of accounts_apirequestlog for values from (%L) to (%L)',
                     leaf, accounts_day_start(today + step), accounts_day_start(today + step + 1));
      execute format('alter table public.%I enable row level security', leaf);
      execute format('alter table public.%I force row level security', leaf);
      execute format('create policy tenant on public.%I using (organization_id = (select app_org()))'
                     ' with check (organization_id = (select app_org()))', leaf);
      execute format('revoke all on public.%I from app_web', leaf);
      made := made + 1;
    end if;
  end loop;
  for leaf in
    select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
     where i.inhparent = 'public.accounts_apirequestlog'::regclass and c.relname ~ '_[0-9]{8}$'
       and to_date(right(c.relname, 8), 'YYYYMMDD') < today - greatest(keep_days, 1)
  loop
    execute format('drop table public.%I', leaf);
  end loop;
  return made;
end $body$;
revoke all on function accounts_keep_request_log(integer, integer) from public;
grant execute on function accounts_keep_request_log(integer, integer) to app_web;
select accounts_keep_request_log(3, 7);
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_remember_api_requests")]
    operations = [
        migrations.RunSQL(LOG, "drop table accounts_apirequestlog"),
        secure("accounts_idempotencykey", "accounts_apirequestlog"),
        migrations.RunSQL(
            PARTITIONS,
            "drop function accounts_keep_request_log(integer, integer); drop function accounts_day_start(date)",
        ),
        resolver_function(
            "app_orgs_with_old_answers()",
            "table (organization_id uuid)",
            "select distinct organization_id from accounts_idempotencykey"
            " where created_at <= app_now() - interval '24 hours' limit 500",
            [("accounts_idempotencykey", "organization_id, created_at")],
        ),
    ]
