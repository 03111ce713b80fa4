"""Messaging as a Django app."""

from django.apps import AppConfig


class MessagingConfig(AppConfig):
    """Messaging: registers its personal data."""

    name = "messaging"

    def ready(self) -> None:
        from messaging import personal_data

        personal_data.register_fields()
