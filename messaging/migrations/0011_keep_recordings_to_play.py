"""Recordings that announcement calls play: sealed, each once, never changed."""

import django.db.models.deletion
from django.db import migrations, models

import core.ids
import core.tenancy
from core.tenant_sql import append_only, secure


class Migration(migrations.Migration):
    dependencies = [
        ("messaging", "0010_let_answers_pass"),
        ("accounts", "0001_make_accounts"),
    ]
    operations = [
        migrations.CreateModel(
            name="AnnouncementAudio",
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
                ("digest", models.CharField(max_length=64)),
                ("content_type", models.CharField(max_length=20)),
                ("seconds", models.PositiveSmallIntegerField()),
                ("size", models.PositiveIntegerField()),
                ("audio_sealed", models.BinaryField()),
                ("created_by", models.UUIDField(null=True)),
                ("created_at", models.DateTimeField()),
            ],
            options={"abstract": False, "base_manager_name": "objects"},
        ),
        migrations.AddConstraint(
            "announcementaudio",
            models.UniqueConstraint(fields=["organization", "digest"], name="announcement_audio_once"),
        ),
        secure("messaging_announcementaudio"),
        append_only("messaging_announcementaudio"),
    ]
