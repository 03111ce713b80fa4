"""The page behind a receipt: what somebody agreed to, when, how, and how to stop it. It only ever reads."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.doors import public
from core.tenancy import tenant_context
from messaging.actions.receipting import ShownReceipt, receipt_of
from messaging.confirmation_links import read_notice_token
from messaging.preference_language import page_language
from messaging.views.confirming import broken
from messaging.views.preference_centre import kept_private


@public
@require_safe
def receipt(request: HttpRequest, token: str) -> HttpResponse:
    """Show what somebody agreed to."""
    named = read_notice_token("receipt", token)
    if named is None:
        return broken(request)
    organization_id, event_id = named
    with tenant_context(organization_id):
        shown = receipt_of(event_id, request.GET.get("lang", ""))
        return _show(request, shown) if shown is not None else broken(request)


def _show(request: HttpRequest, shown: ShownReceipt) -> HttpResponse:
    language, event = shown.language, shown.agreed
    told = {
        "name": shown.organization.name,
        "purpose": event.purpose.name if event.purpose is not None else "",
        "channel": language.words[event.channel],
        "address": event.point.hint,
    }
    confirmed = shown.confirmed
    context = {
        "say": {key: language.say(key, **told) for key in ("receipt_heading", "about", "for")},
        "agreed_on": language.say("agreed_on", date=language.day(event.occurred_at)),
        "confirmed_on": language.say("confirmed_on", date=language.day(confirmed.occurred_at)) if confirmed else "",
        "version": language.say("version", number=str(event.wording.version)) if event.wording is not None else "",
        "to_stop": language.words[f"stop_{event.channel}"],
        "words": language.words,
        "page_language": language.code,
        "page_direction": language.direction,
        "organization": shown.organization.name,
        "wording": event.wording,
        "wording_direction": page_language(event.wording.language).direction if event.wording is not None else "",
        "shown": shown,
        "csrf_token": "",  # a page that asked for this token would set a cookie, and it needs none
    }
    return kept_private(render(request, "messaging/receipt.html", context))
