"""A check keeps the prices it quoted; a run says why it was held by something that nobody here did."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0006_ask_a_second_person")]
    operations = [
        migrations.AddField("run", "prices", models.JSONField(null=True)),
        migrations.AddField("run", "held_reason", models.CharField(max_length=20, blank=True, default="")),
    ]
