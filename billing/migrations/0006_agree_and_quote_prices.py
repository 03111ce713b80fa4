"""Agreed prices know who agreed them and stay as they are; what was quoted at a launch is kept, and charged."""

import django.db.models.deletion
from django.db import migrations, models

import core.ids
import core.tenancy
from core.tenant_sql import append_only, secure


class Migration(migrations.Migration):
    dependencies = [("billing", "0005_show_operators_balances")]
    operations = [
        migrations.AddField("price", "agreed_by", models.UUIDField(null=True)),
        migrations.AddField("price", "agreed_at", models.DateTimeField(null=True)),
        migrations.CreateModel(
            name="PriceQuote",
            fields=[
                ("id", models.UUIDField(default=core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("origin_id", models.UUIDField()),
                ("channel", models.CharField(max_length=8)),
                ("category", models.CharField(blank=True, max_length=20)),
                ("lines", models.JSONField(default=list)),
                ("quoted_at", models.DateTimeField()),
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
                "constraints": [models.UniqueConstraint(fields=("organization", "origin_id"), name="price_quote_once")],
            },
        ),
        secure("billing_pricequote"),
        append_only("billing_price", "billing_pricequote"),
    ]
