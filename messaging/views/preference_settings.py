"""The organisation's side of the preference page: what it offers, what it says, and the page as people see it."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.contracts import Refused
from accounts.doors import member
from accounts.models import Organization
from consent.actions.preference_page import end_preference_links, save_preference_page
from messaging.preference_language import page_language, page_languages
from messaging.preference_settings_form import PreferencePageForm
from messaging.selectors.preference_people import preference_page
from messaging.selectors.preference_specimen import specimen_fields, specimen_topics
from messaging.views.preference_centre import page_context


@member("change_consent")
@require_http_methods(["GET", "POST"])
def preference_page_settings(request: HttpRequest) -> HttpResponse:
    """What the page offers and says; and which of its languages nobody has read yet."""
    page = preference_page()
    form = PreferencePageForm(request.POST or None, page=page)
    if request.method == "POST" and form.is_valid():
        offered = {purpose.id for purpose in form.cleaned_data["offered"]}
        try:
            save_preference_page(actor=request.actor, offered=offered, intros=form.intros())  # type: ignore[attr-defined]
        except Refused as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            messages.success(request, "Saved. People see it from now on.")
            return redirect("messaging:preference_page")
    context = {"form": form, "languages": page_languages(), "page": page}
    return render(request, "messaging/preference_page.html", context, status=422 if form.errors else 200)


@member("change_consent")
@require_POST
def end_links(request: HttpRequest) -> HttpResponse:
    """Let every link sent so far do nothing but stop."""
    end_preference_links(actor=request.actor)  # type: ignore[attr-defined]
    messages.success(request, "Every link sent so far only stops everything now. New messages carry new ones.")
    return redirect("messaging:preference_page")


@member("change_consent")
@require_GET
def preview(request: HttpRequest, language: str) -> HttpResponse:
    """The page as a person sees it, with nobody's data on it and nothing to press."""
    codes = {each.code for each in page_languages()}
    if language not in codes:
        raise Http404("the page has no such language")
    other = request.GET.get("lang", language)
    if other in codes - {language}:  # the page's own links from one language to another
        return redirect("messaging:preview_preferences", other)
    shown = page_language(language)
    organization = Organization.objects.current()
    told = "Preview: nobody's data, and nothing here can be pressed."
    unread = "" if shown.read_by else f" Nobody who speaks {shown.english_name} has read these words yet."
    context = {
        **page_context(organization, shown, specimen_topics(shown.code), "+1 … 0142"),
        **specimen_fields(shown, organization.time_zone),
        "preview_note": told + unread,
    }
    return render(request, "messaging/preferences.html", context)
