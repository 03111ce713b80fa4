"""Asking a second person, and their answer."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from accounts.contracts import Refused
from accounts.doors import member
from campaigns.access import access_campaign
from campaigns.actions.approving import ask_approval, decide_approval
from campaigns.selectors.approvals import second_people
from campaigns.selectors.checks import newest_check
from campaigns.selectors.duties import text_of
from campaigns.views.campaigns import show_campaign
from campaigns.views.requests import MemberRequest
from core.wording import counted_text
from messaging.actions.overriding import ask_override


@member("send_campaigns")
@require_POST
def ask(request: MemberRequest, campaign_id: uuid.UUID) -> HttpResponse:
    """Ask a second person to approve the last check."""
    campaign = access_campaign(request.actor, campaign_id, "send_campaigns")
    try:
        approval = ask_approval(actor=request.actor, campaign=campaign)
    except Refused as refusal:
        return show_campaign(request, campaign, refusal)
    asked = len(second_people(campaign, approval))
    if asked:
        messages.success(
            request, f"Asked. {counted_text(asked, 'person', 'people')} got a mail; the first answer counts."
        )
    else:
        messages.warning(request, "Asked, but nobody else here may approve. Give somebody that right under Team.")
    return redirect("campaigns:check", campaign.id)


@member("author_campaigns")
@require_POST
def ask_about_words(request: MemberRequest, campaign_id: uuid.UUID) -> HttpResponse:
    """Ask a second person to allow the text of the last check."""
    campaign = access_campaign(request.actor, campaign_id, "author_campaigns")
    found = newest_check(campaign)
    try:
        if found is None or found.working:
            raise Refused("It has no check yet.", remedy="Check the campaign first.", code="not_checked")
        ask_override(
            actor=request.actor,
            text=text_of(found),
            channel=campaign.channel,
            tier=campaign.purpose.tier,
            places=found.run.parts_by_country or {},
            why=request.POST.get("why", ""),
            written_by=campaign.changed_by or campaign.created_by,
        )
    except Refused as refusal:
        return show_campaign(request, campaign, refusal)
    messages.success(request, "Asked. The answer stands here and under Texts to read.")
    return redirect("campaigns:check", campaign.id)


@member("approve_campaigns")
@require_POST
def decide(request: MemberRequest, campaign_id: uuid.UUID) -> HttpResponse:
    """Approve or decline."""
    campaign = access_campaign(request.actor, campaign_id, "approve_campaigns")
    approve = request.POST.get("decision") == "approve"
    try:
        decide_approval(actor=request.actor, campaign=campaign, approve=approve, note=request.POST.get("note", ""))
    except Refused as refusal:
        return show_campaign(request, campaign, refusal)
    messages.success(request, "Approved. It can be launched now." if approve else "Declined. Nothing was sent.")
    return redirect("campaigns:check", campaign.id)
