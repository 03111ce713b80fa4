"""The list of people: one page of it, found by the words of a name or by a whole address, with whom we may reach."""

import dataclasses
import datetime
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Q, QuerySet

from accounts.choices import country_name
from accounts.contracts import Actor
from accounts.models import Organization
from consent.actions.points import address_text
from consent.models import Point
from consent.values import address_of
from contacts.models import Contact, ContactPoint, ContactTag, List, NameWord
from contacts.selectors.points import SHOWN, known_points, numbers_ending_in
from contacts.selectors.reach import Reach, reach_of
from contacts.spelling import plain_name
from core.email import EmailAddress, parse_email
from core.phone import PhoneNumber, digits_of, parse_phone

PAGE = 50
_NO_NAME = "Nobody has such a name. Each word you write must begin a word of the name."
_NO_NUMBER = "Nobody has a number like this. Write its last four digits or more, or all of it."
#: of so many words of a search the longest are looked up: more tell nobody apart
_WORDS = 5
#: after every character PostgreSQL can hold in collation C: the end of a range of words
_LAST = "\U0010ffff"


@dataclasses.dataclass(frozen=True, slots=True)
class Person:
    """One line of the list."""

    id: uuid.UUID
    name: str
    address: str
    place: str
    reach: Sequence[Reach]
    tags: Sequence[str]
    created_at: datetime.datetime


@dataclasses.dataclass(frozen=True, slots=True)
class PeoplePage:
    """One page of people. `next` is where the following one begins, "" at the end; `note` says why a search found nobody."""

    people: Sequence[Person]
    next: str
    note: str = ""


def people_page(
    *, actor: Actor, query: str = "", list_id: uuid.UUID | None = None, tag_id: uuid.UUID | None = None, after: str = ""
) -> PeoplePage:
    """One page of people, newest first, or by name when a name is searched. At most nine queries, whatever it holds.

    Shape:  a query with @ or a number is an address, or the last digits of one, as far as this actor sees it; any other is
            words, each of which begins some word of the name. `after` is a page's `next`.
    """
    rows, note = _found(actor, query.strip())
    if list_id is not None:
        rows = rows.filter(id__in=List.objects.filter(id=list_id).values("members__contact_id"))
    if tag_id is not None:
        rows = rows.filter(id__in=ContactTag.objects.filter(tag_id=tag_id).values("contact_id"))
    by_name = bool(query.strip()) and not _is_address(query)
    rows = _after(rows, after, by_name=by_name)
    found = list(rows[: PAGE + 1])
    following = _cursor(found[PAGE - 1], by_name=by_name) if len(found) > PAGE else ""
    return PeoplePage(_people(actor, found[:PAGE]), following, note if not found else "")


def _is_address(query: str) -> bool:
    return "@" in query or sum(letter.isdigit() for letter in query) >= 5 or len(digits_of(query)) >= SHOWN


def _found(actor: Actor, query: str) -> "tuple[QuerySet[Contact], str]":
    rows = Contact.objects.all()
    if not query:
        return rows, ""
    if not _is_address(query):
        return _named(rows, plain_name(query).split()), _NO_NAME
    points, note = _points_of(actor, query)
    return rows.filter(id__in=ContactPoint.objects.filter(point_id__in=points).values("contact_id")), note


def _named(rows: "QuerySet[Contact]", words: Sequence[str]) -> "QuerySet[Contact]":
    """Those of whom each of these words begins a word of the name."""
    if not words:
        return rows.none()
    for word in sorted(set(words), key=len, reverse=True)[:_WORDS]:
        rows = rows.filter(id__in=NameWord.objects.filter(word__gte=word, word__lt=word + _LAST).values("contact_id"))
    return rows


