"""A yes that is said again: somebody who agreed is asked before their agreement ends, and answers."""

import uuid
from collections.abc import Mapping
from typing import Any, Final

from accounts.contracts import Actor
from consent.actions.ledger_rows import counts_from, lock_points, make_event
from consent.models import ConsentEvent, ConsentState
from consent.selectors.suppressions import live_suppressions
from consent.states import SOURCES, UnknownWord
from consent.values import Provenance

#: what stands against it: a stop of theirs is taken back by START or by a new agreement from its own beginning
_STOPPED: Final = ("opted_out", "complaint", "erased", "platform")


def renew_consent(
    *,
    actor: Actor,
    point_id: uuid.UUID,
    purpose_id: uuid.UUID,
    channel: str,
    wording_id: uuid.UUID | None,
    source: str,
    provenance: Provenance,
    evidence: Mapping[str, Any],
) -> ConsentEvent | None:
    """The person said yes again to what they had agreed to; None where they said stop since, and nothing is written.

    Shape:   `evidence` holds what was asked and what was answered; `wording_id` the words they were shown, where they were.
    Effects: one event that says granted, by the person's own act; the state follows it and grows old from now. An agreement
             that ended meanwhile begins anew: it is a whole new yes. A claim without proof becomes none by it: only who had
             agreed, with proof, is asked again.
    Errors:  UnknownWord for a source in which nobody saw the person act.
    Source:  GDPR articles 4(11) and 7(1): a yes is an act of the person, and who relies on it proves it; silence is none.
    """
    rule = SOURCES.get(source)  # type: ignore[call-overload]
    if rule is None or not (rule.by_person and rule.grants):
        raise UnknownWord(f"source: {source!r} is no act of the person that could renew an agreement")
    lock_points([point_id])
    states = ConsentState.objects.select_for_update()
    state = states.filter(point_id=point_id, purpose_id=purpose_id, channel=channel, status="granted").first()
    held = live_suppressions().filter(point_id=point_id, channel__in=["", channel], kind__in=_STOPPED)
    if state is None or held.exists():
        return None
    told = {**evidence, "renews": str(state.event_id)}
    event = make_event(actor, point_id, channel, "granted", source, provenance, told)
    event.purpose_id, event.wording_id = purpose_id, wording_id
    event.save(force_insert=True)
    state.event_id, state.changed_at, state.engaged_at = event.id, counts_from(event), None
    state.save(update_fields=["event", "changed_at", "engaged_at"])
    return event
