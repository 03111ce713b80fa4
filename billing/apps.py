"""The app's place in Django."""

from django.apps import AppConfig

from accounts.quotas import Quota, register_quota


class BillingConfig(AppConfig):
    """Prepaid units; operators may add to them and read what was added."""

    name = "billing"
    operator_grants = (
        "grant select, insert on billing_ledgerentry to app_operator",
        "grant select on billing_balance to app_operator",
        "grant select, insert on billing_price to app_operator",
    )

    def ready(self) -> None:
        """Say what there is of units on the answers of the API."""
        from billing.selectors import funds

        register_quota(Quota("units", "Units-Available", "see_units", lambda: funds().available))
