"""Who is meant by an external id and some addresses: somebody we hold, nobody yet, or nobody can tell.

An address is no key: two people may share one. So an address means the one person who has it, unless that person is known
by another external id; and where what is sent points at two people, it is refused rather than guessed.
"""

import dataclasses
import hashlib
import uuid
from collections.abc import Collection, Mapping, Sequence

from django.db import connection

from accounts.contracts import Refused
from consent.values import Address
from contacts.models import Contact, ContactPoint
from contacts.selectors.points import known_points, lock_points
from core import vault
from core.tenancy import require_organization_id

Key = tuple[str, str]

_HOLD = "select pg_advisory_xact_lock(number) from unnest(%s::bigint[]) as held(number)"


@dataclasses.dataclass(frozen=True, slots=True)
class Identity:
    """By what somebody is meant: `name`, as a search spells it, tells apart those who share every address."""

    external_id: str
    addresses: tuple[Key, ...]
    name: str


@dataclasses.dataclass(frozen=True, slots=True)
class Held:
    """Everybody whom some identities may mean, and who has which address. `names` is spelled as a search spells."""

    by_external_id: Mapping[str, uuid.UUID]
    external_ids: Mapping[uuid.UUID, str]
    names: Mapping[uuid.UUID, str]
    owners: Mapping[Key, frozenset[uuid.UUID]]
    points: Mapping[Key, uuid.UUID]


def hold_identities(external_ids: Collection[str], addresses: Collection[Address] = ()) -> None:
    """Make whoever writes people by these identifiers wait until the transaction ends. Always in one order. One query."""
    organization_id = require_organization_id()
    marks = {hashlib.sha256(f"{organization_id}|{name}".encode()).digest() for name in external_ids if name}
    marks |= {vault.digest(organization_id, each.kind, each.key) for each in addresses}
    numbers = sorted(int.from_bytes(mark[:8], "big", signed=True) for mark in marks)
    if numbers:
        with connection.cursor() as cursor:
            cursor.execute(_HOLD, [numbers])


def demand_free(external_id: str, contact_id: uuid.UUID | None = None, *, addresses: Collection[Address] = ()) -> None:
    """Errors: Refused when somebody else has this external id. Two queries.

    Effects: nobody else takes it meanwhile, or writes people by these addresses.
    """
    hold_identities([external_id], addresses)
    if external_id and Contact.objects.filter(external_id=external_id).exclude(id=contact_id).exists():
        raise Refused(
            "Somebody else has this external id.",
            field="external_id",
            remedy="Change that person, or give this one another external id.",
            code="external_id_taken",
        )


def look_up(external_ids: Collection[str], addresses: Collection[Address]) -> Held:
    """Everybody these may mean. Six queries at most.

    Effects: addresses, then people are held until the transaction ends, each in the order of their ids.
    """
    known = known_points(addresses)
    lock_points(list(known.values()))
    points = {point_id: key for key, point_id in known.items()}
    owners: dict[Key, set[uuid.UUID]] = {}
    for point_id, contact_id in ContactPoint.objects.filter(point__in=points).values_list("point_id", "contact_id"):
        owners.setdefault(points[point_id], set()).add(contact_id)
    named = Contact.objects.filter(external_id__in={name for name in external_ids if name})
    ids = {*named.values_list("id", flat=True), *(each for found in owners.values() for each in found)}
    rows = list(
        Contact.objects.select_for_update()
        .filter(id__in=ids)
        .order_by("id")
        .values_list("id", "external_id", "search_name")
    )
    return Held(
        by_external_id={external_id: contact_id for contact_id, external_id, _ in rows if external_id},
        external_ids={contact_id: external_id for contact_id, external_id, _ in rows},
        names={contact_id: name for contact_id, _, name in rows},
        owners={key: frozenset(found) for key, found in owners.items()},
        points=known,
    )


def who_is(identity: Identity, held: Held) -> uuid.UUID | None:
    """The person who is meant, or None for nobody we hold yet. Errors: Refused where that cannot be told."""
    found = held.by_external_id.get(identity.external_id) if identity.external_id else None
    owners = _possible(identity, held)
    if found is not None:
        if any(found not in each for each in owners):
            raise _conflict()
        return found
    if not owners:
        return None
    common = frozenset.intersection(*owners)
    if len(common) > 1:
        common = frozenset(each for each in common if held.names[each] == identity.name)
    if len(common) != 1:
        raise _conflict()
    return next(iter(common))


def _possible(identity: Identity, held: Held) -> Sequence[frozenset[uuid.UUID]]:
    """For each address whoever has it; people known by another external id are other people."""
    all_owners = [held.owners[key] for key in identity.addresses if key in held.owners]
    if not identity.external_id:
        return all_owners
    mine = ("", identity.external_id)
    left = [frozenset(each for each in owners if held.external_ids[each] in mine) for owners in all_owners]
    return [owners for owners in left if owners]


def _conflict() -> Refused:
    return Refused(
        "These identifiers do not mean one person: more than one has one of them.",
        field="external_id",
        remedy="Look at the people who have them; leave out an identifier, or change one of the people first.",
        code="identifiers_conflict",
    )
