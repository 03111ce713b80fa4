"""Messaging as a Django app."""

from django.apps import AppConfig


class MessagingConfig(AppConfig):
    """Messaging: registers its personal data."""

    name = "messaging"
    operator_grants = (
        "grant select (id, organization_id, kind, country, state, confirmed_at) on messaging_registration to app_operator",
        "grant update (confirmed_at) on messaging_registration to app_operator",
    )

    def ready(self) -> None:
        from core.personal_data import claim_deed
        from messaging import personal_data
        from messaging.actions.erasing import PLACE, PLACE_OF_IDS, close_replies, mark_ids

        personal_data.register_fields()
        claim_deed("close their replies", PLACE, close_replies)
        claim_deed("mark the ids of carriers", PLACE_OF_IDS, mark_ids, late=True)
