"""A sender is named as its channel wants it: an email address is long, and an id of the carrier has a number people see."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0004_carry_parts_of_every_channel")]
    operations = [
        migrations.AlterField("sender", "address", models.CharField(max_length=254)),
        migrations.AddField("sender", "shown_as", models.CharField(max_length=40, blank=True, default="")),
        migrations.AlterField("provideraccount", "account_name", models.CharField(max_length=254)),
    ]
