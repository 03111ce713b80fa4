"""Pleas to stop that no machine read, or was sure of: entered by a person, protected at once, decided before a day of law."""

import datetime
import uuid
import zoneinfo
from collections.abc import Iterable
from typing import Final

from accounts.actions.audit import record_audit
from accounts.contracts import Actor, Refused
from accounts.models import Membership, Organization
from accounts.roles import Role
from consent.actions.ledger_rows import lock_points
from consent.actions.lifting import retract_stop
from consent.actions.points import ensure_points
from consent.actions.stopping import stop_line
from consent.models import ConsentEvent, Point, StopRequest
from consent.states import POINT_CHANNELS
from consent.stop_deadlines import deadline_for, stop_clock
from consent.values import Address, Provenance
from core import clock, vault
from core.ids import new_id
from core.tenancy import require_organization_id

ORIGIN: Final = "stop_request"
SHORTEST_REASON: Final = 10
#: how each way of asking is called in the ledger
SOURCE_OF: Final = {
    "letter": "paper", "phone_call": "verbal", "office_form": "paper", "other_mail": "email_reply",
}  # fmt: skip
_OLDEST: Final = datetime.timedelta(days=5 * 365)


def enter_request(
    *,
    actor: Actor,
    address: Address,
    way: str,
    channel: str,
    requested_at: datetime.datetime,
    note: str,
    owner_id: uuid.UUID | None = None,
) -> StopRequest:
    """Write down that somebody asked to stop outside the product ("a letter came"); answer the row with its deadline.

    Effects: before anything else the address is protected, every spelling of it, on the channel or ("") on all; then the row
             that waits for a decision, and a line of the audit trail. Entered twice it is two facts, and protected once.
    Errors:  Refused for a way nobody asks in, a moment still to come, no words, or an owner who is not of the team.
    """
    actor.require("change_consent")
    _demand_told(way, requested_at, note, channel, address)
    owner = _owner(owner_id or (actor.id if actor.kind == "user" else None), asked=owner_id is not None)
    request_id = new_id()
    (point_id,) = ensure_points([address]).values()
    event, *_ = stop_line(
        actor=actor,
        point_id=point_id,
        channel=channel,
        source=SOURCE_OF[way],
        provenance=Provenance(ORIGIN, request_id),
        evidence={"note": note.strip(), "asked_at": requested_at.isoformat(), "way": way},
    )
    row = _row(request_id, point_id, way, channel, requested_at, event)
    row.owner_id, row.created_by = owner, actor.id
    row.save(force_insert=True)
    data = {"way": way, "channel": channel or "all", "due": row.due_at.date().isoformat()}
    record_audit(actor=actor, action="stop_request.entered", on=("point", point_id), data=data)
    return row


def open_for_message(
    *, point_id: uuid.UUID, channel: str, inbound_id: uuid.UUID, event_id: uuid.UUID | None, said_at: datetime.datetime
) -> StopRequest:
    """Put a message that somebody must judge on the clock; whoever keeps compliance answers for it, else an owner.

    Effects: one row; what it stopped was stopped before.
    """
    event = ConsentEvent.objects.filter(id=event_id).first() if event_id else None
    row = _row(new_id(), point_id, "reply", channel, said_at, event)
    row.inbound_id, row.owner_id = inbound_id, _usual_owner()
    row.save(force_insert=True)
    return row


def settle_for_messages(inbound_ids: Iterable[uuid.UUID], verdict: str, decided_by: uuid.UUID | None = None) -> int:
    """What these messages asked is decided: a person judged, or they said themselves since. Answer how many were open."""
    open_ones = StopRequest.objects.filter(inbound_id__in=list(inbound_ids), decided_at=None)
    return int(open_ones.update(verdict=verdict, decided_at=clock.now(), decided_by=decided_by))


def settle_for_start(point_id: uuid.UUID, channel: str, said_at: datetime.datetime) -> int:
    """They wrote START since they asked, whichever way: nobody has to decide any more. Answer how many were open."""
    before = StopRequest.objects.filter(point_id=point_id, channel__in=["", channel], requested_at__lt=said_at)
    return int(before.filter(decided_at=None).update(verdict="restarted", decided_at=clock.now()))


