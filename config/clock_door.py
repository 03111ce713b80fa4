"""Where the sandbox tells the product that its clock was moved. The address exists only where the clock may move."""

import datetime
import hmac
import json

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts.doors import webhook
from core import clock

_LARGEST_BYTES = 1_000
_FARTHEST_SECONDS = 50 * 366 * 86_400  # what the sandbox's own clock allows


@webhook
@csrf_exempt
@require_POST
def move_clock(request: HttpRequest) -> HttpResponse:
    """Stand `offset_seconds` from the world's time. 403 without the sandbox's secret, 400 names the field."""
    if not _is_sandbox(request):
        return HttpResponse(status=403)
    try:
        seconds = float(json.loads(request.body[:_LARGEST_BYTES])["offset_seconds"])
    except (KeyError, TypeError, ValueError):
        seconds = float("nan")
    if not abs(seconds) <= _FARTHEST_SECONDS:
        return JsonResponse({"error": "offset_seconds: give a number of seconds, 50 years at most"}, status=400)
    clock.move(datetime.timedelta(seconds=seconds))
    return JsonResponse({"offset_seconds": seconds})


def _is_sandbox(request: HttpRequest) -> bool:
    given, secret = request.headers.get("Authorization", ""), str(settings.SANDBOX_SECRET)
    return bool(secret) and hmac.compare_digest(given.encode(), f"Bearer {secret}".encode())
