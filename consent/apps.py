"""Consent as a Django app."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ConsentConfig(AppConfig):
    """Consent: registers its personal data, and starts with rules that were read and checked or not at all."""

    name = "consent"
    operator_grants = (
        "grant select, insert on consent_platformsuppression to app_operator",
        "grant update (kind, reason, source, source_on, expires_at) on consent_platformsuppression to app_operator",
    )

    def ready(self) -> None:
        from consent import answer_texts, personal_data, regions, rulebook, vocabulary
        from consent.actions.erasing import PLACE, protect_erased
        from consent.actions.keeping_rules import keep_rules
        from core.personal_data import claim_deed

        personal_data.register_fields()
        claim_deed("protect their addresses", PLACE, protect_erased)
        rulebook.load()
        regions.parts_of("")
        vocabulary.default_vocabulary()
        vocabulary.minimums()
        answer_texts.answer_languages()
        post_migrate.connect(keep_rules, sender=self, dispatch_uid="keep_rules")
