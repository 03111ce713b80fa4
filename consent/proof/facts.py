"""An event of the ledger as facts that can be hashed, and the chain of one address made of them.

Nothing of it is stored with the event, so writing the ledger costs nothing: the rows cannot change, and from rows that do
not change the same hash comes at any time. What was true on a day is held by that day's anchor.
"""

import dataclasses
import datetime
import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

#: first byte of what is hashed, so that a leaf never passes for a link or for a pair (RFC 6962, section 2.1)
LEAF, PAIR, LINK = b"\x00", b"\x01", b"\x02"
NOTHING_BEFORE: Final = "0" * 64


def canonical(value: Any) -> bytes:
    """The one way a value is written: JSON with sorted keys, no spaces, ASCII alone."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def moment_text(at: datetime.datetime) -> str:
    """A moment to the microsecond, in UTC."""
    return at.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def event_facts(event: Any, evidence: Any, words_digest: str | None) -> dict[str, Any]:
    """Everything an event says, with its evidence opened and the digest of the words it was about."""
    return {
        "id": str(event.id),
        "organization": str(event.organization_id),
        "point": str(event.point_id),
        "purpose": _id(event.purpose_id),
        "channel": event.channel,
        "status": event.status,
        "source": event.source,
        "wording": _id(event.wording_id),
        "wording_sha256": words_digest,
        "evidence": evidence,
        "occurred_at": moment_text(event.occurred_at),
        "recorded_at": moment_text(event.recorded_at),
        "actor_kind": event.actor_kind,
        "actor": _id(event.actor_id),
        "origin": event.origin,
        "origin_id": _id(event.origin_id),
    }


def leaf_of(facts: Mapping[str, Any]) -> bytes:
    """The leaf of an event in the tree of an anchor: 32 bytes. Its random ids keep anybody from guessing what it hides."""
    return hashlib.sha256(LEAF + canonical(facts)).digest()


@dataclasses.dataclass(slots=True)
class PointChain:
    """The events of one address, linked in the order of the ledger as they are handed out."""

    point: str
    place: int = 0
    head: str = NOTHING_BEFORE
    last_number: str = ""

    def link(self, number: str, facts: Mapping[str, Any]) -> dict[str, Any]:
        """The next entry: the facts, their place, which entry is before it, and a hash over all of that."""
        entry: dict[str, Any] = {
            "place": self.place + 1,
            "number": number,
            "previous": self.head,
            "previous_number": self.last_number,
            "event": facts,
        }
        entry["hash"] = hashlib.sha256(LINK + canonical(entry)).hexdigest()
        self.place, self.head, self.last_number = entry["place"], entry["hash"], number
        return entry


def _id(value: Any) -> str | None:
    return str(value) if value is not None else None
