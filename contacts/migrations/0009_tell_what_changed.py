"""Applications ask for the imports and lists that changed since they last looked."""

from django.db import migrations, models

from core.tenant_sql import keep_changes


class Migration(migrations.Migration):
    dependencies = [("contacts", "0008_expect_few_organizations"), ("core", "0003_keep_the_moment_of_a_change")]
    operations = [
        migrations.SeparateDatabaseAndState(
            [
                keep_changes(
                    "contacts_importjob",
                    "state",
                    "rows_done",
                    "mapping",
                    "declared",
                    "checked_counts",
                    "counts",
                    "problem_code",
                    "list_id",
                )
            ],
            [migrations.AddField("importjob", "changed_at", models.DateTimeField())],
        ),
        migrations.SeparateDatabaseAndState(
            [keep_changes("contacts_list", "name")],
            [migrations.AddField("list", "changed_at", models.DateTimeField())],
        ),
    ]
