"""Pages about purposes and the words people agree to."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.contracts import Refused
from accounts.doors import member
from consent.access import access_purpose
from consent.actions.engaging import set_expiry
from consent.actions.purposes import demand_confirmation, open_purpose, publish_wording
from consent.expiry import months_of
from consent.forms import ConfirmationForm, ExpiryForm, PurposeForm, WordingForm
from consent.models import Purpose
from consent.rule_words import sentence
from consent.rulebook import rulebook
from consent.selectors.confirmations import demanding_rules
from consent.selectors.purposes import purpose_row, purpose_rows, wordings_of
from core import clock

_CONFIRMING = "It holds for whoever agrees from now on. Agreements from before stay, and who waits goes on waiting."


@member("see_contacts")
@require_GET
def purpose_list(request: HttpRequest) -> HttpResponse:
    """Every purpose with the words in force and how many people said what."""
    return render(request, "consent/purposes.html", {"rows": purpose_rows(), "may_change": _may_change(request)})


@member("change_consent")
@require_http_methods(["GET", "POST"])
def add_purpose(request: HttpRequest) -> HttpResponse:
    """Start a purpose; its words come next."""
    form = PurposeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            purpose = open_purpose(actor=request.actor, **form.cleaned_data)  # type: ignore[attr-defined]
        except Refused as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            messages.success(request, "The purpose is open. Now publish the words people agree to.")
            return redirect("consent:purpose", purpose.id)
    return render(request, "consent/add_purpose.html", {"form": form}, status=422 if form.errors else 200)


@member("see_contacts")
@require_GET
def purpose_detail(request: HttpRequest, purpose_id: uuid.UUID) -> HttpResponse:
    """One purpose: every version of its words, and publishing the next."""
    return _page(request, access_purpose(request.actor, purpose_id), WordingForm())  # type: ignore[attr-defined]


@member("change_consent")
@require_POST
def publish(request: HttpRequest, purpose_id: uuid.UUID) -> HttpResponse:
    """Put the next version of the words into force."""
    purpose = access_purpose(request.actor, purpose_id)  # type: ignore[attr-defined]
    form = WordingForm(request.POST)
    if not form.is_valid():
        return _page(request, purpose, form)
    try:
        wording = publish_wording(actor=request.actor, purpose=purpose, **form.cleaned_data)  # type: ignore[attr-defined]
    except Refused as refusal:
        form.add_error(refusal.field or None, str(refusal))
        return _page(request, purpose, form)
    messages.success(request, f"Version {wording.version} is in force. Earlier agreements keep their own words.")
    return redirect("consent:purpose", purpose.id)


@member("change_consent")
@require_POST
def confirming(request: HttpRequest, purpose_id: uuid.UUID) -> HttpResponse:
    """Say on which channels a yes waits to be confirmed."""
    purpose = access_purpose(request.actor, purpose_id)  # type: ignore[attr-defined]
    form = ConfirmationForm(request.POST)
    if not form.is_valid():
        return _page(request, purpose, WordingForm(), form)
    changed = demand_confirmation(actor=request.actor, purpose=purpose, **form.cleaned_data)  # type: ignore[attr-defined]
    messages.success(request, _CONFIRMING if changed else "Nothing changed.")
    return redirect("consent:purpose", purpose.id)


@member("change_consent")
@require_POST
def expiry(request: HttpRequest, purpose_id: uuid.UUID) -> HttpResponse:
    """Let agreements to a purpose end sooner than the policy does, or as the policy does again."""
    purpose = access_purpose(request.actor, purpose_id)  # type: ignore[attr-defined]
    form = ExpiryForm(request.POST)
    if form.is_valid():
        try:
            set_expiry(actor=request.actor, purpose=purpose, months=form.cleaned_data["months"])  # type: ignore[attr-defined]
        except Refused as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            messages.success(request, "Saved. It holds for agreements of any date.")
            return redirect("consent:purpose", purpose.id)
    return _page(request, purpose, WordingForm(), expiry_form=form)


def _page(
    request: HttpRequest, purpose: Purpose, form: Any, confirmation: Any = None, expiry_form: Any = None
) -> HttpResponse:
    confirmation = confirmation or ConfirmationForm(
        initial={"channels": purpose.confirmed_channels, "receipts": purpose.receipt_channels}
    )
    expiry_form = expiry_form or ExpiryForm(initial={"months": purpose.expiry_months})
    rules = rulebook()
    context = {
        "confirmation_form": confirmation,
        "confirmation_rules": [(each, sentence(each, rules)) for each in demanding_rules(purpose, clock.now().date())],
        "confirmation_days": rules.policy.confirmation_days,
        "expiry_form": expiry_form,
        "ends_after": months_of(purpose.tier, purpose.expiry_months),
        "policy_months": months_of(purpose.tier, None),
        "row": purpose_row(purpose),
        "wordings": wordings_of(purpose),
        "form": form,
        "may_change": _may_change(request),
    }
    refused = form.errors or confirmation.errors or expiry_form.errors
    return render(request, "consent/purpose.html", context, status=422 if refused else 200)


def _may_change(request: HttpRequest) -> bool:
    return bool(request.actor.may("change_consent"))  # type: ignore[attr-defined]
