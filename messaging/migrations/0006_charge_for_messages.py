"""Which accounts cost nothing, for which attempts units are held, and who is swept because of them."""

from django.db import migrations, models

from core.tenant_sql import resolver_function

# What an account of the carrier on this machine was, it stays: its owner sees the rows for this one statement.
MARK = """
alter table messaging_provideraccount no force row level security;
update messaging_provideraccount set practice = true where base_url <> '';
alter table messaging_provideraccount force row level security;
"""

DUE = (
    "select organization_id from messaging_message where lease_until < clock_timestamp()"
    " union select organization_id from messaging_message where settle_at < app_now()"
)
HELD = (
    " union select a.organization_id from messaging_sendattempt a"
    " join messaging_message m on m.organization_id = a.organization_id and m.id = a.message_id"
    " where a.units_held and (a.outcome in ('accepted', 'not_accepted', 'aborted_before_call') or m.state in"
    " ('accepted', 'rejected', 'suppressed', 'cancelled', 'expired', 'quarantined'))"
)


class Migration(migrations.Migration):
    dependencies = [("messaging", "0005_name_senders_by_channel")]
    operations = [
        migrations.AddField("provideraccount", "practice", models.BooleanField(default=False)),
        migrations.RunSQL(MARK, migrations.RunSQL.noop),
        migrations.AddField("sendattempt", "units_held", models.BooleanField(default=False)),
        migrations.AddIndex(
            "sendattempt",
            models.Index(
                fields=["organization", "message"], name="attempt_units_held", condition=models.Q(units_held=True)
            ),
        ),
        migrations.RunSQL("drop function app_orgs_to_sweep()", migrations.RunSQL.noop),
        resolver_function(
            "app_orgs_to_sweep()",
            "table (organization_id uuid)",
            DUE + HELD,
            [
                ("messaging_message", "id, state"),
                ("messaging_sendattempt", "organization_id, message_id, outcome, units_held"),
            ],
        ),
    ]
