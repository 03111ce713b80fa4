"""What came of each call: who answered, which keys were pressed, how long it lasted, which try it was."""

import django.db.models.deletion
from django.db import migrations, models

import core.ids
import core.tenancy
from core.tenant_sql import compose_keys, secure

OUTCOMES = ["", "human", "unclear", "machine", "fax", "busy", "no_answer", "failed", "cancelled"]


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0006_charge_for_messages"),
        ("accounts", "0001_make_accounts"),
    ]
    operations = [
        migrations.CreateModel(
            name="Call",
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
                    "message",
                    core.tenancy.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="messaging.message"
                    ),
                ),
                ("first_id", models.UUIDField()),
                ("number", models.PositiveSmallIntegerField(default=1)),
                ("answered_by", models.CharField(blank=True, max_length=8)),
                ("outcome", models.CharField(blank=True, max_length=10)),
                ("keys", models.CharField(blank=True, max_length=20)),
                ("left_message", models.BooleanField(default=False)),
                ("seconds", models.PositiveIntegerField(null=True)),
                ("rang_at", models.DateTimeField(null=True)),
                ("answered_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={"abstract": False, "base_manager_name": "objects"},
        ),
        migrations.AddConstraint("call", models.UniqueConstraint(fields=["organization", "message"], name="call_once")),
        migrations.AddConstraint(
            "call", models.UniqueConstraint(fields=["organization", "first_id", "number"], name="call_try_once")
        ),
        migrations.AddConstraint(
            "call", models.CheckConstraint(condition=models.Q(outcome__in=OUTCOMES), name="call_outcome_known")
        ),
        secure("messaging_call"),
        compose_keys(("messaging_call", "message_id", "messaging_message")),
    ]
