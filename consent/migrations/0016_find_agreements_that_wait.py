"""Agreements that wait to be confirmed are found by the few that do; one look finds the organisations that tell people of theirs."""

from django.db import migrations, models

from core.tenant_sql import resolver_function


class Migration(migrations.Migration):
    dependencies = [("consent", "0015_let_two_people_deny_a_stop")]

    operations = [
        migrations.AddIndex(
            "consentstate",
            models.Index(
                fields=["organization", "changed_at"], name="state_waiting", condition=models.Q(status="pending")
            ),
        ),
        resolver_function(
            "app_orgs_to_notify()",
            "table (organization_id uuid)",
            "select distinct organization_id from consent_consentstate"
            " where status = 'pending' and changed_at > app_now() - interval '31 days'"
            " union select organization_id from consent_purpose where receipts_on <> ''",
            [
                ("consent_consentstate", "organization_id, status, changed_at"),
                ("consent_purpose", "organization_id, receipts_on"),
            ],
        ),
    ]
