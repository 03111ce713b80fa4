"""An agreement grows old from its last use, and a purpose may let it end sooner than the policy does."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("consent", "0016_find_agreements_that_wait")]
    operations = [
        migrations.AddField("consentstate", "engaged_at", models.DateTimeField(null=True)),
        migrations.AddField("purpose", "expiry_months", models.PositiveSmallIntegerField(blank=True, null=True)),
        migrations.AddConstraint(
            "purpose",
            models.CheckConstraint(
                condition=models.Q(("expiry_months", None)) | models.Q(("expiry_months__gte", 1)),
                name="purpose_expiry_positive",
            ),
        ),
    ]
