"""Protecting the addresses of somebody who is erased: what stays is a keyed mark, and that nothing may be sent to it."""

from accounts.contracts import Actor
from consent.actions.ledger import suppress_points
from consent.actions.stop_requests import settle_for_erased
from consent.values import Provenance
from core.personal_data import Subject

#: its turn among the tables: messages are held before it, as lanes do, and what they agreed to goes after it
PLACE = 40


def protect_erased(actor: Actor, subject: Subject) -> None:
    """Close every address of an erased person on every channel, those that somebody else has too.

    Effects: the addresses are held until the transaction ends; one event and one protection each, where there was none. A lane
             that is about to use one of their consents is waited for; after this commits, the gate refuses. Pleas to stop
             that wait for a decision over an address of theirs alone are stops.
    """
    suppress_points(
        actor=actor,
        point_ids=[*subject.points, *subject.shared],
        channel="",
        kind="erased",
        source="api" if actor.kind == "key" else "staff",
        provenance=Provenance("erasure", subject.contact_id),
    )
    settle_for_erased(subject.points, actor.id)
