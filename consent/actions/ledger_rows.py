"""The rows of the ledger: locking addresses, making sealed events, writing many events, states and suppressions at once."""

import datetime
import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection

from accounts.contracts import Actor
from consent.models import ConsentEvent, ConsentState
from consent.states import demand_source
from consent.values import Provenance
from core import clock, vault
from core.bulk import insert_rows
from core.ids import new_id
from core.tenancy import require_organization_id

_LOCK = "select 1 from consent_point where organization_id = %s and id = any(%s) order by id for no key update"
_EVENT = {"id": "uuid", "organization_id": "uuid", "point_id": "uuid", "purpose_id": "uuid", "channel": "text"}
_EVENT |= {"status": "text", "source": "text", "wording_id": "uuid", "evidence_sealed": "bytea"}
_EVENT |= {"occurred_at": "timestamptz", "recorded_at": "timestamptz", "actor_kind": "text", "actor_id": "uuid"}
_EVENT |= {"origin": "text", "origin_id": "uuid"}
_STATE = {"id": "uuid", "organization_id": "uuid", "point_id": "uuid", "purpose_id": "uuid", "channel": "text"}
_STATE |= {"status": "text", "event_id": "uuid", "changed_at": "timestamptz"}
_SUPPRESSION = {"id": "uuid", "organization_id": "uuid", "point_id": "uuid", "channel": "text", "kind": "text"}
_SUPPRESSION |= {"source": "text", "event_id": "uuid", "created_at": "timestamptz", "expires_at": "timestamptz"}
_STATE_KEY = ("organization_id", "point_id", "purpose_id", "channel")

#: address, channel, kind, source, event, since, until
Protection = tuple[uuid.UUID, str, str, str, uuid.UUID | None, datetime.datetime, datetime.datetime | None]


def lock_points(point_ids: Iterable[uuid.UUID]) -> None:
    """Hold these addresses until the transaction ends; writers about one address queue up here."""
    ids = sorted(set(point_ids))
    if ids:
        ask(_LOCK, ids)


def ask(statement: str, point_ids: list[uuid.UUID], *values: Any) -> list[tuple[Any, ...]]:
    """The rows of a statement about addresses: they travel as one array, not as thousands of parameters."""
    with connection.cursor() as cursor:
        cursor.execute(statement, [require_organization_id(), point_ids, *values])
        return cursor.fetchall()


def make_event(
    actor: Actor,
    point_id: uuid.UUID,
    channel: str,
    status: str,
    source: str,
    provenance: Provenance,
    evidence: Mapping[str, Any],
) -> ConsentEvent:
    """An event of this moment, its evidence sealed, not written yet. Errors: UnknownWord for a source of no table."""
    demand_source(source)
    event_id, organization_id, now = new_id(), require_organization_id(), clock.now()
    sealed = None
    if evidence:
        text = json.dumps(evidence, ensure_ascii=False, default=str)
        sealed = vault.seal(organization_id, "consent_consentevent", "evidence_sealed", event_id, text)
    return ConsentEvent(
        id=event_id,
        point_id=point_id,
        channel=channel,
        status=status,
        source=source,
        evidence_sealed=sealed,
        occurred_at=now,
        recorded_at=now,
        actor_kind=actor.kind,
        actor_id=actor.id,
        origin=provenance.origin,
        origin_id=provenance.origin_id,
    )


def counts_from(event: ConsentEvent) -> datetime.datetime:
    """Since when a state that follows this event holds: a no since we learned of it, anything else since it was said.

    An agreement grows old from its own date; one that claims to come from the future from the moment it was recorded. One that
    waits to be confirmed waits since we learned of it.
    """
    learned = event.status in ("withdrawn", "pending")
    return event.recorded_at if learned else min(event.occurred_at, event.recorded_at)


def write_events(events: Sequence[ConsentEvent]) -> None:
    """Add events to the ledger."""
    if events:
        insert_rows("consent_consentevent", _EVENT, ([getattr(event, name) for name in _EVENT] for event in events))


def write_states(states: Sequence[ConsentState]) -> None:
    """The last state of each key, written or replaced."""
    last = {(row.point_id, row.purpose_id, row.channel): row for row in states}
    if last:
        insert_rows(
            "consent_consentstate",
            _STATE,
            ([getattr(row, name) for name in _STATE] for row in last.values()),
            replace=(_STATE_KEY, ("status", "event_id", "changed_at")),
        )


def write_suppressions(rows: Sequence[Protection]) -> None:
    """Protect addresses; one that is protected in the same way already keeps the row it has."""
    if rows:
        organization_id = require_organization_id()
        values = [(new_id(), organization_id, *row) for row in rows]
        insert_rows("consent_suppression", _SUPPRESSION, values, ignore=True)


def protection_of(
    event: ConsentEvent, kind: str, until: datetime.datetime | None = None, *, channel: str | None = None
) -> Protection:
    """The suppression that follows from an event, on its channel and without an end unless others are given."""
    held = event.channel if channel is None else channel
    return (event.point_id, held, kind, event.source, event.id, event.recorded_at, until)
