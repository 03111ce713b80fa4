"""Fetching one thing of campaigns for someone. Absent and not yours are the same 404."""

import uuid
from typing import cast

from accounts.access import found
from accounts.contracts import Actor
from campaigns.models import Campaign, Run


def access_campaign(actor: Actor, campaign_id: uuid.UUID, right: str = "see_campaigns") -> Campaign:
    """A campaign of the actor's organisation, for somebody with the right."""
    actor.require(right)
    rows = Campaign.objects.select_related("purpose", "sender__account", "template")
    return cast(Campaign, found(rows, campaign_id))


def access_run(actor: Actor, run_id: uuid.UUID, right: str = "see_campaigns") -> Run:
    """A run of the actor's organisation with its campaign, text, purpose and sender, for somebody with the right."""
    actor.require(right)
    rows = Run.objects.select_related("campaign", "template_version", "purpose", "sender__account")
    return cast(Run, found(rows, run_id))
