"""The operators' pages: organisations, reviews, suspensions, the audit trail. Every button is an action; nothing is a raw edit.

Mounted on the operator host alone, in a process whose database role may read these tables and no personal data in them.
"""

import dataclasses
from collections.abc import Callable
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from unfold.admin import ModelAdmin

from accounts.actions import organizations as actions
from accounts.contracts import Actor, Refused
from accounts.models import AuditEvent, Organization
from accounts.roles import PERMISSIONS
from core.middleware import client_address, request_id
from core.tenancy import tenant_context


def operator(request: HttpRequest) -> Actor:
    """The operator behind the request: may do what operators' actions allow, nothing inside organisations."""
    agent = request.headers.get("User-Agent", "")[:200]
    address = client_address(request)
    return Actor("operator", request.user.pk, frozenset(PERMISSIONS), address, agent, request_id(request))


class ReadOnlyAdmin(ModelAdmin):  # type: ignore[misc]
    """Looks, changes nothing by itself."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> "models.QuerySet[Any]":
        """Past the tenant manager: the operator's database role decides what is there."""
        return models.QuerySet(self.model).order_by(*self.ordering or ("-pk",))


class ReasonForm(forms.Form):
    """Why an operator does it; the organisation reads it."""

    reason = forms.CharField(max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


@dataclasses.dataclass(frozen=True, slots=True)
class Deed:
    """A button on an organisation: what it says, what it calls with the operator and the form's values, and that form."""

    label: str
    verb: Callable[[Actor, dict[str, Any]], Any]
    form: type[forms.Form] = ReasonForm


class OrganizationAdmin(ReadOnlyAdmin):
    """Organisations: review, suspend, reinstate, stop."""

    list_display = ("name", "state", "review_requested_at", "suspended_at", "sending_stopped_at", "created_at")
    list_filter = ("state",)
    search_fields = ("name", "legal_name")
    ordering = ("-created_at",)
    change_form_template = "admin/organization.html"
    #: apps above add their own
    deeds: ClassVar[dict[str, Deed]] = {
        "go-live": Deed("End the trial", lambda actor, told: actions.go_live(actor=actor, note=told["reason"])),
        "suspend": Deed(
            "Suspend", lambda actor, told: actions.suspend_organization(actor=actor, reason=told["reason"])
        ),
        "reinstate": Deed("Lift the suspension", lambda actor, _told: actions.reinstate_organization(actor=actor)),
        "stop": Deed("Stop all sending", lambda actor, _told: actions.stop_sending(actor=actor)),
        "resume": Deed("Let messages leave again", lambda actor, _told: actions.resume_sending(actor=actor)),
    }

    def get_urls(self) -> list[Any]:
        deed = path(
            "<uuid:organization_id>/do/<slug:name>/", self.admin_site.admin_view(self.do), name="organization_deed"
        )
        return [deed, *super().get_urls()]

    def do(self, request: HttpRequest, organization_id: Any, name: str) -> HttpResponse:
        """Ask for the reason, then call the action inside that organisation's context."""
        deed = self.deeds.get(name)
        if deed is None:
            return redirect("admin:accounts_organization_changelist")
        form = deed.form(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                with tenant_context(organization_id):
                    deed.verb(operator(request), form.cleaned_data)
                messages.success(request, f"Done: {deed.label}.")
            except Refused as refusal:
                messages.error(request, str(refusal))
            return redirect("admin:accounts_organization_change", organization_id)
        context = self.admin_site.each_context(request) | {
            "form": form,
            "title": deed.label,
            "organization_id": organization_id,
        }
        return TemplateResponse(request, "admin/deed.html", context, status=422 if form.errors else 200)

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> Any:
        deeds = [(name, deed.label) for name, deed in self.deeds.items()]
        return super().change_view(request, object_id, form_url, {"deeds": deeds, "organization_id": object_id})


class AuditAdmin(ReadOnlyAdmin):
    """The audit trail of every organisation and of the platform."""

    list_display = ("at", "organization_id", "sequence", "actor_kind", "action", "object_kind")
    list_filter = ("action", "actor_kind")
    ordering = ("-at",)


admin.site.register(Organization, OrganizationAdmin)
admin.site.register(AuditEvent, AuditAdmin)
