"""The page of units: what there is, what things cost, and every movement."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.doors import member
from billing.selectors import funds, price_lines, statement
from core import clock


@member("see_units")
@require_GET
def units(request: HttpRequest) -> HttpResponse:
    """What the organisation has, the price list of today, and the statement."""
    context = {
        "funds": funds(),
        "prices": price_lines(clock.now().date()),
        "page": statement(request.GET.get("page", "1")),
    }
    return render(request, "billing/units.html", context)
