"""The operators' pages: organisations, reviews, suspensions, the audit trail. Every button is an action; nothing is a raw edit.

Mounted on the operator host alone, in a process whose database role may read these tables and no personal data in them.
"""

import dataclasses
import uuid
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.formats import date_format
from unfold.admin import ModelAdmin

from accounts.actions import organizations as actions
from accounts.contracts import Actor, Refused
from accounts.deed_words import actor_words, deed_words
from accounts.models import AuditEvent, Organization
from accounts.roles import PERMISSIONS
from core.form_words import OwnWords
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


class ReasonForm(OwnWords, forms.Form):
    """Why an operator does it; the organisation reads it."""

    reason = forms.CharField(max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


@dataclasses.dataclass(frozen=True, slots=True)
class Deed:
    """One thing an operator can do to an organisation: what its button says, what comes of it, and when it makes sense.

    `verb` gets the operator and the values of the form.
    """

    label: str
    consequence: str
    verb: Callable[[Actor, dict[str, Any]], Any]
    fits: Callable[[Organization], bool]
    severe: bool = False
    form: type[forms.Form] = ReasonForm


#: apps above add their own
DEEDS = {
    "go-live": Deed(
        "End the trial",
        "It may write to everybody who agreed, no longer only to its own guests.",
        lambda actor, told: actions.go_live(actor=actor, note=told["reason"]),
        lambda organization: organization.state == "trial",
    ),
    "decline-review": Deed(
        "Decline the review",
        "The trial goes on. Its owners are mailed your reason, and can ask again.",
        lambda actor, told: actions.decline_review(actor=actor, note=told["reason"]),
        lambda organization: organization.state == "trial" and organization.review_requested_at is not None,
    ),
    "reinstate": Deed(
        "Lift the suspension",
        "It becomes what it was before the suspension, and its messages leave again.",
        lambda actor, _told: actions.reinstate_organization(actor=actor),
        lambda organization: organization.state == "suspended",
    ),
    "resume": Deed(
        "Let messages leave again",
        "The emergency stop ends: campaigns that are under way go on at once.",
        lambda actor, _told: actions.resume_sending(actor=actor),
        lambda organization: organization.sending_stopped_at is not None,
    ),
    "stop": Deed(
        "Stop all sending",
        "Nothing leaves on any channel until it is resumed. The organisation can resume it by itself.",
        lambda actor, _told: actions.stop_sending(actor=actor),
        lambda organization: organization.sending_stopped_at is None,
        severe=True,
    ),
    "suspend": Deed(
        "Suspend",
        "Nothing of it is sent from now on, and only an operator can lift that. Its people see your reason.",
        lambda actor, told: actions.suspend_organization(actor=actor, reason=told["reason"]),
        lambda organization: organization.state in ("trial", "live"),
        severe=True,
    ),
}


@dataclasses.dataclass(frozen=True, slots=True)
class Column:
    """One more column of the organisations: its head, and its words, asked for inside each organisation's context."""

    label: str
    words: Callable[[], str]


#: apps above add their own
COLUMNS: list[Column] = []


def waiting_reviews() -> "models.QuerySet[Organization]":
    """The organisations that asked for a review and have no answer, who waits longest first. One query."""
    rows: models.QuerySet[Organization] = models.QuerySet(Organization)
    return rows.filter(state="trial", review_requested_at__isnull=False).order_by("review_requested_at")


def _shown(column: Column) -> Callable[[Organization], str]:
    @admin.display(description=column.label)
    def words(organization: Organization) -> str:
        with tenant_context(organization.id):
            return column.words()

    return words


def _organization(organization_id: uuid.UUID) -> Organization | None:
    with tenant_context(organization_id):
        return Organization.objects.filter(id=organization_id).first()


class OrganizationAdmin(ReadOnlyAdmin):
    """Organisations: review, suspend, reinstate, stop."""

    list_display = ("name", "state", "review", "suspended_at", "sending_stopped_at", "created_at")
    list_filter = ("state",)
    search_fields = ("name", "legal_name")
    ordering = ("-created_at",)
    list_per_page = 25
    change_form_template = "admin/organization.html"

    def get_list_display(self, request: HttpRequest) -> Any:
        """The columns, with those of other apps: one small query more for each organisation on the page."""
        return [*self.list_display, *(_shown(column) for column in COLUMNS)]

    @admin.display(description="review", ordering="review_requested_at")
    def review(self, organization: Organization) -> str:
        """Whether it waits for an answer, and since when."""
        asked = organization.review_requested_at
        return (
            f"Waits since {date_format(asked, 'DATETIME_FORMAT')}" if asked and organization.state == "trial" else "–"
        )

    def get_urls(self) -> list[Any]:
        deed = path(
            "<uuid:organization_id>/do/<slug:name>/", self.admin_site.admin_view(self.do), name="organization_deed"
        )
        return [deed, *super().get_urls()]

    def do(self, request: HttpRequest, organization_id: Any, name: str) -> HttpResponse:
        """Ask for the reason, then call the action inside that organisation's context."""
        deed = DEEDS.get(name)
        if deed is None:
            return redirect("admin:accounts_organization_changelist")
        organization = _organization(organization_id)
        if organization is None:
            raise Http404("no such organisation")
        form = deed.form(request.POST or None)
        if request.method == "POST" and form.is_valid():
            self._carry_out(request, organization, deed, form.cleaned_data)
            return redirect("admin:accounts_organization_change", organization_id)
        context = self.admin_site.each_context(request) | {
            "form": form,
            "title": f"{deed.label}: {organization.name}",
            "deed": deed,
            "organization": organization,
        }
        return TemplateResponse(request, "admin/deed.html", context, status=422 if form.errors else 200)

    def _carry_out(self, request: HttpRequest, organization: Organization, deed: Deed, told: dict[str, Any]) -> None:
        try:
            with tenant_context(organization.id):
                deed.verb(operator(request), told)
            messages.success(request, f"Done: {deed.label}.")
        except Refused as refusal:
            messages.error(request, str(refusal))

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> Any:
        organization = self.get_object(request, object_id)
        fitting = {name: deed for name, deed in DEEDS.items() if organization is not None and deed.fits(organization)}
        return super().change_view(request, object_id, form_url, {"deeds": fitting, "organization_id": object_id})


class AuditAdmin(ReadOnlyAdmin):
    """The audit trail of every organisation and of the platform."""

    list_display = ("at", "whose", "sequence", "who", "deed")
    list_filter = ("action", "actor_kind")
    ordering = ("-at",)

    def get_queryset(self, request: HttpRequest) -> "models.QuerySet[Any]":
        """Each row with the name of its organisation. One query."""
        named: models.QuerySet[Any, Any] = (
            models.QuerySet(Organization).filter(id=models.OuterRef("organization_id")).values("name")
        )
        return super().get_queryset(request).annotate(whose=models.Subquery(named))

    @admin.display(description="organisation")
    def whose(self, event: Any) -> str:
        """Whose trail it stands in."""
        return str(event.whose or event.organization_id)

    @admin.display(description="who", ordering="actor_kind")
    def who(self, event: Any) -> str:
        """What kind of actor did it; names of people are not an operator's to read."""
        return "A person" if event.actor_kind == "user" else actor_words(event.actor_kind)

    @admin.display(description="deed", ordering="action")
    def deed(self, event: Any) -> str:
        """What was done, in words."""
        return deed_words(event.action)


admin.site.register(Organization, OrganizationAdmin)
admin.site.register(AuditEvent, AuditAdmin)
