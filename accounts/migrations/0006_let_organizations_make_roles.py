"""Roles an organisation makes itself, and when a campaign needs the word of a second person."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models

import core.ids
import core.tenancy
from core.tenant_sql import compose_keys, resolver_function, secure

ROLES = [
    ("owner", "Owner"),
    ("admin", "Admin"),
    ("campaign_manager", "Campaign manager"),
    ("agent", "Agent"),
    ("compliance", "Compliance"),
    ("finance", "Finance"),
    ("developer", "Developer"),
    ("viewer", "Viewer"),
    ("custom", "A role of your own"),
]


def _custom_role() -> core.tenancy.TenantForeignKey:
    return core.tenancy.TenantForeignKey(
        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.customrole"
    )


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_protect_api_requests")]
    operations = [
        migrations.CreateModel(
            name="CustomRole",
            fields=[
                ("id", models.UUIDField(default=core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=60)),
                (
                    "permissions",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), size=None),
                ),
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
                "constraints": [
                    models.UniqueConstraint(
                        models.F("organization"),
                        django.db.models.functions.text.Lower("name"),
                        name="custom_role_name_once",
                    )
                ],
            },
        ),
        migrations.AddField("membership", "custom_role", _custom_role()),
        migrations.AddField("invitation", "custom_role", _custom_role()),
        migrations.AlterField("membership", "role", models.CharField(choices=ROLES, max_length=20)),
        migrations.AlterField("invitation", "role", models.CharField(choices=ROLES, max_length=20)),
        migrations.AddConstraint(
            "membership",
            models.CheckConstraint(
                condition=models.Q(role="custom", custom_role__isnull=False)
                | (~models.Q(role="custom") & models.Q(custom_role__isnull=True)),
                name="member_has_one_role",
            ),
        ),
        migrations.AddField(
            "organization", "approval_above_people", models.PositiveIntegerField(blank=True, null=True)
        ),
        migrations.AddField("organization", "approval_above_units", models.PositiveIntegerField(blank=True, null=True)),
        secure("accounts_customrole"),
        compose_keys(
            ("accounts_membership", "custom_role_id", "accounts_customrole"),
            ("accounts_invitation", "custom_role_id", "accounts_customrole"),
        ),
        migrations.RunSQL(
            "set role app_resolver; drop function app_orgs_of_user(uuid); reset role", migrations.RunSQL.noop
        ),
        resolver_function(
            "app_orgs_of_user(who uuid)",
            "table (organization_id uuid, name text, role text, state text, own_name text, own_permissions text[])",
            "select m.organization_id, o.name, m.role, o.state, coalesce(c.name, ''), coalesce(c.permissions, '{}')::text[]"
            " from accounts_membership m join accounts_organization o on o.id = m.organization_id"
            " left join accounts_customrole c on c.organization_id = m.organization_id and c.id = m.custom_role_id"
            " where m.user_id = who",
            [
                ("accounts_membership", "organization_id, user_id, role, custom_role_id"),
                ("accounts_organization", "id, name, state"),
                ("accounts_customrole", "organization_id, id, name, permissions"),
            ],
        ),
    ]
