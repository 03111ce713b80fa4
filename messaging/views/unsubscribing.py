"""The page behind the last line of every mail. It asks for nothing: whoever holds the link may stop the mails.

A GET never changes anything, because programs that look for dangerous links open all of them; a POST acts, whether a mail
program sends it (RFC 8058) or the page's own button.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts.doors import public
from core.middleware import client_address
from core.tenancy import tenant_context
from messaging.actions.unsubscribing import subscription, unsubscribe
from messaging.unsubscribe_links import UnsubscribeLink, read_token

#: what a mail program sends, and nothing else (RFC 8058, section 3.2)
_FIELD, _VALUE = "List-Unsubscribe", "One-Click"
#: a page that asks for this token would set a cookie, and it needs none
_NO_COOKIE = {"csrf_token": ""}


@public
@csrf_exempt  # mail programs send no cookie, and the link itself is the proof
@require_http_methods(["GET", "HEAD", "POST"])
def stop_mail(request: HttpRequest, token: str) -> HttpResponse:
    """Ask whether mails shall stop, or stop them."""
    link = read_token(token)
    if request.method != "POST":
        return _ask(request, link)
    one_click = request.POST.get(_FIELD, "").lower() == _VALUE.lower()
    if not one_click and request.POST.get("stop") != "yes":
        return _ask(request, link)
    known = link is not None and _act(request, link, "one_click" if one_click else "unsubscribe_link")
    if one_click:  # a program reads this: no page, no redirect, no cookie, and the same words whether we know it or not
        return HttpResponse("You get no more mail.\n", content_type="text/plain; charset=utf-8")
    return _ask(request, link) if known else _broken(request)


def _act(request: HttpRequest, link: UnsubscribeLink, source: str) -> bool:
    evidence = {
        "link": "the last line of a mail" if source == "unsubscribe_link" else "the button of the mail program",
        "address": client_address(request),
        "agent": request.headers.get("User-Agent", "")[:200],
    }
    with tenant_context(link.organization_id):
        return unsubscribe(link=link, source=source, evidence=evidence) is not None


def _ask(request: HttpRequest, link: UnsubscribeLink | None) -> HttpResponse:
    """The page as it stands now: the question, or that it is done."""
    if link is None:
        return _broken(request)
    with tenant_context(link.organization_id):
        shown = subscription(link)
    if shown is None:
        return _broken(request)
    return _kept_private(render(request, "messaging/stop_mail.html", {"shown": shown} | _NO_COOKIE))


def _broken(request: HttpRequest) -> HttpResponse:
    return _kept_private(render(request, "messaging/stop_mail_broken.html", _NO_COOKIE, status=404))


def _kept_private(response: HttpResponse) -> HttpResponse:
    """No cache keeps the page, and no site it leads to learns its address."""
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"
    return response
