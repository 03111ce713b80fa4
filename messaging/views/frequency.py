"""The page about promises of frequency: what each programme promised, what people got, and who got more."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.doors import member
from messaging.selectors.frequency import people_over, practice


@member("see_contacts")
@require_GET
def frequency(request: HttpRequest) -> HttpResponse:
    """Promise and practice, now."""
    lines = practice()
    people = people_over() if any(line.over for line in lines) else []
    return render(request, "messaging/frequency.html", {"lines": lines, "people": people})
