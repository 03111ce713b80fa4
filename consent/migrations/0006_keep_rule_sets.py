"""Every version of the rulebook is kept, word for word, so that a decision can be read under the rules it was made with."""

from django.db import migrations, models

import core.ids
from core.tenant_sql import append_only


class Migration(migrations.Migration):
    dependencies = [("consent", "0005_let_people_choose")]
    operations = [
        migrations.CreateModel(
            name="RuleSet",
            fields=[
                ("id", models.UUIDField(default=core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("version", models.CharField(max_length=40, unique=True)),
                ("texts", models.JSONField()),
                ("kept_at", models.DateTimeField()),
            ],
        ),
        append_only("consent_ruleset"),
        migrations.RunSQL("revoke insert on consent_ruleset from app_web", migrations.RunSQL.noop),
    ]
