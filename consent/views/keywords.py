"""Pages about keywords and answers: which hold, which held on a day, changing them, and trying a text."""

import datetime
import zoneinfo
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_http_methods

from accounts.choices import countries
from accounts.contracts import Refused
from accounts.doors import member
from accounts.models import Organization
from consent.actions.word_sets import save_word_set
from consent.request_forms import LANGUAGES, TryForm, WhichSetForm, WordSetForm
from consent.rulebook import rulebook
from consent.selectors.keyword_pages import keyword_rows, set_page, tried
from consent.selectors.word_sets import sets_in_force
from consent.vocabulary import default_vocabulary
from core import clock


@member("see_contacts")
@require_GET
def keyword_list(request: HttpRequest) -> HttpResponse:
    """Every language with its words, ours and the organisation's own, and a box to try a text."""
    return _page(request, TryForm(), None)


@member("see_contacts")
@require_http_methods(["GET", "POST"])
def try_text(request: HttpRequest) -> HttpResponse:
    """What would come of a text: read by the very matcher, answered by the very texts; nothing is kept. A GET leads back."""
    if request.method == "GET":
        return redirect(_box())
    form = TryForm(request.POST)
    outcome = tried(**form.cleaned_data) if form.is_valid() else None
    return _page(request, form, outcome)


def _page(request: HttpRequest, form: Any, outcome: Any) -> HttpResponse:
    day = parse_date(request.GET.get("on", "")) if len(request.GET.get("on", "")) == 10 else None
    rows = keyword_rows(sets_in_force(_end_of(day) if day else None))
    context = {
        "rows": rows,
        "unread": any(row.is_unread for row in rows),
        "on": day,
        "today": clock.now().astimezone(_zone()).date(),
        "which": WhichSetForm(),
        "form": form,
        "tried": outcome,
        "may_change": request.actor.may("change_consent"),  # type: ignore[attr-defined]
        "version": rulebook().version,
        "phrases": len(default_vocabulary().words("phrase") | default_vocabulary().words("likely")),
        "try_url": f"{reverse('consent:try_text')}#try",
    }
    return render(request, "consent/keywords.html", context, status=422 if form.errors else 200)


@member("change_consent")
@require_http_methods(["GET", "POST"])
def word_set(request: HttpRequest) -> HttpResponse:
    """The words and answers of one language in one country, every version of them, and the next."""
    language, country = request.GET.get("language", "en"), request.GET.get("country", "")
    if language not in dict(LANGUAGES) or country not in {"", *dict(countries())}:
        raise Http404
    shown = set_page(language, country)
    form = WordSetForm(request.POST or None, language=language, row=shown.newest)
    if request.method == "POST" and form.is_valid():
        try:
            row = save_word_set(
                actor=request.actor,  # type: ignore[attr-defined]
                country=country,
                language=language,
                words=form.words(),
                replies=form.replies(),
                frequency=form.cleaned_data["frequency"],
            )
        except Refused as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            messages.success(request, f"Version {row.number} is in force.")
            query = urlencode({"language": language, "country": country})
            return redirect(f"{reverse('consent:word_set')}?{query}")
    context = {"form": form, "page": shown}
    return render(request, "consent/word_set.html", context, status=422 if form.errors else 200)


def _box() -> str:
    return f"{reverse('consent:keywords')}#try"


def _end_of(day: datetime.date) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time.max, _zone())


def _zone() -> zoneinfo.ZoneInfo:
    return zoneinfo.ZoneInfo(Organization.objects.current().time_zone)
