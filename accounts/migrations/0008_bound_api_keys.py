"""Where a key may be used from, and whether it is for trying things out."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0007_keep_postal_addresses")]
    operations = [
        migrations.AddField("apikey", "is_test", models.BooleanField(default=False)),
        migrations.AddField(
            "apikey",
            "networks",
            django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=43), default=list, size=None
            ),
        ),
    ]
