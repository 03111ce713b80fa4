"""The compliance report: how consent grows, what rules did, how fast stops are heard. For whoever answers for it."""

import datetime
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.doors import member
from campaigns.selectors.compliance import rule_effects
from consent.selectors.growth import purpose_lines, source_lines
from core import clock
from messaging.selectors.stop_times import stop_times

_DAYS: Final = (7, 30, 90, 365)
_USUAL: Final = 30


@member("see_contacts")
@require_GET
def compliance(request: HttpRequest) -> HttpResponse:
    """Everything about a chosen number of days, up to now."""
    request.actor.require("see_campaigns")  # type: ignore[attr-defined]
    asked = request.GET.get("days", "")
    days = int(asked) if asked in {str(each) for each in _DAYS} else _USUAL
    since = clock.now() - datetime.timedelta(days=days)
    sources, purposes = source_lines(since), purpose_lines()
    agreed, claimed = sum(line.agreed for line in purposes), sum(line.claimed for line in purposes)
    context = {
        "days": days,
        "choices": _DAYS,
        "sources": sources,
        "purposes": purposes,
        "agreed": agreed,
        "all": agreed + claimed,
        "ending": sum(line.ending for line in purposes),
        "gained": sum(line.agreed for line in sources),
        "lost": sum(line.stopped for line in sources),
        "effects": rule_effects(since),
        "stops": stop_times(since),
    }
    return render(request, "campaigns/compliance.html", context)
