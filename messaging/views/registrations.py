"""Pages about registrations: what each country asks of the senders, the records, one record with its history."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts.contracts import Refused
from accounts.doors import member
from consent.registration_rules import RegistrationKind
from consent.rulebook import rulebook
from messaging.access import access_registration
from messaging.actions.registrations import keep_registration
from messaging.models import Registration
from messaging.registration_forms import RegistrationForm, initial_of
from messaging.selectors.registrations import (
    demands,
    history_of,
    numbered_senders,
    registration_card,
    registration_cards,
)


@member("change_senders")
@require_GET
def registration_list(request: HttpRequest) -> HttpResponse:
    """What is registered, and what the countries' registers still ask for."""
    senders = numbered_senders()
    asked = demands(senders)
    context = {
        "cards": registration_cards(),
        "lacking": [each for each in asked if each.lacks or not each.taken],
        "senders": senders,
        "asked": bool(asked),
    }
    return render(request, "messaging/registrations.html", context)


@member("change_senders")
@require_GET
def registration(request: HttpRequest, registration_id: uuid.UUID) -> HttpResponse:
    """One record: how it stands, and all that happened to it."""
    row = access_registration(request.actor, registration_id)  # type: ignore[attr-defined]
    context = {"card": registration_card(row), "steps": history_of(row)}
    return render(request, "messaging/registration.html", context)


@member("change_senders")
@require_http_methods(["GET", "POST"])
def new_registration(request: HttpRequest) -> HttpResponse:
    """Choose what was registered, then write it down."""
    kinds = rulebook().registrations.kinds
    named = request.POST.get("kind", "") if request.method == "POST" else request.GET.get("kind", "")
    kind = next((one for one in kinds if one.name == named), None)
    if kind is None and named:
        raise Http404
    if kind is None:
        return render(request, "messaging/registration_form.html", {"kinds": kinds})
    return _form_page(request, kind, None)


@member("change_senders")
@require_http_methods(["GET", "POST"])
def change_registration(request: HttpRequest, registration_id: uuid.UUID) -> HttpResponse:
    """Write down what has changed about one."""
    row = access_registration(request.actor, registration_id)  # type: ignore[attr-defined]
    return _form_page(request, rulebook().registrations.kind(row.kind), row)


def _form_page(request: HttpRequest, kind: RegistrationKind, row: Registration | None) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    initial: dict[str, Any] = (
        initial_of(row) if row else {key: request.GET[key] for key in ("country", "sender") if key in request.GET}
    )
    form = RegistrationForm(data, kind=kind, senders=numbered_senders(), fixed=row is not None, initial=initial)
    if data is not None and form.is_valid():
        try:
            saved = keep_registration(actor=request.actor, entry=form.entry, registration=row)  # type: ignore[attr-defined]
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, "Saved. The next message is judged by it.")
            return redirect("messaging:registration", saved.id)
    context = {"form": form, "kind": kind, "registration": row}
    return render(request, "messaging/registration_form.html", context, status=200 if data is None else 422)
