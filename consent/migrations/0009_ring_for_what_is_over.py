"""What is over is forgotten by the beat: files that no agreement took, and old evidence."""

from django.db import migrations, models

from core.tenant_sql import resolver_function


class Migration(migrations.Migration):
    dependencies = [("consent", "0008_keep_evidence_five_years")]
    operations = [
        migrations.AddIndex(
            "attachment",
            models.Index(
                fields=["organization", "created_at"], condition=models.Q(event__isnull=True), name="attachment_waiting"
            ),
        ),
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
