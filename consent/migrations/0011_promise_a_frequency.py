"""Words promise a frequency, as a number that practice can be compared with."""

from django.db import migrations, models

from core.tenant_sql import resolver_function


class Migration(migrations.Migration):
    dependencies = [("consent", "0010_put_stop_requests_on_a_clock")]
    operations = [
        migrations.AddField("wording", "most_messages", models.PositiveSmallIntegerField(null=True)),
        migrations.AddField(
            "wording",
            "per",
            models.CharField(blank=True, choices=[("week", "a week"), ("month", "a month")], default="", max_length=5),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            "wording",
            models.CheckConstraint(
                condition=models.Q(("most_messages", None), ("per", ""))
                | models.Q(("most_messages__gte", 1), ("per__in", ["week", "month"])),
                name="wording_promise_whole",
            ),
        ),
        resolver_function(
            "app_orgs_with_promises()",
            "table (organization_id uuid)",
            "select distinct organization_id from consent_wording where most_messages is not null",
            [("consent_wording", "organization_id, most_messages")],
        ),
    ]
