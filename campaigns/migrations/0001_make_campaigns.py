"""Campaigns, runs and recipients."""

import django.db.models.deletion
from django.db import migrations, models

import core.ids
import core.tenancy


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0002_protect_accounts"),
        ("consent", "0002_protect_consent"),
        ("contacts", "0002_protect_contacts"),
        ("messaging", "0002_protect_messaging"),
    ]

    operations = [
        migrations.CreateModel(
            name="Campaign",
            fields=[
                ("id", models.UUIDField(default=core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=80)),
                (
                    "channel",
                    models.CharField(
                        choices=[("sms", "SMS"), ("whatsapp", "WhatsApp"), ("voice", "Voice"), ("email", "Email")],
                        default="sms",
                        max_length=8,
                    ),
                ),
                ("state", models.CharField(default="draft", max_length=10)),
                ("scheduled_at", models.DateTimeField(blank=True, null=True)),
                ("created_by", models.UUIDField(null=True)),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField(auto_now=True)),
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
                (
                    "sender",
                    core.tenancy.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="messaging.sender"
                    ),
                ),
                (
                    "template",
                    core.tenancy.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="messaging.template"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="CampaignList",
            fields=[
                ("id", models.UUIDField(default=core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("excluded", models.BooleanField(default=False)),
                (
                    "campaign",
                    core.tenancy.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="lists", to="campaigns.campaign"
                    ),
                ),
                (
                    "list",
                    core.tenancy.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="contacts.list"
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
            },
        ),
        migrations.CreateModel(
            name="Run",
            fields=[
                ("id", models.UUIDField(default=core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("kind", models.CharField(default="launch", max_length=10)),
                ("state", models.CharField(default="planning", max_length=10)),
                ("planned_for", models.DateTimeField()),
                ("breath_until", models.DateTimeField(null=True)),
                ("planned_through", models.UUIDField(null=True)),
                ("rules_version", models.CharField(blank=True, max_length=40)),
                ("planned_count", models.PositiveIntegerField(default=0)),
                ("allowed_count", models.PositiveIntegerField(default=0)),
                ("created_by", models.UUIDField(null=True)),
                ("created_at", models.DateTimeField()),
                ("started_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("next_at", models.DateTimeField(null=True)),
                (
                    "campaign",
                    core.tenancy.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="runs", to="campaigns.campaign"
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
                (
                    "purpose",
                    core.tenancy.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="consent.purpose"
                    ),
                ),
                (
                    "sender",
                    core.tenancy.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="messaging.sender"
                    ),
                ),
                (
                    "template_version",
                    core.tenancy.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="messaging.templateversion"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="Recipient",
            fields=[
                ("id", models.UUIDField(default=core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("contact_id", models.UUIDField()),
                ("point_id", models.UUIDField(null=True)),
                ("outcome", models.CharField(max_length=10)),
                ("reason", models.CharField(blank=True, max_length=40)),
                ("decision_id", models.UUIDField(null=True)),
                ("evidence_id", models.UUIDField(null=True)),
                ("due_at", models.DateTimeField(null=True)),
                ("promoted_at", models.DateTimeField(null=True)),
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
                    "run",
                    core.tenancy.TenantForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="recipients", to="campaigns.run"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.AddIndex(
            model_name="campaign",
            index=models.Index(fields=["organization", "-created_at"], name="campaign_by_age"),
        ),
        migrations.AddConstraint(
            model_name="campaignlist",
            constraint=models.UniqueConstraint(fields=("organization", "campaign", "list"), name="campaign_list_once"),
        ),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(condition=models.Q(("next_at__isnull", False)), fields=["next_at"], name="run_due"),
        ),
        migrations.AddConstraint(
            model_name="run",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("kind", "launch"), models.Q(("state__in", ["finished", "cancelled", "attention"]), _negated=True)
                ),
                fields=("organization", "campaign"),
                name="one_live_run",
            ),
        ),
        migrations.AddIndex(
            model_name="recipient",
            index=models.Index(
                condition=models.Q(("due_at__isnull", False), ("promoted_at__isnull", True)),
                fields=["run", "due_at", "id"],
                name="recipient_to_promote",
            ),
        ),
        migrations.AddIndex(
            model_name="recipient",
            index=models.Index(fields=["run", "outcome", "reason", "id"], name="recipient_by_reason"),
        ),
        migrations.AddConstraint(
            model_name="recipient",
            constraint=models.UniqueConstraint(fields=("organization", "run", "contact_id"), name="recipient_once"),
        ),
    ]
