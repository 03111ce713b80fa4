"""Accounts with carriers, senders, templates, messages, attempts and what came back."""

import django.db.models.deletion
from django.db import migrations, models

import core.ids
import core.tenancy


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_make_accounts"),
        ("consent", "0001_make_consent"),
    ]

    operations = [
        migrations.CreateModel(
            name="MessageEvent",
            fields=[
                ("id", models.UUIDField(default=core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("message_id", models.UUIDField()),
                ("kind", models.CharField(max_length=20)),
                ("rank", models.PositiveSmallIntegerField(default=0)),
                ("code", models.CharField(blank=True, max_length=40)),
                ("occurred_at", models.DateTimeField()),
            ],
            options={
                "db_table": "messaging_messageevent",
                "abstract": False,
                "managed": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                ("id", models.UUIDField(default=core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("channel", models.CharField(max_length=8)),
                ("origin", models.CharField(max_length=20)),
                ("origin_id", models.UUIDField()),
                ("body_sealed", models.BinaryField()),
                ("state", models.CharField(default="ready", max_length=12)),
                ("reason", models.CharField(blank=True, max_length=40)),
                ("next_at", models.DateTimeField(null=True)),
                ("settle_at", models.DateTimeField(null=True)),
                ("expires_at", models.DateTimeField()),
                ("lease_token", models.UUIDField(null=True)),
                ("lease_until", models.DateTimeField(null=True)),
                ("claim_count", models.PositiveIntegerField(default=0)),
                ("attempt_count", models.PositiveIntegerField(default=0)),
                ("provider_message_id", models.CharField(blank=True, max_length=64)),
                ("delivery_rank", models.PositiveSmallIntegerField(default=0)),
                ("units", models.PositiveSmallIntegerField(default=1)),
                ("created_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(null=True)),
                ("delivered_at", models.DateTimeField(null=True)),
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
                    "point",
                    core.tenancy.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="consent.point"
                    ),
                ),
                (
                    "purpose",
                    core.tenancy.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="consent.purpose"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="ProviderAccount",
            fields=[
                ("id", models.UUIDField(default=core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("provider", models.CharField(max_length=30)),
                ("label", models.CharField(max_length=80)),
                ("account_name", models.CharField(max_length=80)),
                ("base_url", models.URLField(blank=True)),
                ("credentials_sealed", models.BinaryField()),
                ("secret_hint", models.CharField(max_length=4)),
                ("token", models.CharField(max_length=43)),
                ("state", models.CharField(default="unchecked", max_length=10)),
                ("problem_code", models.CharField(blank=True, max_length=40)),
                ("checked_at", models.DateTimeField(null=True)),
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
            },
        ),
        migrations.CreateModel(
            name="ProviderEvent",
            fields=[
                ("id", models.UUIDField(default=core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("provider", models.CharField(max_length=30)),
                ("account_id", models.UUIDField()),
                ("event_key", models.CharField(max_length=120)),
                ("attempt_id", models.UUIDField(null=True)),
                ("provider_message_id", models.CharField(blank=True, max_length=64)),
                ("status", models.CharField(blank=True, max_length=12)),
                ("code", models.CharField(blank=True, max_length=40)),
                ("body_sealed", models.BinaryField()),
                ("received_at", models.DateTimeField()),
                ("applied_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("applied_at__isnull", True)),
                        fields=["received_at"],
                        name="provider_event_open",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("provider", "account_id", "event_key"), name="provider_event_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="SendAttempt",
            fields=[
                ("id", models.UUIDField(default=core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("number", models.PositiveSmallIntegerField()),
                ("intent_at", models.DateTimeField()),
                ("outcome", models.CharField(blank=True, max_length=20)),
                ("outcome_at", models.DateTimeField(null=True)),
                ("code", models.CharField(blank=True, max_length=40)),
                (
                    "account",
                    core.tenancy.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="messaging.provideraccount"
                    ),
                ),
                (
                    "consent_event",
                    core.tenancy.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="consent.consentevent"
                    ),
                ),
                (
                    "decision",
                    core.tenancy.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="consent.decisionrecord"
                    ),
                ),
                (
                    "message",
                    core.tenancy.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="attempts", to="messaging.message"
                    ),
                ),
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
            },
        ),
        migrations.CreateModel(
            name="Sender",
            fields=[
                ("id", models.UUIDField(default=core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                (
                    "channel",
                    models.CharField(
                        choices=[("sms", "SMS"), ("whatsapp", "WhatsApp"), ("voice", "Voice"), ("email", "Email")],
                        max_length=8,
                    ),
                ),
                ("address", models.CharField(max_length=40)),
                ("label", models.CharField(max_length=80)),
                ("rate_per_second", models.PositiveIntegerField(default=10)),
                ("paused_at", models.DateTimeField(null=True)),
                ("paused_reason", models.CharField(blank=True, max_length=40)),
                ("throttled_until", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField()),
                (
                    "account",
                    core.tenancy.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="senders",
                        to="messaging.provideraccount",
                    ),
                ),
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
            },
        ),
        migrations.AddField(
            model_name="message",
            name="sender",
            field=core.tenancy.TenantForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="messaging.sender"
            ),
        ),
        migrations.CreateModel(
            name="InboundMessage",
            fields=[
                ("id", models.UUIDField(default=core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("channel", models.CharField(max_length=8)),
                ("body_sealed", models.BinaryField()),
                ("kind", models.CharField(max_length=6)),
                ("verdict", models.CharField(blank=True, max_length=10)),
                ("provider_message_id", models.CharField(max_length=64)),
                ("message_id", models.UUIDField(null=True)),
                ("origin", models.CharField(blank=True, max_length=20)),
                ("origin_id", models.UUIDField(null=True)),
                ("received_at", models.DateTimeField()),
                ("handled_at", models.DateTimeField(null=True)),
                ("consent_event_id", models.UUIDField(null=True)),
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
                    "point",
                    core.tenancy.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="consent.point"
                    ),
                ),
                (
                    "account",
                    core.tenancy.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="messaging.provideraccount"
                    ),
                ),
                (
                    "sender",
                    core.tenancy.TenantForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="messaging.sender"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="SendGate",
            fields=[
                ("id", models.UUIDField(default=core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("origin", models.CharField(max_length=20)),
                ("origin_id", models.UUIDField()),
                ("state", models.CharField(default="open", max_length=10)),
                ("changed_at", models.DateTimeField()),
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
            },
        ),
        migrations.CreateModel(
            name="Template",
            fields=[
                ("id", models.UUIDField(default=core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=80)),
                (
                    "channel",
                    models.CharField(
                        choices=[("sms", "SMS"), ("whatsapp", "WhatsApp"), ("voice", "Voice"), ("email", "Email")],
                        max_length=8,
                    ),
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
                (
                    "purpose",
                    core.tenancy.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="consent.purpose"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="TemplateVersion",
            fields=[
                ("id", models.UUIDField(default=core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("number", models.PositiveIntegerField()),
                ("body", models.TextField(max_length=2000)),
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
                (
                    "template",
                    core.tenancy.TenantForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="versions", to="messaging.template"
                    ),
                ),
            ],
            options={
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.AddField(
            model_name="message",
            name="template_version",
            field=core.tenancy.TenantForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="messaging.templateversion"
            ),
        ),
        migrations.AddConstraint(
            model_name="provideraccount",
            constraint=models.UniqueConstraint(fields=("token",), name="provider_token_once"),
        ),
        migrations.AddConstraint(
            model_name="provideraccount",
            constraint=models.UniqueConstraint(
                fields=("organization", "provider", "account_name"), name="provider_account_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="sendattempt",
            constraint=models.UniqueConstraint(fields=("organization", "message", "number"), name="attempt_once"),
        ),
        migrations.AddConstraint(
            model_name="sendattempt",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("outcome__in", ["", "accepted", "not_accepted", "ambiguous", "aborted_before_call"])
                ),
                name="attempt_outcome_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="sender",
            constraint=models.UniqueConstraint(fields=("organization", "channel", "address"), name="sender_once"),
        ),
        migrations.AddIndex(
            model_name="inboundmessage",
            index=models.Index(fields=["organization", "-received_at"], name="inbound_by_age"),
        ),
        migrations.AddIndex(
            model_name="inboundmessage",
            index=models.Index(
                condition=models.Q(("handled_at__isnull", True)),
                fields=["organization", "-received_at"],
                name="inbound_waiting",
            ),
        ),
        migrations.AddIndex(
            model_name="inboundmessage",
            index=models.Index(
                condition=models.Q(("verdict", ""), _negated=True),
                fields=["organization", "point"],
                name="inbound_judged",
            ),
        ),
        migrations.AddIndex(
            model_name="inboundmessage",
            index=models.Index(fields=["organization", "origin", "origin_id"], name="inbound_by_origin"),
        ),
        migrations.AddConstraint(
            model_name="inboundmessage",
            constraint=models.UniqueConstraint(
                fields=("organization", "account", "provider_message_id"), name="inbound_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="sendgate",
            constraint=models.UniqueConstraint(fields=("organization", "origin", "origin_id"), name="send_gate_once"),
        ),
        migrations.AddConstraint(
            model_name="templateversion",
            constraint=models.UniqueConstraint(
                fields=("organization", "template", "number"), name="template_version_once"
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("next_at__isnull", False)), fields=["sender", "next_at", "id"], name="message_due"
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("lease_until__isnull", False)), fields=["lease_until"], name="message_lease"
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("settle_at__isnull", False)), fields=["settle_at"], name="message_settle"
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("provider_message_id", ""), _negated=True),
                fields=["organization", "provider_message_id"],
                name="message_by_provider_id",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(fields=["organization", "point", "created_at"], name="message_by_point"),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(fields=["organization", "origin", "origin_id"], name="message_by_origin"),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        (
                            "held",
                            "ready",
                            "claimed",
                            "attempting",
                            "uncertain",
                            "accepted",
                            "rejected",
                            "suppressed",
                            "cancelled",
                            "expired",
                            "quarantined",
                        ),
                    )
                ),
                name="message_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("lease_token__isnull", False), ("state__in", ["claimed", "attempting"])),
                    models.Q(
                        models.Q(("state__in", ["claimed", "attempting"]), _negated=True), ("lease_token__isnull", True)
                    ),
                    _connector="OR",
                ),
                name="message_lease_matches_state",
            ),
        ),
    ]
