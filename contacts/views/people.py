"""Pages about people: the list, one person, adding and changing them."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.contracts import Refused
from accounts.doors import member
from consent.actions.recording import stop_by_hand
from contacts.access import access_contact, access_link, access_list, access_note
from contacts.actions import lists, people
from contacts.forms.people import AddressForm, ContactForm, DetailsForm, NoteForm, TagForm
from contacts.selectors.card import contact_card
from contacts.selectors.lists import lists_with_counts, tags_with_counts
from contacts.selectors.people import PeoplePage, people_count, people_page
from contacts.views.requests import MemberRequest
from core import clock
from core.wording import counted_text


def _key(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


@member("see_contacts")
@require_GET
def people_list(request: MemberRequest) -> HttpResponse:
    """People, newest first or found by name or address, of a list or with a tag, and whom we may reach."""
    query, list_id, tag_id = request.GET.get("q", "")[:254], request.GET.get("list", ""), request.GET.get("tag", "")
    chosen, tag = _key(list_id), _key(tag_id)
    page = people_page(
        actor=request.actor, query=query, list_id=chosen, tag_id=tag, after=request.GET.get("after", "")[:400]
    )
    groups, tags, total = lists_with_counts(), tags_with_counts(), people_count()
    context = {
        "page": page,
        "query": query,
        "total": total,
        "lead": f"{_people(total)}. Being here does not mean you may write; the squares do.",
        "lists": groups,
        "tags": tags,
        "group": next((group for group in groups if group.id == chosen), None),
        "tag": next((group for group in tags if group.id == tag), None),
        "may_change": request.actor.may("change_contacts"),
        "now": clock.now(),
        **_around(request, page),
    }
    return render(request, "contacts/list.html", context)


def _people(number: int) -> str:
    return counted_text(number, "person", "people")


def _around(request: MemberRequest, page: PeoplePage) -> dict[str, str]:
    """The foot of the list: what is in view, the beginning, and the next page."""
    parameters = request.GET.copy()
    after = parameters.pop("after", [""])[-1]
    first = f"?{parameters.urlencode()}"
    parameters["after"] = page.next
    following = f"?{parameters.urlencode()}" if page.next else ""
    foot = f"{_people(len(page.people))} in view" if after or following else _people(len(page.people))
    return {"foot": foot, "back_url": first if after else "", "next_url": following}


@member("change_contacts")
@require_http_methods(["GET", "POST"])
def new_contact(request: MemberRequest) -> HttpResponse:
    """Add a person by hand."""
    form = ContactForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        points = [people.NewPoint(label, value) for label, value in form.points()]
        try:
            made = people.create_contact(actor=request.actor, points=points, custom=form.custom(), **form.plain())
        except Refused as refusal:
            form.add_error(_field(form, refusal), str(refusal))
        else:
            messages.success(request, "Added. They said nothing about consent yet.")
            return redirect("contacts:detail", made.id)
    return render(request, "contacts/new.html", {"form": form}, status=422 if form.errors else 200)


@member("change_contacts")
@require_http_methods(["GET", "POST"])
def change_contact(request: MemberRequest, contact_id: uuid.UUID) -> HttpResponse:
    """Change what we keep about a person."""
    contact = access_contact(request.actor, contact_id, "change_contacts")
    form = DetailsForm(request.POST or None, initial=_initial(contact))
    if request.method == "POST" and form.is_valid():
        try:
            people.change_contact(actor=request.actor, contact=contact, custom=form.custom(), **form.plain())
        except Refused as refusal:
            form.add_error(_field(form, refusal), str(refusal))
        else:
            messages.success(request, "Saved.")
            return redirect("contacts:detail", contact.id)
    return render(
        request, "contacts/change.html", {"form": form, "contact": contact}, status=422 if form.errors else 200
    )


def _initial(contact: Any) -> dict[str, Any]:
    words = {True: "yes", False: "no"}
    own = {f"custom_{key}": words[value] if isinstance(value, bool) else value for key, value in contact.fields.items()}
    return {name: getattr(contact, name) for name in people.PLAIN_FIELDS} | own


def _field(form: Any, refusal: Refused) -> str | None:
    return refusal.field if refusal.field in form.fields else None


@member("see_contacts")
@require_GET
def detail(request: MemberRequest, contact_id: uuid.UUID) -> HttpResponse:
    """One person: what may be sent, why, and the proof."""
    return _card(request, contact_id)


def _card(request: MemberRequest, contact_id: uuid.UUID, status: int = 200, **forms: Any) -> HttpResponse:
    contact = access_contact(request.actor, contact_id)
    context = {
        "card": contact_card(actor=request.actor, contact=contact),
        "note_form": NoteForm(),
        "tag_form": TagForm(),
        "address_form": AddressForm(),
        "may_change": request.actor.may("change_contacts"),
        "may_stop": request.actor.may("change_consent"),
        "may_erase": request.actor.may("erase_people"),
        "now": clock.now(),
        "may_see": request.actor.may("see_addresses"),
        "may_read": request.actor.may("see_replies"),
        "may_prove": request.actor.may("export_contacts") and request.actor.may("see_addresses"),
    }
    return render(request, "contacts/detail.html", context | forms, status=status)


@member("change_contacts")
@require_POST
def add_address(request: MemberRequest, contact_id: uuid.UUID) -> HttpResponse:
    """Give a person one more address."""
    contact = access_contact(request.actor, contact_id, "change_contacts")
    form = AddressForm(request.POST, contact_id=contact.id)
    if form.is_valid():
        try:
            people.add_point(
                actor=request.actor, contact=contact, label=form.label(), value=form.cleaned_data["address"]
            )
            messages.success(request, "Address added.")
            return redirect("contacts:detail", contact.id)
        except Refused as refusal:
            form.add_error(_field(form, refusal), str(refusal))
    return _card(request, contact_id, 422, address_form=form)


@member("change_contacts")
@require_POST
def remove_address(request: MemberRequest, link_id: uuid.UUID) -> HttpResponse:
    """Take an address from a person."""
    link = access_link(request.actor, link_id)
    people.remove_point(actor=request.actor, link=link)
    messages.success(request, "Removed. What was agreed or refused for the address stays on record.")
    return redirect("contacts:detail", link.contact_id)


@member("change_contacts")
@require_POST
def add_note(request: MemberRequest, contact_id: uuid.UUID) -> HttpResponse:
    """Write a note about a person."""
    contact = access_contact(request.actor, contact_id, "change_contacts")
    form = NoteForm(request.POST)
    if form.is_valid():
        people.write_note(actor=request.actor, contact=contact, body=form.cleaned_data["body"])
        return redirect("contacts:detail", contact.id)
    return _card(request, contact_id, 422, note_form=form)


@member("change_contacts")
@require_POST
def remove_note(request: MemberRequest, note_id: uuid.UUID) -> HttpResponse:
    """Remove a note."""
    note = access_note(request.actor, note_id)
    people.remove_note(actor=request.actor, note=note)
    return redirect("contacts:detail", note.contact_id)


@member("change_contacts")
@require_POST
def add_tag(request: MemberRequest, contact_id: uuid.UUID) -> HttpResponse:
    """Put a tag on a person."""
    contact = access_contact(request.actor, contact_id, "change_contacts")
    form = TagForm(request.POST)
    if form.is_valid():
        people.put_tag(actor=request.actor, contact=contact, name=form.cleaned_data["tag"])
        return redirect("contacts:detail", contact.id)
    return _card(request, contact_id, 422, tag_form=form)


@member("change_contacts")
@require_POST
def remove_tag(request: MemberRequest, contact_id: uuid.UUID, tag_id: uuid.UUID) -> HttpResponse:
    """Take a tag off a person."""
    contact = access_contact(request.actor, contact_id, "change_contacts")
    people.take_tag(actor=request.actor, contact=contact, tag_id=tag_id)
    return redirect("contacts:detail", contact.id)


@member("change_contacts")
@require_POST
def choose_list(request: MemberRequest, contact_id: uuid.UUID) -> HttpResponse:
    """Put a person on a list, or take them off one."""
    contact = access_contact(request.actor, contact_id, "change_contacts")
    wanted = _key(request.POST.get("list", ""))
    if wanted is None:
        return redirect("contacts:detail", contact.id)
    target = access_list(request.actor, wanted, "change_contacts")
    verb = lists.remove_members if request.POST.get("deed") == "remove" else lists.add_members
    verb(actor=request.actor, target=target, contact_ids=[contact.id])
    return redirect("contacts:detail", contact.id)


@member("change_consent")
@require_POST
def record_stop(request: MemberRequest, contact_id: uuid.UUID) -> HttpResponse:
    """They told somebody of the team to stop: every address of theirs, on every channel, from now on."""
    contact = access_contact(request.actor, contact_id, "change_consent")
    points = {link.point_id: link.point for link in contact.links.select_related("point")}
    for _, point in sorted(points.items()):
        stop_by_hand(actor=request.actor, point=point, channel="", source="staff")
    messages.success(request, "Recorded. Nothing reaches them from now on; only they can change that.")
    return redirect("contacts:detail", contact.id)
