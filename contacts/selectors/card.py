"""One person: addresses, what may be sent and why, what was agreed with its proof, lists, tags, notes, fields."""

import dataclasses
import datetime
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from accounts.choices import languages
from accounts.contracts import Actor
from accounts.models import User
from consent.models import CHANNELS, ConsentEvent, Point
from consent.selectors.receipts import open_evidence
from consent.selectors.words import by_itself, places_text, receipt_number, source_label, status_badge
from contacts.models import Contact, ContactPoint, ContactTag, CustomField, List, ListMember, Note, Tag
from contacts.selectors.people import place_text, shown
from contacts.selectors.reach import PurposeReach, reach_by_purpose
from core import vault
from core.tenancy import require_organization_id

#: events shown on the card; the newest speak for what holds now
MOST_EVENTS = 100
_CHANNEL_NAMES = dict(CHANNELS) | {"": "every channel"}


@dataclasses.dataclass(frozen=True, slots=True)
class Address:
    """One address of a person as the actor may see it."""

    link_id: uuid.UUID
    point_id: uuid.UUID
    label: str
    icon: str
    text: str
    region: str


@dataclasses.dataclass(frozen=True, slots=True)
class Receipt:
    """One fact of the ledger, with its proof opened for somebody who may see it."""

    id: uuid.UUID
    number: str
    badge: Mapping[str, str]
    status: str
    channel: str
    purpose: str
    words: str
    words_source: str
    how: str
    where: str
    occurred_at: datetime.datetime
    recorded_at: datetime.datetime
    sender: str
    address: str
    by: str


@dataclasses.dataclass(frozen=True, slots=True)
class NoteLine:
    """One note, opened."""

    id: uuid.UUID
    body: str
    author: str
    created_at: datetime.datetime


@dataclasses.dataclass(frozen=True, slots=True)
class Card:
    """Everything the page of a person shows."""

    contact: Contact
    name: str
    initials: str
    addresses: Sequence[Address]
    purposes: Sequence[PurposeReach]
    receipts: Sequence[Receipt]
    in_force: Receipt | None
    lists: Sequence[List]
    other_lists: Sequence[List]
    tags: Sequence[Tag]
    notes: Sequence[NoteLine]
    details: Sequence[tuple[str, Any]]


def contact_card(*, actor: Actor, contact: Contact) -> Card:
    """One person in full. Eleven queries, whatever they hold."""
    links = list(ContactPoint.objects.filter(contact=contact).select_related("point").order_by("created_at", "id"))
    receipts = _receipts(actor, links)
    member_of = set(ListMember.objects.filter(contact=contact).values_list("list_id", flat=True))
    lists = list(List.objects.order_by("name"))
    name = f"{contact.first_name} {contact.last_name}".strip()
    return Card(
        contact=contact,
        name=name or "No name",
        initials="".join(word[0] for word in name.split()[:2]).upper() or "–",
        addresses=[_address(actor, link) for link in links],
        purposes=reach_by_purpose(links),
        receipts=receipts,
        in_force=next((receipt for receipt in receipts if receipt.status in ("granted", "withdrawn")), None),
        lists=[each for each in lists if each.id in member_of],
        other_lists=[each for each in lists if each.id not in member_of],
        tags=[
            row.tag for row in ContactTag.objects.filter(contact=contact).select_related("tag").order_by("tag__name")
        ],
        notes=_notes(contact),
        details=_details(contact),
    )


def _address(actor: Actor, link: ContactPoint) -> Address:
    icon = {"phone": "phone", "whatsapp": "whatsapp", "email": "mail"}[link.label]
    return Address(link.id, link.point_id, link.get_label_display(), icon, shown(actor, link.point), _where(link.point))


def _where(point: Point) -> str:
    return places_text(point.region) if point.region else ""


def _receipts(actor: Actor, links: Sequence[ContactPoint]) -> list[Receipt]:
    points = {link.point_id: link.point for link in links}
    events = list(
        ConsentEvent.objects.filter(point_id__in=points)
        .select_related("purpose", "wording")
        .order_by("-recorded_at", "-id")[:MOST_EVENTS]
    )
    people = {event.actor_id for event in events if event.actor_kind == "user"}
    names: dict[uuid.UUID | None, str] = dict(User.objects.filter(id__in=people).values_list("id", "full_name"))
    return [_receipt(actor, event, points[event.point_id], names) for event in events]


def _receipt(actor: Actor, event: ConsentEvent, point: Any, names: Mapping[uuid.UUID | None, str]) -> Receipt:
    proof = {key: str(value) for key, value in open_evidence(event).items()} if actor.may("see_addresses") else {}
    wording = event.wording
    return Receipt(
        id=event.id,
        number=receipt_number(event.id, event.status),
        badge=status_badge(event.status),
        status=event.status,
        channel=_CHANNEL_NAMES[event.channel],
        purpose=event.purpose.name if event.purpose else "everything",
        words=wording.text if wording else proof.get("said", "") or proof.get("wording", ""),
        words_source=f"Wording version {wording.version}, {wording.language}" if wording else "",
        how=source_label(event.source, event.status),
        where=next((proof[key] for key in ("page", "form", "file", "url", "note") if proof.get(key)), ""),
        occurred_at=event.occurred_at,
        recorded_at=event.recorded_at,
        sender=proof.get("ip", ""),
        address=shown(actor, point),
        by=_writer(event, names),
    )


def _writer(event: ConsentEvent, names: Mapping[uuid.UUID | None, str]) -> str:
    if event.actor_kind == "system":
        return by_itself(event.source)
    return names.get(event.actor_id, "") or {"key": "An API key"}.get(event.actor_kind, "")


def _notes(contact: Contact) -> list[NoteLine]:
    notes = list(Note.objects.filter(contact=contact).order_by("-created_at")[:50])
    authors = User.objects.filter(id__in={note.author_id for note in notes}).values_list("id", "full_name")
    names: dict[uuid.UUID | None, str] = dict(authors) if notes else {}
    return [
        NoteLine(
            note.id,
            vault.unseal_text(require_organization_id(), "contacts_note", "body_sealed", note.id, note.body_sealed),
            names.get(note.author_id, "") or "A program",
            note.created_at,
        )
        for note in notes
    ]


def _details(contact: Contact) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = [
        ("Place", place_text(contact)),
        ("Language", dict(languages()).get(contact.language, contact.language)),
        ("Time zone", contact.time_zone.replace("_", " ")),
    ]
    if contact.fields:
        for field in CustomField.objects.order_by("label"):
            value = contact.fields.get(field.key)
            if value is not None:
                found.append(
                    (field.label, {True: "Yes", False: "No"}.get(value, value) if field.kind == "boolean" else value)
                )
    if contact.is_minor:
        found.append(("Age", "Under age: no marketing"))
    return [(label, value) for label, value in found if value not in ("", None)]
