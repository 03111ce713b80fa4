"""What was erased, as pages and the API show it."""

import dataclasses
import datetime
import uuid
from collections.abc import Sequence

from accounts.models import User
from privacy.contracts import Going, Staying
from privacy.models import Erasure

MOST_SHOWN = 100
_BY = {"key": "An application, by its API key", "operator": "An operator", "system": "The product"}


@dataclasses.dataclass(frozen=True, slots=True)
class Certificate:
    """One erasure: what went, what stays and why; nothing about the person."""

    id: uuid.UUID
    contact_id: uuid.UUID
    number: str
    erased_at: datetime.datetime
    finished_at: datetime.datetime | None
    by: str
    addresses: int
    shared: int
    going: tuple[Going, ...]
    staying: tuple[Staying, ...]

    @property
    def rows(self) -> int:
        """How many rows went."""
        return sum(each.rows for each in self.going)


def certificates() -> list[Certificate]:
    """The newest erasures. Two queries."""
    return _told(Erasure.objects.order_by("-erased_at", "-id")[:MOST_SHOWN])


def certificate(erasure: Erasure) -> Certificate:
    """One erasure. One query at most."""
    return _told([erasure])[0]


def _told(rows: Sequence[Erasure]) -> list[Certificate]:
    people = User.objects.in_bulk({row.actor_id for row in rows if row.actor_kind == "user"} - {None})
    return [_one(row, str(people.get(row.actor_id, "Somebody who has left"))) for row in rows]


def _one(row: Erasure, person: str) -> Certificate:
    return Certificate(
        id=row.id,
        contact_id=row.contact_id,
        number=f"ER-{row.id.hex[-8:].upper()}",
        erased_at=row.erased_at,
        finished_at=row.finished_at,
        by=_BY.get(row.actor_kind, person),
        addresses=len(row.point_ids),
        shared=len(row.shared_ids),
        going=tuple(Going(*each) for each in row.done),
        staying=tuple(Staying(*each) for each in row.kept),
    )
