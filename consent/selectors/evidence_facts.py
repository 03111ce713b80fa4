"""Events of the ledger as the facts that anchors and proofs are made of: opened, with the digest of their words."""

import hashlib
import uuid
from collections.abc import Iterable, Iterator
from typing import Any

from consent.models import ConsentEvent, Wording
from consent.proof.facts import event_facts
from consent.selectors.receipts import evidence_as_kept


class FactReader:
    """Opens events; the words of a version are read once, however many events are about them."""

    def __init__(self) -> None:
        self._digests: dict[uuid.UUID, str] = {}

    def read(self, events: Iterable[ConsentEvent]) -> Iterator[tuple[ConsentEvent, dict[str, Any]]]:
        """Each event with its facts. One query at most."""
        rows = list(events)
        missing = {row.wording_id for row in rows if row.wording_id} - self._digests.keys()
        if missing:
            for wording_id, text in Wording.objects.filter(id__in=missing).values_list("id", "text"):
                self._digests[wording_id] = hashlib.sha256(text.encode()).hexdigest()
        for row in rows:
            digest = self._digests[row.wording_id] if row.wording_id else None
            yield row, event_facts(row, evidence_as_kept(row), digest)
