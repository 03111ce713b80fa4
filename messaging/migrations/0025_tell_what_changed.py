"""Applications ask for what changed since they last looked. The index of messages is one that receipts need not touch."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import migrations, models

from core.tenant_sql import keep_changes


class Migration(migrations.Migration):
    dependencies = [("messaging", "0024_ask_for_permission_again"), ("core", "0003_keep_the_moment_of_a_change")]
    operations = [
        migrations.SeparateDatabaseAndState(
            [
                keep_changes(
                    "messaging_message",
                    "state",
                    "reason",
                    "delivery_rank",
                    "provider_message_id",
                    "units",
                    "sent_at",
                    "delivered_at",
                )
            ],
            [migrations.AddField("message", "changed_at", models.DateTimeField())],
        ),
        migrations.SeparateDatabaseAndState(
            [keep_changes("messaging_inboundmessage", "kind", "verdict", "handled_at", "message_id", "origin_id")],
            [migrations.AddField("inboundmessage", "changed_at", models.DateTimeField())],
        ),
        migrations.SeparateDatabaseAndState(
            [keep_changes("messaging_sender", "address", "label", "rate_per_second", "paused_at", "throttled_until")],
            [migrations.AddField("sender", "changed_at", models.DateTimeField())],
        ),
        migrations.SeparateDatabaseAndState(
            [
                keep_changes(
                    "messaging_providertemplate",
                    "use_case",
                    "category",
                    "next_category",
                    "next_category_at",
                    "content",
                    "changed",
                    "state",
                    "quality",
                    "reason",
                    "advice",
                    "unfit",
                    "submitted_at",
                )
            ],
            [migrations.AddField("providertemplate", "changed_at", models.DateTimeField())],
        ),
        migrations.SeparateDatabaseAndState(
            [
                keep_changes(
                    "messaging_registration",
                    "number",
                    "category",
                    "text",
                    "state",
                    "reason",
                    "valid_from",
                    "valid_until",
                    "confirmed_at",
                )
            ],
            [migrations.AddField("registration", "changed_at", models.DateTimeField())],
        ),
        migrations.SeparateDatabaseAndState(
            [
                keep_changes(
                    "messaging_call",
                    "answered_by",
                    "verdict",
                    "hung_up",
                    "stop_event_id",
                    "outcome",
                    "keys",
                    "left_message",
                    "seconds",
                    "rang_at",
                    "answered_at",
                    "ended_at",
                )
            ],
            [migrations.AddField("call", "changed_at", models.DateTimeField())],
        ),
        migrations.AddIndex("message", BrinIndex(fields=["changed_at"], name="message_by_change", autosummarize=True)),
    ]
