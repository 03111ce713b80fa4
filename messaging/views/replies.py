"""Pages about what people write back: read it, mark it, act on a plea to stop."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.contracts import Refused
from accounts.doors import member
from core import clock
from messaging.access import access_reply
from messaging.actions import judging
from messaging.selectors.replies import VIEWS, ReplyPage, reply_counts, reply_page


@member("see_replies")
@require_GET
def reply_list(request: HttpRequest) -> HttpResponse:
    """Everything people wrote, newest first."""
    view = _view(request.GET.get("show", ""))
    page = reply_page(
        actor=request.actor,  # type: ignore[attr-defined]
        view=view,
        before=_id(request.GET.get("before", "")),
        after=_id(request.GET.get("after", "")),
    )
    context = _told(request, page, view) | {
        "back": f"?show={view}&after={page.newer}" if page.newer else "",
        "next": f"?show={view}&before={page.older}" if page.older else "",
    }
    return render(request, "messaging/replies.html", context)


@member("see_replies")
@require_GET
def news(request: HttpRequest) -> HttpResponse:
    """What came in since the page was made, to be put above the rest; nothing at all when nothing did."""
    view, after = _view(request.GET.get("show", "")), _id(request.GET.get("after", ""))
    page = reply_page(actor=request.actor, view=view, after=after)  # type: ignore[attr-defined]
    if not page.replies:
        return HttpResponse(status=204)
    answer = render(request, "messaging/_news.html", _told(request, page, view))
    if after is None:  # the page says that there is nothing: it is another page from now on
        answer["HX-Refresh"] = "true"
    return answer


def _told(request: HttpRequest, page: ReplyPage, view: str) -> dict[str, Any]:
    actor = request.actor  # type: ignore[attr-defined]
    return {
        "page": page,
        "view": view,
        "counts": reply_counts(),
        "may_stop": actor.may("change_consent"),
        "may_write": actor.may("message_people"),
        "now": clock.now(),
    }


@member("change_consent")
@require_POST
def opt_out(request: HttpRequest, reply_id: uuid.UUID) -> HttpResponse:
    """Somebody of the team read a plea to stop; it counts like STOP, on every channel."""
    message = access_reply(request.actor, reply_id)  # type: ignore[attr-defined]
    judging.opt_out_by_hand(actor=request.actor, message=message)  # type: ignore[attr-defined]
    messages.success(request, "Done. Nothing will be sent to this address any more.")
    return _back(request)


@member("change_consent")
@require_POST
def confirm_stop(request: HttpRequest, reply_id: uuid.UUID) -> HttpResponse:
    """It was a stop, as we took it."""
    message = access_reply(request.actor, reply_id)  # type: ignore[attr-defined]
    try:
        judging.confirm_stop(actor=request.actor, message=message)  # type: ignore[attr-defined]
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "Noted. They stay protected.")
    return _back(request)


@member("change_consent")
@require_POST
def deny_stop(request: HttpRequest, reply_id: uuid.UUID) -> HttpResponse:
    """It was no stop; what was taken for one is taken back."""
    message = access_reply(request.actor, reply_id)  # type: ignore[attr-defined]
    try:
        lifted = judging.deny_stop(actor=request.actor, message=message)  # type: ignore[attr-defined]
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        said = "They can be written to as before." if lifted else "They stay protected: another stop of theirs holds."
        messages.success(request, f"Noted. {said}")
    return _back(request)


@member("see_replies")
@require_POST
def mark_read(request: HttpRequest, reply_id: uuid.UUID) -> HttpResponse:
    """Nothing is left to do about it."""
    judging.mark_handled(actor=request.actor, message=access_reply(request.actor, reply_id))  # type: ignore[attr-defined]
    return _back(request)


def _back(request: HttpRequest) -> HttpResponse:
    return redirect(f"{reverse('messaging:replies')}?show={_view(request.POST.get('show', ''))}")


def _view(word: str) -> str:
    return word if word in VIEWS else "waiting"


def _id(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
