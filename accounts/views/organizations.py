"""Pages about organisations: open, switch, settings, documents, stop, resume, review."""

import uuid
from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from accounts.actions import organizations as actions
from accounts.actions.preferences import choose_theme
from accounts.contracts import Refused
from accounts.documents import current_documents
from accounts.doors import member, person, public
from accounts.forms import DocumentsForm, OpenForm, SettingsForm, ThemeForm
from accounts.middleware import SESSION_KEY
from accounts.models import Organization, User


@person
@require_http_methods(["GET", "POST"])
def open_organization(request: HttpRequest) -> HttpResponse:
    """Open one more organisation, or the first."""
    form = OpenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        owner, name = cast(User, request.user), form.cleaned_data["name"]
        try:
            organization_id = actions.open_organization(actor=request.actor, owner=owner, name=name)  # type: ignore[attr-defined]
        except Refused as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            request.session[SESSION_KEY] = str(organization_id)
            return redirect(settings.LOGIN_REDIRECT_URL)
    return render(request, "accounts/open.html", {"form": form}, status=422 if form.errors else 200)


@person
@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    """Go to another organisation of the same person; one they do not belong to is not found."""
    wanted = request.POST.get("id", "")
    if wanted not in {str(each.organization_id) for each in request.belongings}:  # type: ignore[attr-defined]
        raise Http404("no such organisation")
    request.session[SESSION_KEY] = str(uuid.UUID(wanted))
    request.session.cycle_key()
    return redirect(settings.LOGIN_REDIRECT_URL)


@person
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Remember the theme and go back."""
    form = ThemeForm(request.POST)
    if form.is_valid():
        choose_theme(user=request.user, theme=form.cleaned_data["theme"])  # type: ignore[arg-type]
    return back(request)


@member("change_settings")
@require_http_methods(["GET", "POST"])
def organization_settings(request: HttpRequest) -> HttpResponse:
    """The organisation's settings."""
    organization = Organization.objects.current()
    form = SettingsForm(request.POST or None, instance=organization)
    if request.method == "POST" and form.is_valid():
        organization.refresh_from_db()
        actions.change_settings(actor=request.actor, **form.cleaned_data)  # type: ignore[attr-defined]
        messages.success(request, "Settings saved.")
        return redirect("accounts:settings")
    context = {"form": form, "organization": organization}
    return render(request, "accounts/settings.html", context, status=422 if form.errors else 200)


@member()
@require_http_methods(["GET", "POST"])
def documents(request: HttpRequest) -> HttpResponse:
    """Read and accept the documents in force."""
    form = DocumentsForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.accept_documents(actor=request.actor, user=request.user)  # type: ignore[attr-defined, arg-type]
        return redirect(settings.LOGIN_REDIRECT_URL)
    context = {"form": form, "documents": current_documents()}
    return render(request, "accounts/documents.html", context, status=422 if form.errors else 200)


@public
@require_http_methods(["GET"])
def document(request: HttpRequest, name: str) -> HttpResponse:
    """One document, for everybody."""
    found = next((each for each in current_documents() if each.name == name), None)
    if found is None:
        raise Http404("no such document")
    return render(request, "accounts/document.html", {"document": found})


@member("stop_sending")
@require_POST
def emergency_stop(request: HttpRequest) -> HttpResponse:
    """Stop everything this organisation sends."""
    actions.stop_sending(actor=request.actor)  # type: ignore[attr-defined]
    messages.warning(request, "All sending has stopped. Nothing leaves until somebody starts it again.")
    return back(request)


@member("resume_sending")
@require_POST
def resume_sending(request: HttpRequest) -> HttpResponse:
    """Let messages leave again."""
    actions.resume_sending(actor=request.actor)  # type: ignore[attr-defined]
    messages.success(request, "Messages leave again.")
    return back(request)


@member("change_settings")
@require_POST
def request_review(request: HttpRequest) -> HttpResponse:
    """Ask the operators to end the trial."""
    try:
        actions.request_review(actor=request.actor)  # type: ignore[attr-defined]
    except Refused as refusal:
        organization = Organization.objects.current()
        form = SettingsForm(instance=organization)
        context: dict[str, Any] = {"form": form, "organization": organization, "refusal": refusal}
        return render(request, "accounts/settings.html", context, status=422)
    messages.success(request, "The review is asked for. We answer by email.")
    return redirect("accounts:settings")


def back(request: HttpRequest) -> HttpResponseRedirect:
    """To the page the form stood on, if it is one of ours."""
    target = request.POST.get("next") or request.headers.get("Referer", "")
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(target if safe else settings.LOGIN_REDIRECT_URL)
