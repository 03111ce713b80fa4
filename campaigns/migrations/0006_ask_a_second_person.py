"""The word of a second person before a large launch, and who wrote a campaign last."""

import django.db.models.deletion
from django.db import migrations, models

import core.ids
import core.tenancy
from core.tenant_sql import compose_keys, secure


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_let_organizations_make_roles"), ("campaigns", "0005_measure_checks")]
    operations = [
        migrations.AddField("campaign", "changed_by", models.UUIDField(null=True)),
        migrations.AddField("run", "approved_by", models.UUIDField(null=True)),
        migrations.CreateModel(
            name="Approval",
            fields=[
                ("id", models.UUIDField(default=core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("check_id", models.UUIDField()),
                ("people", models.PositiveIntegerField()),
                ("state", models.CharField(default="asked", max_length=8)),
                ("asked_by", models.UUIDField(null=True)),
                ("asked_at", models.DateTimeField()),
                ("decided_by", models.UUIDField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("note", models.CharField(blank=True, max_length=500)),
                (
                    "campaign",
                    core.tenancy.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="approvals",
                        to="campaigns.campaign",
                    ),
                ),
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
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [
                    models.UniqueConstraint(fields=("organization", "campaign", "check_id"), name="approval_once"),
                    models.CheckConstraint(
                        condition=models.Q(state="asked", decided_by__isnull=True)
                        | models.Q(state__in=["approved", "declined"], decided_by__isnull=False),
                        name="approval_decided_by_somebody",
                    ),
                ],
            },
        ),
        secure("campaigns_approval"),
        compose_keys(("campaigns_approval", "campaign_id", "campaigns_campaign")),
    ]
