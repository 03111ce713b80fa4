"""What was read in the books of carriers, and where they and ours differ."""

import django.db.models.deletion
from django.db import migrations, models

import core.ids
import core.tenancy
from core.tenant_sql import compose_keys, resolver_function, secure

STATES = ["open", "recorded", "agreed_since", "gone"]


def _organization():
    return models.ForeignKey(
        db_constraint=False,
        db_index=False,
        default=core.tenancy.require_organization_id,
        editable=False,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to="accounts.organization",
    )


def _key(to):
    return core.tenancy.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=to)


def _id():
    return models.UUIDField(default=core.ids.new_id, editable=False, primary_key=True, serialize=False)


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0017_count_calls_for_help"),
        ("accounts", "0001_make_accounts"),
        ("consent", "0001_make_consent"),
    ]
    operations = [
        migrations.CreateModel(
            name="CarrierBook",
            fields=[
                ("id", _id()),
                ("organization", _organization()),
                ("account", _key("messaging.provideraccount")),
                ("inbound_until", models.DateTimeField(null=True)),
                ("inbound_read_at", models.DateTimeField(null=True)),
                ("missed", models.PositiveIntegerField(default=0)),
                ("missed_at", models.DateTimeField(null=True)),
                ("kept_out_read_at", models.DateTimeField(null=True)),
                ("kept_out", models.PositiveIntegerField(default=0)),
                ("unreadable", models.PositiveIntegerField(default=0)),
                ("only_ours", models.PositiveIntegerField(default=0)),
                ("problem", models.CharField(blank=True, max_length=120)),
            ],
            options={"abstract": False, "base_manager_name": "objects"},
        ),
        migrations.CreateModel(
            name="CarrierDrift",
            fields=[
                ("id", _id()),
                ("organization", _organization()),
                ("account", _key("messaging.provideraccount")),
                ("point", _key("consent.point")),
                ("channel", models.CharField(max_length=8)),
                ("because", models.CharField(max_length=12)),
                ("word", models.CharField(blank=True, max_length=40)),
                ("by_person", models.BooleanField(default=True)),
                ("since", models.DateTimeField(null=True)),
                ("leaked", models.PositiveIntegerField(default=0)),
                ("state", models.CharField(default="open", max_length=12)),
                ("found_at", models.DateTimeField()),
                ("settled_at", models.DateTimeField(null=True)),
            ],
            options={"abstract": False, "base_manager_name": "objects"},
        ),
        migrations.AddConstraint(
            "carrierbook", models.UniqueConstraint(fields=["organization", "account"], name="carrier_book_once")
        ),
        migrations.AddConstraint(
            "carrierdrift",
            models.UniqueConstraint(fields=["organization", "account", "point"], name="carrier_drift_once"),
        ),
        migrations.AddConstraint(
            "carrierdrift",
            models.CheckConstraint(condition=models.Q(state__in=STATES), name="carrier_drift_state_known"),
        ),
        secure("messaging_carrierbook", "messaging_carrierdrift"),
        compose_keys(
            ("messaging_carrierbook", "account_id", "messaging_provideraccount"),
            ("messaging_carrierdrift", "account_id", "messaging_provideraccount"),
            ("messaging_carrierdrift", "point_id", "consent_point"),
        ),
        resolver_function(
            "app_connected_accounts()",
            "table (organization_id uuid, account_id uuid)",
            "select organization_id, id from messaging_provideraccount where state = 'connected'",
            [("messaging_provideraccount", "organization_id, id, state")],
        ),
    ]
