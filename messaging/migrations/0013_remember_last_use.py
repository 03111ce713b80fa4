"""When the record of a message goes, the evidence it rested on remembers that it was used: its five years begin there."""

from django.db import migrations

from core.tenant_sql import owned_by_resolver

REMEMBER = """
create function messaging_remember_last_use() returns trigger language plpgsql security definer
set search_path = pg_catalog, public as $body$
begin
  insert into consent_evidenceuse (id, organization_id, evidence_id, last_used_at)
  select uuidv7(), organization_id, evidence_id, max(used_at) from (
    select organization_id, consent_event_id as evidence_id, intent_at as used_at from gone
    union all select organization_id, decision_id, intent_at from gone
  ) used group by organization_id, evidence_id
  on conflict (organization_id, evidence_id)
  do update set last_used_at = greatest(consent_evidenceuse.last_used_at, excluded.last_used_at);
  return null;
end $body$;
"""
TRIGGER = """
create trigger remember_last_use after delete on messaging_sendattempt
referencing old table as gone for each statement execute function messaging_remember_last_use();
"""


class Migration(migrations.Migration):
    dependencies = [("messaging", "0012_ask_again_at_the_answer"), ("consent", "0008_keep_evidence_five_years")]
    operations = [
        migrations.RunSQL(REMEMBER, "drop function messaging_remember_last_use()"),
        migrations.RunSQL(owned_by_resolver("messaging_remember_last_use()"), migrations.RunSQL.noop),
        migrations.RunSQL(TRIGGER, "drop trigger remember_last_use on messaging_sendattempt"),
    ]
