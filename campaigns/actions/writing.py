"""Writing a campaign: what, to whom, from which sender."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from accounts.actions.audit import record_audit
from accounts.contracts import Actor, Refused
from campaigns.models import Campaign, CampaignList
from campaigns.personal_values import check_names
from consent.models import Purpose
from consent.rulebook import rulebook
from contacts.models import CustomField, List
from core import clock
from messaging.actions.writing import save_text
from messaging.channels.protocol import Content, Written
from messaging.channels.registry import channel as channel_of
from messaging.channels.standing import refuse_misuse
from messaging.content_rules import ContentError
from messaging.line_book import line_book
from messaging.lines import all_words, refuse_words
from messaging.models import Sender
from messaging.providers.registry import PROVIDERS
from messaging.registering import refuse_unregistered


@dataclasses.dataclass(frozen=True, slots=True)
class Draft:
    """Everything a person decides about a campaign before it is launched."""

    name: str
    purpose: Purpose
    sender: Sender
    body: str
    included: Sequence[List]
    excluded: Sequence[List] = ()
    #: what the sender's channel needs beside the text
    parts: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    #: of a new campaign; what one is does not change
    kind: str = "message"

    @property
    def content(self) -> Written:
        """What people would get of it."""
        return Written(self.body, self.parts)


def save_campaign(*, actor: Actor, draft: Draft, campaign: Campaign | None = None) -> Campaign:
    """Write a new campaign, or change one that has not been launched.

    Errors: Refused when it is launched already, has no list, has one that is also left out, would change its channel, or
            when what it says is longer than the sender's provider takes, is not fit for the channel, cannot be understood,
            or asks for something no contact has; nothing is changed.
    """
    actor.require("author_campaigns")
    if campaign is not None:
        campaign = Campaign.objects.select_for_update().get(id=campaign.id)
        if campaign.state != "draft":
            remedy = "Copy it and change the copy."
            raise Refused("A campaign that was launched cannot be changed.", remedy=remedy, code="launched_already")
        _refuse_other_channel(campaign, draft.sender)
    if not draft.included:
        raise Refused("A campaign needs somebody to go to.", field="included", remedy="Choose at least one list.")
    _refuse_contradiction(draft)
    _refuse_long_text(draft)
    refuse_content(draft.sender.channel, draft.content)
    if (campaign.kind if campaign else draft.kind) == "ask_again":
        _refuse_silent_question(draft)
    refuse_misuse(draft.parts, tier=draft.purpose.tier, account_id=draft.sender.account_id)
    said = all_words(draft.sender.channel, draft.content)
    refuse_words(said, channel=draft.sender.channel, tier=draft.purpose.tier, places=(), to_send=False)
    refuse_unregistered(draft.sender, draft.purpose.tier, draft.body, clock.now(), rulebook())
    version = save_text(
        actor=actor,
        template=campaign.template if campaign else None,
        name=draft.name,
        channel=draft.sender.channel,
        purpose=draft.purpose,
        body=draft.body,
        parts=draft.parts,
    )
    campaign = campaign or Campaign(created_by=actor.id, kind=draft.kind)
    campaign.name, campaign.purpose, campaign.sender = draft.name.strip(), draft.purpose, draft.sender
    campaign.channel, campaign.template = draft.sender.channel, version.template
    campaign.changed_by = actor.id
    campaign.save()
    _set_lists(campaign, draft)
    record_audit(actor=actor, action="campaign.saved", on=("campaign", campaign.id), data={"text": version.number})
    return campaign


def _refuse_contradiction(draft: Draft) -> None:
    both = {row.id for row in draft.included} & {row.id for row in draft.excluded}
    if both:
        names = ", ".join(row.name for row in draft.excluded if row.id in both)
        problem = f"{names} cannot get it and be left out."
        raise Refused(problem, field="excluded", remedy="Take it off one of the two.")


def _refuse_silent_question(draft: Draft) -> None:
    """Who asks whether people still agree has to say how they can answer."""
    if "preferences_url" not in draft.body:
        remedy = "Let {{ preferences_url }} stand in it: there they say yes by a button, or no."
        raise Refused("The question names no way to say yes.", field="body", remedy=remedy)


def _refuse_long_text(draft: Draft) -> None:
    """The provider would refuse every single message; better now than at the launch."""
    most = PROVIDERS[draft.sender.account.provider].capabilities.max_text_units
    most -= line_book(draft.sender, draft.purpose).most_added(draft.body)
    if len(draft.body) > most:
        problem = f"The text has {len(draft.body):,} characters; this sender's provider takes at most {most:,}."
        raise Refused(problem, field="body", remedy=f"Shorten it by {len(draft.body) - most:,}.")


def _refuse_other_channel(campaign: Campaign, sender: Sender) -> None:
    if sender.channel != campaign.channel:
        problem = f"This campaign is for {campaign.get_channel_display()}, and that sender is for {sender.get_channel_display()}."
        raise Refused(problem, field="sender", remedy="Choose another sender, or write a new campaign.")


def refuse_content(channel_name: str, content: Content) -> None:
    """Errors: Refused, with the field, when this is not fit for the channel or asks for something no contact has."""
    channel = channel_of(channel_name)
    channel.check(content.body, content.parts)
    custom = dict(CustomField.objects.values_list("key", "label"))
    for field, text in channel.texts(content).items():
        try:
            check_names(text, custom)
        except ContentError as error:
            raise Refused(error.problem, field=field, remedy=error.remedy) from error


def _set_lists(campaign: Campaign, draft: Draft) -> None:
    CampaignList.objects.filter(campaign=campaign).delete()
    rows = [CampaignList(campaign=campaign, list=row) for row in draft.included]
    rows += [CampaignList(campaign=campaign, list=row, excluded=True) for row in draft.excluded]
    CampaignList.objects.bulk_create(rows)
