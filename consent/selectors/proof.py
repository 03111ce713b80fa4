"""What a proof of consent holds about some addresses: every event with its link and anchor, the words, the protections.

Everything is read in slices by the order of the ledger, so memory stays bounded however long a history is.
"""

import dataclasses
import datetime
import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from django.db.models import Q

from consent.models import Attachment, ConsentEvent, Point, Purpose, Suppression, Wording
from consent.proof.facts import PointChain, leaf_of, moment_text
from consent.selectors.anchors import Inclusions
from consent.selectors.evidence_facts import FactReader
from consent.selectors.words import receipt_number
from core import vault
from core.tenancy import require_organization_id

_SLICE: Final = 500


@dataclasses.dataclass(frozen=True, slots=True)
class Entry:
    """One event of a proof: its line, what its anchor says (None: its day is not over), and the attachment it came with."""

    line: Mapping[str, Any]
    proof: Mapping[str, Any] | None
    attachment: Attachment | None


class LedgerOfPoints:
    """The history of some addresses, handed out once; afterwards it knows what was in it."""

    def __init__(self, points: Sequence[Point]) -> None:
        self.points = list(points)
        self.inclusions = Inclusions()
        self.wording_ids: set[uuid.UUID] = set()
        self.attachments: list[Attachment] = []
        self.events = self.anchored = 0
        self._chains: dict[uuid.UUID, PointChain] = {point.id: PointChain(str(point.id)) for point in self.points}

    def entries(self) -> Iterator[Entry]:
        """Every event, address by address in the order of the ledger. Three queries a slice, and two for each new anchor."""
        reader = FactReader()
        for point in self.points:
            for events in _slices(point.id):
                filed = {row.event_id: row for row in _attachments(events)}
                for event, facts in reader.read(events):
                    yield self._entry(event, facts, filed.get(event.id))

    def _entry(self, event: ConsentEvent, facts: Mapping[str, Any], attachment: Attachment | None) -> Entry:
        line = self._chains[event.point_id].link(receipt_number(event.id, event.status), facts)
        proof = self.inclusions.of(event.id, leaf_of(facts))
        self.events, self.anchored = self.events + 1, self.anchored + (proof is not None)
        if event.wording_id:
            self.wording_ids.add(event.wording_id)
        if attachment is not None:
            self.attachments.append(attachment)
        return Entry(line, proof, attachment)

    def heads(self) -> list[dict[str, Any]]:
        """For the signed list: each address with how many events it has and where its chain ends."""
        return [
            {
                "point": str(point.id),
                "kind": point.kind,
                "address": _address(point),
                "events": self._chains[point.id].place,
                "head": self._chains[point.id].head,
                "last": self._chains[point.id].last_number,
            }
            for point in self.points
        ]


def wordings_as_shown(wording_ids: set[uuid.UUID]) -> list[dict[str, Any]]:
    """The words that people were shown, every version that an event names. One query."""
    rows = Wording.objects.filter(id__in=wording_ids).select_related("purpose").order_by("created_at", "id")
    return [
        {
            "id": str(row.id),
            "purpose": str(row.purpose_id),
            "purpose_name": row.purpose.name,
            "channel": row.channel,
            "language": row.language,
            "version": row.version,
            "published_at": moment_text(row.created_at),
            "text": row.text,
        }
        for row in rows
    ]


def purpose_names() -> dict[str, str]:
    """What purposes are called now, by id; archived ones as well. One query."""
    return {str(row_id): name for row_id, name in Purpose.objects.values_list("id", "name")}


def protections_of(points: Sequence[Point]) -> Iterator[dict[str, Any]]:
    """Everything that has ever protected these addresses, lifted or not."""
    rows = Suppression.objects.filter(point__in=points).order_by("created_at", "id")
    for row in rows.iterator(chunk_size=_SLICE):
        yield {
            "point": str(row.point_id),
            "channel": row.channel,
            "kind": row.kind,
            "source": row.source,
            "event": str(row.event_id) if row.event_id else None,
            "since": moment_text(row.created_at),
            "until": moment_text(row.expires_at) if row.expires_at else None,
            "lifted_at": moment_text(row.lifted_at) if row.lifted_at else None,
            "lifted_by": str(row.lifted_event_id) if row.lifted_event_id else None,
        }


def _address(point: Point) -> str:
    if not point.address_sealed:
        return ""  # erased; the events stay
    sealed = point.address_sealed
    return vault.unseal_text(require_organization_id(), "consent_point", "address_sealed", point.id, sealed)


def _slices(point_id: uuid.UUID) -> Iterator[list[ConsentEvent]]:
    rows = ConsentEvent.objects.filter(point_id=point_id).order_by("recorded_at", "id")
    after = Q()
    while found := list(rows.filter(after)[:_SLICE]):
        yield found
        last: tuple[datetime.datetime, uuid.UUID] = (found[-1].recorded_at, found[-1].id)
        after = Q(recorded_at__gt=last[0]) | Q(recorded_at=last[0], id__gt=last[1])


def _attachments(events: Sequence[ConsentEvent]) -> list[Attachment]:
    return list(Attachment.objects.filter(event_id__in=[each.id for each in events]).defer("content_sealed"))
