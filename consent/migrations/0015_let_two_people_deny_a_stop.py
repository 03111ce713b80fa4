"""What the team wrote down as a plea to stop is none only where two people say so; and whoever decides hears when its day is over."""

from django.db import migrations, models

from core.tenant_sql import resolver_function

_FUNCTION = "app_orgs_to_remind()"
_FIELDS = "organization_id, decided_at, reminded_at, remind_at, escalated_at, escalate_at"


class Migration(migrations.Migration):
    dependencies = [("consent", "0014_set_purposes_free_of_limits")]
    operations = [
        migrations.AddField("stoprequest", "overdue_told_at", models.DateTimeField(null=True)),
        migrations.AddField("stoprequest", "denial_by", models.UUIDField(null=True)),
        migrations.AddField("stoprequest", "denial_at", models.DateTimeField(null=True)),
        migrations.AddConstraint(
            "stoprequest",
            models.CheckConstraint(
                condition=~models.Q(verdict="not_stop")
                | models.Q(denial_by=None)
                | ~models.Q(decided_by=models.F("denial_by")),
                name="stop_request_denied_by_two",
            ),
        ),
        migrations.RunSQL(
            f"drop function {_FUNCTION}",
            resolver_function(
                _FUNCTION,
                "table (organization_id uuid)",
                "select distinct organization_id from consent_stoprequest where decided_at is null"
                " and ((reminded_at is null and remind_at <= app_now()) or (escalated_at is null and escalate_at <= app_now()))"
                " limit 500",
                [("consent_stoprequest", _FIELDS)],
            ).sql,
        ),
        resolver_function(
            _FUNCTION,
            "table (organization_id uuid)",
            "select distinct organization_id from consent_stoprequest where decided_at is null"
            " and ((reminded_at is null and remind_at <= app_now()) or (escalated_at is null and escalate_at <= app_now())"
            " or (overdue_told_at is null and due_at <= app_now())) limit 500",
            [("consent_stoprequest", f"{_FIELDS}, overdue_told_at, due_at")],
        ),
    ]
