"""Addresses by their digest: which we hold, without making any."""

import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

from consent.values import Address
from core import vault
from core.tenancy import require_organization_id

_BY_DIGEST = "select digest, id from consent_point where organization_id = %s and digest = any(%s) and kind = %s"
_LOCK = "select 1 from consent_point where organization_id = %s and id = any(%s) order by id for no key update"


def known_points(addresses: Iterable[Address]) -> dict[tuple[str, str], uuid.UUID]:
    """The points of those addresses we hold: {(kind, key): id}. One query a kind."""
    organization_id = require_organization_id()
    wanted: dict[str, dict[bytes, str]] = {}
    for address in addresses:
        digest = vault.digest(organization_id, address.kind, address.key)
        wanted.setdefault(address.kind, {})[digest] = address.key
    found: dict[tuple[str, str], uuid.UUID] = {}
    for kind, keys in wanted.items():
        for digest, point_id in rows_about(_BY_DIGEST, list(keys), kind):
            found[kind, keys[bytes(digest)]] = point_id
    return found


def lock_points(point_ids: Sequence[uuid.UUID]) -> None:
    """Hold these addresses until the transaction ends, in the order the ledger takes them. One query."""
    rows_about(_LOCK, sorted(point_ids))


def rows_about(statement: str, keys: Sequence[Any], *values: Any) -> list[tuple[Any, ...]]:
    """The rows of a statement on the organisation in scope and many keys, which travel as one array. One query."""
    with connection.cursor() as cursor:
        cursor.execute(statement, [require_organization_id(), list(keys), *values])
        return cursor.fetchall()
