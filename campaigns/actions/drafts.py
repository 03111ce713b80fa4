"""Copying a campaign into a new draft, and deleting a draft that never sent anything."""

from accounts.actions.audit import record_audit
from accounts.contracts import Actor, Refused
from campaigns.actions.writing import Draft, save_campaign
from campaigns.models import Campaign, CampaignList, Run
from campaigns.selectors.drafts import list_ids
from contacts.models import List
from messaging.models import Message

_NAME_LENGTH = 80


def copy_campaign(*, actor: Actor, campaign: Campaign) -> Campaign:
    """Make a new draft with the same purpose, sender, lists and text; the text is a new one, changed without touching this.

    Errors: Refused when its purpose is no longer in use, or its lists or text can no longer be used.
    """
    actor.require("author_campaigns")
    if campaign.purpose.archived_at is not None:
        raise Refused("Its purpose is no longer in use.", remedy="Write a new campaign for another purpose.")
    version = campaign.template.versions.order_by("-number").first()
    assert version is not None, "a campaign is saved with its text"
    included, excluded = (list(List.objects.filter(id__in=ids).order_by("name")) for ids in list_ids(campaign))
    name = f"Copy of {campaign.name}"[:_NAME_LENGTH].strip()
    draft = Draft(
        name, campaign.purpose, campaign.sender, version.body, included, excluded, version.parts, campaign.kind
    )
    copy = save_campaign(actor=actor, draft=draft)
    record_audit(actor=actor, action="campaign.copied", on=("campaign", copy.id), data={"from": str(campaign.id)})
    return copy


def delete_draft(*, actor: Actor, campaign: Campaign) -> None:
    """Delete a campaign that is a draft, with its checks and the launches that were taken back.

    Effects: its texts stay, because a text once written is never removed; so does the audit trail.
    Errors:  Refused when it was launched, or when anything of it was ever given to a carrier.
    """
    actor.require("author_campaigns")
    campaign = Campaign.objects.select_for_update().get(id=campaign.id)
    runs = Run.objects.filter(campaign=campaign)
    if campaign.state != "draft" or Message.objects.filter(origin="run", origin_id__in=runs.values("id")).exists():
        raise Refused("A campaign that was launched stays, with its report.", remedy="Only drafts can be deleted.")
    campaign_id = campaign.id
    runs.delete()
    CampaignList.objects.filter(campaign=campaign).delete()
    campaign.delete()
    record_audit(actor=actor, action="campaign.deleted", on=("campaign", campaign_id))
