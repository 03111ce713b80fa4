"""Writing the ledger: claims of consent, opt-outs, and coming back. The state follows in the same transaction.

Every verb first locks the points it touches, in the order of their ids, so two writers about one address queue up; the gate
locks the state rows, so a message and an opt-out about one address queue up as well.
"""

import datetime
import json
import uuid
from collections.abc import Iterable, Sequence

from accounts.contracts import Actor
from consent.models import ConsentEvent, ConsentState, Point, Suppression
from consent.values import Claim, Provenance
from core import clock, vault
from core.ids import new_id
from core.tenancy import require_organization_id

_BATCH = 2000
#: what became of a claim
TAKEN, UNCHANGED, KEPT_OUT = "taken", "unchanged", "kept_out"

Key = tuple[uuid.UUID, uuid.UUID, str]
Stops = dict[tuple[uuid.UUID, str], datetime.datetime]


def record_claims(*, actor: Actor, claims: Sequence[Claim], provenance: Provenance) -> list[str]:
    """Write what a file, a form or a person says about consent; answer for each claim what became of it, in order.

    taken      the ledger has a new event, and the state follows it
    unchanged  the state said so already, with at least this much proof
    kept_out   the person had said no, and this source may not raise it: nothing is written

    Effects: one event and one state row per claim taken; five queries in all for up to 2,000 claims.
    Source:  B11: an import never raises a consent by itself.
    """
    _lock(claim.point_id for claim in claims)
    states = _states(claims)
    stopped = _stopped_channels(claim.point_id for claim in claims)
    outcomes, events = [], []
    for claim in claims:
        key = (claim.point_id, claim.purpose_id, claim.channel)
        outcome = _judge(claim, states.get(key), stopped, provenance)
        outcomes.append(outcome)
        if outcome == TAKEN:
            event = _event(actor, claim, provenance)
            events.append(event)
            states[key] = _state_of(key, states.get(key), event)
    ConsentEvent.objects.bulk_create(events, batch_size=_BATCH)
    _write_states([states[(e.point_id, e.purpose_id, e.channel)] for e in events if e.purpose_id])
    return outcomes


def _judge(claim: Claim, state: ConsentState | None, stopped: Stops, provenance: Provenance) -> str:
    """A no always counts; a yes counts only where nobody has said no, or where proof newer than the no may raise it."""
    status = state.status if state else "none"
    no_at = _said_no_at(claim, state, stopped)
    if claim.status == "withdrawn":
        return UNCHANGED if status == "withdrawn" else TAKEN
    if no_at and not (provenance.may_raise and claim.status == "granted" and claim.occurred_at > no_at):
        return KEPT_OUT
    if claim.status == "unproven":
        return TAKEN if status == "none" else UNCHANGED
    return UNCHANGED if status == "granted" and not no_at else TAKEN


def _said_no_at(claim: Claim, state: ConsentState | None, stopped: Stops) -> datetime.datetime | None:
    """When the person last said no to what is claimed; None when they never did."""
    moments = [stopped.get((claim.point_id, channel)) for channel in (claim.channel, "")]
    if state is not None and state.status == "withdrawn":
        moments.append(state.changed_at)
    return max((moment for moment in moments if moment), default=None)


def stop_point(
    *, actor: Actor, point_id: uuid.UUID, channel: str, source: str, provenance: Provenance, evidence: dict[str, str]
) -> ConsentEvent:
    """Somebody said stop: withdraw every purpose of this address on this channel ("" for all), and suppress it.

    Effects: always one event (each stop is a fact), every state of the address on the channel withdrawn, a suppression that
             says opted_out. A sender that is about to use one of the states waits, then is refused.
    Source:  47 CFR 64.1200(a)(10); docs/adr/0006-intent-before-the-call.md
    """
    _lock([point_id])
    event = _plain_event(actor, point_id, channel, "withdrawn", source, provenance, evidence)
    event.save(force_insert=True)
    states = ConsentState.objects.filter(point_id=point_id)
    if channel:
        states = states.filter(channel=channel)
    states.exclude(status="withdrawn").update(status="withdrawn", event=event, changed_at=event.recorded_at)
    _suppress([(point_id, channel, event)])
    return event


def start_point(
    *, actor: Actor, point_id: uuid.UUID, channel: str, source: str, provenance: Provenance, evidence: dict[str, str]
) -> list[ConsentEvent]:
    """Somebody who had said stop on this channel says start: exactly what that stop ended comes back, with a new event each.

    Consent that was never granted, or was withdrawn in another way, does not come back. Answers the events, maybe none.
    """
    _lock([point_id])
    suppressions = Suppression.objects.filter(point_id=point_id, channel=channel, kind="opted_out", lifted_at=None)
    stop = suppressions.order_by("-created_at").values_list("event_id", flat=True).first()
    if stop is None:
        return []
    suppressions.update(lifted_at=clock.now())
    events = []
    for state in ConsentState.objects.select_for_update().filter(point_id=point_id, channel=channel, event_id=stop):
        if not _was_granted_before(state, stop):
            continue
        event = _plain_event(actor, point_id, channel, "granted", source, provenance, evidence)
        event.purpose_id = state.purpose_id
        event.save(force_insert=True)
        state.status, state.event, state.changed_at = "granted", event, event.recorded_at
        state.save(update_fields=["status", "event", "changed_at"])
        events.append(event)
    return events


