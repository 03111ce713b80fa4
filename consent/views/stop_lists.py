"""Pages about lists of whom not to reach: what there is, who is on one, adding, removing, renewing, taking it out."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.contracts import Refused
from accounts.doors import member
from accounts.models import Organization
from consent.access import access_stop_list, access_stop_list_entry
from consent.actions import stop_lists as verbs
from consent.list_forms import EditionForm, EntriesForm, FindForm, OpenListForm, WhyForm
from consent.models import StopList
from consent.selectors.stop_list_pages import entry_page, every_entry, found_entries, list_row, list_rows
from core.spreadsheets import csv_file
from core.wording import counted_text

_HEADERS = ("Entry", "Kind", "Channel", "Why", "Since", "Until")


@member("see_contacts")
@require_http_methods(["GET", "POST"])
def stop_lists(request: HttpRequest) -> HttpResponse:
    """Every list in force, and beginning one."""
    actor: Any = request.actor  # type: ignore[attr-defined]
    form = OpenListForm(request.POST or None, zone=Organization.objects.current().time_zone)
    if request.method == "POST" and form.is_valid():
        try:
            made = verbs.open_list(actor=actor, **form.told())
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, "The list is there. Add whom it names.")
            return redirect("consent:stop_list", made.id)
    context = {"form": form, "rows": list_rows(), "may_change": actor.may("change_consent")}
    return render(request, "consent/stop_lists.html", context, status=422 if form.errors else 200)


@member("see_contacts")
@require_GET
def stop_list(request: HttpRequest, stop_list_id: uuid.UUID) -> HttpResponse:
    """One list and who is on it."""
    row = access_stop_list(request.actor, stop_list_id)  # type: ignore[attr-defined]
    return _page(request, row, FindForm(country=_country()))


@member("see_addresses")
@require_POST
def find_listed(request: HttpRequest, stop_list_id: uuid.UUID) -> HttpResponse:
    """Whether an address is on a list, by itself or by its domain or beginning. Nothing is kept of the question."""
    actor: Any = request.actor  # type: ignore[attr-defined]
    row = access_stop_list(actor, stop_list_id)
    form = FindForm(request.POST, country=_country())
    found = found_entries(actor, row, form.cleaned_data["address"]) if form.is_valid() else None
    return _page(request, row, form, found)


def _page(request: HttpRequest, row: StopList, form: FindForm, found: Any = None) -> HttpResponse:
    actor: Any = request.actor  # type: ignore[attr-defined]
    context = {
        "shown": list_row(row),
        "page": entry_page(actor, row, request.GET.get("page", "1")),
        "form": form,
        "found": found,
        "may_change": actor.may("change_consent"),
        "may_see": actor.may("see_addresses"),
        "may_export": actor.may("export_contacts") and actor.may("see_addresses"),
    }
    return render(request, "consent/stop_list.html", context, status=422 if form.errors else 200)


@member("change_consent")
@require_http_methods(["GET", "POST"])
def add_listed(request: HttpRequest, stop_list_id: uuid.UUID) -> HttpResponse:
    """Put addresses, domains and beginnings of numbers on a list."""
    row = access_stop_list(request.actor, stop_list_id)  # type: ignore[attr-defined]
    form = EntriesForm(request.POST or None, country=_country(), zone=Organization.objects.current().time_zone)
    if request.method == "POST" and form.is_valid():
        try:
            added = verbs.add_entries(actor=request.actor, stop_list=row, **form.told())  # type: ignore[attr-defined]
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(
                request, f"{counted_text(added, 'entry', 'entries')} added. Who was there already stays as it is."
            )
            return redirect("consent:stop_list", row.id)
    return _form(request, row, form, "Add to the list", "Add them")


@member("change_consent")
@require_http_methods(["GET", "POST"])
def remove_listed(request: HttpRequest, stop_list_entry_id: uuid.UUID) -> HttpResponse:
    """Take an entry off a list of the organisation's own."""
    entry = access_stop_list_entry(request.actor, stop_list_entry_id)  # type: ignore[attr-defined]
    form = WhyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            verbs.remove_entry(actor=request.actor, entry=entry, **form.cleaned_data)  # type: ignore[attr-defined]
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, "Removed. What else protects the address holds on.")
            return redirect("consent:stop_list", entry.list_id)
    return _form(request, entry.list, form, "Remove an entry", "Remove it")


@member("change_consent")
@require_http_methods(["GET", "POST"])
def renew_list(request: HttpRequest, stop_list_id: uuid.UUID) -> HttpResponse:
    """Say that the data of a register is all there, and of which day it is."""
    row = access_stop_list(request.actor, stop_list_id)  # type: ignore[attr-defined]
    form = EditionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            verbs.finish_edition(actor=request.actor, stop_list=row, **form.cleaned_data)  # type: ignore[attr-defined]
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, "The register is fresh from now on.")
            return redirect("consent:stop_list", row.id)
    return _form(request, row, form, "The data is all there", "Put it into force")


@member("change_consent")
@require_http_methods(["GET", "POST"])
def end_list(request: HttpRequest, stop_list_id: uuid.UUID) -> HttpResponse:
    """Give up a list."""
    row = access_stop_list(request.actor, stop_list_id)  # type: ignore[attr-defined]
    form = WhyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            verbs.end_list(actor=request.actor, stop_list=row, **form.cleaned_data)  # type: ignore[attr-defined]
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, "Given up. None of its entries counts any more.")
            return redirect("consent:stop_lists")
    return _form(request, row, form, "Give up the list", "Give it up")


@member("export_contacts")
@require_POST
def export_list(request: HttpRequest, stop_list_id: uuid.UUID) -> FileResponse:
    """A list as a file, for somebody who may see addresses; the audit trail remembers it."""
    actor: Any = request.actor  # type: ignore[attr-defined]
    actor.require("see_addresses")
    row = access_stop_list(actor, stop_list_id)
    rows = list(every_entry(actor, row))
    file = csv_file(_HEADERS, rows)
    verbs.note_export(actor=actor, stop_list=row, rows=len(rows))
    return FileResponse(
        file, as_attachment=True, filename=f"{slugify(row.name) or 'list'}.csv", content_type="text/csv"
    )


def _country() -> str:
    return str(Organization.objects.current().default_country)


def _form(request: HttpRequest, row: StopList, form: Any, title: str, deed: str) -> HttpResponse:
    context = {"row": row, "form": form, "title": title, "deed": deed}
    return render(request, "consent/stop_list_form.html", context, status=422 if form.errors else 200)
