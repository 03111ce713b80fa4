"""Organisations have keywords and answers of their own; pleas to stop that people must judge are on a clock."""

from django.db import migrations, models
from django.db.models.deletion import PROTECT

import core.ids
import core.tenancy
from core.tenant_sql import append_only, compose_keys, resolver_function, secure


def table(name: str, *fields: tuple[str, "models.Field"]) -> migrations.CreateModel:
    key = models.UUIDField(default=core.ids.new_id, editable=False, primary_key=True, serialize=False)
    organization = models.ForeignKey(
        db_constraint=False,
        db_index=False,
        default=core.tenancy.require_organization_id,
        editable=False,
        on_delete=PROTECT,
        related_name="+",
        to="accounts.organization",
    )
    columns = [("id", key), *fields, ("organization", organization)]
    return migrations.CreateModel(
        name=name, fields=columns, options={"abstract": False, "base_manager_name": "objects"}
    )


WAYS = [
    ("letter", "By post"),
    ("phone_call", "In a phone call"),
    ("office_form", "By a form or in person, at the office"),
    ("other_mail", "By email to the office"),
    ("reply", "In a message to us"),
]


class Migration(migrations.Migration):
    dependencies = [("consent", "0009_ring_for_what_is_over")]
    operations = [
        table(
            "WordSet",
            ("country", models.CharField(blank=True, max_length=2)),
            ("language", models.CharField(max_length=12)),
            ("number", models.PositiveIntegerField()),
            ("stop_words", models.JSONField(default=list)),
            ("start_words", models.JSONField(default=list)),
            ("help_words", models.JSONField(default=list)),
            ("stop_reply", models.CharField(blank=True, max_length=480)),
            ("start_reply", models.CharField(blank=True, max_length=480)),
            ("help_reply", models.CharField(blank=True, max_length=480)),
            ("frequency", models.CharField(blank=True, max_length=160)),
            ("rules_version", models.CharField(max_length=40)),
            ("created_by", models.UUIDField(null=True)),
            ("created_at", models.DateTimeField()),
        ),
        table(
            "StopRequest",
            ("way", models.CharField(choices=WAYS, max_length=12)),
            ("channel", models.CharField(blank=True, max_length=8)),
            ("place", models.CharField(blank=True, max_length=40)),
            ("rule", models.CharField(max_length=40)),
            ("event_id", models.UUIDField(null=True)),
            ("inbound_id", models.UUIDField(null=True)),
            ("owner_id", models.UUIDField(null=True)),
            ("requested_at", models.DateTimeField()),
            ("suppressed_at", models.DateTimeField(null=True)),
            ("due_at", models.DateTimeField()),
            ("remind_at", models.DateTimeField()),
            ("escalate_at", models.DateTimeField()),
            ("reminded_at", models.DateTimeField(null=True)),
            ("escalated_at", models.DateTimeField(null=True)),
            ("verdict", models.CharField(blank=True, max_length=10)),
            ("reason_sealed", models.BinaryField(null=True)),
            ("decided_at", models.DateTimeField(null=True)),
            ("decided_by", models.UUIDField(null=True)),
            ("created_by", models.UUIDField(null=True)),
            ("created_at", models.DateTimeField()),
            ("point", core.tenancy.TenantForeignKey(on_delete=PROTECT, related_name="+", to="consent.point")),
        ),
        migrations.AddConstraint(
            "wordset",
            models.UniqueConstraint(
                fields=("organization", "country", "language", "number"), name="word_set_version_once"
            ),
        ),
        migrations.AddConstraint(
            "stoprequest",
            models.CheckConstraint(
                condition=models.Q(("decided_at", None), ("verdict", ""))
                | models.Q(("decided_at__isnull", False), ("verdict__in", ["stop", "not_stop", "restarted"])),
                name="stop_request_decided_whole",
            ),
        ),
        migrations.AddConstraint(
            "stoprequest",
            models.UniqueConstraint(
                fields=("organization", "inbound_id"),
                condition=models.Q(("inbound_id__isnull", False)),
                name="stop_request_of_message_once",
            ),
        ),
        migrations.AddIndex(
            "stoprequest",
            models.Index(
                fields=["organization", "due_at"],
                condition=models.Q(("decided_at__isnull", True)),
                name="stop_request_open",
            ),
        ),
        migrations.AddIndex(
            "stoprequest", models.Index(fields=["organization", "point"], name="stop_request_by_point")
        ),
        secure("consent_wordset", "consent_stoprequest"),
        compose_keys(("consent_stoprequest", "point_id", "consent_point")),
        append_only("consent_wordset"),
        resolver_function(
            "app_orgs_to_remind()",
            "table (organization_id uuid)",
            "select distinct organization_id from consent_stoprequest where decided_at is null"
            " and ((reminded_at is null and remind_at <= app_now()) or (escalated_at is null and escalate_at <= app_now()))"
            " limit 500",
            [
                (
                    "consent_stoprequest",
                    "organization_id, decided_at, reminded_at, remind_at, escalated_at, escalate_at",
                )
            ],
        ),
    ]
