"""One conversation: what somebody wrote, what they were told, and telling them something; why anybody got a message."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts.contracts import Refused
from accounts.doors import member
from consent.models import Point
from core import clock
from messaging.access import access_conversation, access_message, access_people
from messaging.actions.messaging_one import BY_HAND, Letter, Prospect, judge_letter, message_one
from messaging.forms import LetterForm
from messaging.selectors.conversations import (
    conversation,
    conversations_of,
    first_choice,
    letter_choices,
    proof_against,
    recent_lines,
)
from messaging.selectors.left_out import left_out_of
from messaging.selectors.whys import messages_found, why_of


@member("see_replies")
@require_http_methods(["GET", "POST"])
def talk(request: HttpRequest, point_id: uuid.UUID) -> HttpResponse:
    """One conversation. A post asks whether a message may be sent now, or sends it."""
    actor, point = _actor(request), access_conversation(_actor(request), point_id)
    if request.method == "GET":
        return _page(request, point, None)
    actor.require("message_people")
    form = _form(point, request.POST)
    if "ask" in request.POST:
        for name in ("subject", "text"):
            if name in form.fields:
                form.fields[name].required = False
    if not form.is_valid() or "ask" in request.POST:
        return _page(request, point, form)
    try:
        message_one(actor=actor, letter=Letter(point, **form.told))
    except Refused as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, _said(refusal))
        return _page(request, point, form)
    messages.success(request, "On its way. The conversation shows what becomes of it.")
    return redirect("messaging:conversation", point.id)


def _said(refusal: Refused) -> str:
    """A refusal without the code programs read; the decision beside the form explains it."""
    return "It was not sent." if refusal.field == "to" else str(refusal)


def _form(point: Point, data: Any = None) -> LetterForm:
    senders, purposes = letter_choices(point, BY_HAND)
    sender, purpose = first_choice(point, senders, purposes)
    initial = {"sender": sender.id if sender else None, "purpose": purpose.id if purpose else None}
    return LetterForm(data, senders=senders, purposes=purposes, subject=point.kind == "email", initial=initial)


def _page(request: HttpRequest, point: Point, form: LetterForm | None) -> HttpResponse:
    """The conversation, or for htmx the part that was asked about."""
    actor = _actor(request)
    may_write = actor.may("message_people")
    shown = form or _form(point)
    context = {
        "talk": conversation(actor=actor, point=point),
        "form": shown if may_write else None,
        "decision": _decision(request, point, shown) if may_write else None,
        "may_see": actor.may("see_addresses"),
        "may_change_senders": actor.may("change_senders"),
        "now": clock.now(),
    }
    refused = form is not None and bool(form.errors)
    part = request.htmx and "ask" in request.POST  # type: ignore[attr-defined]
    template = "messaging/_decision.html" if part else "messaging/conversation.html"
    return render(request, template, context, status=422 if refused and not part else 200)


def _decision(request: HttpRequest, point: Point, form: LetterForm) -> dict[str, Any] | None:
    """What the gate says now about the sender and the purpose chosen; None while there is nothing to choose."""
    sender, purpose = form.chosen("sender"), form.chosen("purpose")
    if sender is None or purpose is None:
        return None
    text = str(form["text"].value() or "").strip()
    beside = {name: typed or "." for name, typed in form.beside.items()}
    letter = Letter(point, sender, purpose, text or ".", beside)
    try:
        found: Prospect = judge_letter(actor=_actor(request), letter=letter)
    except Refused as refusal:
        return {"refusal": refusal}
    why = found.answer.reason
    proof = proof_against(point, sender.channel, purpose, why) if found.answer.outcome == "denied" and why else None
    return {
        "found": found,
        "proof": proof or found.answer.evidence_id,
        "text": text,
        "purpose": purpose,
        "sender": sender,
    }


@member("see_replies")
@require_GET
def log(request: HttpRequest, point_id: uuid.UUID) -> HttpResponse:
    """The messages of a conversation as they stand; nothing when they still stand as the page has seen them."""
    talk = conversation(actor=_actor(request), point=access_conversation(_actor(request), point_id))
    if request.GET.get("seen") == talk.mark:
        return HttpResponse(status=204)
    return render(request, "messaging/_log.html", {"talk": talk, "now": clock.now()})


@member("see_replies")
@require_GET
def timeline(request: HttpRequest, contact_id: uuid.UUID) -> HttpResponse:
    """What a person wrote and was told last: a part of their card, a page of its own without htmx."""
    contact = access_people(_actor(request), contact_id)
    points = conversations_of(contact.id)
    context = {
        "contact": contact,
        "points": points,
        "lines": recent_lines([point.id for point in points]),
        "may_write": _actor(request).may("message_people"),
        "now": clock.now(),
    }
    template = "messaging/_timeline.html" if request.htmx else "messaging/timeline.html"  # type: ignore[attr-defined]
    return render(request, template, context)


@member("see_contacts")
@require_GET
def why(request: HttpRequest, message_id: uuid.UUID) -> HttpResponse:
    """Why this person got this message: the agreement, the decision, the rules; a part of a page or a page of its own."""
    message = access_message(_actor(request), message_id)
    context = {
        "why": why_of(actor=_actor(request), message=message),
        "may_see": _actor(request).may("see_addresses"),
        "may_read": _actor(request).may("see_replies"),
        "now": clock.now(),
    }
    return render(request, "messaging/_why.html" if request.htmx else "messaging/why.html", context)  # type: ignore[attr-defined]


@member("see_contacts")
@require_GET
def find(request: HttpRequest) -> HttpResponse:
    """Messages of an address, a carrier's id or an id of ours; each leads to why somebody got it."""
    query = request.GET.get("q", "").strip()[:255]
    context = {
        "query": query,
        "found": messages_found(actor=_actor(request), query=query),
        "left_out": left_out_of(actor=_actor(request), query=query),
        "may_read": _actor(request).may("see_replies"),
        "may_see": _actor(request).may("see_addresses"),
        "now": clock.now(),
    }
    return render(request, "messaging/find.html", context)


def _actor(request: HttpRequest) -> Any:
    return request.actor  # type: ignore[attr-defined]
