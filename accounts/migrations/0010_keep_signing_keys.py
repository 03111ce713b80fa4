"""The keyring keeps a third kind of key: the ones the platform signs proofs of consent with."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0009_let_only_operators_make_operators")]
    operations = [
        migrations.AlterField(
            "organizationkey",
            "purpose",
            models.CharField(choices=[("data", "data"), ("digest", "digest"), ("signing", "signing")], max_length=8),
        ),
    ]
