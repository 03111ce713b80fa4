"""Applications ask for the facts of the ledger that are new, and for the addresses that came under protection or out of it."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import migrations, models

from core.tenant_sql import keep_changes


class Migration(migrations.Migration):
    dependencies = [("consent", "0017_let_agreements_end_sooner"), ("core", "0003_keep_the_moment_of_a_change")]
    operations = [
        migrations.SeparateDatabaseAndState(
            [keep_changes("consent_suppression", "lifted_at", "expires_at")],
            [migrations.AddField("suppression", "changed_at", models.DateTimeField())],
        ),
        migrations.AddIndex(
            "consentevent", BrinIndex(fields=["recorded_at"], name="event_by_record", autosummarize=True)
        ),
    ]
