"""Confirming an agreement from the very address it is about: an event of its own, with what was asked and how it was answered."""

import dataclasses
import uuid
from collections.abc import Mapping
from typing import Any, Final

from accounts.contracts import Actor
from consent.actions.ledger_rows import counts_from, lock_points, make_event
from consent.models import ConsentEvent, ConsentState
from consent.rulebook import rulebook
from consent.selectors.suppressions import live_suppressions
from consent.states import CONFIRMED_BY, UnknownWord
from consent.values import Provenance
from core import clock

#: what stands against a confirmation: only a newer agreement of theirs, from its own beginning, gets past it
_STOPPED: Final = ("opted_out", "complaint", "erased", "platform")


@dataclasses.dataclass(frozen=True, slots=True)
class Confirmation:
    """What became of it, and the event that holds now.

    confirmed  the agreement counts from now on
    already    it counted before; nothing is written
    ended      it waited too long, or another agreement took its place
    stopped    they said stop since, or took it back
    """

    outcome: str
    event_id: uuid.UUID | None


def confirm_consent(
    *, actor: Actor, asked: ConsentEvent, source: str, provenance: Provenance, evidence: Mapping[str, Any]
) -> Confirmation:
    """The person confirms an agreement that waits for it (`asked`, an event with the status pending), from its own address.

    Shape:   `evidence` holds the words that were shown, and by what it was answered: address of the computer, message, key.
    Effects: one event that says granted, names the one it confirms, and the state follows it. A second press, one that comes
             too late, and one after a stop write nothing; so does one that a newer agreement has overtaken.
    Errors:  UnknownWord for a source that confirms nothing.
    Source:  BGH, 10 February 2011, I ZR 164/09: each agreement is documented whole, and from the address it is about.
    """
    if source not in CONFIRMED_BY:
        raise UnknownWord(f"source: {source!r} confirms nothing; it is one of {', '.join(CONFIRMED_BY)}")
    lock_points([asked.point_id])
    states = ConsentState.objects.select_for_update()
    state = states.filter(point_id=asked.point_id, purpose_id=asked.purpose_id, channel=asked.channel).first()
    against = _against(asked, state)
    if state is None or against:
        return Confirmation(against, state.event_id if state is not None and against == "already" else None)
    told = {**evidence, "confirms": str(asked.id)}
    event = make_event(actor, asked.point_id, asked.channel, "granted", source, provenance, told)
    event.purpose_id, event.wording_id = asked.purpose_id, asked.wording_id
    event.save(force_insert=True)
    state.status, state.event_id, state.changed_at = event.status, event.id, counts_from(event)
    state.save(update_fields=["status", "event", "changed_at"])
    return Confirmation("confirmed", event.id)


def standing_of_request(asked: ConsentEvent) -> str:
    """How a confirmation of this event stands now: "open", or as in `Confirmation`. Two queries."""
    states = ConsentState.objects.filter(point_id=asked.point_id, purpose_id=asked.purpose_id, channel=asked.channel)
    return _against(asked, states.first()) or "open"


def _against(asked: ConsentEvent, state: ConsentState | None) -> str:
    """What stands against a confirmation now; empty for nothing."""
    if state is None or state.status in ("withdrawn", "none") or _is_stopped(asked):
        return "stopped"
    if state.status == "granted":
        return "already"
    if state.event_id != asked.id or rulebook().confirmation_ends_at(state.changed_at) <= clock.now():
        return "ended"
    return ""


def _is_stopped(asked: ConsentEvent) -> bool:
    held = live_suppressions().filter(point_id=asked.point_id, channel__in=["", asked.channel], kind__in=_STOPPED)
    return held.exists()
