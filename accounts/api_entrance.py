"""How an application's request comes in: its key, its limits, its place in the request log, and once for each Idempotency-Key."""

import time
import uuid
from collections.abc import Callable

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from accounts.actions.answers import answer_of, digest_of_key, digest_of_request, hold_key, remember, remembered
from accounts.actions.request_log import log_request
from accounts.api_keys import authenticate
from accounts.contracts import Actor
from accounts.doors import Door
from accounts.limits import key_buckets, too_many_requests, within
from accounts.quotas import quota_headers
from core.api import problem
from core.middleware import client_address
from core.tenancy import tenant_context

Answer = Callable[[HttpRequest], HttpResponse]
LONGEST_KEY = 200
_SAFE = ("GET", "HEAD", "OPTIONS")


def enter(request: HttpRequest, door: Door, answer: Answer) -> HttpResponse:
    """Answer a request that needs a key: 401 without one, 429 above its limits, 403 without the scope, else the view.

    Effects: one row in the request log for everybody who has a key, whatever the answer.
    """
    began = time.monotonic()
    found = authenticate(request)
    if found is None:
        return _unknown(request)
    organization_id, actor = found
    response = within(
        key_buckets(request, actor.id, organization_id),
        lambda: _within_limits(request, door, answer, organization_id, actor),
        lambda verdict: too_many_requests(request, verdict),
    )
    log_request(request, organization_id, actor, response, time.monotonic() - began)
    return response


_NOT_LIVING = "It is not known, was revoked, has expired, or may not be used from your network."


def _unknown(request: HttpRequest) -> HttpResponse:
    """No key, or none that lives: which of its parts is wrong is never told, nor anything too often to one address."""
    response = within(
        [(f"unknown:{client_address(request)}", settings.API_LIMITS["unknown"])],
        lambda: problem(request, "unauthorized", _why(request)),
        lambda verdict: too_many_requests(request, verdict),
    )
    response["WWW-Authenticate"] = "Bearer"
    return response


def _why(request: HttpRequest) -> str:
    """What is wrong as far as it was seen in the request: a key is missing, or the one that came opens nothing."""
    header = request.headers.get("Authorization", "").strip()
    if not header:
        return "No API key came with the request."
    which = "This test key" if header.lower().startswith("bearer crl_test_") else "This API key"
    return f"{which} opens nothing. {_NOT_LIVING}"


def _within_limits(
    request: HttpRequest, door: Door, answer: Answer, organization_id: uuid.UUID, actor: Actor
) -> HttpResponse:
    request.actor = actor  # type: ignore[attr-defined]
    request.organization_id = organization_id  # type: ignore[attr-defined]
    if door.permission and not actor.may(door.permission):
        return problem(request, "not_allowed", f"This key lacks the scope {door.permission}.")
    if door.own_transactions:
        response = answer(request)
        with tenant_context(organization_id):
            return _with_quotas(request, actor, response)
    _ = request.body  # before the transaction: a slow upload must not hold one open
    with tenant_context(organization_id):
        safe = request.method in _SAFE
        response = (
            answer(request) if safe else once(request, lambda: digest_of_request(request), lambda: answer(request))
        )
        _with_quotas(request, actor, response)
        if response.status_code >= 400:
            transaction.set_rollback(True)
    return response


def _with_quotas(request: HttpRequest, actor: Actor, response: HttpResponse) -> HttpResponse:
    """The answer to what may use something up, with what is left of it. After a failure nothing more is asked."""
    if request.method not in _SAFE and response.status_code < 500:
        for name, value in quota_headers(actor).items():
            response[name] = value
    return response


def once(request: HttpRequest, digest: Callable[[], bytes], answer: Callable[[], HttpResponse]) -> HttpResponse:
    """The answer; with an Idempotency-Key, the first one again. A refused request did nothing, so its key stays free.

    Shape: `digest` makes out what is the same request; it is asked for only where there is a key. Runs in a transaction.
    """
    name, actor = request.headers.get("Idempotency-Key", ""), request.actor  # type: ignore[attr-defined]
    if not name or actor.id is None:
        return answer()
    if len(name) > LONGEST_KEY:
        return problem(request, "invalid", errors=[("Idempotency-Key", f"At most {LONGEST_KEY} characters.")])
    key, asked = digest_of_key(actor.id, name), digest()
    if not hold_key(key):
        response = problem(request, "in_progress")
        response["Retry-After"] = "1"
        return response
    held = remembered(key)
    if held is not None:
        if bytes(held.request_digest) != asked:
            return problem(request, "key_reused")
        response = answer_of(held)
        response["Idempotent-Replayed"] = "true"
        return response
    response = answer()
    if response.status_code < 400:
        remember(key, asked, response)
    return response
