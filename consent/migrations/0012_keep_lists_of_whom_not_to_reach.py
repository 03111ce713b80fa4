"""Organisations keep lists of whom not to reach, registers of countries among them; the platform's list has kinds and ends."""

import django.db.models.deletion
from django.db import migrations, models

import core.ids
import core.tenancy
from core.tenant_sql import compose_keys, expect_few_organizations, secure


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0014_let_only_operators_change_operators"),
        ("consent", "0011_promise_a_frequency"),
    ]

    operations = [
        migrations.CreateModel(
            name="StopList",
            fields=[
                ("id", models.UUIDField(default=core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=16)),
                ("name", models.CharField(max_length=80)),
                ("country", models.CharField(blank=True, max_length=2)),
                ("source", models.CharField(max_length=200)),
                ("source_on", models.DateField(null=True)),
                ("expires_at", models.DateTimeField(null=True)),
                ("created_by", models.UUIDField(null=True)),
                ("created_at", models.DateTimeField()),
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
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="StopListEntry",
            fields=[
                ("id", models.UUIDField(default=core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("form", models.CharField(max_length=8)),
                ("digest", models.BinaryField(max_length=16)),
                ("pattern", models.CharField(blank=True, max_length=100)),
                ("channel", models.CharField(blank=True, max_length=8)),
                ("reason_sealed", models.BinaryField(null=True)),
                ("expires_at", models.DateTimeField(null=True)),
                ("created_by", models.UUIDField(null=True)),
                ("created_at", models.DateTimeField()),
                ("removed_at", models.DateTimeField(null=True)),
                ("removed_by", models.UUIDField(null=True)),
                ("removal_sealed", models.BinaryField(null=True)),
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
                    "list",
                    core.tenancy.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="entries", to="consent.stoplist"
                    ),
                ),
                (
                    "point",
                    core.tenancy.TenantForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="consent.point"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.AddField(
            model_name="platformsuppression",
            name="expires_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="platformsuppression",
            name="form",
            field=models.CharField(db_default="address", default="address", max_length=8),
        ),
        migrations.AddField(
            model_name="platformsuppression",
            name="kind",
            field=models.CharField(db_default="abuse", default="abuse", max_length=16),
        ),
        migrations.AddField(
            model_name="platformsuppression",
            name="pattern",
            field=models.CharField(blank=True, db_default="", default="", max_length=100),
        ),
        migrations.AddField(
            model_name="platformsuppression",
            name="source",
            field=models.CharField(blank=True, db_default="", default="", max_length=200),
        ),
        migrations.AddField(
            model_name="platformsuppression",
            name="source_on",
            field=models.DateField(null=True),
        ),
        migrations.AddIndex(
            model_name="platformsuppression",
            index=models.Index(
                condition=models.Q(("form", "address"), _negated=True), fields=["form"], name="platform_pattern"
            ),
        ),
        migrations.AddConstraint(
            model_name="stoplist",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)),
                fields=("organization", "name"),
                name="stop_list_name_once",
            ),
        ),
        migrations.AddIndex(
            model_name="stoplistentry",
            index=models.Index(
                condition=models.Q(("removed_at__isnull", True)),
                fields=["organization", "digest"],
                name="stop_list_entry_by_digest",
            ),
        ),
        migrations.AddIndex(
            model_name="stoplistentry",
            index=models.Index(
                condition=models.Q(("form__in", ["domain", "prefix"]), ("removed_at__isnull", True)),
                fields=["organization"],
                name="stop_list_pattern",
            ),
        ),
        migrations.AddIndex(
            model_name="stoplistentry",
            index=models.Index(
                condition=models.Q(("removed_at__isnull", True)),
                fields=["organization", "list", "id"],
                name="stop_list_entry_by_list",
            ),
        ),
        migrations.AddConstraint(
            model_name="stoplistentry",
            constraint=models.UniqueConstraint(
                condition=models.Q(("removed_at__isnull", True)),
                fields=("organization", "list", "form", "digest", "channel"),
                name="stop_list_entry_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="stoplistentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("form__in", ["domain", "prefix"]), ("point", None), models.Q(("pattern", ""), _negated=True)
                    ),
                    models.Q(("form__in", ["phone", "email", "whatsapp"]), ("pattern", "")),
                    _connector="OR",
                ),
                name="stop_list_entry_whole",
            ),
        ),
        secure("consent_stoplist", "consent_stoplistentry"),
        compose_keys(
            ("consent_stoplistentry", "list_id", "consent_stoplist"),
            ("consent_stoplistentry", "point_id", "consent_point"),
        ),
        expect_few_organizations("consent_stoplistentry"),
    ]