def settle_for_erased(point_ids: Iterable[uuid.UUID], decided_by: uuid.UUID | None) -> int:
    """Whoever asked is erased, so every channel is closed: their pleas are stops. Answer how many were open."""
    open_ones = StopRequest.objects.filter(point_id__in=list(point_ids), decided_at=None)
    return int(open_ones.update(verdict="stop", decided_at=clock.now(), decided_by=decided_by))


def confirm_request(*, actor: Actor, request: StopRequest) -> None:
    """It was a plea to stop, and everything it asks for is done: the address stays protected.

    Errors: Refused when somebody has decided before, or where the message itself must be judged.
    """
    _decide(actor, request, "stop")


def deny_request(*, actor: Actor, request: StopRequest, reason: str) -> None:
    """Say that it was no plea to stop; it stays one until somebody else says so as well.

    Effects: the reason and whose it is, for the second person to read; nobody may be reached by this.
    Errors:  Refused without a reason, when somebody said so before or has decided, or where the message must be judged.
    Source:  docs/adr/0020-two-people-say-it-was-no-stop.md
    """
    actor.require("change_consent")
    _demand_entered(request)
    if len(reason.strip()) < SHORTEST_REASON:
        remedy = "Say what shows it: who asked them, when, and what they said."
        raise Refused("Without a reason a protection is not lifted.", field="reason", remedy=remedy)
    sealed = vault.seal(require_organization_id(), "consent_stoprequest", "reason_sealed", request.id, reason.strip())
    waiting = StopRequest.objects.filter(id=request.id, decided_at=None, denial_by=None)
    if not waiting.update(denial_by=actor.id, denial_at=clock.now(), reason_sealed=sealed):
        raise _already()
    record_audit(actor=actor, action="stop_request.denied", on=("point", request.point_id), data={})


def agree_denial(*, actor: Actor, request: StopRequest) -> bool:
    """Say as the second person that it was no plea to stop; answer whether every channel this had closed is open again.

    Effects: what this request had stopped is taken back with an event that holds the reason, everywhere but where any other
             stop holds or one came since. What was entered stays in the ledger.
    Errors:  Refused for the person who said so first, before anybody has, or when somebody has decided.
    Source:  docs/adr/0020-two-people-say-it-was-no-stop.md
    """
    actor.require("change_consent")
    _demand_entered(request)
    stopped = _stopped_points(request)
    lock_points(stopped)
    current = StopRequest.objects.select_for_update().get(id=request.id)
    if current.decided_at is not None:
        raise _already()
    if current.denial_by is None:
        raise Refused("Nobody has said that it was no stop.", remedy="Say so with a reason; then somebody else agrees.")
    if current.denial_by == actor.id:
        raise Refused("You said so yourself.", remedy="Somebody else who may record opt-outs must agree.")
    reason = _unsealed(current)
    _decide(actor, request, "not_stop")
    lifted = [_retract(actor, request, point_id, reason) for point_id in stopped]
    return all(lifted)


def give_request(*, actor: Actor, request: StopRequest, owner_id: uuid.UUID) -> None:
    """Make somebody of the team answer for a request. Errors: Refused when it is decided, or nobody is called that."""
    actor.require("change_consent")
    owner = _owner(owner_id, asked=True)
    if not StopRequest.objects.filter(id=request.id, decided_at=None).update(owner_id=owner, reminded_at=None):
        raise _already()
    record_audit(actor=actor, action="stop_request.given", on=("point", request.point_id), data={})


def _decide(actor: Actor, request: StopRequest, verdict: str) -> None:
    actor.require("change_consent")
    _demand_entered(request)
    undecided = StopRequest.objects.filter(id=request.id, decided_at=None)
    if not undecided.update(verdict=verdict, decided_at=clock.now(), decided_by=actor.id):
        raise _already()
    record_audit(actor=actor, action="stop_request.decided", on=("point", request.point_id), data={"verdict": verdict})


def _demand_entered(request: StopRequest) -> None:
    if request.way == "reply":
        raise Refused("It came in a message.", remedy="Judge the message itself, on the page of replies.")


def _unsealed(request: StopRequest) -> str:
    sealed = request.reason_sealed
    table, field = "consent_stoprequest", "reason_sealed"
    return vault.unseal_text(require_organization_id(), table, field, request.id, sealed) if sealed else ""


def _already() -> Refused:
    return Refused(
        "Somebody has said or decided about it already.", remedy="Open the page again to see what became of it."
    )


