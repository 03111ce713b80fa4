"""What a campaign was written as, and the check that still speaks for it."""

import datetime
import uuid

from campaigns.models import Campaign, CampaignList, Run
from core import clock

#: a check older than this says nothing about now
CHECK_HOURS = 24


def list_ids(campaign: Campaign) -> tuple[list[uuid.UUID], list[uuid.UUID]]:
    """The lists a campaign goes to, and those it leaves out. One query."""
    rows = list(CampaignList.objects.filter(campaign=campaign).values_list("list_id", "excluded"))
    return [each for each, out in rows if not out], [each for each, out in rows if out]


def latest_check(campaign: Campaign) -> Run | None:
    """The newest simulation made of exactly the text that would be sent, not older than a day. Two queries."""
    since = clock.now() - datetime.timedelta(hours=CHECK_HOURS)
    version = campaign.template.versions.order_by("-number").first()
    runs = Run.objects.filter(campaign=campaign, kind="simulation", template_version=version, created_at__gte=since)
    fresh = runs.filter(created_at__gte=campaign.updated_at, sender=campaign.sender_id, purpose=campaign.purpose_id)
    return fresh.order_by("-created_at").first()


def held_launch(campaign: Campaign) -> Run | None:
    """The newest launch of a draft if it was taken back for want of a new check, and none was made since. One query, or two."""
    if campaign.state != "draft":
        return None
    run = Run.objects.filter(campaign=campaign, kind="launch").order_by("-created_at").first()
    if run is None or not (run.outgrown or run.recategorised):
        return None
    checked = Run.objects.filter(campaign=campaign, kind="simulation", created_at__gt=run.created_at)
    return None if checked.exists() else run
