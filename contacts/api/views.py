"""People: found in pages, added, read, changed; and the lists they are on."""

import uuid
from collections.abc import Sequence
from typing import Any

from django.db.models import Count
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import actor_of
from accounts.doors import api
from consent.api.fields import home_country
from contacts.access import access_contact
from contacts.actions.lists import add_members, hold_lists
from contacts.actions.people import NewPoint, change_contact, create_contact
from contacts.api import shapes
from contacts.api.telling import lists_of, our_names, tell_contacts
from contacts.api.upserts import upsert
from contacts.models import Contact, ContactTag, List, ListMember
from core.api import FieldsQuery, answers, changed_since, page, page_of, read
from core.api_lists import only


@extend_schema(
    operation_id="list_lists",
    tags=["contacts"],
    parameters=[shapes.ListQuery],
    responses=answers(page_of(shapes.ListOut)),
)
@api("see_contacts")
@api_view(["GET"])
def lists(request: Request) -> Response:
    """The organisation's lists, newest first, with how many people are on each."""
    asked = read(shapes.ListQuery, request.query_params)
    rows = changed_since(List.objects.all(), asked)
    return page(request, rows.filter(name=asked["name"]) if "name" in asked else rows, _tell_lists)


def _tell_lists(rows: Sequence[List]) -> Any:
    members = ListMember.objects.filter(list__in=rows).values_list("list_id")
    people = dict(members.annotate(people=Count("id")))
    told = [
        {"id": row.id, "name": row.name, "people": people.get(row.id, 0)}
        | {"created_at": row.created_at, "changed_at": row.changed_at}
        for row in rows
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
@extend_schema(
    methods=["PUT"],
    operation_id="upsert_contact",
    tags=["contacts"],
    request=shapes.UpsertIn,
    responses=answers(shapes.ContactOut, 201) | {200: shapes.ContactOut},
)
@api("")
@api_view(["GET", "POST", "PUT"])
def contacts(request: Request) -> Response:
    """People, newest first (scope see_contacts); or add one (scope change_contacts). PUT adds the person or, 200, changes the
    one whom the external id or the addresses mean: what is not sent stays, addresses and lists are added, consent is never
    touched. Whoever has an address and no external id gets the one that is sent."""
    if request.method == "GET":
        return _list(request)
    return _create(request) if request.method == "POST" else upsert(request)


def _list(request: Request) -> Response:
    actor = actor_of(request)
    actor.require("see_contacts")
    asked, rows = read(shapes.ContactQuery, request.query_params), Contact.objects.all()
    if "list" in asked:
        rows = rows.filter(id__in=ListMember.objects.filter(list_id=asked["list"]).values("contact_id"))
    if "tag" in asked:
        rows = rows.filter(id__in=ContactTag.objects.filter(tag_id=asked["tag"]).values("contact_id"))
    if "external_id" in asked:
        rows = rows.filter(external_id=asked["external_id"])
    if "updated_since" in asked:
        rows = rows.filter(updated_at__gte=asked["updated_since"])
    return page(request, rows, lambda found: tell_contacts(actor, found))


def _create(request: Request) -> Response:
    actor = actor_of(request)
    actor.require("change_contacts")
    told = read(shapes.ContactIn, request.data, country=home_country())
    wanted = lists_of(told.pop("lists", []))
    points = [NewPoint(each["label"], each["value"]) for each in told.pop("points", [])]
    hold_lists([target.id for target in wanted])
    with our_names():
        contact = create_contact(actor=actor, points=points, **told)
    for target in wanted:
        add_members(actor=actor, target=target, contact_ids=[contact.id])
    return Response(tell_contacts(actor, [contact])[0], status=201)


@extend_schema(
    methods=["GET"],
    operation_id="get_contact",
    tags=["contacts"],
    parameters=[FieldsQuery],
    responses=answers(shapes.ContactOut),
)
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
        with our_names():
            found = change_contact(actor=actor, contact=found, **told)
    return Response(only(request, tell_contacts(actor, [found]))[0])
