"""Evidence is kept at least five years after its last use, by the database: before, nobody deletes it, whoever they are.

Source: 16 CFR 310.5 (five years); a claim about a call may be brought for four years (28 U.S.C. 1658), so five years covers both.
"""

from django.db import migrations

from core.tenant_sql import owned_by_resolver

KEPT = ("consent_consentevent", "consent_wording", "consent_decisionrecord", "consent_attachment")

# Of an address its whole history counts, so no chain loses its middle: the newest event, a withdrawal or not, and what was
# last sent on any of them. What still says no, or is still relied on by a record, keeps its history with it.
LAST_USE = """
set local check_function_bodies = off;
create function consent_evidence_kept() returns interval language sql immutable
set search_path = pg_catalog, public as $body$ select interval '5 years' $body$;

create function consent_last_use(organization uuid, which uuid) returns timestamptz language sql stable
set search_path = pg_catalog, public as $body$
  select greatest(max(e.recorded_at), max(u.last_used_at)) from consent_consentevent e
  left join consent_evidenceuse u on u.organization_id = e.organization_id and u.evidence_id = e.id
  where e.organization_id = organization and e.point_id = which
$body$;
"""

# now() and not the business clock: what may be moved in a test must not shorten anything. A table's own branch alone reads
# its columns.
KEEP = """
create function consent_keep_evidence() returns trigger language plpgsql
set search_path = pg_catalog, public as $body$
declare
  last timestamptz;
begin
  if tg_table_name = 'consent_attachment' then
    if old.event_id is null then
      return old;
    end if;
  end if;
  if current_user <> 'app_resolver' then
    raise exception '% is append-only: only retention removes evidence', tg_table_name using errcode = '42501';
  end if;
  if tg_table_name = 'consent_consentevent' then
    last := consent_last_use(old.organization_id, old.point_id);
  elsif tg_table_name = 'consent_attachment' then
    select consent_last_use(e.organization_id, e.point_id) into last from consent_consentevent e
    where e.organization_id = old.organization_id and e.id = old.event_id;
  elsif tg_table_name = 'consent_wording' then
    last := old.created_at;
  else
    select greatest(old.decided_at, max(u.last_used_at)) into last from consent_evidenceuse u
    where u.organization_id = old.organization_id and u.evidence_id = old.id;
  end if;
  if last is null or last > now() - consent_evidence_kept() then
    raise exception '% is kept five years after its last use', tg_table_name using errcode = '42501';
  end if;
  return old;
end $body$;
"""

# The one way to remove evidence: address by address, and only what is old, says no to nothing, and has no record above it. Each
# address is held before it is looked at, so that whoever writes about it waits or has been counted.
FORGET = """
create function consent_forget_evidence(which uuid[]) returns integer language plpgsql security definer
set search_path = pg_catalog, public as $body$
declare
  organization uuid := app_org();
  one uuid;
  gone integer := 0;
begin
  foreach one in array which loop
    perform 1 from consent_point where organization_id = organization and id = one for update;
    continue when coalesce(consent_last_use(organization, one) > now() - consent_evidence_kept(), true)
      or exists (select 1 from consent_suppression s where s.organization_id = organization and s.point_id = one
                 and s.lifted_at is null and coalesce(s.expires_at > now(), true))
      or exists (select 1 from consent_consentstate s where s.organization_id = organization and s.point_id = one
                 and s.status = 'withdrawn');
    begin
      delete from consent_preference where organization_id = organization and point_id = one;
      delete from consent_consentstate where organization_id = organization and point_id = one;
      delete from consent_suppression where organization_id = organization and point_id = one;
      delete from consent_attachment a using consent_consentevent e where e.organization_id = organization
        and e.point_id = one and a.organization_id = organization and a.event_id = e.id;
      delete from consent_consentevent where organization_id = organization and point_id = one;
      gone := gone + 1;
    exception when foreign_key_violation or insufficient_privilege then
      null; -- a record above still rests on it, or it was used just now: it is not done with
    end;
  end loop;
  return gone;
end $body$;
grant select, delete on consent_preference, consent_consentstate, consent_suppression, consent_attachment,
  consent_consentevent, consent_wording, consent_decisionrecord to app_resolver;
-- to hold a row takes the right to change it; nothing of it is changed
grant select (id, organization_id), update (id) on consent_point to app_resolver;
grant select, insert, update on consent_evidenceuse to app_resolver;
revoke update, delete on consent_evidenceuse from app_web;
"""

GUARD = [
    statement
    for name in KEPT
    for statement in (
        *(
            [
                f"drop trigger append_only on {name}",
                f"create trigger append_only before update on {name} for each row execute function app_refuse_change()",
            ]
            if name != "consent_attachment"
            else [f"create trigger append_only_truncate before truncate on {name} execute function app_refuse_change()"]
        ),
        f"create trigger kept before delete on {name} for each row execute function consent_keep_evidence()",
    )
]


class Migration(migrations.Migration):
    dependencies = [("consent", "0007_anchor_evidence")]
    operations = [
        migrations.RunSQL(LAST_USE, migrations.RunSQL.noop),
        migrations.RunSQL(KEEP, migrations.RunSQL.noop),
        migrations.RunSQL(GUARD, migrations.RunSQL.noop),
        migrations.RunSQL(FORGET, migrations.RunSQL.noop),
        migrations.RunSQL(owned_by_resolver("consent_forget_evidence(uuid[])"), migrations.RunSQL.noop),
    ]
