"""Walls around the rows of messaging, the trigger that holds the message's life, and the partitioned event table."""

from django.db import migrations

from core.tenant_sql import append_only, compose_keys, resolver_function, secure

EVENTS = """
create table messaging_messageevent (
  id uuid not null,
  organization_id uuid not null,
  message_id uuid not null,
  kind varchar(20) not null,
  rank smallint not null default 0,
  code varchar(40) not null default '',
  occurred_at timestamptz not null,
  primary key (message_id, id)
) partition by range (message_id);
create index message_event_by_message on messaging_messageevent (organization_id, message_id, occurred_at);
create table messaging_messageevent_other partition of messaging_messageevent default;
alter table messaging_messageevent_other enable row level security;
alter table messaging_messageevent_other force row level security;
create policy tenant on messaging_messageevent_other
  using (organization_id = (select app_org())) with check (organization_id = (select app_org()));
"""

# One partition a month, bounded by the month's first UUIDv7. It belongs to the owner, because only owners make tables.
PARTITIONS = """
create function messaging_month_start(month date) returns uuid language sql immutable
set search_path = pg_catalog, public as $body$
  select (lpad(to_hex((extract(epoch from month::timestamp at time zone 'UTC') * 1000)::bigint), 12, '0')
          || '00000000000000000000')::uuid
$body$;

create function messaging_keep_partitions(ahead integer) returns integer language plpgsql security definer
set search_path = pg_catalog, public as $body$
declare
  month date := date_trunc('month', clock_timestamp() at time zone 'UTC')::date;
  leaf text;
  made integer := 0;
begin
  for step in 0 .. least(ahead, 24) loop
    leaf := 'messaging_messageevent_' || to_char(month, 'YYYYMM');
    if to_regclass('public.' || leaf) is null then
      execute format('create table public.%I partition of messaging_messageevent for values from (%L) to (%L)',
                     leaf, messaging_month_start(month), messaging_month_start((month + interval '1 month')::date));
      execute format('alter table public.%I enable row level security', leaf);
      execute format('alter table public.%I force row level security', leaf);
      execute format('create policy tenant on public.%I using (organization_id = (select app_org()))'
                     ' with check (organization_id = (select app_org()))', leaf);
      execute format('revoke all on public.%I from app_web', leaf);
      made := made + 1;
    end if;
    month := (month + interval '1 month')::date;
  end loop;
  return made;
end $body$;
revoke all on function messaging_keep_partitions(integer) from public;
grant execute on function messaging_keep_partitions(integer) to app_web;
revoke all on messaging_messageevent_other from app_web;
select messaging_keep_partitions(3);
"""

# Written out, so that this migration does the same for ever; a later change of the table is a migration of its own.
TRANSITIONS = """
create function messaging_hold_transition() returns trigger language plpgsql
set search_path = pg_catalog, public as $body$
begin
  if new.state <> old.state and (old.state, new.state) not in (
    ('attempting', 'accepted'), ('attempting', 'ready'), ('attempting', 'rejected'), ('attempting', 'uncertain'),
    ('claimed', 'accepted'), ('claimed', 'attempting'), ('claimed', 'cancelled'), ('claimed', 'expired'), ('claimed', 'quarantined'), ('claimed', 'ready'), ('claimed', 'suppressed'), ('claimed', 'uncertain'),
    ('held', 'cancelled'), ('held', 'ready'),
    ('ready', 'accepted'), ('ready', 'cancelled'), ('ready', 'claimed'),
    ('uncertain', 'accepted'), ('uncertain', 'expired'), ('uncertain', 'ready')
  ) then
    raise exception 'a message cannot go from % to %', old.state, new.state using errcode = '23514';
  end if;
  if new.delivery_rank < old.delivery_rank then
    raise exception 'a delivery rank never falls' using errcode = '23514';
  end if;
  return new;
end $body$;
create trigger hold_transition before update on messaging_message
  for each row execute function messaging_hold_transition();
alter table messaging_message set (fillfactor = 70);
"""


class Migration(migrations.Migration):
    dependencies = [("messaging", "0001_make_messaging"), ("contacts", "0002_protect_contacts")]
    operations = [
        migrations.RunSQL(EVENTS, "drop table messaging_messageevent"),
        secure(
            "messaging_provideraccount",
            "messaging_sender",
            "messaging_template",
            "messaging_templateversion",
            "messaging_message",
            "messaging_sendattempt",
            "messaging_messageevent",
            "messaging_inboundmessage",
            "messaging_sendgate",
        ),
        compose_keys(
            ("messaging_sender", "account_id", "messaging_provideraccount"),
            ("messaging_template", "purpose_id", "consent_purpose"),
            ("messaging_templateversion", "template_id", "messaging_template"),
            ("messaging_message", "point_id", "consent_point"),
            ("messaging_message", "sender_id", "messaging_sender"),
            ("messaging_message", "purpose_id", "consent_purpose"),
            ("messaging_message", "template_version_id", "messaging_templateversion"),
            ("messaging_sendattempt", "message_id", "messaging_message"),
            ("messaging_sendattempt", "consent_event_id", "consent_consentevent"),
            ("messaging_sendattempt", "decision_id", "consent_decisionrecord"),
            ("messaging_sendattempt", "account_id", "messaging_provideraccount"),
            ("messaging_inboundmessage", "account_id", "messaging_provideraccount"),
            ("messaging_inboundmessage", "sender_id", "messaging_sender"),
            ("messaging_inboundmessage", "point_id", "consent_point"),
        ),
        append_only("messaging_templateversion", "messaging_messageevent"),
        migrations.RunSQL(PARTITIONS, "drop function messaging_keep_partitions(integer)"),
        migrations.RunSQL(TRANSITIONS, "drop trigger hold_transition on messaging_message"),
        resolver_function(
            "app_org_of_provider_account(named text)",
            "table (organization_id uuid, account_id uuid)",
            "select organization_id, id from messaging_provideraccount where token = named",
            [("messaging_provideraccount", "organization_id, id, token")],
        ),
        resolver_function(
            "app_due_senders()",
            "table (organization_id uuid, sender_id uuid)",
            "select distinct organization_id, sender_id from messaging_message"
            " where next_at is not null and next_at <= app_now() limit 500",
            [("messaging_message", "organization_id, sender_id, next_at, lease_until, settle_at")],
        ),
        resolver_function(
            "app_orgs_to_sweep()",
            "table (organization_id uuid)",
            "select organization_id from messaging_message where lease_until < clock_timestamp()"
            " union select organization_id from messaging_message where settle_at < app_now()",
            [],
        ),
    ]
