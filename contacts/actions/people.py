"""Verbs on people: adding and changing them, their addresses, their tags and notes."""

import dataclasses
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from accounts.actions.audit import record_audit
from accounts.contracts import Actor, Refused
from consent.actions.points import ensure_points
from consent.values import address_of
from contacts.actions.erasing import refuse_erased
from contacts.actions.fields import typed_fields
from contacts.actions.identifying import demand_free, hold_identities
from contacts.models import Contact, ContactPoint, ContactTag, Note, Tag
from contacts.selectors.points import lock_points
from contacts.spelling import plain_name
from core import vault
from core.email import EmailAddress
from core.ids import new_id
from core.phone import PhoneNumber
from core.tenancy import require_organization_id

PLAIN_FIELDS = ("first_name", "last_name", "language", "country", "city", "time_zone", "is_minor")
#: those, and what another program calls the person
KNOWN_FIELDS = (*PLAIN_FIELDS, "external_id")
MOST_ADDRESSES = 20
LONGEST_NOTE = 5_000
#: what is kept of a name that grew when its letters were taken apart
LONGEST_SEARCH = 241


@dataclasses.dataclass(frozen=True, slots=True)
class NewPoint:
    """One address for a person and what people call it: phone, whatsapp or email."""

    label: str
    value: PhoneNumber | EmailAddress


def search_text(first_name: str, last_name: str) -> str:
    """What a search by name looks at."""
    return plain_name(f"{first_name} {last_name}")[:LONGEST_SEARCH]


def create_contact(
    *, actor: Actor, points: Sequence[NewPoint], custom: Mapping[str, str] | None = None, **fields: Any
) -> Contact:
    """Add a person. Being here does not mean anybody may write to them: that is for the ledger to say.

    Shape:  fields among KNOWN_FIELDS; custom as typed, by key.
    Errors: Refused without an address or a name, for an address of somebody who asked to be forgotten, for an external id
            that somebody has, or when a custom value does not fit its field.
    """
    actor.require("change_contacts")
    _demand_known(fields)
    if not points and not (fields.get("first_name") or fields.get("last_name")):
        raise Refused("A contact needs a name or an address.", field="phone", remedy="Give at least one of them.")
    demand_free(fields.get("external_id", ""), addresses=[address_of(point.value) for point in points])
    contact = Contact(**fields, fields=typed_fields(custom or {}))
    contact.search_name = search_text(contact.first_name, contact.last_name)
    contact.save(force_insert=True)
    _link(contact, points, _held(points))
    record_audit(actor=actor, action="contact.created", on=("contact", contact.id), data={"addresses": len(points)})
    return contact


def change_contact(
    *, actor: Actor, contact: Contact, custom: Mapping[str, str] | None = None, **fields: Any
) -> Contact:
    """Change what we keep about a person; nothing changed writes nothing.

    Errors: Refused when a custom value does not fit its field, or somebody else has the external id.
    """
    actor.require("change_contacts")
    _demand_known(fields)
    if fields.get("external_id", "") != contact.external_id:
        hold_identities([fields.get("external_id", "")])
    contact = Contact.objects.select_for_update().get(id=contact.id)
    if fields.get("external_id", "") != contact.external_id:
        demand_free(fields.get("external_id", ""), contact.id)
    changed = [name for name, value in fields.items() if getattr(contact, name) != value]
    for name in changed:
        setattr(contact, name, fields[name])
    if custom is not None:
        kept = {**contact.fields, **typed_fields(custom)}
        kept = {key: value for key, value in kept.items() if value is not None and custom.get(key, "kept") != ""}
        if kept != contact.fields:
            contact.fields = kept
            changed.append("fields")
    if not changed:
        return contact
    contact.search_name = search_text(contact.first_name, contact.last_name)
    contact.save(update_fields=[*changed, "search_name", "updated_at"])
    record_audit(actor=actor, action="contact.changed", on=("contact", contact.id), data={"fields": sorted(changed)})
    return contact


def add_point(*, actor: Actor, contact: Contact, label: str, value: PhoneNumber | EmailAddress) -> ContactPoint:
    """Give a person one more address. Somebody else may have it too: then one STOP protects both (B27).

    Errors: Refused when they have it already, or have as many as we keep.
    """
    actor.require("change_contacts")
    points = [NewPoint(label, value)]
    hold_identities((), [address_of(value)])
    ids = _held(points)
    contact = Contact.objects.select_for_update().get(id=contact.id)
    if ContactPoint.objects.filter(contact=contact).count() >= MOST_ADDRESSES:
        raise Refused(f"One person has at most {MOST_ADDRESSES} addresses.", remedy="Remove one first.")
    made = _link(contact, points, ids)
    if not made:
        raise Refused("They have this address already.", field="address", remedy="Look at their addresses.")
    record_audit(actor=actor, action="contact.address_added", on=("contact", contact.id), data={"label": label})
    return made[0]


