"""Writing the ledger: claims of consent, opt-outs and protections. The state follows in the same transaction.

Every verb first locks the points it touches, in the order of their ids, so two writers about one address queue up; the gate
locks the state rows, so a message and an opt-out about one address queue up as well. Coming back is in `lifting`.
"""

import datetime
import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection

from accounts.contracts import Actor
from consent.actions.ledger_rows import (
    ask,
    counts_from,
    lock_points,
    make_event,
    protection_of,
    write_events,
    write_states,
    write_suppressions,
)
from consent.actions.lifting import lift_stop
from consent.expiry import has_ended
from consent.models import ConsentEvent, ConsentState, Suppression
from consent.rulebook import rulebook
from consent.selectors.confirmations import weighed
from consent.states import LIFTABLE, can_move
from consent.values import Claim, Provenance
from core import clock
from core.tenancy import require_organization_id

#: what became of a claim
TAKEN, PENDING, UNCHANGED, KEPT_OUT = "taken", "pending", "unchanged", "kept_out"

Key = tuple[uuid.UUID, uuid.UUID, str]
#: since when, and whether a newer yes of the person outweighs it
No = tuple[datetime.datetime, bool]

_HOLD_STATES = (
    "select 1 from consent_consentstate where organization_id = %s and point_id = any(%s) order by id for update"
)
_PROTECTED = (
    "select point_id, channel, expires_at from consent_suppression where organization_id = %s and point_id = any(%s)"
    " and channel = any(%s) and kind = %s and lifted_at is null"
)
# What people said themselves, oldest first. A stop that a newer yes to one purpose has lifted is still a no to all others.
# One said again keeps its row and counts from the last time, on whichever channel it was said if the rule of that day let it
# reach this one; what protects an address for another reason is no word of theirs.
_NOES = """
with scope as (select * from jsonb_to_recordset(%(scopes)s::jsonb) as (heard text, stops text, "from" date, until date))
select s.point_id, s.channel, greatest(s.created_at, again.last_at) as since, s.kind from consent_suppression s
left join lateral (
  select max(e.recorded_at) as last_at from consent_consentevent e
  where e.organization_id = s.organization_id and e.point_id = s.point_id
    and (e.channel in (s.channel, '') or exists (
      select from scope where scope.heard = e.channel and scope.stops = s.channel
        and e.recorded_at >= scope."from" at time zone 'UTC'
        and (scope.until is null or e.recorded_at < scope.until at time zone 'UTC')))
    and e.purpose_id is null and e.status = 'withdrawn' and (s.lifted_at is null or e.recorded_at <= s.lifted_at)
    and not exists (select from consent_suppression o where o.organization_id = e.organization_id and o.point_id = e.point_id
                      and o.event_id = e.id
                    and o.kind not in ('opted_out', 'complaint', 'erased'))) again on true
left join consent_consentevent l on l.organization_id = s.organization_id and l.id = s.lifted_event_id
where s.organization_id = %(organization)s and s.point_id = any(%(points)s)
  and s.kind in ('opted_out', 'complaint', 'erased') and (s.lifted_at is null or l.status = 'granted')
order by since
"""
# with the months after which an agreement to the purpose ends, where it has fewer than the policy
_STATES_OF = (
    "select s.*, p.expiry_months as own_months from consent_consentstate s"
    " join consent_purpose p on p.organization_id = s.organization_id and p.id = s.purpose_id"
    " where s.organization_id = %s and s.point_id = any(%s)"
)
Noes = dict[tuple[uuid.UUID, str], list[No]]


def record_claims(*, actor: Actor, claims: Sequence[Claim], provenance: Provenance) -> list[str]:
    """Write what a file, a form or a person says about consent; answer for each claim what became of it, in order.

    taken      the ledger has a new event, and the state follows it
    pending    the same, of a yes that counts once the person has confirmed it from that address (`confirmations.toml` and the
               purpose say where); it is kept as pending, and whoever asks the ledger next finds it so
    unchanged  the state said so already, with at least this much proof, and that agreement is not too old yet
    kept_out   the person had said no, and this may not raise it: nothing is written

    A no is outweighed by the person alone: by a proven yes that is newer, from a source in which we saw them act
    (`SourceRule.by_person`), through a door that may raise (`Provenance.may_raise`). It lifts the stop on that channel and
    brings back that one purpose; other purposes and channels stay stopped. Complaints and erasure are lifted by no claim, and
    nothing is by one that has to be confirmed. An agreement that counts is never made to wait by a later claim.

    Effects: one event and one state row for each claim taken. Queries for any number of claims: three where nothing is
             taken, five for up to 100 taken, eleven (and two COPY) for more; one more where a yes is among them, up to two
             where a rule of their place may ask for a confirmation, and up to four for each stop that is lifted.
    Source:  B11: an import never raises a consent by itself; 47 CFR 64.1200(a)(10) on taking a no back.
    """
    lock_points(claim.point_id for claim in claims)
    claims, tiers = weighed(claims, provenance)
    states = _states(claims)
    noes = _noes(claim.point_id for claim in claims)
    outcomes, events, raised = [], [], []
    for claim in claims:
        key = (claim.point_id, claim.purpose_id, claim.channel)
        outcome = _judge(claim, states.get(key), noes, provenance, tiers)
        outcomes.append(outcome)
        if outcome in (TAKEN, PENDING):
            event = _event(actor, claim, provenance)
            events.append(event)
            if claim.status == "granted" and _said_no(claim, states.get(key), noes):
                raised.append(event)
            states[key] = _state_of(key, states.get(key), event)
    write_events(events)
    write_states([states[(e.point_id, e.purpose_id, e.channel)] for e in events if e.purpose_id])
    for event in raised:
        lift_stop(event)
    return outcomes


