"""What was erased: certificates behind the walls of their organisation."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import core.ids
import core.tenancy
from core.tenant_sql import resolver_function, secure


class Migration(migrations.Migration):
    initial = True

    dependencies = [("accounts", "0012_publish_signing_keys")]

    operations = [
        migrations.CreateModel(
            name="Erasure",
            fields=[
                ("id", models.UUIDField(default=core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("contact_id", models.UUIDField()),
                (
                    "point_ids",
                    django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), default=list, size=None),
                ),
                (
                    "shared_ids",
                    django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), default=list, size=None),
                ),
                ("actor_kind", models.CharField(max_length=10)),
                ("actor_id", models.UUIDField(null=True)),
                ("done", models.JSONField(default=list)),
                ("kept", models.JSONField(default=list)),
                ("erased_at", models.DateTimeField()),
                ("next_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
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
                        fields=["next_at"], name="erasure_due", condition=models.Q(("next_at__isnull", False))
                    ),
                    models.Index(fields=["organization", "-erased_at"], name="erasure_by_age"),
                ],
                "constraints": [models.UniqueConstraint(fields=("organization", "contact_id"), name="erasure_once")],
            },
        ),
        secure("privacy_erasure"),
        migrations.RunSQL("revoke delete, truncate on privacy_erasure from app_web", migrations.RunSQL.noop),
        resolver_function(
            "app_due_erasures()",
            "table (organization_id uuid, erasure_id uuid)",
            "select organization_id, id from privacy_erasure"
            " where next_at is not null and next_at <= app_now() order by next_at limit 500",
            [("privacy_erasure", "organization_id, id, next_at")],
        ),
    ]
