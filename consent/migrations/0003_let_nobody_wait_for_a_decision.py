"""Decisions are found by an index and held by no constraint: a lane never waits for another lane's uncommitted decision."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("consent", "0002_protect_consent")]
    operations = [
        migrations.RemoveConstraint("decisionrecord", "decision_once"),
        migrations.AddIndex(
            "decisionrecord", models.Index(fields=["organization", "digest"], name="decision_by_digest")
        ),
    ]
