"""Pages about pleas to stop that people must decide: the queue, entering one, and deciding about it."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.contracts import Refused
from accounts.doors import member
from accounts.models import Organization
from consent.access import access_stop_request
from consent.actions.points import address_text
from consent.actions.stop_requests import agree_denial, confirm_request, deny_request, enter_request, give_request
from consent.models import StopRequest
from consent.request_forms import DenyForm, GiveForm, RequestForm
from consent.selectors.stop_requests import (
    people_who_decide,
    request_counts,
    request_rows,
    requests_in,
    told_note,
    told_reason,
    views,
)
from core import clock

PAGE_SIZE = 50


@member("see_contacts")
@require_GET
def request_list(request: HttpRequest) -> HttpResponse:
    """The queue, the most urgent first."""
    view = request.GET.get("show", "")
    view = view if view in views() else "open"
    mine = request.GET.get("mine") == "1"
    owner = request.actor.id if mine else None  # type: ignore[attr-defined]
    page = Paginator(requests_in(view, owner), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": request_rows(list(page.object_list)),
        "view": view,
        "mine": mine,
        "counts": request_counts(),
        "may_change": request.actor.may("change_consent"),  # type: ignore[attr-defined]
        "may_judge": request.actor.may("see_replies"),  # type: ignore[attr-defined]
        "now": clock.now(),
    }
    return render(request, "consent/stop_requests.html", context)


@member("change_consent")
@require_http_methods(["GET", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """Write down that somebody asked to stop elsewhere; they are protected at once."""
    organization = Organization.objects.current()
    actor: Any = request.actor  # type: ignore[attr-defined]
    people = people_who_decide()
    form = RequestForm(
        request.POST or None,
        zone=organization.time_zone,
        country=organization.default_country,
        people=people,
        initial={"owner": str(actor.id)},
    )
    if request.method == "POST" and form.is_valid():
        told = dict(form.cleaned_data)
        owner = uuid.UUID(told.pop("owner"))
        try:
            rows = [
                enter_request(actor=actor, address=address, owner_id=owner, **told) for address in told.pop("addresses")
            ]
        except Refused as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            return _entered(request, rows)
    return render(request, "consent/enter_request.html", {"form": form}, status=422 if form.errors else 200)


def _entered(request: HttpRequest, rows: list[StopRequest]) -> HttpResponse:
    what = "The address is" if len(rows) == 1 else f"All {len(rows)} addresses are"
    messages.success(request, f"{what} protected from now on. Decide before the day.")
    return redirect("consent:stop_request", rows[0].id) if len(rows) == 1 else redirect("consent:stop_requests")


@member("see_contacts")
@require_GET
def request_detail(request: HttpRequest, stop_request_id: uuid.UUID) -> HttpResponse:
    """One request: what was asked, by when it must be decided, and the decision."""
    return _page(request, access_stop_request(request.actor, stop_request_id), DenyForm())  # type: ignore[attr-defined]


@member("change_consent")
@require_POST
def confirm(request: HttpRequest, stop_request_id: uuid.UUID) -> HttpResponse:
    """It was a plea to stop, and it is done."""
    row = access_stop_request(request.actor, stop_request_id)  # type: ignore[attr-defined]
    try:
        confirm_request(actor=request.actor, request=row)  # type: ignore[attr-defined]
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "Noted. They stay protected.")
    return redirect("consent:stop_request", row.id)


@member("change_consent")
@require_POST
def deny(request: HttpRequest, stop_request_id: uuid.UUID) -> HttpResponse:
    """It was no plea to stop, says one person; somebody else must say so too."""
    row = access_stop_request(request.actor, stop_request_id)  # type: ignore[attr-defined]
    form = DenyForm(request.POST)
    if not form.is_valid():
        return _page(request, row, form)
    try:
        deny_request(actor=request.actor, request=row, **form.cleaned_data)  # type: ignore[attr-defined]
    except Refused as refusal:
        form.add_error(refusal.field or None, str(refusal))
        return _page(request, row, form)
    messages.success(request, "Noted. They stay protected until somebody else agrees.")
    return redirect("consent:stop_request", row.id)


@member("change_consent")
@require_POST
def agree(request: HttpRequest, stop_request_id: uuid.UUID) -> HttpResponse:
    """A second person says too that it was no plea to stop; what it had stopped is taken back."""
    row = access_stop_request(request.actor, stop_request_id)  # type: ignore[attr-defined]
    try:
        lifted = agree_denial(actor=request.actor, request=row)  # type: ignore[attr-defined]
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        said = (
            "They can be written to as before." if lifted else "They stay protected where another stop of theirs holds."
        )
        messages.success(request, f"Noted. {said}")
    return redirect("consent:stop_request", row.id)


@member("change_consent")
@require_POST
def give(request: HttpRequest, stop_request_id: uuid.UUID) -> HttpResponse:
    """Somebody else answers for it."""
    row = access_stop_request(request.actor, stop_request_id)  # type: ignore[attr-defined]
    form = GiveForm(request.POST, people=people_who_decide())
    if not form.is_valid():
        messages.error(request, "Nobody of your team is that. Choose somebody from the list.")
        return redirect("consent:stop_request", row.id)
    owner = uuid.UUID(form.cleaned_data["owner"])
    try:
        give_request(actor=request.actor, request=row, owner_id=owner)  # type: ignore[attr-defined]
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "They answer for it now, and are mailed before the day.")
    return redirect("consent:stop_request", row.id)


def _page(request: HttpRequest, row: StopRequest, form: Any) -> HttpResponse:
    actor: Any = request.actor  # type: ignore[attr-defined]
    (shown,) = request_rows([row])
    people = people_who_decide()
    context = {
        "row": shown,
        "address": (address_text(row.point) if actor.may("see_addresses") else "") or shown.hint,
        "note": told_note(row) if row.way != "reply" and actor.may("see_addresses") else "",
        "reason": told_reason(row) if actor.may("see_addresses") else "",
        "said_it_first": row.denial_by is not None and row.denial_by == actor.id,
        "form": form,
        "give": GiveForm(people=people, initial={"owner": str(row.owner_id or "")}),
        "may_change": actor.may("change_consent"),
        "may_judge": actor.may("see_replies"),
        "may_see": actor.may("see_addresses"),
        "now": clock.now(),
    }
    return render(request, "consent/stop_request.html", context, status=422 if form.errors else 200)
