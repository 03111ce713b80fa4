"""Where an organisation can be written to: the law wants it at the end of every mail."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_let_organizations_make_roles")]
    operations = [
        migrations.AddField("organization", "postal_address", models.CharField(max_length=300, blank=True, default="")),
    ]
