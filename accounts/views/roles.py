"""Pages about roles: what each of the eight may do, and the ones the organisation made itself."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import access_role
from accounts.actions import roles
from accounts.contracts import Refused
from accounts.doors import member
from accounts.forms import CustomRoleForm
from accounts.models import CustomRole
from accounts.roles import GRANTS
from accounts.selectors import role_table


@member("change_team")
@require_GET
def role_list(request: HttpRequest) -> HttpResponse:
    """All roles and what each may do."""
    return _roles_page(request)


@member("change_team")
@require_http_methods(["GET", "POST"])
def new_role(request: HttpRequest) -> HttpResponse:
    """Make a role; `?like=` begins with what one of the eight may do."""
    like = GRANTS.get(request.GET.get("like", ""), frozenset())
    form = CustomRoleForm(request.POST or None, initial={"permissions": like})
    if request.method == "POST" and form.is_valid():
        try:
            roles.make_role(actor=request.actor, name=form.cleaned_data["name"], permissions=form.permissions)  # type: ignore[attr-defined]
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, "The role is there. Give it to somebody under People.")
            return redirect("accounts:roles")
    return _form_page(request, form, None)


@member("change_team")
@require_http_methods(["GET", "POST"])
def change_role(request: HttpRequest, role_id: uuid.UUID) -> HttpResponse:
    """Rename a role or change what it may do."""
    found = access_role(request.actor, role_id)  # type: ignore[attr-defined]
    form = CustomRoleForm(request.POST or None, initial={"name": found.name, "permissions": found.permissions})
    if request.method == "POST" and form.is_valid():
        try:
            roles.change_role_rights(
                actor=request.actor,  # type: ignore[attr-defined]
                role=found,
                name=form.cleaned_data["name"],
                permissions=form.permissions,
            )
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, "Saved. It holds from their next click.")
            return redirect("accounts:roles")
    return _form_page(request, form, found)


@member("change_team")
@require_POST
def remove_role(request: HttpRequest, role_id: uuid.UUID) -> HttpResponse:
    """Remove a role nobody has."""
    found = access_role(request.actor, role_id)  # type: ignore[attr-defined]
    try:
        roles.remove_role(actor=request.actor, role=found)  # type: ignore[attr-defined]
    except Refused as refusal:
        return _roles_page(request, refusal)
    messages.success(request, "The role is gone.")
    return redirect("accounts:roles")


def _roles_page(request: HttpRequest, refusal: Refused | None = None) -> HttpResponse:
    context = {"table": role_table(), "refusal": refusal}
    return render(request, "accounts/roles.html", context, status=422 if refusal else 200)


def _form_page(request: HttpRequest, form: Any, role: CustomRole | None) -> HttpResponse:
    context = {"form": form, "role": role}
    return render(request, "accounts/role.html", context, status=422 if form.errors else 200)
