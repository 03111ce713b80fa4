"""A programme that writes more often than its words promise is noticed, and told of once."""

import django.db.models.deletion
from django.db import migrations, models

import core.ids
import core.tenancy
from core.tenant_sql import compose_keys, secure

CHANNELS = [("sms", "SMS"), ("whatsapp", "WhatsApp"), ("voice", "Voice"), ("email", "Email")]


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0020_keep_changes_of_templates"),
        ("accounts", "0001_make_accounts"),
        ("consent", "0011_promise_a_frequency"),
    ]
    operations = [
        migrations.CreateModel(
            name="FrequencyAlert",
            fields=[
                (
                    "id",
                    models.UUIDField(default=core.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("channel", models.CharField(choices=CHANNELS, max_length=8)),
                ("people", models.PositiveIntegerField()),
                ("most_people", models.PositiveIntegerField()),
                ("most_messages", models.PositiveIntegerField()),
                ("began_at", models.DateTimeField()),
                ("compared_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "organization",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        default=core.tenancy.require_organization_id,
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.organization",
                    ),
                ),
                (
                    "purpose",
                    core.tenancy.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="consent.purpose"
                    ),
                ),
            ],
            options={"abstract": False, "base_manager_name": "objects"},
        ),
        migrations.AddConstraint(
            "frequencyalert",
            models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)),
                fields=("organization", "purpose", "channel"),
                name="one_open_frequency_alert",
            ),
        ),
        secure("messaging_frequencyalert"),
        compose_keys(("messaging_frequencyalert", "purpose_id", "consent_purpose")),
    ]
