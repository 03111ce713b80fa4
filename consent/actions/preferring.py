"""How people want to be written to: how often, at which hours, in which language, and not before which day.

Each choice is an event of the ledger, and what holds follows it in the same transaction. It is read like a consent: whoever
is about to use one of the address's consents is finished first, so nothing leaves against a choice that has been saved.
"""

import datetime
import uuid
import zoneinfo
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from accounts.contracts import Actor, Refused
from consent.actions.ledger_rows import ask, lock_points, make_event, protection_of, write_suppressions
from consent.models import ConsentEvent, Preference, Suppression
from consent.selectors.preferences import wishes_of
from consent.values import Provenance, Wishes
from core import clock

_HOLD_STATES: Final = (
    "select 1 from consent_consentstate where organization_id = %s and point_id = any(%s) order by id for update"
)
_SOURCE: Final = "preference_page"
#: more than three a day is no limit
MOST_A_WEEK: Final = 21
#: fewer hours than these leave hardly a moment beside the law's
LEAST_MINUTES: Final = 120
#: a longer pause is a stop
LONGEST_PAUSE: Final = datetime.timedelta(days=366)


def record_wishes(
    *,
    actor: Actor,
    point_ids: Sequence[uuid.UUID],
    wishes: Wishes,
    provenance: Provenance,
    evidence: Mapping[str, Any],
) -> list[ConsentEvent]:
    """Write down how often, when and in which language somebody wants to be written to at these addresses.

    Effects: one event for each choice that differs from what holds, and the preference row of the address. What holds
             already writes nothing.
    Errors:  Refused with the field when a choice makes no sense.
    """
    _demand_sense(wishes)
    hold_points(point_ids)
    rows = {row.point_id: row for row in Preference.objects.filter(point_id__in=list(point_ids))}
    events = []
    for point_id in dict.fromkeys(point_ids):
        row = rows.get(point_id) or Preference(point_id=point_id)
        made = [
            make_event(actor, point_id, "", "preferred", _SOURCE, provenance, {**evidence, **change})
            for change in _changes(row, wishes)
        ]
        for event in made:
            event.save(force_insert=True)
        if made:
            _follow(row, wishes, made[-1])
        events += made
    return events


def pause_points(
    *,
    actor: Actor,
    point_ids: Sequence[uuid.UUID],
    until: datetime.datetime | None,
    provenance: Provenance,
    evidence: Mapping[str, Any],
) -> list[ConsentEvent]:
    """Somebody wants nothing before a moment but what they are waiting for; None ends the pause they asked for.

    Effects: one event and one suppression with an end for each address; an earlier pause is lifted by the event of the new
             one. What holds already writes nothing.
    Errors:  Refused when the moment has passed, or is more than a year away.
    """
    now = clock.now()
    if until is not None and not now < until <= now + LONGEST_PAUSE:
        remedy = "Choose a day from tomorrow on, at most a year away."
        raise Refused("A pause cannot end then.", field="pause", remedy=remedy)
    hold_points(point_ids)
    pauses = Suppression.objects.filter(point_id__in=list(point_ids), kind="paused", lifted_at=None)
    held = {row.point_id: row for row in pauses}
    events = []
    for point_id in dict.fromkeys(point_ids):
        row = held.get(point_id)
        ends = row.expires_at if row is not None and row.expires_at is not None and row.expires_at > now else None
        if ends == until:
            continue
        told = {**evidence, "choice": "pause", "before": str(ends or ""), "after": str(until or "")}
        event = make_event(actor, point_id, "", "paused" if until else "resumed", _SOURCE, provenance, told)
        event.save(force_insert=True)
        if row is not None:
            Suppression.objects.filter(id=row.id).update(lifted_at=event.recorded_at, lifted_event=event)
        if until is not None:
            write_suppressions([protection_of(event, "paused", until)])
        events.append(event)
    return events


def hold_points(point_ids: Sequence[uuid.UUID]) -> None:
    """Wait until whoever uses a consent of these addresses is finished; nobody uses one until this transaction has ended."""
    lock_points(point_ids)
    ask(_HOLD_STATES, list(point_ids))


def _changes(row: Preference, wishes: Wishes) -> Iterator[dict[str, str]]:
    before, after = _told(wishes_of(row)), _told(wishes)
    for choice in before:
        if before[choice] != after[choice]:
            yield {"choice": choice, "before": before[choice], "after": after[choice]}


def _told(wishes: Wishes) -> dict[str, str]:
    """The choices as the evidence keeps them."""
    hours = wishes.hours
    return {
        "frequency": f"at most {wishes.weekly_cap} a week" if wishes.weekly_cap else "",
        "hours": f"{_clock(hours.start)}-{_clock(hours.end)} {hours.zone}" if hours else "",
        "language": wishes.language,
    }


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _follow(row: Preference, wishes: Wishes, event: ConsentEvent) -> None:
    hours = wishes.hours
    row.weekly_cap, row.language = wishes.weekly_cap, wishes.language
    row.hours_from, row.hours_until = (hours.start, hours.end) if hours else (None, None)
    row.hours_zone = hours.zone if hours else ""
    row.event, row.changed_at = event, event.recorded_at
    row.save()


def _demand_sense(wishes: Wishes) -> None:
    if wishes.weekly_cap is not None and not 1 <= wishes.weekly_cap <= MOST_A_WEEK:
        remedy = f"Choose a number from 1 to {MOST_A_WEEK}."
        raise Refused("That is no number of messages a week.", field="weekly", remedy=remedy)
    hours = wishes.hours
    if hours is None:
        return
    if not 0 <= hours.start <= hours.end - LEAST_MINUTES or hours.end > 1440:
        raise Refused("These hours are too few.", field="hours", remedy="Choose at least two hours of one day.")
    if hours.zone not in zoneinfo.available_timezones():
        raise Refused("This time zone is not known.", field="zone", remedy="Choose one from the list.")
