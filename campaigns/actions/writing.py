"""Writing a campaign: what, to whom, from which sender."""

import dataclasses
import uuid
from collections.abc import Sequence

from accounts.actions.audit import record_audit
from accounts.contracts import Actor, Refused
from campaigns.models import Campaign, CampaignList
from consent.models import Purpose
from contacts.models import List
from messaging.actions.writing import save_text
from messaging.models import Sender


@dataclasses.dataclass(frozen=True, slots=True)
class Draft:
    """Everything a person decides about a campaign before it is launched."""

    name: str
    purpose: Purpose
    sender: Sender
    body: str
    included: Sequence[List]
    excluded: Sequence[List] = ()


def save_campaign(*, actor: Actor, draft: Draft, campaign: Campaign | None = None) -> Campaign:
    """Write a new campaign, or change one that has not been launched.

    Errors: Refused when it is launched already, has no list, or its text cannot be understood; nothing is changed.
    """
    actor.require("author_campaigns")
    if campaign is not None:
        campaign = Campaign.objects.select_for_update().get(id=campaign.id)
        if campaign.state != "draft":
            raise Refused("A campaign that was launched cannot be changed.", remedy="Copy it and change the copy.")
    if not draft.included:
        raise Refused("A campaign needs somebody to go to.", field="included", remedy="Choose at least one list.")
    version = save_text(
        actor=actor,
        template=campaign.template if campaign else None,
        name=draft.name,
        channel=draft.sender.channel,
        purpose=draft.purpose,
        body=draft.body,
    )
    campaign = campaign or Campaign(created_by=actor.id)
    campaign.name, campaign.purpose, campaign.sender = draft.name.strip(), draft.purpose, draft.sender
    campaign.channel, campaign.template = draft.sender.channel, version.template
    campaign.save()
    _set_lists(campaign, draft)
    record_audit(actor=actor, action="campaign.saved", on=("campaign", campaign.id), data={"text": version.number})
    return campaign


def _set_lists(campaign: Campaign, draft: Draft) -> None:
    CampaignList.objects.filter(campaign=campaign).delete()
    left_out = {row.id for row in draft.excluded}
    rows = [CampaignList(campaign=campaign, list=row) for row in draft.included if row.id not in left_out]
    rows += [CampaignList(campaign=campaign, list=row, excluded=True) for row in draft.excluded]
    CampaignList.objects.bulk_create(rows)


def list_ids(campaign: Campaign) -> tuple[list[uuid.UUID], list[uuid.UUID]]:
    """The lists a campaign goes to, and those it leaves out. One query."""
    rows = list(CampaignList.objects.filter(campaign=campaign).values_list("list_id", "excluded"))
    return [each for each, out in rows if not out], [each for each, out in rows if out]