def _stopped_points(request: StopRequest) -> list[uuid.UUID]:
    stops = ConsentEvent.objects.filter(origin=ORIGIN, origin_id=request.id, status="withdrawn")
    return list(stops.values_list("point_id", flat=True).distinct())


def _retract(actor: Actor, request: StopRequest, point_id: uuid.UUID, reason: str) -> bool:
    """Take back what this request stopped at one spelling; answer whether nothing of it is left."""
    stops = ConsentEvent.objects.filter(point_id=point_id, origin=ORIGIN, origin_id=request.id, status="withdrawn")
    unmeant = list(stops.values_list("id", flat=True))
    kind = Point.objects.values_list("kind", flat=True).get(id=point_id)
    channels = [request.channel] if request.channel else list(POINT_CHANNELS[kind])
    for channel in channels:
        # one call reopens every channel that the stop had closed; the next finds those that something else held
        retract_stop(
            actor=actor,
            point_id=point_id,
            channel=channel,
            unmeant=unmeant,
            source="staff",
            provenance=Provenance(ORIGIN, request.id),
            evidence={"note": reason},
        )
    lifted = ConsentEvent.objects.filter(point_id=point_id, origin=ORIGIN, origin_id=request.id, status="lifted")
    return set(lifted.values_list("channel", flat=True)) >= set(channels)


def _row(
    request_id: uuid.UUID,
    point_id: uuid.UUID,
    way: str,
    channel: str,
    requested_at: datetime.datetime,
    event: ConsentEvent | None,
) -> StopRequest:
    zone = zoneinfo.ZoneInfo(Organization.objects.current().time_zone)
    region = Point.objects.values_list("region", flat=True).get(id=point_id)
    rule, day = deadline_for(region.split(), channel, requested_at.astimezone(zone).date())
    now = clock.now()
    due = datetime.datetime.combine(day + datetime.timedelta(days=1), datetime.time(), zone)
    remind, escalate = _told_at(way, now, due)
    return StopRequest(
        id=request_id,
        point_id=point_id,
        way=way,
        channel=channel,
        place=region[:40],
        rule=rule.id,
        event_id=event.id if event else None,
        requested_at=requested_at,
        suppressed_at=event.recorded_at if event else None,
        due_at=due,
        remind_at=remind,
        escalate_at=escalate,
    )


def _told_at(way: str, now: datetime.datetime, due: datetime.datetime) -> tuple[datetime.datetime, datetime.datetime]:
    """When its owner hears of it again, and when everybody who may decide does; at once for one that came too late."""
    rule = stop_clock()
    if way == "reply":
        minutes = (rule.reply_minutes, rule.reply_minutes_everybody)
        return tuple(now + datetime.timedelta(minutes=each) for each in minutes)  # type: ignore[return-value]
    left = max(due - now, datetime.timedelta())
    return now + left * rule.owner_percent / 100, now + left * rule.everybody_percent / 100


def _usual_owner() -> uuid.UUID | None:
    members = Membership.objects.filter(role__in=[Role.COMPLIANCE, Role.OWNER], user__is_active=True)
    found = sorted(members, key=lambda member: (member.role != Role.COMPLIANCE, member.created_at))
    return found[0].user_id if found else None


def _owner(user_id: uuid.UUID | None, *, asked: bool) -> uuid.UUID | None:
    known = Membership.objects.filter(user_id=user_id, user__is_active=True).exists()
    if asked and not known:
        raise Refused("Nobody of your team is that.", field="owner", remedy="Choose somebody from the list.")
    return user_id if known else None


def _demand_told(way: str, requested_at: datetime.datetime, note: str, channel: str, address: Address) -> None:
    if way not in SOURCE_OF:
        raise Refused("Nobody asks this way.", field="way", remedy="Choose one from the list.")
    if channel and channel not in POINT_CHANNELS[address.kind]:
        remedy = "Choose everything, or a channel that reaches it."
        raise Refused("An address you wrote does not have that channel.", field="channel", remedy=remedy)
    if requested_at > clock.now():
        raise Refused("That day is still to come.", field="requested_at", remedy="Say when they asked.")
    if requested_at < clock.now() - _OLDEST:
        raise Refused("That is more than five years ago.", field="requested_at", remedy="Look at the year.")
    if not note.strip():
        remedy = "Write what they asked, and where the letter or the note is kept."
        raise Refused("Nobody could find the proof again.", field="note", remedy=remedy)
