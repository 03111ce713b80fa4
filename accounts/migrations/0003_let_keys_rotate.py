"""Which organisations still have keys under a former master key: the one question a rotation asks across organisations."""

from django.db import migrations

from core.tenant_sql import resolver_function


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_protect_accounts")]
    operations = [
        resolver_function(
            "app_orgs_to_rewrap(newest text)",
            "table (organization_id uuid)",
            "select distinct organization_id from accounts_organizationkey where kek_id <> newest order by 1",
            [("accounts_organizationkey", "organization_id, kek_id")],
        ),
    ]
