"""Making points: one row per address, whoever brings it."""

import uuid
from collections.abc import Iterable

from consent.models import Point
from consent.values import Address
from core import vault
from core.ids import new_id
from core.tenancy import require_organization_id

_TABLE, _COLUMN = "consent_point", "address_sealed"


def ensure_points(addresses: Iterable[Address]) -> dict[tuple[str, str], uuid.UUID]:
    """The point of every address, made where it was missing.

    Shape:   any number of addresses, repeats welcome → {(kind, key): point id}.
    Effects: new rows for unknown addresses, sealed; two queries for each kind, three when rows are made.
    """
    organization_id = require_organization_id()
    wanted = {
        (address.kind, vault.digest(organization_id, address.kind, address.key)): address for address in addresses
    }
    known = _known(wanted)
    missing = [(digest, address) for (kind, digest), address in wanted.items() if (kind, digest) not in known]
    if missing:
        Point.objects.bulk_create(
            [_row(organization_id, digest, address) for digest, address in missing],
            ignore_conflicts=True,
            batch_size=2000,
        )
        known |= _known({(address.kind, digest): address for digest, address in missing})
    return {(address.kind, address.key): known[(kind, digest)] for (kind, digest), address in wanted.items()}


def address_text(point: Point) -> str:
    """The address itself, opened: to send to it, or for somebody who may see it."""
    return vault.unseal_text(require_organization_id(), _TABLE, _COLUMN, point.id, point.address_sealed)


def _known(wanted: dict[tuple[str, bytes], Address]) -> dict[tuple[str, bytes], uuid.UUID]:
    found: dict[tuple[str, bytes], uuid.UUID] = {}
    for kind in {kind for kind, _ in wanted}:
        digests = [digest for each, digest in wanted if each == kind]
        rows = Point.objects.filter(kind=kind, digest__in=digests).values_list("digest", "id")
        found |= {(kind, bytes(digest)): point_id for digest, point_id in rows}
    return found


def _row(organization_id: uuid.UUID, digest: bytes, address: Address) -> Point:
    point_id = new_id()
    return Point(
        id=point_id,
        kind=address.kind,
        digest=digest,
        platform_digest=vault.platform_digest(address.kind, address.key),
        address_sealed=vault.seal(organization_id, _TABLE, _COLUMN, point_id, address.text),
        hint=address.hint,
        region=address.region,
        zones=address.zones,
        number_type=address.number_type,
    )
