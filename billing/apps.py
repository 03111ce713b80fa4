"""The app's place in Django."""

from django.apps import AppConfig


class BillingConfig(AppConfig):
    """Prepaid units."""

    name = "billing"
