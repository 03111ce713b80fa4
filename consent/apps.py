"""Consent as a Django app."""

from django.apps import AppConfig


class ConsentConfig(AppConfig):
    """Consent."""

    name = "consent"
