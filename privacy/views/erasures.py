"""Pages of erasing: what it would do, doing it, and what was done."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts.contracts import Actor
from accounts.doors import member
from core import clock
from privacy.access import access_erasure, access_person, erasure_of
from privacy.actions.erasing import erase_person
from privacy.forms import WORD, EraseForm
from privacy.selectors.erasures import certificate, certificates
from privacy.selectors.tables import outlook


class MemberRequest(HttpRequest):
    """A request through a member's door."""

    actor: Actor


@member("erase_people")
@require_http_methods(["GET", "POST"])
def erase(request: MemberRequest, contact_id: uuid.UUID) -> HttpResponse:
    """What erasing a person takes away and what has to stay; then, once the word is typed, the act."""
    done = erasure_of(request.actor, contact_id)
    if done is not None:
        return redirect("privacy:erasure", done.id)
    person = access_person(request.actor, contact_id)
    form = EraseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = erase_person(actor=request.actor, contact_id=contact_id)
        messages.success(request, "Erased. Nothing can be sent to their addresses any more.")
        return redirect("privacy:erasure", made.id)
    context = {
        "person": person,
        "contact_id": contact_id,
        "outlook": outlook(person.subject),
        "form": form,
        "word": WORD,
    }
    return render(request, "privacy/erase.html", context, status=422 if form.errors else 200)


@member("erase_people")
@require_GET
def erasures(request: MemberRequest) -> HttpResponse:
    """Everybody who was erased, without saying who they were."""
    return render(request, "privacy/erasures.html", {"rows": certificates(), "now": clock.now()})


@member("erase_people")
@require_GET
def erasure(request: MemberRequest, erasure_id: uuid.UUID) -> HttpResponse:
    """One certificate."""
    row = access_erasure(request.actor, erasure_id)
    return render(request, "privacy/erasure.html", {"row": certificate(row), "now": clock.now()})
