"""Campaigns as a Django app."""

from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    """Campaigns."""

    name = "campaigns"

    def ready(self) -> None:
        """Tell billing what the ids of runs are called."""
        from billing.origins import register_origins
        from campaigns.selectors.origins import campaign_origins

        register_origins(campaign_origins)
