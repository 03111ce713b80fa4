"""Taking a stop back: by the person's newer yes, by their START, or because what was read as a stop was none.

A stop is never removed. Its suppression is marked lifted and names the event that lifted it, and what was said stays in the
ledger. Only stops (`LIFTABLE`) are lifted here: bounces, complaints, registers and erasure hold.
"""

import uuid
from collections.abc import Collection

from accounts.contracts import Actor
from consent.actions.ledger_rows import counts_from, lock_points, make_event, write_suppressions
from consent.models import ConsentEvent, ConsentState, Point, Suppression
from consent.rulebook import rulebook
from consent.states import LIFTABLE, POINT_CHANNELS
from consent.values import Provenance


def lift_stop(event: ConsentEvent) -> list[uuid.UUID]:
    """Lift every stop that holds on the channel of this event; answer the events of the stops lifted, maybe none.

    Effects: a stop on everything goes on as one stop for each other channel of the address, with its own date and proof.
    """
    held = Suppression.objects.filter(
        point_id=event.point_id, channel__in=["", event.channel], kind__in=LIFTABLE, lifted_at=None
    )
    rows = list(held)
    if not rows:
        return []
    held.update(lifted_at=event.recorded_at, lifted_event=event)
    write_suppressions(
        [
            (row.point_id, channel, row.kind, row.source, row.event_id, row.created_at, row.expires_at)
            for row in rows
            if not row.channel
            for channel in _other_channels(event)
        ]
    )
    return [row.event_id for row in rows if row.event_id]


def start_point(
    *, actor: Actor, point_id: uuid.UUID, channel: str, source: str, provenance: Provenance, evidence: dict[str, str]
) -> list[ConsentEvent]:
    """Somebody who had said stop says start on one channel: what the stop ended on this channel comes back.

    It takes back a stop on this channel and a stop on everything alike; after the latter the other channels stay stopped.
    Every purpose that was agreed to until the stop is agreed to again; one never agreed to, only claimed, or given up in
    another way is not. Consent recorded elsewhere (a stop taken over from a list ended none) simply counts again.

    Effects: the event that lifts, then one for each purpose that comes back, each with the evidence. Nothing, and an empty
             answer, for somebody who had not said stop.
    Source:  the carriers' opt-in keywords START and UNSTOP; 47 CFR 64.1200(a)(10).
    """
    lock_points([point_id])
    if not _stopped(point_id, channel):
        return []
    lifting = make_event(actor, point_id, channel, "lifted", source, provenance, evidence)
    lifting.save(force_insert=True)
    stops, grants = lift_stop(lifting), []
    ended = ConsentState.objects.select_for_update().filter(point_id=point_id, channel=channel, event_id__in=stops)
    for state in ended:
        earlier = _last_said(state)
        if earlier is None or earlier.status != "granted":
            continue
        event = make_event(actor, point_id, channel, "granted", source, provenance, evidence)
        event.purpose_id = state.purpose_id
        event.save(force_insert=True)
        _follow(state, event)
        grants.append(event)
    return [lifting, *grants]


def retract_stop(
    *,
    actor: Actor,
    point_id: uuid.UUID,
    channel: str,
    unmeant: Collection[uuid.UUID],
    source: str,
    provenance: Provenance,
    evidence: dict[str, str],
) -> ConsentEvent | None:
    """What we took for a stop was none: the stops `unmeant` (ids of their events) are taken back on every channel they closed.

    Answer the event that says so of `channel`, where the judgement was asked; None while it stays closed.

    Effects: for each channel that opens again one event; its suppression lifted, and every consent they ended stands on its
             own earlier proof again, with its earlier date. Nothing of a channel on which any other stop holds, or that one
             said since reaches.
    """
    lock_points([point_id])
    live = Suppression.objects.filter(point_id=point_id, kind__in=LIFTABLE, lifted_at=None, event_id__in=unmeant)
    closed = sorted({channel, *live.exclude(channel="").values_list("channel", flat=True)})
    events: dict[str, ConsentEvent] = {}
    for each in closed:
        if _only_unmeant(point_id, each, unmeant):
            events[each] = make_event(actor, point_id, each, "lifted", source, provenance, evidence)
            _reopen(events[each], unmeant)
    return events.get(channel)


def _reopen(lifting: ConsentEvent, unmeant: Collection[uuid.UUID]) -> None:
    lifting.save(force_insert=True)
    lift_stop(lifting)
    about = ConsentState.objects.filter(point_id=lifting.point_id, channel=lifting.channel, event_id__in=unmeant)
    for state in about.select_for_update():
        earlier = _last_said(state)
        if earlier is not None:
            _follow(state, earlier)


def _only_unmeant(point_id: uuid.UUID, channel: str, unmeant: Collection[uuid.UUID]) -> bool:
    """Whether the channel is closed, and by nothing but these."""
    held = Suppression.objects.filter(point_id=point_id, channel__in=["", channel], kind__in=LIFTABLE, lifted_at=None)
    return held.exists() and not held.exclude(event_id__in=unmeant).exists() and not _meant(point_id, channel, unmeant)


def _stopped(point_id: uuid.UUID, channel: str) -> bool:
    live = Suppression.objects.filter(point_id=point_id, kind__in=LIFTABLE, lifted_at=None)
    return live.filter(channel__in=["", channel]).exists()


def _meant(point_id: uuid.UUID, channel: str, unmeant: Collection[uuid.UUID]) -> bool:
    """Whether another stop that reaches this channel was said since the first of these; a bounce or a register entry is none."""
    first = ConsentEvent.objects.filter(id__in=unmeant).order_by("recorded_at").first()
    if first is None:
        return True
    of_another_kind = Suppression.objects.filter(point_id=point_id).exclude(kind__in=LIFTABLE).values("event_id")
    since = ConsentEvent.objects.filter(
        point_id=point_id, purpose=None, status="withdrawn", recorded_at__gte=first.recorded_at
    )
    others = since.exclude(id__in=[*unmeant]).exclude(id__in=of_another_kind)
    heard = others.values_list("channel", "recorded_at")
    return any(not on or channel in rulebook().stopped_channels(on, at.date()) for on, at in heard)


def _other_channels(event: ConsentEvent) -> list[str]:
    kind = Point.objects.values_list("kind", flat=True).get(id=event.point_id)
    return [channel for channel in POINT_CHANNELS[kind] if channel != event.channel]


def _last_said(state: ConsentState) -> ConsentEvent | None:
    """The last thing said about this very purpose; stops, which concern every purpose, are not among it."""
    about = ConsentEvent.objects.filter(point_id=state.point_id, channel=state.channel, purpose_id=state.purpose_id)
    return about.order_by("-recorded_at", "-id").first()


def _follow(state: ConsentState, event: ConsentEvent) -> None:
    state.status, state.event, state.changed_at = event.status, event, counts_from(event)
    state.save(update_fields=["status", "event", "changed_at"])
