"""Whoever keeps a copy asks for the people changed since they last looked."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("contacts", "0003_give_up_open_imports")]
    operations = [
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(fields=["organization", "updated_at"], name="contact_by_change"),
        ),
    ]
