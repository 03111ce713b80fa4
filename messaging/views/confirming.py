"""The page on which somebody confirms what they agreed to. It asks for no login, sets no cookie and needs no script.

A GET never changes anything, because programs that look for dangerous links open all of them; only the button acts.
"""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts.doors import public
from core.middleware import client_address
from core.tenancy import tenant_context
from messaging.actions.agreeing import Question, confirm_by_page, question_of
from messaging.confirmation_links import read_notice_token
from messaging.notice_words import notice_language
from messaging.preference_language import page_language
from messaging.views.preference_centre import kept_private

#: sentences that hold a name, a date or an address
_SENTENCES = ("heading", "about", "until", "for", "done_text", "stopped_text")


@public
@csrf_exempt  # there is no cookie to ride on; the link itself is the proof
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Ask whether they want it, or write down that they do."""
    named = read_notice_token("confirm", token)
    if named is None:
        return broken(request)
    organization_id, event_id = named
    with tenant_context(organization_id):
        question = question_of(event_id, request.POST.get("shown_in", "") or request.GET.get("lang", ""))
        if question is None:
            return broken(request)
        if request.method == "POST" and request.POST.get("confirm") == "yes":
            return _confirm(request, question)
        return _show(request, question)


def _confirm(request: HttpRequest, question: Question) -> HttpResponse:
    """Write it down, and lead to the page that says what holds; going back or loading it again presses nothing again."""
    evidence = {"address": client_address(request), "agent": request.headers.get("User-Agent", "")[:200]}
    confirm_by_page(question=question, evidence=evidence)
    return kept_private(HttpResponseRedirect(f"{request.path}?lang={question.language.code}", status=303))


def _show(request: HttpRequest, question: Question) -> HttpResponse:
    language, event = question.language, question.event
    told = {
        "name": question.organization.name,
        "purpose": question.purpose,
        "channel": language.words[event.channel],
        "date": language.day(question.until),
        "address": event.point.hint,
    }
    context = {
        "say": {key: language.say(key, **told) for key in _SENTENCES},
        "words": language.words,
        "page_language": language.code,
        "page_direction": language.direction,
        "organization": question.organization.name,
        "wording": event.wording,
        "wording_direction": page_language(event.wording.language).direction if event.wording is not None else "",
        "standing": question.standing,
        "csrf_token": "",  # a page that asked for this token would set a cookie, and it needs none
    }
    return kept_private(render(request, "messaging/confirm.html", context))


def broken(request: HttpRequest) -> HttpResponse:
    """What is shown for a link that names nothing, in the language it was asked for in."""
    language = notice_language(request.GET.get("lang", ""))
    context = {
        "words": language.words,
        "page_language": language.code,
        "page_direction": language.direction,
        "csrf_token": "",
    }
    return kept_private(render(request, "messaging/confirm_broken.html", context, status=404))
