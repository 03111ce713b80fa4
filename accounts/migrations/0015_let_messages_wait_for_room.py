"""What is too much for one person may wait for room instead of being refused."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0014_let_only_operators_change_operators")]
    operations = [
        migrations.AddField("organization", "message_cap_waits", models.BooleanField(default=False, db_default=False)),
    ]
