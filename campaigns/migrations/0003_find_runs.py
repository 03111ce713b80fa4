"""An index by which pages find the runs of a campaign."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0002_protect_campaigns")]
    operations = [
        migrations.AddIndex(
            model_name="run",
            index=models.Index(fields=["organization", "campaign", "kind", "-created_at"], name="run_by_campaign"),
        ),
    ]
