"""The report of a run, the people behind its numbers, their file, and what one can do with a run."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST

from accounts.contracts import Refused
from accounts.doors import member
from billing.selectors import quote_of
from campaigns.access import access_run
from campaigns.actions import launching
from campaigns.actions.exporting import note_export
from campaigns.exports import people_file
from campaigns.models import Run
from campaigns.reasons import words_of
from campaigns.selectors.campaigns import state_words
from campaigns.selectors.checks import audience_size
from campaigns.selectors.holding import coming_price, held_badge, held_heading
from campaigns.selectors.people import VIEWS, people_chips, people_page, people_total, view_title
from campaigns.selectors.reports import run_report, waves
from campaigns.selectors.waiting import waiting_badge, waiting_heading
from campaigns.selectors.words import heading_of
from campaigns.states import BREATH_SECONDS, LIVE
from campaigns.views.campaigns import STOP_POLLING
from campaigns.views.requests import MemberRequest
from core import clock
from core.wording import counted_text
from messaging.selectors.calls import call_report

#: a large run is counted less often: (from how many people on, seconds between two looks)
_PACES = ((200_000, 15), (20_000, 6), (0, 2))
_IDLE_PACE = 15


@member("see_campaigns")
@require_GET
def run_detail(request: MemberRequest, run_id: uuid.UUID) -> HttpResponse:
    """The report of a run; of a check, the page it belongs to."""
    run = access_run(request.actor, run_id)
    if run.kind == "simulation":
        return redirect("campaigns:check", run.campaign_id)
    return _page(request, run)


def _page(request: MemberRequest, run: Run, refusal: Refused | None = None) -> HttpResponse:
    context = _told(request, run) | {"refusal": refusal}
    return render(request, "campaigns/run.html", context, status=422 if refusal else 200)


def _told(request: MemberRequest, run: Run) -> dict[str, Any]:
    """What the report says; fixed in number of queries, whatever the run holds."""
    report, now = run_report(run), clock.now()
    left = (run.breath_until - now).total_seconds() if run.breath_until is not None else 0.0
    held, waiting = held_heading(report), waiting_heading(report)
    heading, lead = held or waiting or heading_of(report)
    return {
        "run": run,
        "report": report,
        "badge": held_badge() if held else waiting_badge() if waiting else state_words(run.state),
        "heading": heading,
        "lead": lead,
        "coming": coming_price(run),
        "live": run.state in LIVE,
        "can_undo": run.state in ("waiting", "planning", "breath"),
        "seconds": max(0, round(left)),
        "breath": BREATH_SECONDS,
        "audience": audience_size(run.campaign) if run.state == "planning" else 0,
        "calls": call_report(origin="run", origin_id=run.id) if run.sender.channel == "voice" else None,
        "waves": waves(run) if run.state in ("breath", "sending", "paused") else (),
        "pace": _IDLE_PACE if waiting or held else next(pace for size, pace in _PACES if run.planned_count >= size),
        "may_send": request.actor.may("send_campaigns"),
        "may_write": request.actor.may("author_campaigns"),
        "may_see_people": request.actor.may("see_contacts"),
        "may_export": request.actor.may("export_contacts"),
        "quote": quote_of(run.id) if request.actor.may("see_units") else None,
        "may_see_units": request.actor.may("see_units"),
        "now": now,
    }


@member("see_campaigns")
@require_GET
def progress(request: MemberRequest, run_id: uuid.UUID) -> HttpResponse:
    """How far a run or a check is. When its state has changed the page comes anew; when it is over the asking ends."""
    run = access_run(request.actor, run_id)
    if run.kind == "simulation":
        context = {"run": run, "audience": audience_size(run.campaign)}
        answer = render(request, "campaigns/_checking.html", context)
        over = run.state != "planning"
    else:
        answer = render(request, "campaigns/_report.html", _told(request, run) | {"polled": True})
        over = run.state not in LIVE
    if over:
        answer.status_code = STOP_POLLING
    if over or run.state != request.GET.get("state", run.state):
        answer["HX-Refresh"] = "true"
    return answer


@member("see_contacts")
@require_GET
def people(request: MemberRequest, run_id: uuid.UUID) -> HttpResponse:
    """The people behind a number."""
    run = access_run(request.actor, run_id)
    view, reason = _view(request.GET.get("show", "")), request.GET.get("reason", "")[:40]
    after = request.GET.get("after", "")[:40]
    page = people_page(actor=request.actor, run=run, view=view, reason=reason, after=after)
    report = run_report(run)
    context = {
        "run": run,
        "page": page,
        "view": view,
        "title": view_title(run, view),
        "reason": reason,
        "words": words_of(reason, run.sender.account.provider, outcome=view) if reason else ("", ""),
        "chips": people_chips(report),
        "total": people_total(report, view, reason),
        "foot": counted_text(len(page.people), "person", "people") + (" in view" if after or page.next else ""),
        **_around(view, reason, after, page.next),
        "may_export": request.actor.may("export_contacts"),
        "now": clock.now(),
    }
    return render(request, "campaigns/people.html", context)


def _view(word: str) -> str:
    return word if word in VIEWS else "all"


def _around(view: str, reason: str, after: str, following: str) -> dict[str, str]:
    """Addresses of the first and of the next page."""
    here = {"show": view} | ({"reason": reason} if reason else {})
    first, onward = f"?{urlencode(here)}", f"?{urlencode(here | {'after': following})}"
    return {"back_url": first if after else "", "next_url": onward if following else ""}


@member("export_contacts")
@require_POST
def export(request: MemberRequest, run_id: uuid.UUID) -> FileResponse:
    """The people behind a number as a file, written down in the audit trail."""
    run = access_run(request.actor, run_id)
    view, reason = _view(request.POST.get("show", "")), request.POST.get("reason", "")[:40]
    file, rows = people_file(actor=request.actor, run=run, view=view, reason=reason)
    note_export(actor=request.actor, run=run, view=view, rows=rows)
    name = f"campaign-{view.replace('_', '-')}-{run.created_at:%Y-%m-%d}.csv"
    return FileResponse(file, as_attachment=True, filename=name, content_type="text/csv")


@member("send_campaigns")
@require_POST
def undo(request: MemberRequest, run_id: uuid.UUID) -> HttpResponse:
    """Take a launch back while nothing has left."""
    run = access_run(request.actor, run_id, "send_campaigns")
    try:
        launching.undo_launch(actor=request.actor, run=run)
    except Refused as refusal:
        return _page(request, run, refusal)
    messages.success(request, "Taken back. Nothing has left; it is a draft again.")
    return redirect("campaigns:detail", run.campaign_id)


@member("send_campaigns")
@require_POST
def pause(request: MemberRequest, run_id: uuid.UUID) -> HttpResponse:
    """Hold a run."""
    return _deed(request, run_id, launching.pause_run, "Paused. Nobody else gets it until it goes on.")


@member("send_campaigns")
@require_POST
def resume(request: MemberRequest, run_id: uuid.UUID) -> HttpResponse:
    """Let a run go on."""
    return _deed(request, run_id, launching.resume_run, "It goes on where it stopped.")


@member("send_campaigns")
@require_POST
def cancel(request: MemberRequest, run_id: uuid.UUID) -> HttpResponse:
    """End a run for good."""
    return _deed(request, run_id, launching.cancel_run, "Stopped. What had left cannot be called back.")


def _deed(request: MemberRequest, run_id: uuid.UUID, verb: Callable[..., Any], words: str) -> HttpResponse:
    run = access_run(request.actor, run_id, "send_campaigns")
    try:
        verb(actor=request.actor, run=run)
    except Refused as refusal:
        return _page(request, run, refusal)
    messages.success(request, words)
    return redirect("campaigns:run", run.id)
