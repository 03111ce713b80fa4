"""Writing a campaign for an application: what was sent becomes the draft that pages write."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from rest_framework import serializers

from accounts.contracts import Actor, Refused
from campaigns.actions.writing import Draft, save_campaign
from campaigns.api.shapes import CampaignIn
from campaigns.models import Campaign
from consent.api.fields import purpose_named
from contacts.models import List
from core.api import read
from messaging.api.content import demand_parts, named_as_sent
from messaging.channels.whatsapp import completed
from messaging.models import Sender


def save(actor: Actor, data: Any, campaign: Campaign | None = None) -> Campaign:
    """Write a new campaign, or change a draft, as it was sent.

    Errors: ValidationError by field for what cannot be read or is not there; Refused as `save_campaign`.
    """
    told = read(CampaignIn, data)
    sender = Sender.objects.select_related("account").filter(id=told["sender"]).first()
    if sender is None:
        raise serializers.ValidationError({"sender": ["There is no such sender."]})
    if sender.channel != told["channel"]:
        raise Refused("That sender is for another channel.", field="sender", remedy="Choose one of this channel.")
    demand_parts(sender.channel, told["content"])
    with named_as_sent(sender.channel, told["content"], "body"):
        return save_campaign(actor=actor, draft=_draft(told, sender), campaign=campaign)


def _draft(told: Mapping[str, Any], sender: Sender) -> Draft:
    """What was sent, as pages write it. Errors: as `save`."""
    content = completed(told["body"], told["content"]) if sender.channel == "whatsapp" else None
    return Draft(
        name=told["name"],
        purpose=purpose_named(told["purpose"]),
        sender=sender,
        body=content.body if content else told["body"],
        parts=content.parts if content else told["content"],
        included=_lists("included", told["included"]),
        excluded=_lists("excluded", told["excluded"]),
    )


def _lists(field: str, ids: Sequence[uuid.UUID]) -> list[List]:
    """The lists of these ids, each once. Errors: ValidationError for each that is not there."""
    found = List.objects.in_bulk(ids)
    missing: Any = {place: ["There is no such list."] for place, each in enumerate(ids) if each not in found}
    if missing:
        raise serializers.ValidationError({field: missing})
    return [found[each] for each in dict.fromkeys(ids)]
