"""The app's place in Django."""

from django.apps import AppConfig


class BillingConfig(AppConfig):
    """Prepaid units; operators may add to them and read what was added."""

    name = "billing"
    operator_grants = (
        "grant select, insert on billing_ledgerentry to app_operator",
        "grant select on billing_balance to app_operator",
    )
