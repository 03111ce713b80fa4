"""Operators read what every organisation has, and nothing of what it was spent on."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("billing", "0004_hold_and_charge_in_one_statement")]
    operations = [
        migrations.RunSQL(
            "create policy operator on billing_balance for select to app_operator using (current_user = 'app_operator')",
            "drop policy operator on billing_balance",
        )
    ]
