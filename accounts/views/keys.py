"""Pages about API keys and the audit trail."""

import uuid

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import access_api_key
from accounts.actions import keys
from accounts.contracts import Refused
from accounts.doors import member
from accounts.forms import ApiKeyForm
from accounts.selectors import api_keys, audit_page, request_page, request_rows
from core.spreadsheets import csv_file

REQUEST_HEADERS = (
    "Time", "Request", "Key", "Method", "Address", "Answer", "Milliseconds", "From", "Agent", "Replayed"
)  # fmt: skip


@member("change_keys")
@require_http_methods(["GET", "POST"])
def key_list(request: HttpRequest) -> HttpResponse:
    """The organisation's keys; a new one is shown whole exactly once."""
    form = ApiKeyForm(request.POST or None)
    whole = ""
    if request.method == "POST" and form.is_valid():
        try:
            _, whole = keys.issue_api_key(actor=request.actor, **form.cleaned_data)  # type: ignore[attr-defined]
            form = ApiKeyForm()
        except Refused as refusal:
            form.add_error(refusal.field or None, str(refusal))
    context = {"form": form, "keys": api_keys(), "whole": whole}
    return render(request, "accounts/keys.html", context, status=422 if form.errors else 200)


@member("change_keys")
@require_POST
def revoke_key(request: HttpRequest, key_id: uuid.UUID) -> HttpResponse:
    """End a key."""
    keys.revoke_api_key(actor=request.actor, key=access_api_key(request.actor, key_id))  # type: ignore[attr-defined]
    messages.success(request, "The key is dead. Requests with it are refused from now on.")
    return redirect("accounts:keys")


@member("change_keys")
@require_http_methods(["GET"])
def request_list(request: HttpRequest) -> HttpResponse:
    """What applications asked in the last seven days, of one key or of all."""
    chosen = _chosen_key(request)
    page = request_page(chosen, request.GET.get("page", "1"))
    return render(request, "accounts/requests.html", {"page": page, "keys": api_keys(), "chosen": chosen})


@member("change_keys")
@require_http_methods(["GET"])
def request_file(request: HttpRequest) -> FileResponse:
    """The same as a file; times are UTC."""
    file = csv_file(REQUEST_HEADERS, request_rows(_chosen_key(request)))
    return FileResponse(file, as_attachment=True, filename="requests.csv", content_type="text/csv")


def _chosen_key(request: HttpRequest) -> uuid.UUID | None:
    try:
        return uuid.UUID(request.GET.get("key", ""))
    except ValueError:
        return None


@member("see_audit")
@require_http_methods(["GET"])
def audit(request: HttpRequest) -> HttpResponse:
    """The audit trail, newest first, with a filter by deed."""
    page = audit_page(request.GET.get("action", "")[:60], request.GET.get("page", "1"))
    return render(request, "accounts/audit.html", {"page": page, "action": request.GET.get("action", "")[:60]})
