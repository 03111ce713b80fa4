"""Addresses, what was agreed about them, and the proof."""

import django.db.models.deletion
from django.db import migrations, models

import core.ids
import core.tenancy


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_make_accounts"),
    ]

    operations = [
        migrations.CreateModel(
            name="PlatformSuppression",
            fields=[
                ("digest", models.BinaryField(max_length=16, primary_key=True, serialize=False)),
                ("reason", models.CharField(max_length=200)),
                ("created_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Point",
            fields=[
                ("id", models.UUIDField(default=core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[("phone", "Phone"), ("email", "Email"), ("whatsapp", "WhatsApp id")], max_length=8
                    ),
                ),
                ("digest", models.BinaryField(max_length=16)),
                ("platform_digest", models.BinaryField(max_length=16)),
                ("address_sealed", models.BinaryField()),
                ("hint", models.CharField(max_length=40)),
                ("region", models.CharField(blank=True, max_length=8)),
                ("zones", models.CharField(blank=True, max_length=400)),
                ("number_type", models.CharField(blank=True, max_length=20)),
                ("created_at", models.DateTimeField()),
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
            name="ConsentEvent",
            fields=[
                ("id", models.UUIDField(default=core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("channel", models.CharField(blank=True, max_length=8)),
                ("status", models.CharField(max_length=10)),
                ("source", models.CharField(max_length=40)),
                ("evidence_sealed", models.BinaryField(null=True)),
                ("occurred_at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField()),
                ("actor_kind", models.CharField(max_length=10)),
                ("actor_id", models.UUIDField(null=True)),
                ("origin", models.CharField(blank=True, max_length=20)),
                ("origin_id", models.UUIDField(null=True)),
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
                    "point",
                    core.tenancy.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="consent.point"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="Purpose",
            fields=[
                ("id", models.UUIDField(default=core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("key", models.SlugField(max_length=40)),
                ("name", models.CharField(max_length=80)),
                (
                    "tier",
                    models.CharField(
                        choices=[
                            ("transactional", "Transactional"),
                            ("informational", "Informational"),
                            ("marketing", "Marketing"),
                            ("ai_call", "AI call"),
                        ],
                        max_length=16,
                    ),
                ),
                ("description", models.CharField(blank=True, max_length=300)),
                ("archived_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField()),
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
            name="ConsentState",
            fields=[
                ("id", models.UUIDField(default=core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                (
                    "channel",
                    models.CharField(
                        choices=[("sms", "SMS"), ("whatsapp", "WhatsApp"), ("voice", "Voice"), ("email", "Email")],
                        max_length=8,
                    ),
                ),
                ("status", models.CharField(max_length=10)),
                ("changed_at", models.DateTimeField()),
                (
                    "event",
                    core.tenancy.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="consent.consentevent"
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
                    "point",
                    core.tenancy.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="consent.point"
                    ),
                ),
                (
                    "purpose",
                    core.tenancy.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="consent.purpose"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.AddField(
            model_name="consentevent",
            name="purpose",
            field=core.tenancy.TenantForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="consent.purpose"
            ),
        ),
        migrations.CreateModel(
            name="Suppression",
            fields=[
                ("id", models.UUIDField(default=core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("channel", models.CharField(blank=True, max_length=8)),
                ("kind", models.CharField(max_length=12)),
                ("source", models.CharField(max_length=40)),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(null=True)),
                ("lifted_at", models.DateTimeField(null=True)),
                (
                    "event",
                    core.tenancy.TenantForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="consent.consentevent",
                    ),
                ),
                (
                    "lifted_event",
                    core.tenancy.TenantForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="consent.consentevent",
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
                    "point",
                    core.tenancy.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="consent.point"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="Wording",
            fields=[
                ("id", models.UUIDField(default=core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                (
                    "channel",
                    models.CharField(
                        choices=[("sms", "SMS"), ("whatsapp", "WhatsApp"), ("voice", "Voice"), ("email", "Email")],
                        max_length=8,
                    ),
                ),
                ("language", models.CharField(default="en", max_length=12)),
                ("version", models.PositiveIntegerField()),
                ("text", models.TextField(max_length=2000)),
                ("created_at", models.DateTimeField()),
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="wordings", to="consent.purpose"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.AddField(
            model_name="consentevent",
            name="wording",
            field=core.tenancy.TenantForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="consent.wording"
            ),
        ),
        migrations.CreateModel(
            name="DecisionRecord",
            fields=[
                ("id", models.UUIDField(default=core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("digest", models.BinaryField(max_length=32)),
                ("facts", models.JSONField()),
                ("outcome", models.CharField(max_length=8)),
                ("reason", models.CharField(blank=True, max_length=40)),
                ("until", models.DateTimeField(null=True)),
                ("rules_version", models.CharField(max_length=40)),
                ("decided_at", models.DateTimeField()),
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
                "constraints": [models.UniqueConstraint(fields=("organization", "digest"), name="decision_once")],
            },
        ),
        migrations.AddConstraint(
            model_name="point",
            constraint=models.UniqueConstraint(fields=("organization", "kind", "digest"), name="point_once"),
        ),
        migrations.AddConstraint(
            model_name="purpose",
            constraint=models.UniqueConstraint(fields=("organization", "key"), name="purpose_key_once"),
        ),
        migrations.AddConstraint(
            model_name="consentstate",
            constraint=models.UniqueConstraint(
                fields=("organization", "point", "purpose", "channel"), name="consent_state_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="suppression",
            constraint=models.UniqueConstraint(
                condition=models.Q(("lifted_at__isnull", True)),
                fields=("organization", "point", "channel", "kind"),
                name="one_live_suppression",
            ),
        ),
        migrations.AddConstraint(
            model_name="wording",
            constraint=models.UniqueConstraint(
                fields=("organization", "purpose", "channel", "language", "version"), name="wording_version_once"
            ),
        ),
        migrations.AddIndex(
            model_name="consentevent",
            index=models.Index(fields=["organization", "point", "recorded_at"], name="event_by_point"),
        ),
        migrations.AddIndex(
            model_name="suppression",
            index=models.Index(fields=["organization", "point"], name="suppression_by_point"),
        ),
    ]
