"""Pages about lists and the organisation's own fields."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.contracts import Refused
from accounts.doors import member
from contacts.access import access_list
from contacts.actions import fields, lists
from contacts.forms.people import FieldForm, ListForm
from contacts.selectors.lists import custom_fields, lists_with_counts
from contacts.views.requests import MemberRequest


def _page_of(list_id: uuid.UUID) -> str:
    return f"{reverse('contacts:list')}?list={list_id}"


@member("see_contacts")
@require_http_methods(["GET", "POST"])
def list_page(request: MemberRequest) -> HttpResponse:
    """All lists with how many people they hold, and starting one."""
    form = ListForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = lists.create_list(actor=request.actor, name=form.cleaned_data["name"])
        except Refused as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            messages.success(request, "The list is there. Add people by importing a file, or from their page.")
            return redirect(_page_of(made.id))
    context = {"form": form, "lists": lists_with_counts(), "may_change": request.actor.may("change_contacts")}
    return render(request, "contacts/lists.html", context, status=422 if form.errors else 200)


@member("change_contacts")
@require_http_methods(["GET", "POST"])
def rename_list(request: MemberRequest, list_id: uuid.UUID) -> HttpResponse:
    """Give a list another name."""
    target = access_list(request.actor, list_id, "change_contacts")
    form = ListForm(request.POST or None, initial={"name": target.name})
    if request.method == "POST" and form.is_valid():
        try:
            lists.rename_list(actor=request.actor, target=target, name=form.cleaned_data["name"])
        except Refused as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            return redirect(_page_of(target.id))
    return render(
        request, "contacts/list_name.html", {"form": form, "target": target}, status=422 if form.errors else 200
    )


@member("change_contacts")
@require_POST
def members(request: MemberRequest) -> HttpResponse:
    """Put the people chosen on a page on a list, or take them off it."""
    chosen = [key for text in request.POST.getlist("person")[:500] if (key := _key(text))]
    key = _key(request.POST.get("list", ""))
    if key is None or not chosen:
        messages.error(request, "Choose people, then a list.")
        return redirect("contacts:list")
    target = access_list(request.actor, key, "change_contacts")
    if request.POST.get("deed") == "remove":
        number = lists.remove_members(actor=request.actor, target=target, contact_ids=chosen)
        messages.success(request, f"{number} taken off {target.name}.")
    else:
        number = lists.add_members(actor=request.actor, target=target, contact_ids=chosen)
        messages.success(request, f"{number} added to {target.name}.")
    return redirect(_page_of(target.id))


def _key(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


@member("change_contacts")
@require_http_methods(["GET", "POST"])
def field_page(request: MemberRequest) -> HttpResponse:
    """The organisation's own fields, and opening one."""
    form = FieldForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            fields.open_field(
                actor=request.actor, label=told["label"], kind=told["kind"], choices=told["choices"].splitlines()
            )
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, "The field is there, on every contact and for the columns of a file.")
            return redirect("contacts:fields")
    context = {"form": form, "fields": custom_fields(), "most": fields.MOST_FIELDS}
    return render(request, "contacts/fields.html", context, status=422 if form.errors else 200)
