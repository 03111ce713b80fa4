"""Pages about the rules: what they say, what the gate would have answered, what a change would bring, and kept decisions."""

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.doors import member
from accounts.models import Organization
from consent.access import access_decision
from consent.rule_forms import ChangesForm, QuestionForm
from consent.rule_questions import TooManyQuestions
from consent.rulebook import rulebook
from consent.selectors.decisions import kept_decision
from consent.selectors.rule_answers import answer_question
from consent.selectors.rule_changes import changes_between
from consent.selectors.rule_sets import kept_versions, rules_of, texts_of
from consent.selectors.rules import KIND_LABELS, named_places, purposes_concerned, row_as_text, rule_rows, rule_versions
from core import clock


@member("see_contacts")
@require_GET
def rule_list(request: HttpRequest) -> HttpResponse:
    """Every rule, by kind and place."""
    kind, place = request.GET.get("kind", "")[:20], request.GET.get("place", "")[:6]
    rows = rule_rows(_today(), kind=kind, place=place)
    context = {
        "groups": [(label, [row for row in rows if row.kind[0] == key]) for key, label in KIND_LABELS],
        "count": len(rows),
        "unverified": sum(not row.source.verified for row in rows),
        "kinds": KIND_LABELS,
        "places": named_places(),
        "kind": kind,
        "place": place,
        "version": rulebook().version,
    }
    return render(request, "consent/rules.html", context)


@member("see_contacts")
@require_GET
def rule_detail(request: HttpRequest, rule: str) -> HttpResponse:
    """One rule with every version of it that is known."""
    today = _today()
    versions = rule_versions(rule, today)
    if not versions:
        raise Http404
    shown = next((row for row in versions if row.state == "now"), versions[0])
    context = {
        "row": shown,
        "versions": versions,
        "purposes": purposes_concerned(shown),
        "text": row_as_text(rule),
        "version": rulebook().version,
    }
    return render(request, "consent/rule.html", context)


@member("see_contacts")
@require_GET
def rule_question(request: HttpRequest) -> HttpResponse:
    """Would this have been allowed? Asking changes nothing, so the question is in the address and can be shared."""
    asked = "place" in request.GET
    zone = Organization.objects.current().time_zone
    form = QuestionForm(request.GET if asked else None, today=_today(), zone=zone)
    version = request.GET.get("version", "")[:40]
    rules = rules_of(version) if version else rulebook()
    context: dict[str, Any] = {"form": form, "versions": kept_versions(), "version": version, "missing": rules is None}
    if asked and form.is_valid() and rules is not None:
        question = form.question()
        context |= {"question": question, "answer": answer_question(question, rules)}
    status = 422 if asked and (form.errors or rules is None) else 200
    return render(request, "consent/rule_question.html", context, status=status)


@member("see_contacts")
@require_http_methods(["GET", "POST"])
def rule_changes(request: HttpRequest) -> HttpResponse:
    """What changes from one day to another, with the rules adopted until then and those somebody proposes."""
    form = ChangesForm(request.POST or None, today=_today())
    context: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            context["changes"] = changes_between(told["since"], told["until"], told["proposed"])
        except TooManyQuestions as error:
            form.add_error(None, str(error))
    return render(request, "consent/rule_changes.html", context, status=422 if form.errors else 200)


@member("see_contacts")
@require_GET
def rule_sets(request: HttpRequest) -> HttpResponse:
    """Every version of the rulebook that is kept, and the files of one."""
    version = request.GET.get("version", "")[:40]
    texts = texts_of(version) if version else None
    if version and texts is None:
        raise Http404
    context = {"versions": kept_versions(), "version": version, "texts": sorted((texts or {}).items())}
    return render(request, "consent/rule_versions.html", context)


@member("see_contacts")
@require_GET
def decision_detail(request: HttpRequest, decision_id: uuid.UUID) -> HttpResponse:
    """One decision of the gate: what it knew, what it answered, and which rules decided."""
    record = access_decision(request.actor, decision_id)  # type: ignore[attr-defined]
    return render(request, "consent/decision.html", {"kept": kept_decision(record)})


def _today() -> Any:
    return timezone.localtime(clock.now()).date()
