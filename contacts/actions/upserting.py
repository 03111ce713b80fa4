"""Adding people or changing them, whichever it takes: as programs keep a copy of their people here.

What somebody agreed to or refused is no matter of this: no consent is read, raised or taken.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from accounts.contracts import Actor, Refused
from consent.values import Address, address_of
from contacts.actions.erasing import refuse_erased
from contacts.actions.identifying import Held, Identity, hold_identities, look_up, who_is
from contacts.actions.lists import add_members, hold_lists
from contacts.actions.people import NewPoint, add_points, change_contact, create_contact, search_text
from contacts.models import Contact, List


@dataclasses.dataclass(frozen=True, slots=True)
class Wanted:
    """A person as another program has them: fields and addresses as `create_contact` takes them. What is left out stays."""

    external_id: str = ""
    points: Sequence[NewPoint] = ()
    lists: Sequence[List] = ()
    custom: Mapping[str, str] | None = None
    fields: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    @property
    def addresses(self) -> list[Address]:
        """Where they are reached."""
        return [address_of(point.value) for point in self.points]

    @property
    def identity(self) -> Identity:
        """By what they are meant."""
        name = search_text(self.fields.get("first_name", ""), self.fields.get("last_name", ""))
        return Identity(self.external_id, tuple((each.kind, each.key) for each in self.addresses), name)


@dataclasses.dataclass(frozen=True, slots=True)
class Upserted:
    """What became of one: created, changed or unchanged."""

    contact: Contact
    outcome: str


def upsert_contact(*, actor: Actor, wanted: Wanted) -> Upserted:
    """Add this person, or change the one whom the external id or the addresses mean. Errors: Refused; nothing is written."""
    (done,) = upsert_contacts(actor=actor, wanted=[wanted])
    if isinstance(done, Refused):
        raise done
    return done


def upsert_contacts(*, actor: Actor, wanted: Sequence[Wanted]) -> list[Upserted | Refused]:
    """The same for many, each by itself: a refused one holds up no other.

    Effects: addresses and lists are added and never taken away; an external id is given to whoever had none.
    Shape:   one answer for each, in order. Some twelve queries and a dozen more each.
    """
    actor.require("change_contacts")
    hold_lists({target.id for each in wanted for target in each.lists})
    names, addresses = [each.external_id for each in wanted], [found for each in wanted for found in each.addresses]
    hold_identities(names, addresses)
    held = look_up(names, addresses)
    planned = _plan(wanted, held)
    people = Contact.objects.in_bulk([plan for plan in planned if plan is not None and not isinstance(plan, Refused)])
    return [
        plan if isinstance(plan, Refused) else _write_alone(actor, each, people.get(plan))
        for each, plan in zip(wanted, planned, strict=True)
    ]


def _plan(wanted: Sequence[Wanted], held: Held) -> list[Any]:
    """For each the id of the person it means, None for a new one, or why it is refused."""
    planned: list[Any] = []
    seen: dict[Any, str] = {}
    for each in wanted:
        try:
            if not each.external_id and not each.points:
                raise Refused(
                    "Nothing says who this is.", field="external_id", remedy="Send an external id, or an address."
                )
            found = who_is(each.identity, held)
            _demand_once(each, found, seen)
            _demand_no_erased(each.identity, found, held)
        except Refused as refusal:
            planned.append(refusal)
        else:
            planned.append(found)
    return planned


def _demand_once(each: Wanted, found: Any, seen: dict[Any, str]) -> None:
    """Two items about one person would depend on their order. People with external ids of their own may share an address."""
    marks = [("person", found)] if found is not None else []
    marks += [("external_id", each.external_id)] if each.external_id else []
    shared = [("address", address.kind, address.key) for address in each.addresses]
    meets = [seen[mark] for mark in shared if mark in seen]
    if any(mark in seen for mark in marks) or any(not name or not each.external_id for name in meets):
        raise Refused(
            "This person stands in the request already.",
            field="external_id",
            remedy="Send each person once.",
            code="twice_in_request",
        )
    seen.update(dict.fromkeys([*marks, *shared], each.external_id))


def _demand_no_erased(identity: Identity, found: Any, held: Held) -> None:
    """Whoever has an address alone that they shared with an erased person gets neither that one's name nor their id."""
    if found is None or identity.name == held.names[found]:
        return
    changes_nobody = not identity.external_id and not identity.name
    by_external_id = identity.external_id and identity.external_id == held.external_ids[found]
    if not changes_nobody and not by_external_id:
        refuse_erased([held.points[key] for key in identity.addresses if key in held.points])


def _write_alone(actor: Actor, wanted: Wanted, contact: Contact | None) -> Upserted | Refused:
    try:
        with transaction.atomic():
            return _write(actor, wanted, contact)
    except Refused as refusal:
        return refusal


def _write(actor: Actor, wanted: Wanted, contact: Contact | None) -> Upserted:
    told = dict(wanted.fields) | ({"external_id": wanted.external_id} if wanted.external_id else {})
    if contact is None:
        made = create_contact(actor=actor, points=wanted.points, custom=wanted.custom, **told)
        for target in wanted.lists:
            add_members(actor=actor, target=target, contact_ids=[made.id])
        return Upserted(made, "created")
    before = contact.updated_at
    contact = change_contact(actor=actor, contact=contact, custom=wanted.custom, **told)
    moved = contact.updated_at != before
    moved = bool(add_points(actor=actor, contact=contact, points=wanted.points)) or moved
    for target in wanted.lists:
        moved = bool(add_members(actor=actor, target=target, contact_ids=[contact.id])) or moved
    return Upserted(contact, "changed" if moved else "unchanged")
