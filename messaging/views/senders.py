"""Pages about carriers: connect an account, add the numbers messages come from, pause them."""

import uuid

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
from messaging.actions.credentials import open_credentials
from messaging.actions.practice import has_practice_carrier, use_practice_carrier
from messaging.forms import ConnectForm, SenderForm
from messaging.models import ProviderAccount
from messaging.providers.registry import PROVIDERS
from messaging.selectors.senders import (
    PRACTICE,
    MadeSecret,
    SenderLine,
    account_cards,
    carrier_choice,
    carrier_choices,
    chosen_line,
    sender_lines,
)


@member("change_senders")
@require_GET
def sender_list(request: HttpRequest) -> HttpResponse:
    """Accounts and senders, what can be connected, and the form of what was chosen."""
    choice = carrier_choice(request.GET.get("carrier", ""))
    if choice is not None and choice.key == PRACTICE and has_practice_carrier():
        return _page(request, connect_form=ConnectForm(choice), wants_practice=True)
    return _page(request, connect_form=ConnectForm(choice) if choice else None)


@member("change_senders", own_transactions=True)
@sensitive_post_parameters()
@require_POST
def connect(request: HttpRequest) -> HttpResponse:
    """Connect an account: the carrier is asked first, outside every transaction; only a good answer is kept."""
    organization_id = request.belonging.organization_id  # type: ignore[attr-defined]
    choice = carrier_choice(request.POST.get("carrier", ""))
    if choice is None:
        with tenant_context(organization_id):
            return _page(request, refusal=Refused("This carrier is not offered.", remedy="Choose one of the list."))
    form = ConnectForm(choice, request.POST)
    if form.is_valid():
        try:
            connecting.check_credentials(name=choice.provider, credentials=form.credentials, base_url=choice.base_url)
            with tenant_context(organization_id):
                made = _made_secret(_keep(request, form))
                shown = _page(request, made=made) if made else None
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            if shown is not None:
                shown["Cache-Control"] = "no-store"
                return shown
            messages.success(request, "Connected. The carrier accepted the credentials.")
            return redirect("messaging:senders")
    with tenant_context(organization_id):
        return _page(request, connect_form=form)


def _keep(request: HttpRequest, form: ConnectForm) -> ProviderAccount:
    return connecting.connect_account(
        actor=request.actor,  # type: ignore[attr-defined]
        name=form.choice.provider,
        label=form.cleaned_data["label"],
        credentials=form.credentials,
        base_url=form.choice.base_url,
    )


def _made_secret(account: ProviderAccount) -> MadeSecret | None:
    """The secret that was just made for the account's webhooks, for the one page that shows it; None where there is none."""
    guide = PROVIDERS[account.provider].guide
    if not guide.webhook_secret:
        return None
    card = next(card for card in account_cards() if card.account.id == account.id)
    return MadeSecret(card, open_credentials(account)[guide.webhook_secret])


@member("change_senders", own_transactions=True)
@require_POST
def practice(request: HttpRequest) -> HttpResponse:
    """Everything a first campaign needs, from the carrier on this machine."""
    organization_id = request.belonging.organization_id  # type: ignore[attr-defined]
    try:
        use_practice_carrier(actor=request.actor, organization_id=organization_id)  # type: ignore[attr-defined]
    except Refused as refusal:
        with tenant_context(organization_id):
            return _page(request, refusal=refusal)
    messages.success(request, "The practice carrier is connected. What you send arrives on the handset, nowhere else.")
    return redirect("messaging:senders")


@member("change_senders")
@require_POST
def add_sender(request: HttpRequest) -> HttpResponse:
    """Add what messages come from."""
    lines = sender_lines(account_cards())
    line = chosen_line(lines, request.POST.get("account", ""), request.POST.get("channel", ""))
    if line is None:
        return _page(request, refusal=Refused("This account is not there.", remedy="Choose one of the list."))
    form = SenderForm(line, {**request.POST.dict(), "account": str(line.account.id), "channel": line.channel})
    if form.is_valid():
        try:
            _add(request, line, form)
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, "The sender is ready.")
            return redirect("messaging:senders")
    return _page(request, sender_form=form)


def _add(request: HttpRequest, line: SenderLine, form: SenderForm) -> None:
    typed = form.cleaned_data
    connecting.add_sender(
        actor=request.actor,  # type: ignore[attr-defined]
        account=line.account,
        channel=line.channel,
        address=typed["address"],
        shown_as=typed.get("shown_as", ""),
        label=typed["label"],
        rate_per_second=typed["rate_per_second"],
        country=Organization.objects.current().default_country,
    )


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


def _page(
    request: HttpRequest,
    connect_form: ConnectForm | None = None,
    sender_form: SenderForm | None = None,
    refusal: Refused | None = None,
    made: MadeSecret | None = None,
    wants_practice: bool = False,
) -> HttpResponse:
    cards = account_cards()
    lines = sender_lines(cards)
    if sender_form is None:
        line = chosen_line(lines, request.GET.get("account", ""), request.GET.get("channel", ""))
        sender_form = SenderForm(line) if line else None
    context = {
        "cards": cards,
        "carriers": carrier_choices(),
        "connect_form": connect_form,
        "lines": lines,
        "sender_form": sender_form,
        "refusal": refusal,
        "made": made,
        "offers_practice": has_practice_carrier() and (wants_practice or not any(card.is_practice for card in cards)),
        "wants_practice": wants_practice,
        "makes_practice": has_practice_carrier(),
    }
    refused = (connect_form and connect_form.errors) or (sender_form and sender_form.errors) or refusal
    return render(request, "messaging/senders.html", context, status=422 if refused else 200)
