"""Campaigns as a Django app."""

from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    """Campaigns."""

    name = "campaigns"

    def ready(self) -> None:
        """Tell billing what the ids of runs are called, and messaging whom campaigns left out."""
        from billing.origins import register_origins
        from campaigns.selectors.left_out import campaigns_without
        from campaigns.selectors.origins import campaign_origins
        from messaging.selectors.left_out import register_left_out

        register_origins(campaign_origins)
        register_left_out(campaigns_without)
