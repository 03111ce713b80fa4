"""Pages that belong to no app: home, the style page, health, error pages, reports of the content security policy."""

import json
import logging
from typing import Any

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import is_valid_path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST
from drf_spectacular.views import SpectacularAPIView

from accounts.doors import member, public
from accounts.refusal_codes import CODES
from accounts.roles import API_SCOPES, PERMISSIONS
from campaigns.selectors.home import home as read_home
from config.api_reference import subjects
from consent.reasons import REASONS
from core import clock
from core.api import problem, problems

logger = logging.getLogger(__name__)


@member()
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Is anything wrong, what waits for me, what went out."""
    actor = request.actor  # type: ignore[attr-defined]
    context = {"home": read_home(actor), "may_write": actor.may("author_campaigns"), "now": clock.now()}
    return render(request, "home.html", context)


@public
@require_GET
def style(request: HttpRequest) -> HttpResponse:
    """The living style page: every element in every state."""
    return render(request, "style.html")


@public
@require_GET
def live(_request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return JsonResponse({"status": "live"})


@public
@require_GET
def ready(_request: HttpRequest) -> HttpResponse:
    """The process can work: it reaches PostgreSQL and Valkey. 503 names the part that does not answer."""
    parts = {"database": _database_answers(), "queue": _queue_answers()}
    ok = all(parts.values())
    return JsonResponse({"status": "ready" if ok else "waiting", "parts": parts}, status=200 if ok else 503)


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("select 1")
    except DatabaseError:
        return False
    return True


def _queue_answers() -> bool:
    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False


@public
@csrf_exempt
@require_POST
def csp_report(request: HttpRequest) -> HttpResponse:
    """A browser refused something on one of our pages: log which directive, never the address or a sample."""
    try:
        report = json.loads(request.body[:10_000]).get("csp-report", {})
        directive = str(report.get("effective-directive", ""))[:40]
    except (ValueError, AttributeError, RecursionError):
        return HttpResponse(status=400)
    logger.warning("a page broke the content security policy", extra={"reason": directive})
    return HttpResponse(status=204)


class Schema(SpectacularAPIView):
    """The OpenAPI document: public, like the documentation made from it."""

    authentication_classes: list[Any] = []
    permission_classes: list[Any] = []


schema = public(Schema.as_view())


@public
@require_GET
def problem_list(request: HttpRequest) -> HttpResponse:
    """What each problem of the API means; the `type` of a problem leads here."""
    general = [(code, kind["status"], kind["title"], kind["remedy"]) for code, kind in problems().items()]
    refused = [(code, 422, words, "") for code, words in CODES.items()]
    reasons = [(code, 422, f"{why.label}.", why.sentence) for code, why in sorted(REASONS.items())]
    groups = [("Of every request", general), ("Of what was asked to be done", refused), ("Of the gate", reasons)]
    return render(request, "problems.html", {"groups": groups})


@public
@require_GET
def api_docs(request: HttpRequest) -> HttpResponse:
    """Every operation of the API, made from its OpenAPI document."""
    scopes = [(scope, PERMISSIONS[scope]) for scope in API_SCOPES]
    return render(request, "api_docs.html", {"subjects": subjects(), "scopes": scopes})


@public
@require_GET
def api_try(request: HttpRequest) -> HttpResponse:
    """Where somebody sends requests with a test key and sees the answers; the key stays in their browser."""
    return render(request, "api_try.html")


@public
@require_GET
def to_api_docs(_request: HttpRequest) -> HttpResponse:
    """Where people look for the documentation of the API first."""
    return redirect("api:docs")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400 in the house style."""
    return _error(request, 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403 in the house style."""
    return _error(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: the same page whether it never existed or belongs to somebody else."""
    return _error(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500 without asking the database for anything."""
    if request.path.startswith("/api/"):
        return _error(request, 500)
    from django.template.loader import render_to_string

    return HttpResponse(render_to_string("500.html"), status=500)


_CODES = {400: "invalid", 403: "not_allowed", 404: "not_found", 500: "failed"}


def _error(request: HttpRequest, status: int) -> HttpResponse:
    if request.path.startswith("/api/"):
        return problem(request, _CODES[status], _with_slash(request) if status == 404 else "")
    return render(request, f"{status}.html", status=status)


def _with_slash(request: HttpRequest) -> str:
    """The right address, for one that only lacks its last slash."""
    path = f"{request.path_info}/"
    if request.path_info.endswith("/") or not is_valid_path(path):
        return ""
    return f"Addresses end with a slash: send it to {path}."
