"""Verbs on lists: making, naming and filling them (B17)."""

import uuid
from collections.abc import Collection, Iterable

from accounts.actions.audit import record_audit
from accounts.contracts import Actor, Refused
from contacts.models import Contact, List, ListMember

_BATCH = 5_000


def create_list(*, actor: Actor, name: str) -> List:
    """Start a list. Errors: Refused for an empty name or one that is taken."""
    actor.require("change_contacts")
    made = List.objects.create(name=_free_name(name))
    record_audit(actor=actor, action="list.created", on=("list", made.id))
    return made


def rename_list(*, actor: Actor, target: List, name: str) -> List:
    """Give a list another name. Errors: Refused for an empty name or one that is taken."""
    actor.require("change_contacts")
    if target.name == name.strip():
        return target
    target.name = _free_name(name)
    target.save(update_fields=["name"])
    record_audit(actor=actor, action="list.renamed", on=("list", target.id))
    return target


def hold_lists(list_ids: Collection[uuid.UUID]) -> None:
    """Hold lists until the transaction ends, in the order of their ids. At most one query.

    Effects: whoever writes people and puts them on lists holds the lists before anything else, as `add_members` does.
    """
    if list_ids:
        list(List.objects.select_for_update(no_key=True).filter(id__in=list_ids).order_by("id"))


def add_members(*, actor: Actor, target: List, contact_ids: Iterable[uuid.UUID]) -> int:
    """Put people on a list; answer how many were not on it. Ids of nobody are passed over."""
    actor.require("change_contacts")
    List.objects.select_for_update(no_key=True).get(id=target.id)
    wanted = set(Contact.objects.filter(id__in=set(contact_ids)).values_list("id", flat=True))
    present = ListMember.objects.filter(list=target, contact_id__in=wanted).values_list("contact_id", flat=True)
    fresh = sorted(wanted - set(present))
    ListMember.objects.bulk_create(
        [ListMember(list=target, contact_id=contact_id) for contact_id in fresh],
        ignore_conflicts=True,
        batch_size=_BATCH,
    )
    if fresh:
        record_audit(actor=actor, action="list.people_added", on=("list", target.id), data={"people": len(fresh)})
    return len(fresh)


def remove_members(*, actor: Actor, target: List, contact_ids: Iterable[uuid.UUID]) -> int:
    """Take people off a list; answer how many were on it."""
    actor.require("change_contacts")
    removed, _ = ListMember.objects.filter(list=target, contact_id__in=set(contact_ids)).delete()
    if removed:
        record_audit(actor=actor, action="list.people_removed", on=("list", target.id), data={"people": removed})
    return removed


def _free_name(name: str) -> str:
    name = " ".join(name.split())
    if not 0 < len(name) <= 80:
        raise Refused("A list needs a name of at most 80 characters.", field="name", remedy="Choose a short one.")
    if List.objects.filter(name=name).exists():
        raise Refused("There is a list of that name.", field="name", remedy="Use it, or choose another name.")
    return name
