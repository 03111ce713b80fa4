"""What is over is forgotten by the beat: files that no agreement took, and old evidence, with each address held meanwhile."""

from django.db import migrations, models

from core.tenant_sql import resolver_function

# As before, and now each address is held before it is looked at, so that whoever writes about it waits or has been counted.
# What its own trigger refuses all the same was used in the meantime; that address stays, and the others go on.
FORGET = """
create or replace function consent_forget_evidence(which uuid[]) returns integer language plpgsql security definer
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
end $body$
"""


class Migration(migrations.Migration):
    dependencies = [("consent", "0008_keep_evidence_five_years")]
    operations = [
        migrations.AddIndex(
            "attachment",
            models.Index(
                fields=["organization", "created_at"], condition=models.Q(event__isnull=True), name="attachment_waiting"
            ),
        ),
        # to hold a row takes the right to change it; nothing of it is changed
        migrations.RunSQL(
            "grant select (id, organization_id), update (id) on consent_point to app_resolver", migrations.RunSQL.noop
        ),
        # the function belongs to the resolver role, so only in its name may it be replaced
        migrations.RunSQL(["set role app_resolver", FORGET, "reset role"], migrations.RunSQL.noop),
        resolver_function(
            "app_orgs_with_old_uploads()",
            "table (organization_id uuid)",
            "select distinct organization_id from consent_attachment"
            " where event_id is null and created_at <= app_now() - interval '24 hours' limit 500",
            [("consent_attachment", "organization_id, event_id, created_at")],
        ),
        resolver_function(
            "app_orgs_with_old_evidence()",
            "table (organization_id uuid)",
            "select o.id from accounts_organization o where exists (select 1 from consent_consentevent e"
            " where e.organization_id = o.id and e.recorded_at <= now() - interval '5 years')",
            [("accounts_organization", "id"), ("consent_consentevent", "organization_id, recorded_at")],
        ),
    ]
