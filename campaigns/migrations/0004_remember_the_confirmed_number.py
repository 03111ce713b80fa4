"""The number somebody typed at a launch stays with its run."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0003_find_runs")]
    operations = [
        migrations.AddField(model_name="run", name="confirmed_count", field=models.PositiveIntegerField(null=True)),
    ]
