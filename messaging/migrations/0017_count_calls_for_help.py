"""An index by which it is known how often an address has asked for help lately."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0016_keep_registrations")]
    operations = [
        migrations.AddIndex(
            model_name="inboundmessage",
            index=models.Index(
                fields=["point", "received_at"], name="inbound_help", condition=models.Q(("kind", "help"))
            ),
        ),
    ]