def foresee_claims(*, claims: Sequence[Claim], provenance: Provenance) -> list[str]:
    """What `record_claims` would answer to each of these claims, came it alone and now. At most five queries, no write.

    Shape: a claim about an address that is not held yet names anything else than an id for it, and its place.
    """
    claims, tiers = weighed(claims, provenance)
    held = [claim for claim in claims if isinstance(claim.point_id, uuid.UUID)]
    states, noes = _states(held), _noes(claim.point_id for claim in held)
    return [
        _judge(claim, states.get((claim.point_id, claim.purpose_id, claim.channel)), noes, provenance, tiers)
        for claim in claims
    ]


def _judge(
    claim: Claim, state: ConsentState | None, noes: Noes, provenance: Provenance, tiers: Mapping[uuid.UUID, str]
) -> str:
    """A no always counts; a yes counts only where nobody has said no, or where the person's newer one outweighs it."""
    status = state.status if state else "none"
    if claim.status == "withdrawn":
        return UNCHANGED if status == "withdrawn" else TAKEN
    said = _said_no(claim, state, noes)
    if said and not _outweighs(claim, said, provenance):
        return KEPT_OUT
    if claim.status == "unproven":
        return TAKEN if status == "none" else UNCHANGED
    taken, now = PENDING if claim.status == "pending" else TAKEN, clock.now()
    if state is not None and status == claim.status == "pending":
        return PENDING if rulebook().confirmation_ends_at(state.changed_at) <= now else UNCHANGED
    if state is None or status != "granted" or said:
        return taken
    tier = tiers[claim.purpose_id]
    own = getattr(state, "own_months", None)  # not on what was claimed a moment ago, which has not ended
    ended = has_ended(state.changed_at, tier, now, own_months=own, engaged_at=state.engaged_at)
    renewed = ended and not has_ended(claim.occurred_at, tier, now, own_months=own)
    return taken if renewed else UNCHANGED


def _outweighs(claim: Claim, said: Sequence[No], provenance: Provenance) -> bool:
    if not provenance.may_raise or claim.status != "granted":
        return False
    newer = all(liftable and claim.occurred_at > no_at for no_at, liftable in said)
    return newer and can_move("withdrawn", "granted", claim.source)  # type: ignore[arg-type]


def _said_no(claim: Claim, state: ConsentState | None, noes: Noes) -> list[No]:
    """Every no to what is claimed that still counts; a yes to this very purpose ends the older ones it could lift."""
    said = [no for channel in (claim.channel, "") for no in noes.get((claim.point_id, channel), ())]
    if state is not None and state.status == "withdrawn":
        said.append((state.changed_at, True))
    if state is not None and state.status == "granted":
        said = [(no_at, liftable) for no_at, liftable in said if no_at > state.changed_at or not liftable]
    return said


def stop_point(
    *, actor: Actor, point_id: uuid.UUID, channel: str, source: str, provenance: Provenance, evidence: dict[str, str]
) -> ConsentEvent:
    """Somebody said stop: withdraw every purpose of this address on this channel ("" for all), and suppress it.

    How far a stop reaches is a dated rule (`stop_scope` in consent/rules/policy.toml): it may close other channels as well.
    Effects: always one event (each stop is a fact), every state of the address on these channels withdrawn, a suppression on
             each that says opted_out. A sender that is about to use one of the states waits, then is refused.
    Errors:  UnknownWord for a source that `consent.states` does not list.
    Source:  47 CFR 64.1200(a)(10); docs/adr/0006-intent-before-the-call.md
    """
    lock_points([point_id])
    event = make_event(actor, point_id, channel, "withdrawn", source, provenance, evidence)
    event.save(force_insert=True)
    states = ConsentState.objects.filter(point_id=point_id)
    closed = closed_channels(channel)
    if channel:
        states = states.filter(channel__in=closed)
    states.exclude(status="withdrawn").update(status="withdrawn", event=event, changed_at=event.recorded_at)
    write_suppressions([protection_of(event, "opted_out", channel=each) for each in closed])
    return event


