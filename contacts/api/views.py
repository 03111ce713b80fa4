"""People: found in pages, added, read, changed; and the lists they are on."""

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db.models import Count
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import actor_of
from accounts.contracts import Actor, Refused
from accounts.doors import api
from consent.api.fields import home_country
from contacts.access import access_contact
from contacts.actions.lists import add_members
from contacts.actions.people import NewPoint, change_contact, create_contact
from contacts.api import shapes
from contacts.models import Contact, ContactPoint, ContactTag, List, ListMember
from contacts.selectors.people import shown
from core.api import PageQuery, answers, page, page_of, read


@extend_schema(
    operation_id="list_lists", tags=["contacts"], parameters=[PageQuery], responses=answers(page_of(shapes.ListOut))
)
@api("see_contacts")
@api_view(["GET"])
def lists(request: Request) -> Response:
    """The organisation's lists, newest first, with how many people are on each."""
    read(PageQuery, request.query_params)
    return page(request, List.objects.all(), _tell_lists)


def _tell_lists(rows: Sequence[List]) -> Any:
    members = ListMember.objects.filter(list__in=rows).values_list("list_id")
    people = dict(members.annotate(people=Count("id")))
    told = [
        {"id": row.id, "name": row.name, "people": people.get(row.id, 0), "created_at": row.created_at} for row in rows
    ]
    return shapes.ListOut(told, many=True).data


@extend_schema(
    methods=["GET"],
    operation_id="list_contacts",
    tags=["contacts"],
    parameters=[shapes.ContactQuery],
    responses=answers(page_of(shapes.ContactOut)),
)
@extend_schema(
    methods=["POST"],
    operation_id="create_contact",
    tags=["contacts"],
    request=shapes.ContactIn,
    responses=answers(shapes.ContactOut, 201),
)
@api("")
@api_view(["GET", "POST"])
def contacts(request: Request) -> Response:
    """People, newest first (scope see_contacts); or add one (scope change_contacts)."""
    return _create(request) if request.method == "POST" else _list(request)


def _list(request: Request) -> Response:
    actor = actor_of(request)
    actor.require("see_contacts")
    asked, rows = read(shapes.ContactQuery, request.query_params), Contact.objects.all()
    if "list" in asked:
        rows = rows.filter(id__in=ListMember.objects.filter(list_id=asked["list"]).values("contact_id"))
    if "tag" in asked:
        rows = rows.filter(id__in=ContactTag.objects.filter(tag_id=asked["tag"]).values("contact_id"))
    if "updated_since" in asked:
        rows = rows.filter(updated_at__gte=asked["updated_since"])
    return page(request, rows, lambda found: tell_contacts(actor, found))


def _create(request: Request) -> Response:
    actor = actor_of(request)
    actor.require("change_contacts")
    told = read(shapes.ContactIn, request.data, country=home_country())
    wanted = _lists_of(told.pop("lists", []))
    points = [NewPoint(each["label"], each["value"]) for each in told.pop("points", [])]
    with _our_names():
        contact = create_contact(actor=actor, points=points, **told)
    for target in wanted:
        add_members(actor=actor, target=target, contact_ids=[contact.id])
    return Response(tell_contacts(actor, [contact])[0], status=201)


def _lists_of(ids: Sequence[uuid.UUID]) -> list[List]:
    """The lists of these ids, each once. Errors: ValidationError for each that is not there."""
    found = List.objects.in_bulk(ids)
    missing: Any = {index: ["There is no such list."] for index, each in enumerate(ids) if each not in found}
    if missing:
        raise serializers.ValidationError({"lists": missing})
    return [found[each] for each in dict.fromkeys(ids)]


@contextmanager
def _our_names() -> Iterator[None]:
    """Refusals name the fields of the pages' forms; here they are called by where they stand in the body."""
    try:
        yield
    except Refused as refusal:
        field = {"phone": "points"}.get(refusal.field, refusal.field)
        if field.startswith("custom_"):
            field = f"custom.{field.removeprefix('custom_')}"
        raise Refused(refusal.message, field=field, remedy=refusal.remedy) from refusal


@extend_schema(methods=["GET"], operation_id="get_contact", tags=["contacts"], responses=answers(shapes.ContactOut))
@extend_schema(
    methods=["PATCH"],
    operation_id="change_contact",
    tags=["contacts"],
    request=shapes.DetailsIn,
    responses=answers(shapes.ContactOut),
)
@api("")
@api_view(["GET", "PATCH"])
def contact(request: Request, contact_id: uuid.UUID) -> Response:
    """One person (scope see_contacts); or change what is kept about them (scope change_contacts)."""
    actor = actor_of(request)
    found = access_contact(actor, contact_id, "change_contacts" if request.method == "PATCH" else "see_contacts")
    if request.method == "PATCH":
        told = read(shapes.DetailsIn, request.data)
        with _our_names():
            found = change_contact(actor=actor, contact=found, **told)
    return Response(tell_contacts(actor, [found])[0])


def tell_contacts(actor: Actor, rows: Sequence[Contact]) -> Any:
    """People as JSON, addresses as far as the actor may see them. Three queries, however many people."""
    points: dict[uuid.UUID, list[Any]] = {row.id: [] for row in rows}
    on: dict[uuid.UUID, list[Any]] = {row.id: [] for row in rows}
    tags: dict[uuid.UUID, list[str]] = {row.id: [] for row in rows}
    links = ContactPoint.objects.filter(contact__in=rows).select_related("point").order_by("created_at", "id")
    for link in links:
        told = {"id": link.point_id, "label": link.label, "value": shown(actor, link.point)}
        points[link.contact_id].append(told)
    for contact_id, list_id in (
        ListMember.objects.filter(contact__in=rows).order_by("id").values_list("contact_id", "list_id")
    ):
        on[contact_id].append(list_id)
    tagged = ContactTag.objects.filter(contact__in=rows).order_by("tag__name")
    for contact_id, name in tagged.values_list("contact_id", "tag__name"):
        tags[contact_id].append(name)
    plain = ("id", "first_name", "last_name", "language", "country", "city", "time_zone", "is_minor")
    told_rows = [
        {name: getattr(row, name) for name in (*plain, "created_at", "updated_at")}
        | {"custom": row.fields, "points": points[row.id], "lists": on[row.id], "tags": tags[row.id]}
        for row in rows
    ]
    return shapes.ContactOut(told_rows, many=True).data
