"""Consent as a Django app."""

from django.apps import AppConfig


class ConsentConfig(AppConfig):
    """Consent: registers its personal data."""

    name = "consent"

    def ready(self) -> None:
        from consent import personal_data

        personal_data.register_fields()
