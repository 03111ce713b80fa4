"""People as whoever erases them needs them: found, held in every spelling of their addresses, and looked for in old imports."""

import json
import uuid
from collections.abc import Collection, Iterator, Sequence
from typing import Any, Final

from django.db.models import QuerySet

from accounts.contracts import Refused
from consent.actions.points import address_text, ensure_points
from consent.models import Point, Suppression
from consent.values import Address, address_of
from contacts.models import Contact, ContactPoint, ImportRow
from contacts.selectors.people import shown
from contacts.selectors.points import known_points
from core import vault
from core.email import EmailAddress, parse_email
from core.personal_data import Person, PersonMoved, Subject
from core.phone import PhoneNumber, parse_phone
from core.spellings import other_spellings
from core.tenancy import require_organization_id

#: its turn among the tables: when their addresses are held and what was agreed about them is still there
PLACE: Final = 45
#: how many sealed rows are opened between two questions to the database
_AT_ONCE: Final = 500


class People:
    """Who knows people, for the register of personal data."""

    def find(self, actor: Any, contact_id: uuid.UUID) -> Person | None:
        """The person as this actor may see them. Nothing is written."""
        contact = Contact.objects.filter(id=contact_id).first()
        if contact is None:
            return None
        points = _points_of(contact_id)
        every = [*points, *Point.objects.filter(id__in=known_points(_spellings(points)).values())]
        subject = _subject(contact_id, [point.id for point in every])
        shared = len({point.id for point in points} & set(subject.shared))
        return Person(subject, str(contact), tuple(shown(actor, point) for point in points), shared)

    def hold(self, contact_id: uuid.UUID) -> Subject | None:
        """Everything that reaches them. Effects: other spellings of their numbers become addresses, to be marked as well."""
        if not Contact.objects.filter(id=contact_id).exists():
            return None
        points = _points_of(contact_id)
        others = ensure_points(_spellings(points)).values()
        return _subject(contact_id, [*(point.id for point in points), *others])

    def still_erased(self, point_ids: Sequence[uuid.UUID]) -> tuple[uuid.UUID, ...]:
        """Which of these addresses are still marked as erased on every channel. One query."""
        return tuple(_erased(point_ids).values_list("point_id", flat=True))


def demand_unmoved(_actor: Any, subject: Subject) -> None:
    """Hold a person while their addresses are held, and look whether those are still what they were.

    Effects: nobody writes a note, a list or a link about them until the transaction ends.
    Errors:  PersonMoved when an address came, went, or has come to be somebody else's too.
    """
    links = ContactPoint.objects.filter(contact_id=subject.contact_id).values_list("point_id", flat=True)
    held = Contact.objects.select_for_update().filter(id=subject.contact_id).exists()
    now = _subject(subject.contact_id, [*subject.points, *subject.shared, *links])
    if held and now != subject:
        raise PersonMoved


def refuse_erased(point_ids: Collection[uuid.UUID]) -> None:
    """Errors: Refused when one of these addresses is of somebody who asked to be forgotten and has not come back."""
    if _erased(point_ids).exists():
        raise Refused(
            "Whoever has this address asked to be forgotten.",
            field="address",
            remedy="Only they can come back: by writing START, or by agreeing on a form of yours.",
            code="erased",
        )


def _erased(point_ids: Collection[uuid.UUID]) -> "QuerySet[Suppression]":
    return Suppression.objects.filter(point_id__in=point_ids, channel="", kind="erased", lifted_at=None)


def rows_kept_about(subject: Subject) -> Sequence[uuid.UUID]:
    """Rejected rows of imports in which one of their addresses stands. Each is opened, so this reads them all."""
    wanted = set(Point.objects.filter(id__in=subject.points).values_list("kind", "digest"))
    marks = {(kind, bytes(digest)) for kind, digest in wanted}
    return [row_id for row_id, cells, country in _kept_rows() if marks and _tells(cells, country, marks)]


def naming_erased(rows: Sequence[Sequence[str]], country: str) -> list[bool]:
    """Which of these rows, as they came, name an address of somebody who is erased. Two queries where one names any."""
    told = [[address for cell in cells for address in _read(str(cell), country)] for cells in rows]
    points = known_points(address for addresses in told for address in addresses)
    closed = set(_erased(points.values()).values_list("point_id", flat=True)) if points else set()
    return [any(points.get((each.kind, each.key)) in closed for each in addresses) for addresses in told]


def _kept_rows() -> Iterator[tuple[uuid.UUID, Sequence[str], str]]:
    rows = ImportRow.objects.filter(outcome="rejected", cells_sealed__isnull=False).order_by("id")
    organization_id = require_organization_id()
    found = rows.values_list("id", "cells_sealed", "job__declared")
    for row_id, sealed, declared in found.iterator(chunk_size=_AT_ONCE):
        text = vault.unseal_text(organization_id, "contacts_importrow", "cells_sealed", row_id, sealed)
        yield row_id, json.loads(text or "[]"), declared.get("default_country", "")


def _tells(cells: Sequence[str], country: str, marks: Collection[tuple[str, bytes]]) -> bool:
    organization_id = require_organization_id()
    addresses = [address for cell in cells for address in _read(str(cell), country)]
    return any((each.kind, vault.digest(organization_id, each.kind, each.key)) in marks for each in addresses)


def _read(cell: str, country: str) -> list[Address]:
    if "@" in cell:
        mailbox = parse_email(cell)
        return [address_of(mailbox)] if isinstance(mailbox, EmailAddress) else []
    if sum(letter.isdigit() for letter in cell) < 7:
        return []
    number = parse_phone(cell, country)
    return [address_of(number)] if isinstance(number, PhoneNumber) else []


def _points_of(contact_id: uuid.UUID) -> list[Point]:
    linked = ContactPoint.objects.filter(contact_id=contact_id).values("point_id")
    return list(Point.objects.filter(id__in=linked).order_by("created_at", "id"))


def _spellings(points: Sequence[Point]) -> list[Address]:
    numbers = [address_text(point) for point in points if point.kind == "phone"]
    return [address_of(other) for number in numbers for other in other_spellings(number)]


def _subject(contact_id: uuid.UUID, point_ids: Sequence[uuid.UUID]) -> Subject:
    others = ContactPoint.objects.filter(point_id__in=point_ids).exclude(contact_id=contact_id)
    shared = set(others.values_list("point_id", flat=True))
    every = sorted(set(point_ids))
    return Subject(
        contact_id,
        tuple(point_id for point_id in every if point_id not in shared),
        tuple(point_id for point_id in every if point_id in shared),
    )
