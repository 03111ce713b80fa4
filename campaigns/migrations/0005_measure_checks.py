"""A check knows how many parts its messages have, so that a launch can say what it costs."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0004_remember_the_confirmed_number")]
    operations = [migrations.AddField("run", "parts_by_country", models.JSONField(null=True))]
