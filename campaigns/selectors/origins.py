"""The names of runs and of campaigns that were tested, for the statement of units."""

import uuid
from collections.abc import Collection, Mapping

from django.urls import reverse

from billing.origins import Origin
from campaigns.models import Campaign, Run


def campaign_origins(ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, Origin]:
    """Those of these ids that are runs, or campaigns whose text was tested. Two queries."""
    found = {
        run.id: Origin(run.campaign.name, reverse("campaigns:run", args=[run.id]), "see_campaigns")
        for run in Run.objects.filter(id__in=ids).select_related("campaign")
    }
    for key, name in Campaign.objects.filter(id__in=set(ids) - found.keys()).values_list("id", "name"):
        found[key] = Origin(f"{name} (test)", reverse("campaigns:detail", args=[key]), "see_campaigns")
    return found
