"""Answers to keywords are found before everything else that waits in a lane."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0009_match_early_receipts")]
    operations = [
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(
                    ("next_at__isnull", False), ("origin__in", ["said_stop", "said_start", "said_help"])
                ),
                fields=["sender", "next_at", "id"],
                name="message_due_answers",
            ),
        ),
    ]
