"""Applications ask for the campaigns that changed since they last looked."""

from django.db import migrations, models

from core.tenant_sql import keep_changes


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0008_ask_for_permission_again"), ("core", "0003_keep_the_moment_of_a_change")]
    operations = [
        migrations.SeparateDatabaseAndState(
            [
                keep_changes(
                    "campaigns_campaign",
                    "name",
                    "purpose_id",
                    "sender_id",
                    "template_id",
                    "state",
                    "scheduled_at",
                    "updated_at",
                )
            ],
            [migrations.AddField("campaign", "changed_at", models.DateTimeField())],
        ),
    ]
