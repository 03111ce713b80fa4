"""What is registered about senders in which country."""

import django.db.models.deletion
from django.db import migrations, models

import core.ids
import core.tenancy
from core.tenant_sql import compose_keys, secure

STATES = ["draft", "submitted", "approved", "rejected", "suspended"]


class Migration(migrations.Migration):
    dependencies = [("messaging", "0015_keep_files_of_templates"), ("accounts", "0001_make_accounts")]
    operations = [
        migrations.CreateModel(
            name="Registration",
            fields=[
                ("id", models.UUIDField(default=core.ids.new_id, editable=False, primary_key=True, serialize=False)),
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
                    "sender",
                    core.tenancy.TenantForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="registrations",
                        to="messaging.sender",
                    ),
                ),
                ("kind", models.CharField(max_length=20)),
                ("country", models.CharField(max_length=2)),
                ("number", models.CharField(blank=True, max_length=60)),
                ("category", models.CharField(blank=True, max_length=14)),
                ("text", models.TextField(blank=True)),
                ("state", models.CharField(default="draft", max_length=10)),
                ("reason", models.CharField(blank=True, max_length=300)),
                ("valid_from", models.DateField(null=True)),
                ("valid_until", models.DateField(null=True)),
                ("evidence", models.CharField(blank=True, max_length=500)),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField(auto_now=True)),
            ],
            options={"abstract": False, "base_manager_name": "objects"},
        ),
        migrations.AddConstraint(
            "registration",
            models.CheckConstraint(condition=models.Q(state__in=STATES), name="registration_state_known"),
        ),
        migrations.AddIndex(
            "registration",
            models.Index(fields=["organization", "country", "kind"], name="registration_by_country"),
        ),
        secure("messaging_registration"),
        compose_keys(("messaging_registration", "sender_id", "messaging_sender")),
    ]
