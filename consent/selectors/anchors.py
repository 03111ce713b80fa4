"""What anchors say about events: which one covers an event, and the hashes that prove it."""

import bisect
import hashlib
import uuid
from collections.abc import Iterator
from typing import Any, Final

from consent.models import EvidenceAnchor, EvidenceLeaves
from consent.proof.facts import canonical, moment_text
from consent.proof.merkle import path_of
from core.tenancy import require_organization_id

#: events under one part of an anchor; a power of two, so that the tree of the parts' roots is the tree of all leaves
LEAVES_A_PART: Final = 1024
_LEAF_BYTES: Final = 32


def anchor_facts(row: EvidenceAnchor) -> dict[str, Any]:
    """What an anchor says, as it is signed."""
    return {
        "organization": str(require_organization_id()),
        "number": row.number,
        "at": moment_text(row.at),
        "previous": bytes(row.previous).hex(),
        "through": str(row.through_id),
        "count": row.count,
        "root": bytes(row.root).hex(),
    }


def anchor_message(row: EvidenceAnchor) -> bytes:
    """What is signed of an anchor."""
    return b"anchor\n" + canonical(anchor_facts(row))


def anchor_digest(row: EvidenceAnchor) -> bytes:
    """What the next anchor says about this one."""
    return hashlib.sha256(canonical(anchor_facts(row))).digest()


class Inclusions:
    """Finds for events, one after the other, the anchor over each; it keeps the anchors it has used."""

    def __init__(self) -> None:
        rows = EvidenceAnchor.objects.order_by("number").values_list("through_id", "number", "id")
        self._anchors = list(rows)
        self._ends = [through for through, _, _ in self._anchors]
        self._parts: dict[uuid.UUID, list[tuple[uuid.UUID, bytes]]] = {}
        self._held: tuple[tuple[uuid.UUID, int], list[bytes]] | None = None
        self.used: set[int] = set()

    def of(self, event_id: uuid.UUID, leaf: bytes) -> dict[str, Any] | None:
        """Where the leaf of an event stands under its anchor, and what leads from it to the root; None before its day is over.

        An event that is not what its anchor saw has the index -1, which every verifier refuses. At most two queries.
        """
        at = bisect.bisect_left(self._ends, event_id)
        if at == len(self._anchors):
            return None
        _, number, anchor_id = self._anchors[at]
        self.used.add(number)
        parts = self._parts_of(anchor_id)
        place = bisect.bisect_left([through for through, _ in parts], event_id)
        leaves = self._leaves_of(anchor_id, place) if place < len(parts) else []
        proof: dict[str, Any] = {"event": str(event_id), "under": number, "index": -1, "path": []}
        if leaf in leaves:
            index = leaves.index(leaf)
            path = path_of(leaves, index) + path_of([root for _, root in parts], place)
            proof |= {"index": place * LEAVES_A_PART + index, "path": [each.hex() for each in path]}
        return proof

    def anchors(self) -> Iterator[dict[str, Any]]:
        """The anchors used, with their signatures. One query."""
        for row in EvidenceAnchor.objects.filter(number__in=self.used).order_by("number").iterator():
            yield {"anchor": anchor_facts(row), "key_id": row.key_id, "signature": bytes(row.signature).hex()}

    def _parts_of(self, anchor_id: uuid.UUID) -> list[tuple[uuid.UUID, bytes]]:
        if anchor_id not in self._parts:
            rows = EvidenceLeaves.objects.filter(anchor_id=anchor_id).order_by("place")
            self._parts = {anchor_id: [(end, bytes(root)) for end, root in rows.values_list("through_id", "root")]}
        return self._parts[anchor_id]

    def _leaves_of(self, anchor_id: uuid.UUID, place: int) -> list[bytes]:
        if self._held is None or self._held[0] != (anchor_id, place):
            rows = EvidenceLeaves.objects.filter(anchor_id=anchor_id).order_by("place")
            raw = bytes(rows.values_list("leaves", flat=True)[place])
            leaves = [raw[start : start + _LEAF_BYTES] for start in range(0, len(raw), _LEAF_BYTES)]
            self._held = ((anchor_id, place), leaves)
        return self._held[1]
