"""A yes may have to be confirmed before it counts, and be told back to the person: on which channels, each purpose says."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("consent", "0012_keep_lists_of_whom_not_to_reach")]

    operations = [
        migrations.AddField(
            "purpose", "confirmed_on", models.CharField(blank=True, db_default="", default="", max_length=40)
        ),
        migrations.AddField(
            "purpose", "receipts_on", models.CharField(blank=True, db_default="", default="", max_length=40)
        ),
    ]
