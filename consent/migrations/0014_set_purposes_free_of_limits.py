"""An organisation says which purposes its own limit of messages to one person does not count."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("consent", "0013_let_agreements_wait")]
    operations = [
        migrations.AddField("purpose", "is_outside_limits", models.BooleanField(default=False, db_default=False)),
    ]
