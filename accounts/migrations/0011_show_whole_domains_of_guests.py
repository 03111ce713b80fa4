"""The hint of a guest's address has room for a whole domain."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0010_keep_signing_keys")]

    operations = [migrations.AlterField("guest", "hint", models.CharField(max_length=120))]
