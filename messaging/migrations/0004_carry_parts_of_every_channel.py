"""What a channel needs beside the text, and names of messages as long as mail servers make them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0003_page_through_a_run")]
    operations = [
        migrations.AlterField("templateversion", "body", models.TextField()),
        migrations.AddField("templateversion", "parts", models.JSONField(default=dict)),
        migrations.AddField("message", "parts_sealed", models.BinaryField(null=True)),
        migrations.AlterField("message", "provider_message_id", models.CharField(max_length=255, blank=True)),
        migrations.AlterField("providerevent", "provider_message_id", models.CharField(max_length=255, blank=True)),
        migrations.AlterField("inboundmessage", "provider_message_id", models.CharField(max_length=255)),
    ]
