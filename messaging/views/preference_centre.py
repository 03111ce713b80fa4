"""The page on which somebody chooses what they get. It asks for no login, sets no cookie and needs no script.

A GET never changes anything, because programs that look for dangerous links open all of them; a POST acts, and leads to a page
that says what holds now.
"""

import datetime
import zoneinfo
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts.contracts import Refused
from accounts.doors import public
from accounts.models import Organization
from consent.selectors.preferences import pauses_at
from core import clock
from core.middleware import client_address
from core.tenancy import tenant_context
from messaging.actions.asking_again import answer_on_page, open_asks
from messaging.actions.choosing import save_choices, stop_everything
from messaging.preference_forms import draft_of, fields_of, opened_at, read_choices, retyped_draft, stamp
from messaging.preference_language import PageLanguage, page_language
from messaging.preference_links import PreferenceLink, read_preference_token
from messaging.selectors import preference_texts as texts
from messaging.selectors.preference_people import Chooser, chooser_of, everything_stopped, preference_page
from messaging.selectors.preference_texts import FROM, UNTIL, WEEKLY, Draft
from messaging.selectors.preference_topics import Topic, topics_of

#: what can be said at the top after something was pressed
_DONE: Final = ("saved", "unchanged", "outdated", "kept_out", "stopped", "kept")
#: nothing was typed
_NOTHING: Final = Draft()


@public
@csrf_exempt  # there is no cookie to ride on; the link itself is the proof
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest, token: str) -> HttpResponse:
    """Show what somebody gets, or put into force what they chose."""
    link = read_preference_token(token)
    if link is None:
        return _broken(request)
    with tenant_context(link.organization_id):
        pressed = fields_of(request.POST) if request.method == "POST" else ""
        if pressed == "stop":
            return _stop(request, link)
        if pressed == "yes":
            return _say_yes(request, link)
        return _save(request, link) if pressed == "save" else _show(request, link)


def _save(request: HttpRequest, link: PreferenceLink) -> HttpResponse:
    chooser = chooser_of(link)
    if chooser is None:
        return _broken(request)
    organization = Organization.objects.current()
    language = default_language(chooser, organization)
    try:
        chosen = read_choices(
            request.POST,
            wishes=chooser.wishes,
            zones=chooser.zones(organization.time_zone),
            language=language,
        )
        answer = save_choices(link=link, chosen=chosen, evidence=_evidence(request))
    except Refused as refusal:
        return _show(request, link, refusal.field)
    if answer == "broken":
        return _show(request, link)
    language = chosen.wished.wishes.language
    return _after(request, answer, language if language != chooser.wishes.language else chosen.shown_in)


def _stop(request: HttpRequest, link: PreferenceLink) -> HttpResponse:
    if stop_everything(link=link, evidence=_evidence(request)) is None:
        return _broken(request)
    return _after(request, "stopped", request.POST.get("shown_in", ""))


def _say_yes(request: HttpRequest, link: PreferenceLink) -> HttpResponse:
    """Answer a question they were asked at this address; pressed again, or asked nothing, nothing is written."""
    chooser = chooser_of(link)
    if chooser is None or chooser.only_stops:
        return _show(request, link)
    asked = {str(ask.id): ask for ask in open_asks(chooser.point.id)}.get(request.POST.get("ask", ""))
    page = "The question on the page behind a link that was sent to this address"
    evidence = _evidence(request) | {"page": page, "link_made_at": link.made_at.isoformat()}
    done = asked is not None and answer_on_page(asked, evidence) is not None
    return _after(request, "kept" if done else "unchanged", request.POST.get("shown_in", ""))


def _after(request: HttpRequest, answer: str, language: str) -> HttpResponse:
    """To the page that says what holds now; going back or loading it again presses nothing again."""
    query = f"?lang={page_language(language).code}&done={answer}"
    return kept_private(HttpResponseRedirect(request.path + query, status=303))


def _evidence(request: HttpRequest) -> dict[str, str]:
    return {
        "language": page_language(request.POST.get("shown_in", "")).code,
        "address": client_address(request),
        "agent": request.headers.get("User-Agent", "")[:200],
    }


