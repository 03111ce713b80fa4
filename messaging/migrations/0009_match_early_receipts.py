"""Receipts that came before their message was known are matched by the sweep."""

from django.db import migrations

from core.tenant_sql import resolver_function

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
EARLY = (
    " union select p.organization_id from messaging_providerevent e"
    " join messaging_provideraccount p on p.id = e.account_id"
    " where e.applied_at is null and e.status <> '' and e.received_at > app_now() - interval '1 hour'"
)


class Migration(migrations.Migration):
    dependencies = [("messaging", "0008_keep_templates_of_networks")]
    operations = [
        migrations.RunSQL("drop function app_orgs_to_sweep()", migrations.RunSQL.noop),
        resolver_function(
            "app_orgs_to_sweep()",
            "table (organization_id uuid)",
            DUE + HELD + EARLY,
            [
                ("messaging_providerevent", "account_id, applied_at, status, received_at"),
                ("messaging_provideraccount", "organization_id, id"),
            ],
        ),
    ]
