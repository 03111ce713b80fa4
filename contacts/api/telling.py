"""People as JSON, and what the doors for one and for many have in common."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from rest_framework import serializers

from accounts.contracts import Actor, Refused
from contacts.api import shapes
from contacts.models import Contact, ContactPoint, ContactTag, List, ListMember
from contacts.selectors.people import shown


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
    plain = ("id", "external_id", "first_name", "last_name", "language", "country", "city", "time_zone", "is_minor")
    told_rows = [
        {name: getattr(row, name) for name in (*plain, "created_at", "updated_at")}
        | {"custom": row.fields, "points": points[row.id], "lists": on[row.id], "tags": tags[row.id]}
        for row in rows
    ]
    return shapes.ContactOut(told_rows, many=True).data


def lists_of(ids: Sequence[uuid.UUID], known: Mapping[uuid.UUID, List] | None = None) -> list[List]:
    """The lists of these ids, each once; `known` are those of many requests, looked up already.

    Errors: ValidationError for each that is not there.
    """
    found = List.objects.in_bulk(ids) if known is None else known
    missing: Any = {index: ["There is no such list."] for index, each in enumerate(ids) if each not in found}
    if missing:
        raise serializers.ValidationError({"lists": missing})
    return [found[each] for each in dict.fromkeys(ids)]


@contextmanager
def our_names() -> Iterator[None]:
    """Refusals name the fields of the pages' forms; here they are called by where they stand in the body."""
    try:
        yield
    except Refused as refusal:
        raise our_name(refusal) from refusal


def our_name(refusal: Refused) -> Refused:
    """The same refusal, its field named as in the body."""
    field = {"phone": "points", "address": "points"}.get(refusal.field, refusal.field)
    if field.startswith("custom_"):
        field = f"custom.{field.removeprefix('custom_')}"
    return Refused(refusal.message, field=field, remedy=refusal.remedy, code=refusal.code)
