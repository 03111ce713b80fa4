"""Making points: one row per address, whoever brings it."""

import uuid
from collections.abc import Iterable
from typing import Any

from django.db import connection

from consent.models import Point
from consent.values import Address
from core import clock, vault
from core.bulk import insert_rows
from core.ids import new_id
from core.tenancy import require_organization_id

_TABLE, _COLUMN = "consent_point", "address_sealed"
_COLUMNS = {"id": "uuid", "organization_id": "uuid", "kind": "text", "digest": "bytea", "platform_digest": "bytea"}
_COLUMNS |= {"address_sealed": "bytea", "hint": "text", "region": "text", "zones": "text", "number_type": "text"}
_COLUMNS |= {"created_at": "timestamptz"}
# one array instead of thousands of parameters
_FIND = "select digest, id from consent_point where organization_id = %s and kind = %s and digest = any(%s)"


def ensure_points(addresses: Iterable[Address]) -> dict[tuple[str, str], uuid.UUID]:
    """The point of every address, made where it was missing.

    Shape:   any number of addresses, repeats welcome → {(kind, key): point id}.
    Effects: new rows for unknown addresses, sealed; one query for each kind, and four statements when rows are made.
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


def address_text(point: Point) -> str:
    """The address itself, opened: to send to it, or for somebody who may see it."""
    return vault.unseal_text(require_organization_id(), _TABLE, _COLUMN, point.id, point.address_sealed)


def _known(wanted: dict[tuple[str, bytes], Address]) -> dict[tuple[str, bytes], uuid.UUID]:
    found: dict[tuple[str, bytes], uuid.UUID] = {}
    for kind in {kind for kind, _ in wanted}:
        digests = [digest for each, digest in wanted if each == kind]
        with connection.cursor() as cursor:
            cursor.execute(_FIND, [require_organization_id(), kind, digests])
            found |= {(kind, bytes(digest)): point_id for digest, point_id in cursor.fetchall()}
    return found


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
