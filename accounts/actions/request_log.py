"""The request log of the API: who asked what, and how it ended, for seven days. Never what was sent or answered."""

import re
import uuid

from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

from accounts.contracts import Actor
from accounts.models import ApiRequestLog
from core import clock
from core.tenancy import tenant_context

KEPT_DAYS = 7
#: where an address takes a value, as Django's patterns write it
_PLACE = re.compile(r"<(?:\w+:)?(?P<name>\w+)>")


def log_request(
    request: HttpRequest, organization_id: uuid.UUID, actor: Actor, response: HttpResponse, seconds: float
) -> None:
    """Write one row about an answered request, in a transaction of its own: a refused request is logged too."""
    with tenant_context(organization_id):
        ApiRequestLog.objects.create(
            id=actor.request_id,
            at=clock.now(),
            key_id=actor.id,
            method=(request.method or "")[:8],
            route=_route(request),
            status=response.status_code,
            milliseconds=round(seconds * 1000),
            size=0 if response.streaming else len(response.content),
            address=actor.address,
            agent=actor.agent,
            replayed="Idempotent-Replayed" in response.headers,
        )


def _route(request: HttpRequest) -> str:
    """The address that was asked, with the ids in it: ours, that say nothing about anybody. Any other word of an address, and
    the whole query, stay out.
    """
    try:
        match = resolve(request.path_info)
    except Resolver404:
        return ""
    ids = {name: str(value) for name, value in match.kwargs.items() if isinstance(value, uuid.UUID)}
    return _PLACE.sub(lambda place: ids.get(place["name"], f"{{{place['name']}}}"), match.route)[:120]
