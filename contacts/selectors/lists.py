"""Lists and tags with how many people they hold."""

import dataclasses
import uuid
from collections.abc import Sequence

from django.db.models import Count

from contacts.models import ContactTag, CustomField, List, ListMember, Tag


@dataclasses.dataclass(frozen=True, slots=True)
class Group:
    """A list or a tag and its people."""

    id: uuid.UUID
    name: str
    people: int


def lists_with_counts() -> list[Group]:
    """All lists by name. Two queries."""
    counts = dict(ListMember.objects.values_list("list_id").annotate(people=Count("id")))
    return [Group(each.id, each.name, counts.get(each.id, 0)) for each in List.objects.order_by("name")]


def tags_with_counts() -> list[Group]:
    """All tags by name. Two queries."""
    counts = dict(ContactTag.objects.values_list("tag_id").annotate(people=Count("id")))
    return [Group(each.id, each.name, counts.get(each.id, 0)) for each in Tag.objects.order_by("name")]


def custom_fields() -> Sequence[CustomField]:
    """The organisation's own fields by label. One query."""
    return list(CustomField.objects.order_by("label"))


def list_names() -> list[tuple[uuid.UUID, str]]:
    """Id and name of every list, by name. One query."""
    return list(List.objects.order_by("name").values_list("id", "name"))