def add_points(*, actor: Actor, contact: Contact, points: Sequence[NewPoint]) -> list[ContactPoint]:
    """Give a person those of these addresses they do not have yet. Errors: Refused when they would have too many."""
    actor.require("change_contacts")
    if not points:
        return []
    hold_identities((), [address_of(point.value) for point in points])
    ids = _held(points)
    contact = Contact.objects.select_for_update().get(id=contact.id)
    made = _link(contact, points, ids)
    if made and ContactPoint.objects.filter(contact=contact).count() > MOST_ADDRESSES:
        raise Refused(f"One person has at most {MOST_ADDRESSES} addresses.", field="phone", remedy="Remove one first.")
    for link in made:
        data = {"label": link.label}
        record_audit(actor=actor, action="contact.address_added", on=("contact", contact.id), data=data)
    return made


def remove_point(*, actor: Actor, link: ContactPoint) -> None:
    """Take an address from a person. What was agreed or refused for the address stays in the ledger."""
    actor.require("change_contacts")
    contact_id, label = link.contact_id, link.label
    link.delete()
    record_audit(actor=actor, action="contact.address_removed", on=("contact", contact_id), data={"label": label})


def put_tag(*, actor: Actor, contact: Contact, name: str) -> Tag:
    """Put a tag on a person; a second time changes nothing. Errors: Refused for an empty or long name."""
    actor.require("change_contacts")
    name = " ".join(name.split())
    if not 0 < len(name) <= 40:
        raise Refused("A tag has 1 to 40 characters.", field="tag", remedy="Choose a short word.")
    tag, _ = Tag.objects.get_or_create(name=name)
    _, fresh = ContactTag.objects.get_or_create(contact=contact, tag=tag)
    if fresh:
        record_audit(actor=actor, action="contact.tagged", on=("contact", contact.id), data={"tag": str(tag.id)})
    return tag


def take_tag(*, actor: Actor, contact: Contact, tag_id: uuid.UUID) -> None:
    """Take a tag off a person; one they do not have changes nothing."""
    actor.require("change_contacts")
    if ContactTag.objects.filter(contact=contact, tag_id=tag_id).delete()[0]:
        record_audit(actor=actor, action="contact.untagged", on=("contact", contact.id), data={"tag": str(tag_id)})


def write_note(*, actor: Actor, contact: Contact, body: str) -> Note:
    """Write a note about a person, sealed. Errors: Refused for an empty or very long one."""
    actor.require("change_contacts")
    body = body.strip()
    if not 0 < len(body) <= LONGEST_NOTE:
        raise Refused(f"A note has 1 to {LONGEST_NOTE:,} characters.", field="body", remedy="Write a shorter one.")
    note_id = new_id()
    sealed = vault.seal(require_organization_id(), "contacts_note", "body_sealed", note_id, body)
    note = Note.objects.create(id=note_id, contact=contact, body_sealed=sealed, author_id=actor.id)
    record_audit(actor=actor, action="note.written", on=("contact", contact.id), data={"note": str(note.id)})
    return note


def remove_note(*, actor: Actor, note: Note) -> None:
    """Remove a note for good."""
    actor.require("change_contacts")
    contact_id, note_id = note.contact_id, note.id
    note.delete()
    record_audit(actor=actor, action="note.removed", on=("contact", contact_id), data={"note": str(note_id)})


def _demand_known(fields: Mapping[str, Any]) -> None:
    unknown = set(fields) - set(KNOWN_FIELDS)
    if unknown:
        raise ValueError(f"not fields of a contact: {sorted(unknown)}")


def _held(points: Sequence[NewPoint]) -> dict[tuple[str, str], uuid.UUID]:
    """The points of addresses, made where they were missing: {(kind, key): id}.

    Effects: they are held until the transaction ends. Whoever writes people holds addresses before people, or two would wait
             for each other; one who is being erased now is waited for.
    """
    ids = ensure_points(address_of(point.value) for point in points)
    lock_points(list(ids.values()))
    return ids


def _link(contact: Contact, points: Sequence[NewPoint], ids: Mapping[tuple[str, str], uuid.UUID]) -> list[ContactPoint]:
    """Connect addresses that are held to a person; those they have already are left out.

    Errors: Refused for the address of somebody who asked to be forgotten, unless the person has shared it with them.
    """
    addresses = [address_of(point.value) for point in points]
    known = set(ContactPoint.objects.filter(contact=contact).values_list("point_id", "label"))
    refuse_erased(set(ids.values()) - {point_id for point_id, _ in known})
    wanted = {
        (ids[address.kind, address.key], point.label): point for point, address in zip(points, addresses, strict=True)
    }
    links = [ContactPoint(contact=contact, point_id=key[0], label=key[1]) for key in wanted if key not in known]
    return ContactPoint.objects.bulk_create(links)
