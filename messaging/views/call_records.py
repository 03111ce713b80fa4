"""Pages about the calls that were made: the list, and one call."""

import uuid
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.doors import member
from core import clock
from messaging.access import access_call
from messaging.selectors.call_records import VIEWS, call_page, call_record


@member("see_contacts")
@require_GET
def call_list(request: HttpRequest) -> HttpResponse:
    """The calls, newest first, of one view and maybe one campaign's run."""
    asked = request.GET.get("show", "")
    view, run_id = (asked if asked in VIEWS else "all"), _id(request.GET.get("run", ""))
    page = call_page(
        actor=request.actor,  # type: ignore[attr-defined]
        view=view,
        run_id=run_id,
        before=_id(request.GET.get("before", "")),
        after=_id(request.GET.get("after", "")),
    )
    run = {"run": str(run_id)} if run_id else {}
    context = {
        "page": page,
        "view": view,
        "run_id": run_id,
        "views": [(name, label, "?" + urlencode(run | {"show": name})) for name, (label, _) in VIEWS.items()],
        "back": "?" + urlencode(run | {"show": view, "after": str(page.newer)}) if page.newer else "",
        "next": "?" + urlencode(run | {"show": view, "before": str(page.older)}) if page.older else "",
        "now": clock.now(),
    }
    return render(request, "messaging/calls.html", context)


@member("see_contacts")
@require_GET
def call_detail(request: HttpRequest, call_id: uuid.UUID) -> HttpResponse:
    """One call: when, who answered, what they pressed and said, how it ended, what it cost."""
    actor = request.actor  # type: ignore[attr-defined]
    record = call_record(actor=actor, call=access_call(actor, call_id))
    context = {
        "record": record,
        "may_see": actor.may("see_addresses"),
        "may_read": actor.may("see_replies"),
        "now": clock.now(),
    }
    return render(request, "messaging/call.html", context)


def _id(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
