"""Contacts as a Django app: it registers its personal data."""

from django.apps import AppConfig


class ContactsConfig(AppConfig):
    """Registers what contacts holds about people."""

    name = "contacts"

    def ready(self) -> None:
        from contacts import personal_data

        personal_data.register_fields()
