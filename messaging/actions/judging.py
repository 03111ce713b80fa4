"""What the team does about what people wrote: mark it read, act on a plea to stop, judge what may have been one."""

import uuid
from collections.abc import Sequence

from accounts.actions.audit import record_audit
from accounts.contracts import Actor, Refused
from consent.actions.ledger_rows import lock_points
from consent.actions.lifting import retract_stop
from consent.actions.points import points_of_line
from consent.actions.stop_requests import settle_for_messages
from consent.actions.stopping import stop_line
from consent.models import ConsentEvent
from consent.values import Provenance
from core import clock
from messaging.models import InboundMessage


def opt_out_by_hand(*, actor: Actor, message: InboundMessage) -> None:
    """Somebody of the team read "leave me alone" in a reply and pressed the button: the same as a stop (C12)."""
    actor.require("change_consent")
    provenance = Provenance("inbound", message.id)
    event, *_ = stop_line(
        actor=actor, point_id=message.point_id, channel="", source="staff", provenance=provenance, evidence={}
    )
    row = InboundMessage.objects.filter(id=message.id)
    row.update(handled_at=clock.now(), consent_event_id=event.id)
    row.filter(verdict="asked").update(verdict="stop")
    settle_for_messages([message.id], "stop", actor.id)
    record_audit(actor=actor, action="contact.opted_out", on=("point", message.point_id))


def mark_handled(*, actor: Actor, message: InboundMessage) -> None:
    """Somebody has read it and nothing is left to do. What needs a judgement stays until it has one."""
    actor.require("see_replies")
    waiting = InboundMessage.objects.filter(id=message.id, handled_at=None)
    waiting.exclude(verdict="asked").update(handled_at=clock.now())


def confirm_stop(*, actor: Actor, message: InboundMessage) -> None:
    """Somebody judged that it was a stop: the address stays protected, and nothing waits any more.

    Effects: a text of an address nobody could read counts as a stop from now on; a START that was not proven lifts nothing.
    Errors:  Refused when nobody asks for a judgement, or somebody gave it before.
    """
    actor.require("change_consent")
    _held_line(message)
    _judge(message, "stop", actor.id)
    if message.kind in ("text", "help"):
        opt_out_by_hand(actor=actor, message=message)
    record_audit(actor=actor, action="reply.judged", on=("point", message.point_id), data={"verdict": "stop"})


def deny_stop(*, actor: Actor, message: InboundMessage) -> bool:
    """Somebody judged that it was no stop; answer whether the address may be reached again.

    Effects: the message and the stop read from it stay in the ledger, with an event that takes the stop back and names who
             judged. Consents stand on their own earlier proof again. While another stop of theirs holds, or one has come
             since, the address stays protected.
    Errors:  Refused when nobody asks for a judgement, or somebody gave it before; and for a START, which nobody else can say.
    """
    if message.kind == "start":
        raise Refused(
            "It says START, so only they can say more.",
            remedy="Let them write START to a number that has written to them before.",
        )
    actor.require("change_consent")
    line = _held_line(message)
    _judge(message, "not_stop", actor.id)
    about = InboundMessage.objects.filter(point_id=message.point_id, channel=message.channel, verdict="not_stop")
    read_as_stops = list(about.exclude(consent_event_id=None).values_list("id", flat=True))
    events = [_retract(actor, message, point_id, read_as_stops) for point_id in line]
    data = {"verdict": "not_stop", "lifted": events[0] is not None}
    record_audit(actor=actor, action="reply.judged", on=("point", message.point_id), data=data)
    return events[0] is not None


def _retract(
    actor: Actor, message: InboundMessage, point_id: uuid.UUID, read_as_stops: Sequence[uuid.UUID]
) -> ConsentEvent | None:
    """Take back what these messages had stopped at one spelling of the address."""
    about = ConsentEvent.objects.filter(point_id=point_id, origin="inbound", origin_id__in=read_as_stops)
    return retract_stop(
        actor=actor,
        point_id=point_id,
        channel=message.channel,
        unmeant=list(about.filter(status="withdrawn").values_list("id", flat=True)),
        source="staff",
        provenance=Provenance("inbound", message.id),
        evidence={"note": "Read by the team: it was not a stop."},
    )


def _held_line(message: InboundMessage) -> list[uuid.UUID]:
    """The point that wrote, then those of its other spellings, all held: addresses come before messages everywhere."""
    line = [message.point_id, *points_of_line(message.point_id)]
    lock_points(line)
    return line


def _judge(message: InboundMessage, verdict: str, decided_by: uuid.UUID | None) -> None:
    asked = InboundMessage.objects.filter(id=message.id, verdict="asked")
    if not asked.update(verdict=verdict, handled_at=clock.now()):
        raise Refused("Nothing is to be judged here any more.", remedy="Open Replies again to see what became of it.")
    settle_for_messages([message.id], verdict, decided_by)