def _was_granted_before(state: ConsentState, stop: uuid.UUID) -> bool:
    """Whether the last thing said about this purpose before the stop was a yes."""
    earlier = ConsentEvent.objects.filter(point_id=state.point_id, channel=state.channel, purpose_id=state.purpose_id)
    last = earlier.exclude(id=stop).order_by("-recorded_at", "-id").values_list("status", flat=True).first()
    return last == "granted"


def suppress_points(
    *, actor: Actor, point_ids: Sequence[uuid.UUID], channel: str, kind: str, source: str, provenance: Provenance
) -> int:
    """Protect addresses from now on (bounced, do-not-call, a list from another tool); answer how many were not protected yet.

    Effects: one event and one suppression each; consent states stay, for the day the suppression ends.
    """
    _lock(point_ids)
    # a sender about to use one of these consents holds it; wait for it, so that nobody is reached after this commits
    list(ConsentState.objects.select_for_update().filter(point_id__in=point_ids).order_by("id").values_list("id"))
    live = Suppression.objects.filter(point_id__in=point_ids, channel=channel, kind=kind, lifted_at=None)
    protected = set(live.values_list("point_id", flat=True))
    fresh = [point_id for point_id in dict.fromkeys(point_ids) if point_id not in protected]
    events = [_plain_event(actor, point_id, channel, "withdrawn", source, provenance, {}) for point_id in fresh]
    ConsentEvent.objects.bulk_create(events, batch_size=_BATCH)
    _suppress([(event.point_id, channel, event) for event in events], kind)
    return len(fresh)


def _lock(point_ids: Iterable[uuid.UUID]) -> None:
    ids = sorted(set(point_ids))
    if ids:
        list(Point.objects.select_for_update(no_key=True).filter(id__in=ids).order_by("id").values_list("id"))


def _states(claims: Sequence[Claim]) -> dict[Key, ConsentState]:
    rows = ConsentState.objects.filter(point_id__in={claim.point_id for claim in claims})
    return {(row.point_id, row.purpose_id, row.channel): row for row in rows}


def _stopped_channels(point_ids: Iterable[uuid.UUID]) -> Stops:
    said_by_them = ("opted_out", "complaint", "erased")
    rows = Suppression.objects.filter(point_id__in=set(point_ids), lifted_at=None, kind__in=said_by_them)
    stops = rows.order_by("created_at").values_list("point_id", "channel", "created_at")
    return {(point_id, channel): created_at for point_id, channel, created_at in stops}


def _event(actor: Actor, claim: Claim, provenance: Provenance) -> ConsentEvent:
    event = _plain_event(
        actor, claim.point_id, claim.channel, claim.status, claim.source, provenance, claim.evidence or {}
    )
    event.purpose_id, event.wording_id, event.occurred_at = claim.purpose_id, claim.wording_id, claim.occurred_at
    return event


def _plain_event(
    actor: Actor,
    point_id: uuid.UUID,
    channel: str,
    status: str,
    source: str,
    provenance: Provenance,
    evidence: dict[str, str],
) -> ConsentEvent:
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
        source=source[:40],
        evidence_sealed=sealed,
        occurred_at=now,
        recorded_at=now,
        actor_kind=actor.kind,
        actor_id=actor.id,
        origin=provenance.origin,
        origin_id=provenance.origin_id,
    )


def _state_of(key: Key, state: ConsentState | None, event: ConsentEvent) -> ConsentState:
    row = state or ConsentState(point_id=key[0], purpose_id=key[1], channel=key[2])
    row.status, row.event_id, row.changed_at = event.status, event.id, event.recorded_at
    return row


def _write_states(states: Sequence[ConsentState]) -> None:
    ConsentState.objects.bulk_create(
        list({(row.point_id, row.purpose_id, row.channel): row for row in states}.values()),
        update_conflicts=True,
        unique_fields=["organization", "point", "purpose", "channel"],
        update_fields=["status", "event", "changed_at"],
        batch_size=_BATCH,
    )


def _suppress(rows: Sequence[tuple[uuid.UUID, str, ConsentEvent]], kind: str = "opted_out") -> None:
    Suppression.objects.bulk_create(
        [
            Suppression(
                point_id=point_id,
                channel=channel,
                kind=kind,
                source=event.source,
                event=event,
                created_at=event.recorded_at,
            )
            for point_id, channel, event in rows
        ],
        ignore_conflicts=True,
        batch_size=_BATCH,
    )
