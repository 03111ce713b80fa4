"""Messaging as a Django app."""

from django.apps import AppConfig


class MessagingConfig(AppConfig):
    """Messaging."""

    name = "messaging"
