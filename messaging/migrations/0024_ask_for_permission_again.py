"""Who was asked whether they still want what they agreed to, and what they answered."""

import django.db.models.deletion
from django.db import migrations, models

import core.ids
import core.tenancy
from core.tenant_sql import compose_keys, secure

TABLE = "messaging_permissionask"


def _key(to, **more):
    return core.tenancy.TenantForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=to, **more)


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0023_let_a_second_person_allow_texts"),
        ("accounts", "0001_make_accounts"),
        ("consent", "0017_let_agreements_end_sooner"),
    ]
    operations = [
        migrations.CreateModel(
            name="PermissionAsk",
            fields=[
                (
                    "id",
                    models.UUIDField(default=core.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("channel", models.CharField(max_length=8)),
                ("asked_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(null=True)),
                ("message", _key("messaging.message")),
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
                ("point", _key("consent.point")),
                ("purpose", _key("consent.purpose")),
                ("wording", _key("consent.wording", null=True)),
                ("event", _key("consent.consentevent", null=True)),
            ],
            options={"abstract": False, "base_manager_name": "objects"},
        ),
        migrations.AddConstraint(
            "permissionask",
            models.UniqueConstraint(fields=("organization", "message"), name="permission_ask_once"),
        ),
        migrations.AddConstraint(
            "permissionask",
            models.CheckConstraint(
                condition=models.Q(("answered_at", None), ("event", None))
                | models.Q(("answered_at__isnull", False), ("event__isnull", False)),
                name="permission_ask_answered_whole",
            ),
        ),
        migrations.AddIndex(
            "permissionask",
            models.Index(fields=["organization", "point", "-asked_at"], name="permission_ask_by_point"),
        ),
        secure(TABLE),
        compose_keys(
            (TABLE, "message_id", "messaging_message"),
            (TABLE, "point_id", "consent_point"),
            (TABLE, "purpose_id", "consent_purpose"),
            (TABLE, "wording_id", "consent_wording"),
            (TABLE, "event_id", "consent_consentevent"),
        ),
    ]
