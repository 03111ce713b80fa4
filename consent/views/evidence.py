"""Pages about one address and its proof: what holds, the receipt of an event, writing down what somebody said."""

import uuid
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts.contracts import Refused
from accounts.doors import member
from accounts.models import Organization
from consent.access import access_event, access_point
from consent.actions.recording import record_consent as write_consent
from consent.actions.recording import stop_by_hand
from consent.forms import ConsentForm, StopForm
from consent.models import Attachment, Point
from consent.selectors.attachments import KINDS, PICTURES, attachment_content, attachment_name
from consent.selectors.points import point_history
from consent.selectors.receipt_record import receipt_record
from consent.selectors.receipts import receipt
from consent.selectors.suppressions import kind_chips, suppression_page
from core import clock
from core.tenancy import tenant_context

_TAKEN = "Written down. It holds from now on."
_SAID = {
    "taken": _TAKEN,
    "pending": "Written down. It counts once they have confirmed it; until then only the request to confirm is sent.",
    "unchanged": "Nothing changed: as much was known already.",
}


@member("see_contacts")
@require_GET
def suppression_list(request: HttpRequest) -> HttpResponse:
    """Every address that must not be reached."""
    kind = request.GET.get("kind", "")[:12]
    chips = kind_chips()
    context = {
        "page": suppression_page(kind, request.GET.get("page", "1")),
        "chips": chips,
        "total": sum(chip.count for chip in chips),
        "kind": kind,
        "may_see": request.actor.may("see_addresses"),  # type: ignore[attr-defined]
    }
    return render(request, "consent/suppressions.html", context)


@member("see_addresses")
@require_GET
def event_detail(request: HttpRequest, event_id: uuid.UUID) -> HttpResponse:
    """The receipt of one event."""
    event = access_event(request.actor, event_id)  # type: ignore[attr-defined]
    return render(request, "consent/event.html", {"slip": receipt(request.actor, event)})  # type: ignore[attr-defined]


@member("see_addresses")
@require_GET
def event_receipt(request: HttpRequest, event_id: uuid.UUID) -> HttpResponse:
    """The receipt of one event as a file to hand to the person."""
    event = access_event(request.actor, event_id)  # type: ignore[attr-defined]
    record = receipt_record(request.actor, event)  # type: ignore[attr-defined]
    answer = JsonResponse(record, json_dumps_params={"indent": 2, "ensure_ascii": False})
    answer["Content-Disposition"] = f'attachment; filename="receipt-{record["receipt_number"]}.json"'
    return answer


@member("see_addresses")
@require_GET
def event_attachment(request: HttpRequest, event_id: uuid.UUID) -> HttpResponse:
    """What was filed with an event: a picture to look at, anything else to keep."""
    event = access_event(request.actor, event_id)  # type: ignore[attr-defined]
    row: Attachment = get_object_or_404(Attachment.objects.all(), event=event)
    kind = row.kind if row.kind in KINDS else "application/octet-stream"
    answer = HttpResponse(attachment_content(row), content_type=kind)
    manner = "inline" if kind in PICTURES else "attachment"
    answer["Content-Disposition"] = f'{manner}; filename="{attachment_name(row)}"'
    return answer


@member("see_contacts")
@require_GET
def point_detail(request: HttpRequest, point_id: uuid.UUID) -> HttpResponse:
    """What holds for one address; a fragment for a contact's card, a page of its own without htmx."""
    return _history(request, access_point(request.actor, point_id))  # type: ignore[attr-defined]


@member("change_consent", own_transactions=True, takes_file=True)
@require_http_methods(["GET", "POST"])
def record_consent(request: HttpRequest, point_id: uuid.UUID) -> HttpResponse:
    """Write down an agreement, with its proof. Any file has arrived before the transaction begins."""
    with tenant_context(request.belonging.organization_id):  # type: ignore[attr-defined]
        response = _record(request, point_id)
        if response.status_code >= 400:
            transaction.set_rollback(True)
    return response


def _record(request: HttpRequest, point_id: uuid.UUID) -> HttpResponse:
    point = access_point(request.actor, point_id)  # type: ignore[attr-defined]
    initial = {name: request.GET[name] for name in ("purpose", "channel") if name in request.GET}
    zone = Organization.objects.current().time_zone
    form = ConsentForm(request.POST or None, request.FILES or None, point=point, zone=zone, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            outcome = write_consent(actor=request.actor, point=point, **form.cleaned_data)  # type: ignore[attr-defined]
        except Refused as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            return _done(request, point, _SAID[outcome])
    return _form(request, point, form, "record")


@member("change_consent")
@require_http_methods(["GET", "POST"])
def stop_point(request: HttpRequest, point_id: uuid.UUID) -> HttpResponse:
    """Write down that somebody wants no more."""
    point = access_point(request.actor, point_id)  # type: ignore[attr-defined]
    form = StopForm(request.POST or None, point=point)
    if request.method == "POST" and form.is_valid():
        stop_by_hand(actor=request.actor, point=point, **form.cleaned_data)  # type: ignore[attr-defined]
        return _done(request, point, "Done. Nothing of it is sent to this address any more.")
    return _form(request, point, form, "stop")


def _done(request: HttpRequest, point: Point, text: str) -> HttpResponse:
    if request.htmx:  # type: ignore[attr-defined]
        return _history(request, point, text)
    messages.success(request, text)
    return redirect("consent:point", point.id)


def _history(request: HttpRequest, point: Point, done: str = "") -> HttpResponse:
    actor: Any = request.actor  # type: ignore[attr-defined]
    context = {
        "history": point_history(point),
        "done": done,
        "may_see": actor.may("see_addresses"),
        "may_change": actor.may("change_consent"),
        "now": clock.now(),
    }
    template = "consent/_point.html" if request.htmx else "consent/point.html"  # type: ignore[attr-defined]
    return render(request, template, context)


def _form(request: HttpRequest, point: Point, form: Any, kind: str) -> HttpResponse:
    template = "consent/_point_form.html" if request.htmx else "consent/point_form.html"  # type: ignore[attr-defined]
    context = {"point": point, "form": form, "kind": kind}
    return render(request, template, context, status=422 if form.errors else 200)
