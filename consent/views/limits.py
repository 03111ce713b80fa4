"""The page of limits: how often one person may be written to, the organisation's own and the law's."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.contracts import Refused
from accounts.doors import member
from consent.actions.limits import set_limits
from consent.forms import LimitsForm
from consent.selectors.limits import Limits, limits_now


@member("see_contacts")
@require_GET
def limits(request: HttpRequest) -> HttpResponse:
    """What holds, and for those who may the form that changes it."""
    now = limits_now()
    return _page(request, now, LimitsForm(purposes=now.purposes, initial=_initial(now)))


@member("change_settings")
@require_POST
def change_limits(request: HttpRequest) -> HttpResponse:
    """Set the organisation's own limit."""
    now = limits_now()
    form = LimitsForm(request.POST, purposes=now.purposes)
    if form.is_valid():
        try:
            set_limits(actor=request.actor, **form.told())  # type: ignore[attr-defined]
        except Refused as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            messages.success(request, "Saved. It holds for whatever leaves from now on.")
            return redirect("consent:limits")
    return _page(request, now, form)


def _initial(now: Limits) -> dict[str, object]:
    free = [str(purpose.id) for purpose in now.outside]
    return {"most": now.most, "days": now.days, "when_full": now.when_full, "outside": free}


def _page(request: HttpRequest, now: Limits, form: LimitsForm) -> HttpResponse:
    context = {
        "limits": now,
        "form": form,
        "may_change": request.actor.may("change_settings"),  # type: ignore[attr-defined]
    }
    return render(request, "consent/limits.html", context, status=422 if form.errors else 200)
