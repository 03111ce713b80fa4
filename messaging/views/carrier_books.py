"""The page about carriers' own lists: what they kept from us, and putting it right."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.contracts import Refused
from accounts.doors import member
from core.jobs import enqueue
from core.tenancy import tenant_context
from core.wording import counted_text, number_text
from messaging import carrier_office
from messaging.access import access_carrier_account
from messaging.actions.carrier_books import open_drifts, record_drifts
from messaging.selectors.carrier_books import book_cards


@member("change_consent")
@require_GET
def carrier_lists(request: HttpRequest) -> HttpResponse:
    """What the carriers' books say, account by account."""
    return _page(request)


@member("change_consent", own_transactions=True)
@require_POST
def compare(request: HttpRequest, account_id: uuid.UUID) -> HttpResponse:
    """Ask the carrier now; nobody is stopped by it."""
    organization_id = request.belonging.organization_id  # type: ignore[attr-defined]
    actor = request.actor  # type: ignore[attr-defined]
    with tenant_context(organization_id):
        account = access_carrier_account(actor, account_id)
    try:
        missing = carrier_office.compare_kept_out(organization_id=organization_id, account_id=account.id, actor=actor)
    except Refused as refusal:
        with tenant_context(organization_id):
            return _page(request, refusal)
    said = (
        "Nothing differs." if not missing else f"{counted_text(missing, 'address is', 'addresses are')} missing here."
    )
    messages.success(request, f"Compared with {account.label}. {said}")
    return redirect("messaging:carrier_lists")


@member("change_consent")
@require_POST
def record(request: HttpRequest, account_id: uuid.UUID) -> HttpResponse:
    """Write down here what only the carrier knew."""
    actor = request.actor  # type: ignore[attr-defined]
    account = access_carrier_account(actor, account_id)
    count, left = record_drifts(actor=actor, account=account), open_drifts(account).count()
    rest = f" The other {number_text(left)} follow within minutes." if left else ""
    if left:
        enqueue("messaging.record_drifts", organization_id=account.organization_id, account_id=account.id)
    messages.success(request, f"{counted_text(count, 'address is', 'addresses are')} protected now.{rest}")
    return redirect("messaging:carrier_lists")


def _page(request: HttpRequest, refusal: Refused | None = None) -> HttpResponse:
    context = {"cards": book_cards(request.actor), "refusal": refusal}  # type: ignore[attr-defined]
    return render(request, "messaging/carrier_lists.html", context, status=422 if refusal else 200)
