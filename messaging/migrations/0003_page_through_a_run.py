"""The people of a run are read a page at a time in the order of their messages' ids; the index that finds a run has them so."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0002_protect_messaging")]
    operations = [
        migrations.AddIndex(
            "message", models.Index(fields=["organization", "origin", "origin_id", "id"], name="message_by_run")
        ),
        migrations.RemoveIndex("message", "message_by_origin"),
    ]
