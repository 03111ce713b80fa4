"""Who ended a call, what the carrier took who answered for, and the stop that was said in it; an index for the list of calls."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0021_tell_of_broken_promises")]
    operations = [
        migrations.AddField("call", "verdict", models.CharField(blank=True, default="", max_length=20)),
        migrations.AddField("call", "hung_up", models.CharField(blank=True, default="", max_length=4)),
        migrations.AddField("call", "stop_event_id", models.UUIDField(null=True)),
        migrations.AddIndex("call", models.Index(fields=["organization", "-id"], name="call_by_age")),
    ]
