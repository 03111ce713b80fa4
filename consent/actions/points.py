"""Making points: one row per address, whoever brings it."""

import uuid
from collections.abc import Iterable
from typing import Any

from django.db import connection

from consent.models import Point
from consent.values import Address, address_of
from core import clock, vault
from core.bulk import insert_rows
from core.ids import new_id
from core.spellings import other_spellings
from core.tenancy import require_organization_id

_TABLE, _COLUMN = "consent_point", "address_sealed"
_COLUMNS = {"id": "uuid", "organization_id": "uuid", "kind": "text", "digest": "bytea", "platform_digest": "bytea"}
_COLUMNS |= {"address_sealed": "bytea", "hint": "text", "region": "text", "zones": "text", "number_type": "text"}
_COLUMNS |= {"created_at": "timestamptz"}
# one array instead of thousands of parameters
_FIND = (
    "select digest, id, octet_length(address_sealed) = 0 from consent_point"
    " where organization_id = %s and kind = %s and digest = any(%s)"
)
# who is still erased stays unknown; who came back by themselves, on whichever channel, is known again
_RETURNED = """
select p.id from consent_point p where p.organization_id = %s and p.id = any(%s) and not exists (
  select from consent_suppression s where s.organization_id = p.organization_id and s.point_id = p.id
    and s.kind = 'erased' and s.channel = '' and s.lifted_at is null)
order by p.id for no key update of p
"""


def ensure_points(addresses: Iterable[Address]) -> dict[tuple[str, str], uuid.UUID]:
    """The point of every address, made where it was missing.

    Shape:   any number of addresses, repeats welcome → {(kind, key): point id}.
    Effects: new rows for unknown addresses, sealed; one query for each kind, and four statements when rows are made. The mark
             of an erased person stays a mark, unless they came back by themselves: then it takes the address again.
    """
    organization_id = require_organization_id()
    wanted = {
        (address.kind, vault.digest(organization_id, address.kind, address.key)): address for address in addresses
    }
    known = _known(wanted)
    missing = [(digest, address) for (kind, digest), address in wanted.items() if (kind, digest) not in known]
    if missing:
        rows = [_row(organization_id, digest, address) for digest, address in missing]
        if insert_rows(_TABLE, _COLUMNS, rows, ignore=True) == len(rows):
            known |= {(row[2], row[3]): row[0] for row in rows}
        else:  # somebody else was quicker with some of them
            known |= _known({(address.kind, digest): address for digest, address in missing})
    return {(address.kind, address.key): known[(kind, digest)] for (kind, digest), address in wanted.items()}


def points_of_line(point_id: uuid.UUID) -> list[uuid.UUID]:
    """The points of every other spelling of an address, made where they were missing: a stop protects those to come as well."""
    point = Point.objects.get(id=point_id)
    # who was erased has no address here, and every spelling of it was marked then
    others = other_spellings(address_text(point)) if point.kind == "phone" else ()
    return [each for each in ensure_points(map(address_of, others)).values() if each != point_id]


def address_text(point: Point) -> str:
    """The address itself, opened: to send to it, or for somebody who may see it. Empty for somebody who was erased."""
    return vault.unseal_text(require_organization_id(), _TABLE, _COLUMN, point.id, point.address_sealed)


def _known(wanted: dict[tuple[str, bytes], Address]) -> dict[tuple[str, bytes], uuid.UUID]:
    found: dict[tuple[str, bytes], uuid.UUID] = {}
    empty: dict[uuid.UUID, Address] = {}
    for kind in {kind for kind, _ in wanted}:
        digests = [digest for each, digest in wanted if each == kind]
        with connection.cursor() as cursor:
            cursor.execute(_FIND, [require_organization_id(), kind, digests])
            for digest, point_id, is_empty in cursor.fetchall():
                found[kind, bytes(digest)] = point_id
                if is_empty:
                    empty[point_id] = wanted[kind, bytes(digest)]
    if empty:
        _know_again(empty)
    return found


def _know_again(empty: dict[uuid.UUID, Address]) -> None:
    """Write the addresses of those among these who came back by themselves into their points."""
    organization_id = require_organization_id()
    with connection.cursor() as cursor:
        cursor.execute(_RETURNED, [organization_id, list(empty)])
        returned = [row[0] for row in cursor.fetchall()]
    for point_id in returned:
        address = empty[point_id]
        Point.objects.filter(id=point_id).update(
            address_sealed=vault.seal(organization_id, _TABLE, _COLUMN, point_id, address.text),
            hint=address.hint,
            region=address.region,
            zones=address.zones,
            number_type=address.number_type,
        )


def _row(organization_id: uuid.UUID, digest: bytes, address: Address) -> tuple[Any, ...]:
    """A new point in the order of _COLUMNS."""
    point_id = new_id()
    return (
        point_id,
        organization_id,
        address.kind,
        digest,
        vault.platform_digest(address.kind, address.key),
        vault.seal(organization_id, _TABLE, _COLUMN, point_id, address.text),
        address.hint,
        address.region,
        address.zones,
        address.number_type,
        clock.now(),
    )
