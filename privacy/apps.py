"""Privacy as a Django app."""

from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    """What people may ask of an organisation that keeps something about them."""

    name = "privacy"
