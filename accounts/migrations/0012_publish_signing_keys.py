"""The public half of a key that signs lies beside the wrapped one, so that showing it opens no private key."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0011_show_whole_domains_of_guests")]
    operations = [migrations.AddField("organizationkey", "public", models.BinaryField(max_length=32, null=True))]