def _points_of(actor: Actor, query: str) -> tuple[Collection[uuid.UUID], str]:
    """The addresses a query means, and what to say when nobody has one of them."""
    ending = digits_of(query)
    if not actor.may("see_addresses"):
        points = numbers_ending_in(ending, opened=False) if ending else []
        return points, "Your role sees the last four digits of a number, so it can search by those."
    value = parse_email(query) if "@" in query else parse_phone(query, Organization.objects.current().default_country)
    whole = known_points([address_of(value)]) if isinstance(value, EmailAddress | PhoneNumber) else {}
    if "@" in query:
        return whole.values(), "Nobody has this address. Write all of it, as name@example.com."
    if whole or not ending:
        return whole.values(), _NO_NUMBER
    return numbers_ending_in(ending, opened=True), _NO_NUMBER


def _after(rows: "QuerySet[Contact]", after: str, *, by_name: bool) -> "QuerySet[Contact]":
    """The rows behind a cursor, in order. A cursor that is none starts at the beginning."""
    key, _, last = after.rpartition("~")
    try:
        last_id = uuid.UUID(last)
        if by_name:
            rows = rows.filter(Q(search_name__gt=key) | Q(search_name=key, id__gt=last_id))
        else:
            moment = datetime.datetime.fromisoformat(key).astimezone(datetime.UTC)
            rows = rows.filter(Q(created_at__lt=moment) | Q(created_at=moment, id__lt=last_id))
    except (ValueError, OverflowError):
        pass
    return rows.order_by("search_name", "id") if by_name else rows.order_by("-created_at", "-id")


def _cursor(contact: Contact, *, by_name: bool) -> str:
    return f"{contact.search_name if by_name else contact.created_at.isoformat()}~{contact.id}"


def _people(actor: Actor, contacts: Sequence[Contact]) -> list[Person]:
    ids = [contact.id for contact in contacts]
    links = list(ContactPoint.objects.filter(contact_id__in=ids).select_related("point").order_by("created_at", "id"))
    reach = reach_of({contact_id: [link for link in links if link.contact_id == contact_id] for contact_id in ids})
    tags: dict[uuid.UUID, list[str]] = {}
    for contact_id, name in (
        ContactTag.objects.filter(contact_id__in=ids).order_by("tag__name").values_list("contact_id", "tag__name")
    ):
        tags.setdefault(contact_id, []).append(name)
    first = {link.contact_id: link.point for link in reversed(links)}
    return [_person(actor, contact, first, reach, tags) for contact in contacts]


def _person(
    actor: Actor, contact: Contact, first: Mapping[uuid.UUID, Point], reach: Any, tags: Mapping[uuid.UUID, list[str]]
) -> Person:
    point = first.get(contact.id)
    name = f"{contact.first_name} {contact.last_name}".strip()
    return Person(
        id=contact.id,
        name=name or "No name",
        address=shown(actor, point) if point else "",
        place=place_text(contact),
        reach=reach[contact.id],
        tags=tags.get(contact.id, []),
        created_at=contact.created_at,
    )


def place_text(contact: Contact) -> str:
    """Where somebody lives, as far as we know: "Lahore, Pakistan"."""
    return ", ".join(filter(None, (contact.city, country_name(contact.country))))


def shown(actor: Actor, point: Point) -> str:
    """An address as this actor may see it: whole, or masked (A9)."""
    return address_text(point) if actor.may("see_addresses") else point.hint


@dataclasses.dataclass(frozen=True, slots=True)
class Holder:
    """Somebody who has an address."""

    id: uuid.UUID
    name: str


def holders_of(values: Iterable[PhoneNumber | EmailAddress]) -> list[Holder]:
    """Up to five people who have one of these addresses, those we have known longest first. Three queries."""
    points = known_points(map(address_of, values))
    links = ContactPoint.objects.filter(point_id__in=points.values()).values("contact_id")
    found = Contact.objects.filter(id__in=links).order_by("created_at", "id")[:5]
    return [Holder(contact.id, f"{contact.first_name} {contact.last_name}".strip() or "No name") for contact in found]


def people_count() -> int:
    """How many people the organisation has. One query."""
    return Contact.objects.count()