def _show(request: HttpRequest, link: PreferenceLink, error: str = "") -> HttpResponse:
    """The page as it stands now, or with what was typed and the reason it was not saved; then it is no younger than it was."""
    opened = opened_at(request.POST) if error else clock.now()
    chooser = chooser_of(link)
    if chooser is None:
        return _broken(request)
    organization = Organization.objects.current()
    own = default_language(chooser, organization)
    asked = request.POST.get("shown_in", "") if request.method == "POST" else request.GET.get("lang", "")
    language = page_language(asked, own)
    pause, zones = pauses_at([chooser.point.id]).get(chooser.point.id), chooser.zones(organization.time_zone)
    held = draft_of(chooser.wishes, pause, zones[0], own)
    draft = retyped_draft(request.POST, held) if error else held
    topics = topics_of(chooser, language.code)
    context = {
        **page_context(organization, language, topics, chooser.point.hint, draft),
        **_fields(chooser, zones, language, draft),
        "held": held,
        "paused": language.words["paused_until"].format(date=_day(pause, zones[0], language)) if pause else "",
        "opened": stamp(opened),
        "reach": language.words["reach"] if chooser.others else "",
        "done": request.GET.get("done", "") if request.GET.get("done", "") in _DONE else "",
        "error": language.words.get(f"error_{error}", "") if error else "",
        "only_stops": chooser.only_stops,
        "asks": [] if chooser.only_stops else texts.asks_of(open_asks(chooser.point.id), language, zones[0]),
    }
    return kept_private(render(request, "messaging/preferences.html", context, status=422 if error else 200))


def page_context(
    organization: Organization, language: PageLanguage, topics: list[Topic], address: str, draft: Draft = _NOTHING
) -> dict[str, Any]:
    """What the page says whoever reads it: the sender, the topics with their switches, the languages."""
    intro, intro_language = texts.intro_of(preference_page().intros, language.code, organization.default_language)
    return {
        "words": texts.sentences(language, organization, address),
        "organization": organization.name,
        "sender": texts.sender_line(organization),
        "intro": intro,
        "intro_language": intro_language,
        "topics": [(topic.purpose, texts.lines_of(topic, language, draft)) for topic in topics],
        "agreements": texts.agreements_of(topics, language),
        "languages": texts.language_options(language.code),
        "page_language": language.code,
        "page_direction": language.direction,
        "csrf_token": "",  # a page that asked for this token would set a cookie, and it needs none
    }


def _fields(chooser: Chooser, zones: list[str], language: PageLanguage, draft: Draft) -> dict[str, Any]:
    """The fields beside the switches, with what stands in them."""
    extra = [chooser.wishes.weekly_cap] if chooser.wishes.weekly_cap not in (None, *WEEKLY) else []
    return {
        "draft": draft,
        "weekly": texts.weekly_options(sorted([*WEEKLY, *filter(None, extra)]), language, draft.weekly),
        "starts": texts.hour_options(FROM, language, draft.start),
        "ends": texts.hour_options(UNTIL, language, draft.end),
        "zones": texts.zone_options(zones, language, draft.zone),
        "zone_one": language.words["zone_one"].format(place=language.place(zones[0])),
        "written_in": texts.language_options(draft.language),
        "everything_off": everything_stopped(chooser),
    }


def _day(moment: datetime.datetime, zone: str, language: PageLanguage) -> str:
    return language.day(moment.astimezone(zoneinfo.ZoneInfo(zone)).date())


def default_language(chooser: Chooser, organization: Organization) -> str:
    """The language somebody is written to in: the one they chose, that of their card, or the organisation's."""
    known = chooser.contact.language if chooser.contact is not None else ""
    return page_language(chooser.wishes.language, known, organization.default_language).code


def _broken(request: HttpRequest) -> HttpResponse:
    language = page_language(request.GET.get("lang", ""))
    context = {
        "words": language.words,
        "page_language": language.code,
        "page_direction": language.direction,
        "csrf_token": "",
    }
    return kept_private(render(request, "messaging/preferences_broken.html", context, status=404))


def kept_private(response: HttpResponse) -> HttpResponse:
    """No cache keeps the page, no search engine lists it, and no site it leads to learns its address."""
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
