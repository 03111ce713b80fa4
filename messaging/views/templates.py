"""Pages about templates a network approves: write, submit, bring in, delete, say what one is for."""

import uuid
from collections.abc import Callable, Mapping
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.contracts import Refused
from accounts.doors import member
from billing.selectors import rates
from core import clock
from core.tenancy import tenant_context
from messaging import template_office
from messaging.access import access_template, access_template_account
from messaging.actions import templates
from messaging.channels.whatsapp import STANDING, last_text_of
from messaging.models import ProviderTemplate
from messaging.selectors.template_prices import price_effect
from messaging.selectors.templates import template_accounts, template_card, template_cards
from messaging.template_card_forms import CardsForm, initial_cards
from messaging.template_code_forms import CodeForm, initial_code
from messaging.template_forms import TemplateBasics, TemplateForm, initial_of


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
    return _template_page(request, provider_template_id)


def _template_page(request: HttpRequest, template_id: uuid.UUID, refusal: Refused | None = None) -> HttpResponse:
    row = access_template(_actor(request), template_id)
    context = {
        "card": template_card(row),
        "prices": price_effect(row, rates(), clock.now().date()),
        "refusal": refusal,
    }
    return render(request, "messaging/template.html", context, status=422 if refusal else 200)


#: the forms by what a template is: a message, cards side by side, a code
FORMS: Final[Mapping[str, tuple[type[TemplateBasics], Callable[[ProviderTemplate], dict[str, Any]]]]] = {
    "message": (TemplateForm, initial_of),
    "cards": (CardsForm, initial_cards),
    "code": (CodeForm, initial_code),
}


@member("author_campaigns", own_transactions=True, takes_file=True)
@require_http_methods(["GET", "POST"])
def new_template(request: HttpRequest) -> HttpResponse:
    """Write a template: a message, cards or a code, as `kind` in the address says."""
    kind = request.GET.get("kind", "message")
    if kind not in FORMS:
        raise Http404("no such kind of template")
    return _form_page(request, None, kind)


@member("author_campaigns", own_transactions=True, takes_file=True)
@require_http_methods(["GET", "POST"])
def change_template(request: HttpRequest, provider_template_id: uuid.UUID) -> HttpResponse:
    """Change one that may be changed."""
    return _form_page(request, provider_template_id, "")


def _form_page(request: HttpRequest, template_id: uuid.UUID | None, kind: str) -> HttpResponse:
    """The form, or what becomes of it. What was uploaded is kept first: nobody can send a file again without choosing it anew."""
    data = request.POST.copy() if request.method == "POST" else None
    refused: Refused | None = None
    with tenant_context(_organization_id(request)):
        row = access_template(_actor(request), template_id) if template_id is not None else None
        shape, initial = FORMS[kind or _kind_of(row)]
        if data is not None:
            refused = _receive(request, shape, data)
    with tenant_context(_organization_id(request)):
        accounts = template_accounts()
        form = shape(data, accounts=accounts, fixed=row is not None, initial=initial(row) if row else {})
        asks_again = data is not None and "more" in data
        if refused is not None:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        elif data is not None and not asks_again and form.is_valid() and form.keeps_rules():
            try:
                saved = _save(request, form, row)
            except Refused as refusal:
                form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
            else:
                messages.success(request, _saved_words(saved))
                return redirect("messaging:template", saved.id)
        shown = _again(shape, accounts, row, data) if asks_again and refused is None and data is not None else form
        context = {"form": shown, "template": row, "accounts": accounts, "forms": [one for one, _ in FORMS.values()]}
        context |= {"may_connect": _actor(request).may("change_senders")}
        status = 200 if data is None or asks_again else 422
        return render(request, "messaging/template_form.html", context, status=status)


def _receive(request: HttpRequest, shape: type[TemplateBasics], data: QueryDict) -> Refused | None:
    """Keep what was uploaded and name it in what was typed. Answer the refusal of a file."""
    try:
        for name, kept in shape.received(_actor(request), data, request.FILES).items():
            data[name] = kept
    except Refused as refusal:
        return refusal
    return None


def _again(
    shape: type[TemplateBasics], accounts: list[Any], row: ProviderTemplate | None, data: QueryDict
) -> TemplateBasics:
    """The form as it was filled, with more or fewer places, before anything in it is judged."""
    filled = {name: data[name] for name in data if name != "csrfmiddlewaretoken"}
    return shape(None, accounts=accounts, fixed=row is not None, initial=filled)


def _kind_of(row: ProviderTemplate | None) -> str:
    text = last_text_of(row) if row is not None else None
    return "cards" if text and text.cards else "code" if text and text.code else "message"


def _saved_words(row: ProviderTemplate) -> str:
    if row.state not in STANDING:
        return "Saved. Submit it when it is ready: WhatsApp reviews it."
    if not row.changed:
        return "Nothing changed: this is the text WhatsApp has."
    return "Saved beside the approved text. Submit the change when it is ready: WhatsApp reviews it."


def _save(request: HttpRequest, form: TemplateBasics, row: ProviderTemplate | None) -> ProviderTemplate:
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


@member("author_campaigns")
@require_POST
def drop_change(request: HttpRequest, provider_template_id: uuid.UUID) -> HttpResponse:
    """Leave an approved template as it is."""
    row = access_template(_actor(request), provider_template_id)
    templates.drop_change(actor=_actor(request), template=row)
    messages.success(request, "Dropped. The approved text stays.")
    return redirect("messaging:template", row.id)


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
    organization_id = _organization_id(request)
    with tenant_context(organization_id):
        access_template(_actor(request), template_id)
    try:
        errand(actor=_actor(request), organization_id=organization_id, template_id=template_id)
    except Refused as refusal:
        with tenant_context(organization_id):
            return _template_page(request, template_id, refusal)
    else:
        messages.success(request, done)
        if to_list:
            return redirect("messaging:templates")
    return redirect("messaging:template", template_id)


@member("author_campaigns", own_transactions=True)
@require_POST
def sync_templates(request: HttpRequest) -> HttpResponse:
    """Bring in an account's templates as WhatsApp has them."""
    organization_id = _organization_id(request)
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


def _organization_id(request: HttpRequest) -> uuid.UUID:
    return request.belonging.organization_id  # type: ignore[attr-defined, no-any-return]


def _actor(request: HttpRequest) -> Any:
    return request.actor  # type: ignore[attr-defined]
