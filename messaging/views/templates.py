"""Pages about templates a network approves: write, submit, bring in, delete, say what one is for."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.contracts import Refused
from accounts.doors import member
from core.tenancy import tenant_context
from messaging import template_office
from messaging.access import access_template, access_template_account
from messaging.actions import templates
from messaging.models import ProviderTemplate
from messaging.selectors.templates import template_accounts, template_card, template_cards
from messaging.template_forms import TemplateForm, initial_of


@member("author_campaigns")
@require_GET
def template_list(request: HttpRequest) -> HttpResponse:
    """Every template, how it stands, and why one cannot be chosen."""
    may_connect = _actor(request).may("change_senders")
    context = {"cards": template_cards(), "accounts": template_accounts(), "may_connect": may_connect}
    return render(request, "messaging/templates.html", context)


@member("author_campaigns")
@require_GET
def template(request: HttpRequest, provider_template_id: uuid.UUID) -> HttpResponse:
    """One template: what it says, how it stands, what can be done about it."""
    card = template_card(access_template(_actor(request), provider_template_id))
    return render(request, "messaging/template.html", {"card": card})


@member("author_campaigns")
@require_http_methods(["GET", "POST"])
def new_template(request: HttpRequest) -> HttpResponse:
    """Write a template."""
    return _form_page(request, None)


@member("author_campaigns")
@require_http_methods(["GET", "POST"])
def change_template(request: HttpRequest, provider_template_id: uuid.UUID) -> HttpResponse:
    """Change one that may be changed."""
    return _form_page(request, access_template(_actor(request), provider_template_id))


def _form_page(request: HttpRequest, row: ProviderTemplate | None) -> HttpResponse:
    accounts = template_accounts()
    data = request.POST if request.method == "POST" else None
    form = TemplateForm(data, accounts=accounts, fixed=row is not None, initial=initial_of(row) if row else {})
    if data is not None and form.is_valid():
        try:
            saved = _save(request, form, row)
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, "Saved. Submit it when it is ready: WhatsApp reviews it.")
            return redirect("messaging:template", saved.id)
    context = {"form": form, "template": row, "accounts": accounts}
    context |= {"may_connect": _actor(request).may("change_senders")}
    return render(request, "messaging/template_form.html", context, status=200 if data is None else 422)


def _save(request: HttpRequest, form: TemplateForm, row: ProviderTemplate | None) -> ProviderTemplate:
    typed = form.cleaned_data
    account = next(each for each in template_accounts() if str(each.id) == typed["account"])
    return templates.write_template(
        actor=_actor(request),
        account=account,
        name=typed["name"].strip(),
        language=typed["language"],
        use_case=typed["use_case"],
        text=form.text,
        template=row,
    )


@member("author_campaigns", own_transactions=True)
@require_POST
def submit_template(request: HttpRequest, provider_template_id: uuid.UUID) -> HttpResponse:
    """Hand a template over for review."""
    done = "Submitted. WhatsApp reviews it; most reviews take minutes."
    return _office(request, provider_template_id, template_office.submit_template, done)


@member("author_campaigns", own_transactions=True)
@require_POST
def delete_template(request: HttpRequest, provider_template_id: uuid.UUID) -> HttpResponse:
    """Delete a template here and at WhatsApp."""
    return _office(request, provider_template_id, template_office.delete_template, "Deleted.", to_list=True)


def _office(
    request: HttpRequest, template_id: uuid.UUID, errand: Callable[..., None], done: str, *, to_list: bool = False
) -> HttpResponse:
    organization_id = request.belonging.organization_id  # type: ignore[attr-defined]
    with tenant_context(organization_id):
        access_template(_actor(request), template_id)
    try:
        errand(actor=_actor(request), organization_id=organization_id, template_id=template_id)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
        if to_list:
            return redirect("messaging:templates")
    return redirect("messaging:template", template_id)


@member("author_campaigns", own_transactions=True)
@require_POST
def sync_templates(request: HttpRequest) -> HttpResponse:
    """Bring in an account's templates as WhatsApp has them."""
    organization_id = request.belonging.organization_id  # type: ignore[attr-defined]
    try:
        with tenant_context(organization_id):
            account = access_template_account(_actor(request), _id(request.POST.get("account", "")))
        changed = template_office.sync_templates(
            actor=_actor(request), organization_id=organization_id, account_id=account.id
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"Brought in. {changed or 'None'} of them changed or are new.")
    return redirect("messaging:templates")


@member("author_campaigns")
@require_POST
def use_template(request: HttpRequest, provider_template_id: uuid.UUID) -> HttpResponse:
    """Say what a template made elsewhere is for."""
    row = access_template(_actor(request), provider_template_id)
    try:
        templates.say_use_case(actor=_actor(request), template=row, use_case=request.POST.get("use_case", ""))
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "Noted. Campaigns can use it for that.")
    return redirect("messaging:template", row.id)


def _id(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise Http404("no such account") from None


def _actor(request: HttpRequest) -> Any:
    return request.actor  # type: ignore[attr-defined]
