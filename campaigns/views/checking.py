"""The check before a launch, and the launch."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.contracts import Refused
from accounts.doors import member
from accounts.models import Organization
from campaigns.access import access_campaign
from campaigns.actions.launching import launch_campaign, simulate_campaign
from campaigns.forms.launch import LaunchForm
from campaigns.models import Campaign
from campaigns.selectors.approvals import Standing, may_approve, standing_of
from campaigns.selectors.checks import Check, newest_check
from campaigns.selectors.drafts import held_launch
from campaigns.selectors.duties import added_lines, duties, judgement, missing_lines, words_of
from campaigns.selectors.readiness import first_message, readiness
from campaigns.views.campaigns import show_campaign
from campaigns.views.requests import MemberRequest
from core import clock


@member("see_campaigns")
@require_http_methods(["GET", "POST"])
def check(request: MemberRequest, campaign_id: uuid.UUID) -> HttpResponse:
    """Who would get it and who would not; a post looks at everybody anew."""
    campaign = access_campaign(request.actor, campaign_id)
    if request.method == "POST":
        request.actor.require("author_campaigns")
        try:
            simulate_campaign(actor=request.actor, campaign=campaign)
        except Refused as refusal:
            return show_campaign(request, campaign, refusal)
        return redirect("campaigns:check", campaign.id)
    found = newest_check(campaign)
    return _page(request, campaign, found, _form(found))


def _form(found: Check | None, data: Any = None) -> LaunchForm:
    zone = Organization.objects.current().time_zone
    return LaunchForm(data, zone=zone, gets=found.gets if found is not None else 0)


def _page(request: MemberRequest, campaign: Campaign, found: Check | None, form: LaunchForm) -> HttpResponse:
    asks = found is not None and found.fresh and not found.working and campaign.state == "draft"
    approval = standing_of(found.run) if found is not None and asks else None
    context = {
        "campaign": campaign,
        "check": found,
        "approval": approval,
        **_second_person(request, campaign, approval),
        **_what_leaves(request, found),
        "form": form,
        "last_launch": held_launch(campaign),
        "may_write": request.actor.may("author_campaigns"),
        "may_send": request.actor.may("send_campaigns"),
        "may_see_people": request.actor.may("see_contacts"),
        "now": clock.now(),
    }
    return render(request, "campaigns/check.html", context, status=422 if form.errors else 200)


def _what_leaves(request: MemberRequest, found: Check | None) -> dict[str, Any]:
    """What a finished check says of the message itself and of all that a launch needs."""
    done = found is not None and not found.working
    review = words_of(found) if found is not None and done else None
    return {
        "judgement": judgement(request.actor, found, review) if found is not None and review is not None else None,
        "duties": duties(found) if found is not None and done else (),
        "review": review,
        "added_lines": added_lines(found) if found is not None and done else (),
        "missing_lines": missing_lines(found) if found is not None and done else (),
        "needs": [need.seen_by(request.actor) for need in readiness(found)] if found is not None and done else (),
        "shown": first_message(found) if found is not None and done else None,
        "may_see_units": request.actor.may("see_units"),
    }


def _second_person(request: MemberRequest, campaign: Campaign, approval: Standing | None) -> dict[str, bool]:
    """What whoever looks may do about the approval."""
    asked = approval.approval if approval is not None else None
    return {
        "may_ask": approval is not None and asked is None and request.actor.may("send_campaigns"),
        "may_decide": asked is not None and asked.state == "asked" and may_approve(request.actor, campaign, asked),
        "may_launch": request.actor.may("send_campaigns")
        and (approval is None or not approval.needed or approval.given),
    }


@member("send_campaigns")
@require_http_methods(["GET", "POST"])
def launch(request: MemberRequest, campaign_id: uuid.UUID) -> HttpResponse:
    """Launch a checked campaign, now or later, once its number is typed. A get leads to its check, where one launches."""
    campaign = access_campaign(request.actor, campaign_id, "send_campaigns")
    if request.method == "GET":
        return redirect("campaigns:check", campaign.id)
    found = newest_check(campaign)
    form = _form(found, request.POST)
    if form.is_valid():
        typed = form.cleaned_data
        try:
            run = launch_campaign(actor=request.actor, campaign=campaign, confirmed=typed["confirmed"], at=typed["at"])
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, "Launched. You can still take it back.")
            return redirect("campaigns:run", run.id)
    return _page(request, campaign, found, form)
