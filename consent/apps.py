"""Consent as a Django app."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ConsentConfig(AppConfig):
    """Consent: registers its personal data, and starts with rules that were read and checked or not at all."""

    name = "consent"

    def ready(self) -> None:
        from consent import keywords, personal_data, regions, rulebook
        from consent.actions.keeping_rules import keep_rules

        personal_data.register_fields()
        rulebook.load()
        regions.parts_of("")
        keywords.default_vocabulary()
        post_migrate.connect(keep_rules, sender=self, dispatch_uid="keep_rules")
