"""Writing a campaign: the form, the length as one types, the text as somebody would read it."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.contracts import Refused
from accounts.doors import member
from campaigns.access import access_campaign
from campaigns.actions.launching import simulate_campaign
from campaigns.actions.writing import Draft, save_campaign
from campaigns.forms import TEXT_LENGTH, CampaignForm, plain_lines
from campaigns.models import Campaign
from campaigns.personal_values import VARIABLES
from campaigns.selectors.campaigns import needs
from campaigns.selectors.drafts import list_ids
from campaigns.selectors.preview import length_of_draft, preview
from campaigns.views.requests import MemberRequest
from contacts.models import CustomField
from messaging.content_rules import ContentError
from messaging.segments import with_look_alikes


@member("author_campaigns")
@require_http_methods(["GET", "POST"])
def new(request: MemberRequest) -> HttpResponse:
    """Write a new campaign."""
    return _page(request, None, {})


@member("author_campaigns")
@require_http_methods(["GET", "POST"])
def change(request: MemberRequest, campaign_id: uuid.UUID) -> HttpResponse:
    """Change a draft."""
    campaign = access_campaign(request.actor, campaign_id, "author_campaigns")
    if request.method == "GET" and campaign.state != "draft":
        return redirect("campaigns:detail", campaign.id)
    version = campaign.template.versions.order_by("-number").first()
    included, excluded = list_ids(campaign)
    initial = {
        "name": campaign.name,
        "purpose": campaign.purpose_id,
        "sender": campaign.sender_id,
        "body": version.body if version else "",
        "included": included,
        "excluded": excluded,
    }
    return _page(request, campaign, initial)


def _page(request: MemberRequest, campaign: Campaign | None, initial: dict[str, Any]) -> HttpResponse:
    """The form; whatever is refused, everything typed comes back with it."""
    data = request.POST.copy() if request.method == "POST" else None
    plainer = data is not None and "plainer" in data
    if plainer:
        data["body"] = with_look_alikes(data.get("body", ""))  # type: ignore[index,union-attr]
    form = CampaignForm(data, initial=initial)
    if data is not None and not plainer and form.is_valid():
        try:
            saved = save_campaign(actor=request.actor, draft=Draft(**form.cleaned_data), campaign=campaign)
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            return _saved(request, saved, "check" in request.POST)
    body = str(form["body"].value() or "")
    context = {
        "form": form,
        "campaign": campaign,
        "needs": needs(),
        "variables": _variables(),
        "shown": preview(body=plain_lines(body), list_ids=_ids(form["included"].value())),
    }
    status = 422 if data is not None and not plainer else 200
    return render(request, "campaigns/form.html", context, status=status)


def _saved(request: MemberRequest, campaign: Campaign, check: bool) -> HttpResponse:
    """Where one goes from a saved form: to the campaign, or to the check that was asked for and has begun."""
    if not check:
        messages.success(request, "Saved. Next: check who would get it.")
        return redirect("campaigns:detail", campaign.id)
    simulate_campaign(actor=request.actor, campaign=campaign)
    messages.success(request, "Saved. We are looking at everybody now.")
    return redirect("campaigns:check", campaign.id)


def _variables() -> list[tuple[str, str]]:
    """Every name a text can use, with what it means."""
    own = CustomField.objects.order_by("label").values_list("key", "label")
    names = [*VARIABLES, *((f"contact.fields.{key}", label) for key, label in own)]
    return [("{{ " + name + " }}", label) for name, label in names]


@member("author_campaigns")
@require_POST
def counter(request: MemberRequest) -> HttpResponse:
    """How long the text is, as one types."""
    context: dict[str, Any] = {}
    try:
        context["length"] = length_of_draft(plain_lines(request.POST.get("text", "")[: TEXT_LENGTH + 1]))
    except ContentError as error:
        context["problem"] = error
    return render(request, "campaigns/_length.html", context)


@member("author_campaigns")
@require_POST
def show_preview(request: MemberRequest) -> HttpResponse:
    """The text as one person would read it."""
    chosen = _ids([request.POST.get("contact", "")])
    shown = preview(
        body=plain_lines(request.POST.get("body", "")[: TEXT_LENGTH + 1]),
        list_ids=_ids(request.POST.getlist("included")),
        contact_id=chosen[0] if chosen else None,
        move=request.POST.get("move", ""),
    )
    return render(request, "campaigns/_preview.html", {"shown": shown})


def _ids(texts: Any) -> list[uuid.UUID]:
    """The ids among some texts."""
    found = []
    for text in texts or []:
        try:
            found.append(uuid.UUID(str(getattr(text, "pk", text))))
        except ValueError:
            continue
    return found
