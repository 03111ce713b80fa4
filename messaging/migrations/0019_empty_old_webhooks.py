"""Webhooks that are old enough to be emptied are found by an index of those that are not empty yet."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("messaging", "0018_read_carrier_books")]
    operations = [
        # used by: the daily task that empties old webhooks
        migrations.RunSQL(
            "create index provider_event_body on messaging_providerevent (received_at) where body_sealed <> ''",
            "drop index provider_event_body",
        ),
    ]
