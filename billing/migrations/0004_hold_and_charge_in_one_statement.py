"""A batch is held by one statement and charged or given back by one; a trigger keeps the sums of what was used."""

from django.db import migrations

from core.tenant_sql import owned_by_resolver, secure

# They run with the rights of whoever calls them: the entries they write pass the same walls as any other.
# Each first locks the available balance; what it reads after that is what the lane before it has committed.
VERBS = """
create function billing_reserve(refs uuid[], messages uuid[], amounts bigint[], versions text[], channels text[],
                                origins uuid[], by_kind text, by_id uuid)
returns setof uuid language plpgsql volatile set search_path = pg_catalog, public as $body$
declare
  room bigint := billing_hold_available();
  known uuid[];
  open_ones uuid[];
  places integer[] := '{}';
begin
  select coalesce(array_agg(e.reference) filter (where e.kind = 'reserve'), '{}'),
         coalesce(array_agg(e.reference) filter (where e.kind = 'reserve' and not exists (
           select from billing_ledgerentry d where d.organization_id = e.organization_id and d.reference = e.reference
           and d.kind in ('settle', 'release'))), '{}')
    into known, open_ones
    from billing_ledgerentry e where e.organization_id = app_org() and e.reference = any(refs);
  for place in 1 .. coalesce(cardinality(refs), 0) loop
    if refs[place] = any(known) then
      if refs[place] = any(open_ones) then
        return next refs[place];
      end if;
    elsif amounts[place] = 0 then
      return next refs[place];
    elsif amounts[place] <= room then
      room := room - amounts[place];
      places := places || place;
      return next refs[place];
    end if;
  end loop;
  insert into billing_ledgerentry (id, organization_id, kind, amount, debit, credit, reference, message_id, channel,
                                   origin_id, price_version, actor_kind, actor_id, note, at)
  select uuidv7(), app_org(), 'reserve', amounts[place], 'available', 'reserved', refs[place], messages[place],
         channels[place], origins[place], versions[place], by_kind, by_id, '', app_now()
    from unnest(places) as place;
end $body$;

create function billing_finish(taken uuid[], not_taken uuid[], by_kind text, by_id uuid)
returns table (charged integer, given_back integer) language plpgsql volatile
set search_path = pg_catalog, public as $body$
begin
  perform billing_hold_available();
  return query
  with fresh as (
    insert into billing_ledgerentry (id, organization_id, kind, amount, debit, credit, reference, message_id, channel,
                                     origin_id, price_version, actor_kind, actor_id, note, at)
    select uuidv7(), held.organization_id, case when was.taken then 'settle' else 'release' end, held.amount, 'reserved',
           case when was.taken then 'spent' else 'available' end, held.reference, held.message_id, held.channel,
           held.origin_id, held.price_version, by_kind, by_id, '', app_now()
      from billing_ledgerentry held
      cross join lateral (select held.reference = any(billing_finish.taken) as taken) was
     where held.organization_id = app_org() and held.kind = 'reserve'
       and held.reference = any(billing_finish.taken || billing_finish.not_taken)
       and not exists (select from billing_ledgerentry done where done.organization_id = held.organization_id
                       and done.reference = held.reference and done.kind in ('settle', 'release'))
    returning kind
  )
  select (count(*) filter (where kind = 'settle'))::integer, (count(*) filter (where kind = 'release'))::integer
    from fresh;
end $body$;
"""

SUMS = """
create function billing_keep_usage() returns trigger language plpgsql security definer
set search_path = pg_catalog, public as $body$
begin
  insert into billing_usage as kept (id, organization_id, day, channel, origin_id, kind, amount, entries)
  select uuidv7(), organization_id, (at at time zone 'UTC')::date, channel, origin_id, kind, sum(amount), count(*)
    from fresh group by 2, 3, 4, 5, 6 order by 2, 3, 4, 5, 6
  on conflict (organization_id, day, channel, origin_id, kind)
  do update set amount = kept.amount + excluded.amount, entries = kept.entries + excluded.entries;
  return null;
end $body$;
"""

TRIGGER = """
grant select, insert, update on billing_usage to app_resolver;
revoke insert, update, delete on billing_usage from app_web;
create trigger keep_usage after insert on billing_ledgerentry referencing new table as fresh
  for each statement execute function billing_keep_usage();
"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0003_say_what_entries_are_for")]
    operations = [
        migrations.RunSQL(
            VERBS,
            "drop function billing_reserve(uuid[], uuid[], bigint[], text[], text[], uuid[], text, uuid);"
            " drop function billing_finish(uuid[], uuid[], text, uuid)",
        ),
        secure("billing_usage"),
        migrations.RunSQL(SUMS, "drop function billing_keep_usage() cascade"),
        migrations.RunSQL(owned_by_resolver("billing_keep_usage()"), migrations.RunSQL.noop),
        migrations.RunSQL(TRIGGER, "drop trigger keep_usage on billing_ledgerentry"),
    ]
