"""Pages about campaigns: the list, one campaign, copying, deleting, and a test to the guests."""

import uuid
from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.contracts import Refused
from accounts.doors import member
from campaigns.access import access_campaign
from campaigns.actions import drafts, testing
from campaigns.models import Campaign
from campaigns.selectors.campaigns import CampaignCard, campaign_card, campaign_page, needs, state_chips
from campaigns.selectors.checks import audience_size
from campaigns.selectors.drafts import held_launch
from campaigns.selectors.preview import Preview, guest_lines, preview
from campaigns.views.requests import MemberRequest
from core import clock

#: htmx stops asking when it gets this
STOP_POLLING = 286


@member("see_campaigns")
@require_GET
def campaign_list(request: MemberRequest) -> HttpResponse:
    """All campaigns, newest first."""
    state, query = request.GET.get("state", "")[:12], request.GET.get("q", "").strip()[:80]
    chips = state_chips()
    context = {
        "page": campaign_page(state=state, query=query, number=request.GET.get("page", "1")),
        "chips": chips,
        "total": sum(chip.count for chip in chips),
        "state": state,
        "query": query,
        "needs": needs(),
        "may_write": request.actor.may("author_campaigns"),
        "now": clock.now(),
    }
    return render(request, "campaigns/list.html", context)


@member("see_campaigns")
@require_GET
def campaign_detail(request: MemberRequest, campaign_id: uuid.UUID) -> HttpResponse:
    """What a campaign says, to whom, and how far it is."""
    return show_campaign(request, access_campaign(request.actor, campaign_id))


def show_campaign(request: MemberRequest, campaign: Campaign, refusal: Refused | None = None) -> HttpResponse:
    """The page of one campaign; with a refusal it says what was not done."""
    card = campaign_card(campaign)
    lists = [each.id for each in card.included]
    context = {
        "card": card,
        "campaign": campaign,
        "shown": _shown(request, card, lists) if request.actor.may("see_contacts") else None,
        "audience": audience_size(campaign),
        "may_write": request.actor.may("author_campaigns"),
        "may_send": request.actor.may("send_campaigns"),
        "last_launch": held_launch(campaign),
        "refusal": refusal,
        **_tests(campaign),
    }
    return render(request, "campaigns/detail.html", context, status=422 if refusal else 200)


def _shown(request: MemberRequest, card: CampaignCard, list_ids: Sequence[uuid.UUID]) -> Preview:
    try:
        contact_id = uuid.UUID(request.GET.get("contact", ""))
    except ValueError:
        contact_id = None
    return preview(
        channel=card.campaign.channel,
        content=card.content,
        list_ids=list_ids,
        contact_id=contact_id,
        move=request.GET.get("move", ""),
        sender=card.campaign.sender,
        purpose=card.campaign.purpose,
    )


def _tests(campaign: Campaign) -> dict[str, Any]:
    lines = guest_lines(campaign)
    return {"lines": lines, "tests_open": any(not line.settled for line in lines), "now": clock.now()}


@member("author_campaigns")
@require_POST
def copy(request: MemberRequest, campaign_id: uuid.UUID) -> HttpResponse:
    """Make a new draft of a campaign."""
    campaign = access_campaign(request.actor, campaign_id)
    try:
        made = drafts.copy_campaign(actor=request.actor, campaign=campaign)
    except Refused as refusal:
        return show_campaign(request, campaign, refusal)
    messages.success(request, "Copied. This is the new draft.")
    return redirect("campaigns:change", made.id)


@member("author_campaigns")
@require_POST
def delete(request: MemberRequest, campaign_id: uuid.UUID) -> HttpResponse:
    """Delete a draft."""
    return _deed(
        request, campaign_id, drafts.delete_draft, "The draft is deleted.", lambda _campaign: redirect("campaigns:list")
    )


@member("send_campaigns")
@require_POST
def send_test(request: MemberRequest, campaign_id: uuid.UUID) -> HttpResponse:
    """Send the text to the guests, through the same gate and the same lane."""
    words = "The test is on its way to your guests. It counts in no report."
    return _deed(
        request,
        campaign_id,
        testing.send_test,
        words,
        lambda campaign: redirect("campaigns:detail", campaign.id),
    )


def _deed(
    request: MemberRequest,
    campaign_id: uuid.UUID,
    verb: Callable[..., Any],
    words: str,
    after: Callable[[Campaign], HttpResponse],
) -> HttpResponse:
    campaign = access_campaign(request.actor, campaign_id)
    try:
        verb(actor=request.actor, campaign=campaign)
    except Refused as refusal:
        return show_campaign(request, campaign, refusal)
    messages.success(request, words)
    return after(campaign)


@member("see_campaigns")
@require_GET
def test_progress(request: MemberRequest, campaign_id: uuid.UUID) -> HttpResponse:
    """What became of the tests so far; the last answer ends the asking."""
    campaign = access_campaign(request.actor, campaign_id)
    context = _tests(campaign)
    status = 200 if context["tests_open"] else STOP_POLLING
    return render(request, "campaigns/_tests.html", context | {"campaign": campaign}, status=status)
