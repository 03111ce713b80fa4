"""How often somebody may ask: the limits of keys, people, addresses and organisations, and what whoever is above one is told."""

import math
import uuid
from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.contracts import Actor
from core import throttle
from core.api import problem
from core.middleware import client_address
from core.throttle import Limit, Verdict

#: whose limit it is, in words
_WHOSE: Final = {
    "key": "This key",
    "organization": "Your organisation",
    "address": "Your network address",
    "unknown": "A network address without a living key",
    "user": "You",
    "people": "All people of your organisation together",
    "visitor": "Your network address",
}

Buckets = list[tuple[str, Limit]]


def key_buckets(request: HttpRequest, key_id: uuid.UUID | None, organization_id: uuid.UUID) -> Buckets:
    """What a request with an API key takes from: its key's, its organisation's and its address's."""
    limits = settings.API_LIMITS
    return [
        (f"key:{key_id}", limits["key"]),
        (f"organization:{organization_id}", limits["organization"]),
        (f"address:{client_address(request)}", limits["address"]),
    ]


def page_buckets(request: HttpRequest, person_id: uuid.UUID, organization_id: uuid.UUID | None) -> Buckets:
    """What a page behind the log-in takes from: the person's, the address's and, inside an organisation, everybody's there."""
    limits = settings.PAGE_LIMITS
    buckets: Buckets = [
        (f"user:{person_id}", limits["user"]),
        (f"visitor:{client_address(request)}", limits["address"]),
    ]
    return buckets if organization_id is None else [*buckets, (f"people:{organization_id}", limits["organization"])]


def within(
    buckets: Buckets, answer: Callable[[], HttpResponse], refuse: Callable[[Verdict], HttpResponse]
) -> HttpResponse:
    """The answer, or the refusal of somebody above a limit, with the headers that say how far it reaches.

    Effects: one token from every bucket; none from any when one is empty.
    """
    verdict = throttle.ask(buckets)
    response = answer() if verdict.free else refuse(verdict)
    for name, value in verdict.headers().items():
        response[name] = value
    return response


def too_many_requests(request: HttpRequest, verdict: Verdict) -> HttpResponse:
    """The problem an application above a limit reads: whose limit it is, how wide, and when to come back."""
    return problem(
        request, "too_many", _told(verdict), remedy=f"Ask again in {_wait(verdict)}; Retry-After says it too."
    )


def too_many_pages(request: HttpRequest, verdict: Verdict) -> HttpResponse:
    """The page a person above a limit reads; it asks the database for nothing."""
    told = f"{_told(verdict)} Nothing was changed. Go on in {_wait(verdict)}."
    return render(request, "429.html", {"shell": None, "told": told}, status=429)


def levels_of(request: HttpRequest, actor: Actor, organization_id: uuid.UUID) -> list[throttle.Level]:
    """How far the limits of an application reach just now; asking takes nothing."""
    return throttle.look(key_buckets(request, actor.id, organization_id))


def _told(verdict: Verdict) -> str:
    whose, verb = _WHOSE[verdict.kind], "have" if verdict.kind in ("user", "people") else "has"
    return f"{whose} {verb} {verdict.per_minute:,g} requests a minute, and {verdict.limit:,} at once."


def _wait(verdict: Verdict) -> str:
    seconds = max(1, math.ceil(verdict.wait))
    return "1 second" if seconds == 1 else f"{seconds:,} seconds"
