"""Contacts as a Django app."""

from django.apps import AppConfig


class ContactsConfig(AppConfig):
    """Contacts."""

    name = "contacts"