def closed_channels(channel: str, kind: str = "opted_out") -> tuple[str, ...]:
    """The channels that a protection said on one of them closes today: of a stop as far as the rule of its day reaches."""
    return rulebook().stopped_channels(channel, clock.now().date()) if kind == "opted_out" else (channel,)


def record_request(
    *, actor: Actor, point_id: uuid.UUID, channel: str, source: str, provenance: Provenance, evidence: dict[str, str]
) -> ConsentEvent:
    """Somebody asked for one answer and nothing more: the proof that it may leave, also for who never agreed to anything.

    Effects: one event. It is no agreement: no state and no protection of the address changes.
    Errors:  UnknownWord for a source that `consent.states` does not list.
    """
    event = make_event(actor, point_id, channel, "requested", source, provenance, evidence)
    event.save(force_insert=True)
    return event


def suppress_points(
    *,
    actor: Actor,
    point_ids: Sequence[uuid.UUID],
    channel: str,
    kind: str,
    source: str,
    provenance: Provenance,
    evidence: Mapping[str, Any] | None = None,
    until: datetime.datetime | None = None,
) -> int:
    """Protect addresses from now on (bounced, do-not-call, a list from another tool); answer how many were not protected yet.

    Shape:   `until` ends the protection by itself; None is for good.
    Effects: one event each and its suppression, on every channel that a stop reaches; consent states stay, for the day the
             suppression ends. One that holds as long already stays as it is; one that would end earlier is replaced, so
             nothing is ever shortened.
    Errors:  UnknownWord for a source that `consent.states` does not list.
    """
    lock_points(point_ids)
    # a sender about to use one of these consents holds it; wait for it, so that nobody is reached after this commits
    ask(_HOLD_STATES, list(point_ids))
    closed = closed_channels(channel, kind)
    held = ask(_PROTECTED, list(point_ids), list(closed), kind)
    longest = {(point_id, on) for point_id, on, ends in held if not _ends_earlier(ends, until)}
    fresh = [each for each in dict.fromkeys(point_ids) if any((each, on) not in longest for on in closed)]
    events = [
        make_event(actor, point_id, channel, "withdrawn", source, provenance, evidence or {}) for point_id in fresh
    ]
    write_events(events)
    shorter = {(point_id, on) for point_id, on, _ in held} - longest
    for event in events:
        for on in closed:
            if (event.point_id, on) in shorter:
                replaced = Suppression.objects.filter(point_id=event.point_id, channel=on, kind=kind, lifted_at=None)
                replaced.update(lifted_at=event.recorded_at, lifted_event=event)
    write_suppressions([protection_of(event, kind, until, channel=on) for event in events for on in closed])
    return len(fresh)


def _ends_earlier(end: datetime.datetime | None, until: datetime.datetime | None) -> bool:
    return end is not None and (until is None or end < until)


def _states(claims: Sequence[Claim]) -> dict[Key, ConsentState]:
    ids = list({claim.point_id for claim in claims})
    rows = ConsentState.objects.raw(_STATES_OF, [require_organization_id(), ids])
    return {(row.point_id, row.purpose_id, row.channel): row for row in rows}


def _noes(point_ids: Iterable[uuid.UUID]) -> Noes:
    asked: dict[str, Any] = {
        "organization": require_organization_id(),
        "points": list(set(point_ids)),
        "scopes": json.dumps(rulebook().stop_reach(), default=str),
    }
    found: Noes = {}
    with connection.cursor() as cursor:
        cursor.execute(_NOES, asked)
        for point_id, channel, since, kind in cursor.fetchall():
            found.setdefault((point_id, channel), []).append((since, kind in LIFTABLE))
    return found


def _event(actor: Actor, claim: Claim, provenance: Provenance) -> ConsentEvent:
    evidence = claim.evidence or {}
    event = make_event(actor, claim.point_id, claim.channel, claim.status, claim.source, provenance, evidence)
    event.purpose_id, event.wording_id, event.occurred_at = claim.purpose_id, claim.wording_id, claim.occurred_at
    return event


def _state_of(key: Key, state: ConsentState | None, event: ConsentEvent) -> ConsentState:
    row = state or ConsentState(point_id=key[0], purpose_id=key[1], channel=key[2])
    row.status, row.event_id, row.changed_at = event.status, event.id, counts_from(event)
    return row
