"""A stop as it is said, by whichever way: it holds for the whole line, in every spelling its number has."""

import uuid
from collections.abc import Sequence

from accounts.contracts import Actor
from consent.actions.ledger import stop_point
from consent.actions.ledger_rows import lock_points
from consent.actions.points import points_of_line
from consent.models import ConsentEvent
from consent.values import Provenance


def stop_line(
    *,
    actor: Actor,
    point_id: uuid.UUID,
    channel: str,
    source: str,
    provenance: Provenance,
    evidence: dict[str, str],
    others: Sequence[uuid.UUID] | None = None,
) -> list[ConsentEvent]:
    """Somebody said stop on this channel, or ("") on all: the event of this address, then those of its other spellings.

    Shape:   `others` are the other spellings where the caller has found and locked them already.
    Effects: as `stop_point`, for each. All are locked first, in one order, so that two stops of one line queue up.
    Errors:  as `stop_point`.
    """
    if others is None:
        others = points_of_line(point_id)
        lock_points([point_id, *others])
    return [
        stop_point(actor=actor, point_id=each, channel=channel, source=source, provenance=provenance, evidence=evidence)
        for each in (point_id, *others)
    ]
