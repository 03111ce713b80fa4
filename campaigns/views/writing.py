"""Writing a campaign: its channel, the form, the length as one types, the message as somebody would get it."""

import dataclasses
import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.contracts import Refused
from accounts.doors import member
from campaigns.access import access_campaign
from campaigns.actions.launching import simulate_campaign
from campaigns.actions.writing import save_campaign
from campaigns.forms.campaign import TEXT_LENGTH, CampaignForm, plain_lines
from campaigns.forms.registry import FORMS
from campaigns.models import Campaign
from campaigns.personal_values import VARIABLES
from campaigns.selectors.campaigns import needs
from campaigns.selectors.channels import channel_choices
from campaigns.selectors.drafts import list_ids
from campaigns.selectors.preview import length_of_draft, preview
from campaigns.views.requests import MemberRequest
from consent.models import Purpose
from contacts.models import CustomField
from core.tenancy import tenant_context
from messaging.content_rules import ContentError
from messaging.models import Sender


@member("author_campaigns")
@require_GET
def new(request: MemberRequest) -> HttpResponse:
    """Which channel a new campaign is for: the choice cannot be changed later, so it comes first."""
    return render(request, "campaigns/new.html", {"needs": needs(), "choices": channel_choices(FORMS)})


@member("author_campaigns", own_transactions=True, takes_file=True)
@require_http_methods(["GET", "POST"])
def write(request: MemberRequest, channel: str) -> HttpResponse:
    """Write a new campaign for a channel; the page of an approved template names it in the address."""
    form_class = _form_of(channel)
    typed = _typed(request, form_class)
    chosen = {"template": request.GET["template"]} if "template" in request.GET else {}
    return _inside(request, lambda: _page(request, form_class, None, chosen, typed))


@member("author_campaigns", own_transactions=True, takes_file=True)
@require_http_methods(["GET", "POST"])
def change(request: MemberRequest, campaign_id: uuid.UUID) -> HttpResponse:
    """Change a draft."""
    with tenant_context(request.belonging.organization_id):
        channel = access_campaign(request.actor, campaign_id, "author_campaigns").channel
    typed = _typed(request, _form_of(channel))
    return _inside(request, lambda: _change(request, campaign_id, typed))


def _change(request: MemberRequest, campaign_id: uuid.UUID, typed: "_Typed") -> HttpResponse:
    campaign = access_campaign(request.actor, campaign_id, "author_campaigns")
    if request.method == "GET" and campaign.state != "draft":
        return redirect("campaigns:detail", campaign.id)
    form_class, version = _form_of(campaign.channel), campaign.template.versions.order_by("-number").first()
    included, excluded = list_ids(campaign)
    initial = {
        "name": campaign.name,
        "purpose": campaign.purpose_id,
        "sender": campaign.sender_id,
        "included": included,
        "excluded": excluded,
    }
    return _page(request, form_class, campaign, initial | (form_class.fields_of(version) if version else {}), typed)


def _form_of(channel: str) -> type[CampaignForm]:
    """The form of a channel; a channel nobody can write for is not there."""
    if channel not in FORMS:
        raise Http404("no campaign is written for that channel")
    return FORMS[channel]


@dataclasses.dataclass(frozen=True, slots=True)
class _Typed:
    """What was sent, with what its files became among it, and what is wrong with a file."""

    data: QueryDict | None = None
    wrong: Refused | None = None


def _typed(request: MemberRequest, form_class: type[CampaignForm]) -> _Typed:
    """Take what was sent. A file that can be used is kept whatever else is refused: nobody should have to choose it again."""
    if request.method != "POST":
        return _Typed()
    data = request.POST.copy()
    try:
        with tenant_context(request.belonging.organization_id):
            found = form_class.received(request.actor, request.FILES)
    except Refused as refusal:
        return _Typed(data, refusal)
    for name, value in found.items():
        data[name] = value
    return _Typed(data)


def _inside(request: MemberRequest, answer: Callable[[], HttpResponse]) -> HttpResponse:
    """Answer inside the organisation; what is refused leaves nothing behind."""
    with tenant_context(request.belonging.organization_id):
        response = answer()
        if response.status_code >= 400:
            transaction.set_rollback(True)
    return response


def _page(
    request: MemberRequest,
    form_class: type[CampaignForm],
    campaign: Campaign | None,
    initial: dict[str, Any],
    typed: _Typed,
) -> HttpResponse:
    """The form; whatever is refused, everything typed comes back with it."""
    data = typed.data
    again = data is not None and form_class.asks_again in data
    if data is not None and again:
        for name, value in form_class.asked_again(data).items():
            data[name] = value
    form = form_class(data, initial=initial)
    if typed.wrong is not None:
        form.add_error(typed.wrong.field if typed.wrong.field in form.fields else None, str(typed.wrong))
    if data is not None and not again and form.is_valid():
        try:
            saved = save_campaign(actor=request.actor, draft=form.draft(), campaign=campaign)
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            return _saved(request, saved, "check" in request.POST)
    status = 422 if data is not None and not again else 200
    return render(request, "campaigns/form.html", _shown(form, campaign), status=status)


def _shown(form: CampaignForm, campaign: Campaign | None) -> dict[str, Any]:
    """What the page of a form needs: the form, what stands beside it, and a look at what is written."""
    content = form.glimpse({name: form[name].value() for name in form.fields})
    return {
        "form": form,
        "parts_template": f"campaigns/_parts_{form.channel}.html",
        "campaign": campaign,
        "title": campaign.name if campaign is not None else f"New {form.spoken} campaign",
        "needs": needs(),
        "variables": _variables(),
        "shown": preview(
            channel=form.channel,
            content=content,
            list_ids=_ids(form["included"].value()),
            **_chosen(form["sender"].value(), form["purpose"].value()),
        ),
    }


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
    """What is being written, as one person would get it."""
    form_class, chosen = _form_of(request.POST.get("channel", "sms")), _ids([request.POST.get("contact", "")])
    shown = preview(
        channel=form_class.channel,
        content=form_class.glimpse(request.POST),
        list_ids=_ids(request.POST.getlist("included")),
        contact_id=chosen[0] if chosen else None,
        move=request.POST.get("move", ""),
        **_chosen(request.POST.get("sender"), request.POST.get("purpose")),
    )
    return render(request, "campaigns/_preview.html", {"shown": shown})


def _chosen(sender: Any, purpose: Any) -> dict[str, Any]:
    """The sender and the purpose chosen in a form, None where there is none. Two queries at most."""
    return {
        "sender": Sender.objects.select_related("account").filter(id__in=_ids([sender])).first() if sender else None,
        "purpose": Purpose.objects.filter(id__in=_ids([purpose])).first() if purpose else None,
    }


def _ids(texts: Any) -> list[uuid.UUID]:
    """The ids among some texts."""
    found = []
    for text in texts or []:
        try:
            found.append(uuid.UUID(str(getattr(text, "pk", text))))
        except ValueError:
            continue
    return found
