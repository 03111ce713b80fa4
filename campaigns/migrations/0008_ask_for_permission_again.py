"""A campaign may be the question whether people still agree."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0007_quote_and_hold_runs")]
    operations = [
        migrations.AddField(
            "campaign",
            "kind",
            models.CharField(
                choices=[("message", "Message"), ("ask_again", "Asks again")], default="message", max_length=10
            ),
        ),
    ]
