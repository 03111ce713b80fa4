"""Anchoring the ledger: one signed hash over every event since the anchor before, once a day and organisation."""

import uuid
from typing import Final

from django.db import connection

from accounts.actions.audit import record_audit
from accounts.actions.signing_keys import signing_key
from accounts.contracts import Actor
from consent.models import ConsentEvent, EvidenceAnchor, EvidenceLeaves
from consent.proof.facts import leaf_of
from consent.proof.merkle import root_of
from consent.selectors.anchors import LEAVES_A_PART, anchor_digest, anchor_message
from consent.selectors.evidence_facts import FactReader
from core import clock
from core.tenancy import require_organization_id

#: at most so many parts under one anchor, so that one transaction stays short; the rest gets the next anchor
MOST_PARTS: Final = 200
_START: Final = uuid.UUID(int=0)
_ONE_AT_A_TIME: Final = "select pg_try_advisory_xact_lock(hashtextextended('anchor ' || %s, 0))"


def anchor_evidence(*, actor: Actor, before: uuid.UUID, most_parts: int = MOST_PARTS) -> EvidenceAnchor | None:
    """Anchor the events of the organisation in scope that no anchor covers yet, up to an id; None when there are none.

    Shape:   `before` is a UUIDv7 that nothing on its way into the ledger is below, see `anchor_horizon`.
    Effects: an anchor, its leaves, and a line of the audit trail with its root, which the audit anchors take out of the
             database. While another process anchors the same organisation, nothing.
    """
    if not _alone():
        return None
    last = EvidenceAnchor.objects.order_by("-number").first()
    parts = _parts(last.through_id if last else _START, before, most_parts)
    if not parts:
        return None
    anchor = EvidenceAnchor(
        number=last.number + 1 if last else 1,
        at=clock.now(),
        previous=anchor_digest(last) if last else b"",
        through_id=parts[-1].through_id,
        count=sum(len(part.leaves) for part in parts) // len(parts[0].root),
        root=root_of([bytes(part.root) for part in parts]),
    )
    anchor.key_id, anchor.signature = signing_key().sign(anchor_message(anchor))
    anchor.save(force_insert=True)
    for part in parts:
        part.anchor = anchor
    EvidenceLeaves.objects.bulk_create(parts, batch_size=50)
    data = {"number": anchor.number, "events": anchor.count, "root": anchor.root.hex()}
    record_audit(actor=actor, action="consent.anchored", on=("anchor", anchor.id), data=data)
    return anchor


def anchor_horizon() -> uuid.UUID:
    """The first id of the day that has not ended two hours ago: all events below it are in the ledger or never will be."""
    with connection.cursor() as cursor:
        cursor.execute("select app_anchor_horizon()")
        found: uuid.UUID = cursor.fetchone()[0]
    return found


def _parts(after: uuid.UUID, before: uuid.UUID, most: int) -> list[EvidenceLeaves]:
    """The leaves of the events between two ids. Two queries for each 1,024."""
    parts: list[EvidenceLeaves] = []
    reader = FactReader()
    while len(parts) < most:
        events = list(ConsentEvent.objects.filter(id__gt=after, id__lt=before).order_by("id")[:LEAVES_A_PART])
        if not events:
            break
        leaves, after = [leaf_of(facts) for _, facts in reader.read(events)], events[-1].id
        parts.append(EvidenceLeaves(place=len(parts), through_id=after, root=root_of(leaves), leaves=b"".join(leaves)))
        if len(events) < LEAVES_A_PART:
            break
    return parts


def _alone() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_ONE_AT_A_TIME, [str(require_organization_id())])
        return bool(cursor.fetchone()[0])
