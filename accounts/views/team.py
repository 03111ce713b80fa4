"""Pages about the team: members, invitations, guests of the trial."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import access_guest, access_invitation, access_member
from accounts.actions import guests, members
from accounts.actions.organizations import accept_documents
from accounts.contracts import Refused
from accounts.documents import ACCEPTED_KEY, documents_version
from accounts.doors import member, person, public
from accounts.forms import DocumentsForm, GuestForm, InviteForm, JoinForm, RoleForm
from accounts.mail import send_invitation
from accounts.middleware import SESSION_KEY
from accounts.models import Organization
from accounts.selectors import guest_list, invitation_of, open_invitations, organization_of_invitation
from accounts.selectors import members as team_members
from core import clock
from core.ids import secret_digest
from core.tenancy import tenant_context


@member("change_team")
@require_http_methods(["GET", "POST"])
def team(request: HttpRequest) -> HttpResponse:
    """The team, and inviting somebody into it."""
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            invitation, secret = members.invite_member(actor=request.actor, **form.cleaned_data)  # type: ignore[attr-defined]
        except Refused as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            send_invitation(invitation, secret)
            messages.success(request, f"Invitation sent. It is good for {members.INVITATION_DAYS} days.")
            return redirect("accounts:team")
    return _team_page(request, form)


def _team_page(request: HttpRequest, form: Any, refusal: Refused | None = None) -> HttpResponse:
    context = {"form": form, "members": team_members(), "invitations": open_invitations(), "refusal": refusal}
    return render(request, "accounts/team.html", context, status=422 if form.errors or refusal else 200)


@member("change_team")
@require_http_methods(["GET", "POST"])
def member_detail(request: HttpRequest, member_id: uuid.UUID) -> HttpResponse:
    """One member: their role, and removing them."""
    found = access_member(request.actor, member_id)  # type: ignore[attr-defined]
    form = RoleForm(request.POST or None, initial={"role": found.custom_role_id or found.role})
    if request.method == "POST" and form.is_valid():
        try:
            members.change_role(actor=request.actor, member=found, role=form.cleaned_data["role"])  # type: ignore[attr-defined]
        except Refused as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            messages.success(request, "Role changed. It holds from their next click.")
            return redirect("accounts:team")
    return render(request, "accounts/member.html", {"form": form, "member": found}, status=422 if form.errors else 200)


@member("change_team")
@require_POST
def remove_member(request: HttpRequest, member_id: uuid.UUID) -> HttpResponse:
    """Take somebody out of the team."""
    found = access_member(request.actor, member_id)  # type: ignore[attr-defined]
    try:
        members.remove_member(actor=request.actor, member=found)  # type: ignore[attr-defined]
    except Refused as refusal:
        return _team_page(request, InviteForm(), refusal)
    messages.success(request, "They are out of the team.")
    return redirect("accounts:team")


@member("change_team")
@require_POST
def resend_invitation(request: HttpRequest, invitation_id: uuid.UUID) -> HttpResponse:
    """Send a fresh link."""
    found = access_invitation(request.actor, invitation_id)  # type: ignore[attr-defined]
    try:
        secret = members.resend_invitation(actor=request.actor, invitation=found)  # type: ignore[attr-defined]
    except Refused as refusal:
        return _team_page(request, InviteForm(), refusal)
    send_invitation(found, secret)
    messages.success(request, "Sent again. The earlier link no longer works.")
    return redirect("accounts:team")


@member("change_team")
@require_POST
def cancel_invitation(request: HttpRequest, invitation_id: uuid.UUID) -> HttpResponse:
    """Withdraw an invitation."""
    found = access_invitation(request.actor, invitation_id)  # type: ignore[attr-defined]
    members.cancel_invitation(actor=request.actor, invitation=found)  # type: ignore[attr-defined]
    messages.success(request, "Invitation withdrawn.")
    return redirect("accounts:team")


@public
@require_http_methods(["GET"])
def invitation(request: HttpRequest, secret: str) -> HttpResponse:
    """What an invitation offers; somebody who is not logged in signs up or in first."""
    organization_id = organization_of_invitation(secret_digest(secret))
    if organization_id is None:
        return _gone(request)
    with tenant_context(organization_id):
        found = invitation_of(secret_digest(secret))
        organization = Organization.objects.current()
    if not found.is_open(clock.now()):
        return _gone(request)
    request.session["invitation"] = secret
    form = _join_form(request)
    context = {
        "invitation": found,
        "organization": organization,
        "secret": secret,
        "form": form(),
        "agreed": form is JoinForm,
    }
    return render(request, "accounts/invitation.html", context)


def _gone(request: HttpRequest) -> HttpResponse:
    """An invitation that opens nothing; it stands in nobody's way any more."""
    request.session.pop("invitation", None)
    return render(request, "accounts/invitation_gone.html", status=404)


def _join_form(request: HttpRequest) -> type[DocumentsForm] | type[JoinForm]:
    """Nobody is asked twice for the same documents in one sitting."""
    return JoinForm if request.session.get(ACCEPTED_KEY) == documents_version() else DocumentsForm


@person
@require_POST
def accept_invitation(request: HttpRequest, secret: str) -> HttpResponse:
    """Take up an invitation and go to the organisation."""
    organization_id = organization_of_invitation(secret_digest(secret))
    form = _join_form(request)(request.POST)
    if organization_id is None:
        raise Http404("no such invitation")
    with tenant_context(organization_id):
        found = invitation_of(secret_digest(secret))
        organization = Organization.objects.current()
        try:
            if form.is_valid():
                members.accept_invitation(actor=request.actor, invitation=found, user=request.user)  # type: ignore[attr-defined, arg-type]
                accept_documents(actor=request.actor, user=request.user)  # type: ignore[attr-defined, arg-type]
        except Refused as refusal:
            form.add_error(None, str(refusal))
    if form.errors:
        context = {"invitation": found, "organization": organization, "secret": secret, "form": form}
        context["agreed"] = isinstance(form, JoinForm)
        return render(request, "accounts/invitation.html", context, status=422)
    for name in ("invitation", ACCEPTED_KEY):
        request.session.pop(name, None)
    request.session[SESSION_KEY] = str(organization_id)
    return redirect("/")


@member("change_settings")
@require_http_methods(["GET", "POST"])
def guest_page(request: HttpRequest) -> HttpResponse:
    """The addresses a trial may reach."""
    country = Organization.objects.current().default_country
    form = GuestForm(request.POST or None, country=country)
    if request.method == "POST" and form.is_valid():
        try:
            guests.add_guest(actor=request.actor, **form.cleaned_data)  # type: ignore[attr-defined]
        except Refused as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            messages.success(request, "Saved. Trial messages may reach them.")
            return redirect("accounts:guests")
    context = {"form": form, "guests": guest_list(), "most": guests.MOST_GUESTS}
    return render(request, "accounts/guests.html", context, status=422 if form.errors else 200)


@member("change_settings")
@require_POST
def remove_guest(request: HttpRequest, guest_id: uuid.UUID) -> HttpResponse:
    """Take an address out of the trial's circle."""
    guests.remove_guest(actor=request.actor, guest=access_guest(request.actor, guest_id))  # type: ignore[attr-defined]
    messages.success(request, "Removed.")
    return redirect("accounts:guests")
