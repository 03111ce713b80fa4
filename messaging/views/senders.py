"""Pages about carriers: connect an account, add the numbers messages come from, pause them."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from accounts.contracts import Refused
from accounts.doors import member
from accounts.models import Organization
from core.tenancy import tenant_context
from messaging.access import access_sender
from messaging.actions import connecting
from messaging.actions.practice import has_practice_carrier, use_practice_carrier
from messaging.forms import ConnectForm, SenderForm
from messaging.selectors.senders import account_cards


@member("change_senders")
@require_GET
def sender_list(request: HttpRequest) -> HttpResponse:
    """Accounts and senders, and the two forms that add to them."""
    return _page(request, ConnectForm(), SenderForm())


@member("change_senders", own_transactions=True)
@sensitive_post_parameters("secret")
@require_POST
def connect(request: HttpRequest) -> HttpResponse:
    """Connect an account: the carrier is asked first, outside every transaction; only a good answer is kept."""
    organization_id = request.belonging.organization_id  # type: ignore[attr-defined]
    form = ConnectForm(request.POST)
    if form.is_valid():
        try:
            _check(form)
            with tenant_context(organization_id):
                _keep(request, form)
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, "Connected. The carrier accepted the credentials.")
            return redirect("messaging:senders")
    with tenant_context(organization_id):
        return _page(request, form, SenderForm())


def _check(form: ConnectForm) -> None:
    typed = form.cleaned_data
    credentials = {"account_sid": typed["account_name"], "auth_token": typed["secret"]}
    connecting.check_credentials(name="twilio", credentials=credentials, base_url=form.base_url)


def _keep(request: HttpRequest, form: ConnectForm) -> None:
    typed = form.cleaned_data
    connecting.connect_account(
        actor=request.actor,  # type: ignore[attr-defined]
        name="twilio",
        label=typed["label"],
        account_name=typed["account_name"],
        secret=typed["secret"],
        base_url=form.base_url,
    )


@member("change_senders", own_transactions=True)
@require_POST
def practice(request: HttpRequest) -> HttpResponse:
    """Everything a first campaign needs, from the carrier on this machine."""
    organization_id = request.belonging.organization_id  # type: ignore[attr-defined]
    try:
        use_practice_carrier(actor=request.actor, organization_id=organization_id)  # type: ignore[attr-defined]
    except Refused as refusal:
        form = ConnectForm()
        with tenant_context(organization_id):
            return _page(request, form, SenderForm(), refusal)
    messages.success(request, "The practice carrier is connected. What you send arrives on the handset, nowhere else.")
    return redirect("messaging:senders")


@member("change_senders")
@require_POST
def add_sender(request: HttpRequest) -> HttpResponse:
    """Add a number messages come from."""
    form = SenderForm(request.POST, country=Organization.objects.current().default_country)
    if form.is_valid():
        typed = form.cleaned_data
        try:
            connecting.add_sender(
                actor=request.actor,  # type: ignore[attr-defined]
                account=typed["account"],
                number=typed["address"],
                label=typed["label"],
                rate_per_second=typed["rate_per_second"],
            )
        except Refused as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            messages.success(request, "The sender is ready.")
            return redirect("messaging:senders")
    return _page(request, ConnectForm(), form)


@member("change_senders")
@require_POST
def pause_sender(request: HttpRequest, sender_id: uuid.UUID) -> HttpResponse:
    """Stop one sender; what it has in its queue waits."""
    connecting.pause_sender(actor=request.actor, sender=access_sender(request.actor, sender_id))  # type: ignore[attr-defined]
    messages.success(request, "Paused. Its messages wait.")
    return redirect("messaging:senders")


@member("change_senders")
@require_POST
def resume_sender(request: HttpRequest, sender_id: uuid.UUID) -> HttpResponse:
    """Let one sender go on."""
    connecting.resume_sender(actor=request.actor, sender=access_sender(request.actor, sender_id))  # type: ignore[attr-defined]
    messages.success(request, "It sends again.")
    return redirect("messaging:senders")


def _page(request: HttpRequest, connect_form: Any, sender_form: Any, refusal: Refused | None = None) -> HttpResponse:
    context = {
        "cards": account_cards(),
        "connect_form": connect_form,
        "sender_form": sender_form,
        "refusal": refusal,
        "offers_practice": has_practice_carrier(),
    }
    refused = connect_form.errors or sender_form.errors or refusal
    return render(request, "messaging/senders.html", context, status=422 if refused else 200)
