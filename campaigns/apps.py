"""Campaigns as a Django app."""

from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    """Campaigns."""

    name = "campaigns"

    def ready(self) -> None:
        """Register its personal data; tell billing what the ids of runs are called, and messaging whom campaigns left out.

        It is rung when something happens to a template.
        """
        from billing.origins import register_origins
        from campaigns import personal_data
        from campaigns.actions.erasing import PLACE, leave_out
        from campaigns.selectors.left_out import campaigns_without
        from campaigns.selectors.origins import campaign_origins
        from core.personal_data import claim_deed
        from messaging.actions.template_alarms import ring_about_templates
        from messaging.selectors.left_out import register_left_out

        personal_data.register_fields()
        claim_deed("leave them out of campaigns", PLACE, leave_out)
        register_origins(campaign_origins)
        register_left_out(campaigns_without)
        ring_about_templates("campaigns.heed_template")
