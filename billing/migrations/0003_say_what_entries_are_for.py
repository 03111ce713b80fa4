"""Entries know their channel and origin, and their sums by day, channel, origin and kind are kept."""

import django.db.models.deletion
from django.db import migrations, models

import core.ids
import core.tenancy


class Migration(migrations.Migration):
    dependencies = [("billing", "0002_protect_billing")]
    operations = [
        migrations.AddField("ledgerentry", "channel", models.CharField(max_length=8, blank=True, default="")),
        migrations.AlterField("ledgerentry", "channel", models.CharField(max_length=8, blank=True)),
        migrations.AddField("ledgerentry", "origin_id", models.UUIDField(null=True)),
        migrations.CreateModel(
            name="Usage",
            fields=[
                ("id", models.UUIDField(default=core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("day", models.DateField()),
                ("channel", models.CharField(blank=True, max_length=8)),
                ("origin_id", models.UUIDField(null=True)),
                ("kind", models.CharField(max_length=16)),
                ("amount", models.BigIntegerField(default=0)),
                ("entries", models.BigIntegerField(default=0)),
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
                "indexes": [
                    models.Index(
                        condition=models.Q(("origin_id__isnull", False)),
                        fields=["organization", "origin_id"],
                        name="usage_by_origin",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organization", "day", "channel", "origin_id", "kind"),
                        name="usage_once",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
    ]
