"""The page of units: what there is, what things cost, and every movement."""

import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.doors import member
from billing.selectors import funds, price_lines, prices_ahead, shown_chips, statement, used_by_day
from core import clock

#: how many days of usage the page shows, today among them
DAYS_SHOWN = 30


@member("see_units")
@require_GET
def units(request: HttpRequest) -> HttpResponse:
    """What the organisation has, what it used day by day, the price list of today, and the statement."""
    today, show = clock.now().date(), request.GET.get("show", "")
    chips = shown_chips()
    context = {
        "funds": funds(),
        "used": used_by_day(today - datetime.timedelta(days=DAYS_SHOWN - 1)),
        "days": DAYS_SHOWN,
        "prices": price_lines(today),
        "ahead": prices_ahead(today),
        "page": statement(request.GET.get("page", "1"), show=show),
        "show": show,
        "chips": chips,
        "total": sum(count for _, _, count in chips),
        "now": clock.now(),
    }
    return render(request, "billing/units.html", context)
