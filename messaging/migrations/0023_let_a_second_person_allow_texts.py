"""What a second person said about texts that rules of content stop."""

import django.db.models.deletion
from django.db import migrations, models

import core.ids
import core.tenancy
from core.tenant_sql import secure


class Migration(migrations.Migration):
    dependencies = [("messaging", "0022_keep_whole_call_records"), ("accounts", "0001_make_accounts")]
    operations = [
        migrations.CreateModel(
            name="TextOverride",
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
                ("channel", models.CharField(max_length=8)),
                ("tier", models.CharField(max_length=16)),
                ("text", models.TextField()),
                ("fingerprint", models.BinaryField(max_length=32)),
                ("findings", models.JSONField(default=list)),
                ("rules_version", models.CharField(max_length=40)),
                ("why", models.CharField(max_length=500)),
                ("state", models.CharField(default="asked", max_length=8)),
                ("asked_by", models.UUIDField(null=True)),
                ("asked_at", models.DateTimeField()),
                ("written_by", models.UUIDField(null=True)),
                ("decided_by", models.UUIDField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("note", models.CharField(blank=True, max_length=500)),
            ],
            options={"abstract": False, "base_manager_name": "objects"},
        ),
        migrations.AddConstraint(
            "textoverride",
            models.UniqueConstraint(
                fields=["organization", "channel", "tier", "fingerprint"],
                condition=models.Q(state="asked"),
                name="text_override_asked_once",
            ),
        ),
        migrations.AddConstraint(
            "textoverride",
            models.CheckConstraint(
                condition=models.Q(state="asked", decided_by__isnull=True)
                | models.Q(state__in=["approved", "declined"], decided_by__isnull=False),
                name="text_override_decided_by_somebody",
            ),
        ),
        migrations.AddIndex(
            "textoverride", models.Index(fields=["organization", "fingerprint"], name="text_override_by_text")
        ),
        secure("messaging_textoverride"),
    ]
