"""Addresses by their digest: which we hold, without making any."""

import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

from consent.actions.points import address_text
from consent.models import Point
from consent.values import Address
from core import vault
from core.tenancy import require_organization_id

#: how many digits at the end of a number a masked one shows
SHOWN = 4
#: of ten million numbers about a thousand end in the same four digits; opening one costs some microseconds
MOST_OPENED = 5_000
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


def numbers_ending_in(digits: str, *, opened: bool) -> list[uuid.UUID]:
    """The points of numbers that end in these digits, four or more. One query.

    Shape:   the last four are those every masked number shows, and an index finds them; more digits are compared with the
             numbers themselves, opened one by one, and only when `opened` says that whoever asks may see whole numbers.
             A trunk zero before the digits may be there or not. At most MOST_OPENED newest numbers are looked at.
    Source:  docs/adr/0007: nothing is kept by which the middle of a sealed number could be found.
    """
    found = Point.objects.filter(kind="phone", ending=digits[-SHOWN:])
    if len(digits) == SHOWN:
        return list(found.order_by("-id").values_list("id", flat=True)[:MOST_OPENED])
    if not opened:
        return []
    ends = tuple(end for end in {digits, digits.removeprefix("0")} if len(end) >= SHOWN)
    return [point.id for point in found.order_by("-id")[:MOST_OPENED] if address_text(point).endswith(ends)]


def lock_points(point_ids: Sequence[uuid.UUID]) -> None:
    """Hold these addresses until the transaction ends, in the order the ledger takes them. One query."""
    rows_about(_LOCK, sorted(point_ids))


def rows_about(statement: str, keys: Sequence[Any], *values: Any) -> list[tuple[Any, ...]]:
    """The rows of a statement on the organisation in scope and many keys, which travel as one array. One query."""
    with connection.cursor() as cursor:
        cursor.execute(statement, [require_organization_id(), list(keys), *values])
        return cursor.fetchall()
