"""The page of texts that a second person has to read, and their word."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.contracts import Refused
from accounts.doors import member
from core import clock
from messaging.access import access_override
from messaging.actions.overriding import decide_override
from messaging.selectors.text_overrides import newest_overrides, override_cards


@member("see_campaigns")
@require_GET
def override_list(request: HttpRequest) -> HttpResponse:
    """Every text a second person was asked about, those that wait first."""
    return _page(request)


@member("approve_campaigns")
@require_POST
def decide(request: HttpRequest, text_override_id: uuid.UUID) -> HttpResponse:
    """Allow a text, or decline it."""
    actor = request.actor  # type: ignore[attr-defined]
    override = access_override(actor, text_override_id)
    approve = request.POST.get("decision") == "approve"
    try:
        decide_override(actor=actor, override=override, approve=approve, note=request.POST.get("note", ""))
    except Refused as refusal:
        return _page(request, refusal)
    said = "Allowed. This very text can be sent now." if approve else "Declined. This text cannot be sent."
    messages.success(request, said)
    return redirect("messaging:overrides")


def _page(request: HttpRequest, refusal: Refused | None = None) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    cards = override_cards(actor, newest_overrides())
    context: dict[str, Any] = {"cards": cards, "refusal": refusal, "now": clock.now()}
    return render(request, "messaging/overrides.html", context, status=200 if refusal is None else 422)
