"""The page about agreements that end by age: how many, from where, and preparing the question whether people still agree."""

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.contracts import Refused
from accounts.doors import member
from campaigns.actions.asking import prepare_asking, unread_language
from campaigns.forms.ending import AskForm
from campaigns.report_files import ending_file
from campaigns.selectors.ending import AHEAD, endings
from campaigns.views.requests import MemberRequest
from consent.access import access_purpose
from consent.rulebook import rulebook
from core import clock


@member("see_contacts")
@require_GET
def ending(request: MemberRequest) -> HttpResponse:
    """Who ends in 30, 60 and 90 days, by purpose and source."""
    request.actor.require("see_campaigns")
    return _page(request)


@member("see_contacts")
@require_GET
def ending_download(request: MemberRequest) -> FileResponse:
    """The same numbers as a file. It names no person."""
    request.actor.require("see_campaigns")
    name = f"ending-{clock.now():%Y-%m-%d}.csv"
    return FileResponse(ending_file(endings()), as_attachment=True, filename=name, content_type="text/csv")


@member("author_campaigns")
@require_POST
def ask_again(request: MemberRequest) -> HttpResponse:
    """Prepare the question as a draft, and lead there; pressed again it leads to the same draft."""
    form = AskForm(request.POST)
    if not form.is_valid():
        return _page(
            request, Refused("That cannot be asked.", remedy="Choose a purpose, a channel and how many days ahead.")
        )
    told = form.cleaned_data
    purpose = access_purpose(request.actor, told["purpose"])
    try:
        campaign = prepare_asking(actor=request.actor, purpose=purpose, channel=told["channel"], days=told["days"])
    except Refused as refusal:
        return _page(request, refusal)
    if unread_language():
        messages.warning(
            request, "No native speaker has read our words in this language yet. Read them before you launch."
        )
    messages.success(request, "The question is prepared. Read it, check who gets it, then launch it.")
    return redirect("campaigns:change", campaign.id)


def _page(request: MemberRequest, refusal: Refused | None = None) -> HttpResponse:
    actor = request.actor
    context = {
        "rows": endings(),
        "ahead": AHEAD,
        "policy": rulebook().policy,
        "may_ask": actor.may("author_campaigns") and actor.may("change_contacts"),
        "refusal": refusal,
    }
    return render(request, "campaigns/ending.html", context, status=422 if refusal else 200)
