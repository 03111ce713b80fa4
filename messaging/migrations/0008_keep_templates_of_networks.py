"""Templates that a network approves, and what people sent besides words."""

import django.db.models.deletion
from django.db import migrations, models

import core.ids
import core.tenancy
from core.tenant_sql import compose_keys, resolver_function, secure

STATES = ["draft", "submitted", "approved", "rejected", "paused", "disabled", "gone"]


class Migration(migrations.Migration):
    dependencies = [("messaging", "0007_record_calls"), ("accounts", "0001_make_accounts")]
    operations = [
        migrations.CreateModel(
            name="ProviderTemplate",
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
                    "account",
                    core.tenancy.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="templates",
                        to="messaging.provideraccount",
                    ),
                ),
                ("name", models.CharField(max_length=512)),
                ("language", models.CharField(max_length=12)),
                ("use_case", models.CharField(blank=True, max_length=14)),
                ("category", models.CharField(max_length=16)),
                ("content", models.JSONField(default=dict)),
                ("state", models.CharField(default="draft", max_length=10)),
                ("quality", models.CharField(blank=True, max_length=10)),
                ("reason", models.CharField(blank=True, max_length=40)),
                ("advice", models.CharField(blank=True, max_length=500)),
                ("unfit", models.CharField(blank=True, max_length=120)),
                ("next_category", models.CharField(blank=True, max_length=16)),
                ("next_category_at", models.DateTimeField(null=True)),
                ("provider_template_id", models.CharField(blank=True, max_length=32)),
                ("submitted_at", models.DateTimeField(null=True)),
                ("news_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField(auto_now=True)),
            ],
            options={"abstract": False, "base_manager_name": "objects"},
        ),
        migrations.AddConstraint(
            "providertemplate",
            models.UniqueConstraint(
                fields=["organization", "account", "name", "language"], name="provider_template_once"
            ),
        ),
        migrations.AddConstraint(
            "providertemplate",
            models.CheckConstraint(condition=models.Q(state__in=STATES), name="provider_template_state_known"),
        ),
        secure("messaging_providertemplate"),
        compose_keys(("messaging_providertemplate", "account_id", "messaging_provideraccount")),
        resolver_function(
            "app_template_accounts()",
            "table (organization_id uuid, account_id uuid)",
            "select organization_id, id from messaging_provideraccount"
            " where provider = 'whatsapp_cloud' and state = 'connected'",
            [("messaging_provideraccount", "organization_id, id, provider, state")],
        ),
        migrations.AddField("inboundmessage", "form", models.CharField(default="text", max_length=14)),
        migrations.AddField("inboundmessage", "media_id", models.CharField(blank=True, default="", max_length=64)),
        migrations.AddField("inboundmessage", "said_at", models.DateTimeField(null=True)),
        migrations.AddIndex(
            "inboundmessage",
            models.Index(
                fields=["organization", "point", "sender", "-received_at"],
                name="inbound_opens",
                condition=models.Q(channel="whatsapp"),
            ),
        ),
    ]
