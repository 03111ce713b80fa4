"""The intent: consent locked, the gate asked, permits and attempts written, all committed before one byte leaves."""

import dataclasses
import datetime
import uuid
from collections.abc import Sequence

from django.db import connection

from consent.contracts import Allowed, Permit
from consent.gate import permit
from consent.models import Point
from core import clock
from core.ids import new_id
from messaging.facts import RawFacts, Verdict, context_for, decide_distinct, fetch_facts
from messaging.models import Message, SendAttempt, Sender, SendGate

_LEASE_SECONDS = 60

# The rows an opt-out must change are held shared until this transaction ends: either the opt-out comes first and the facts
# below show it, or it waits until the attempt is on record. In the order of ids, so two lanes cannot wait for each other.
_LOCK_CONSENT = """
select state.id from consent_consentstate state
join messaging_message m on m.organization_id = state.organization_id and m.point_id = state.point_id
  and m.purpose_id = state.purpose_id and m.channel = state.channel
where m.id = any(%s) order by state.id for share of state
"""


@dataclasses.dataclass(frozen=True, slots=True)
class Intent:
    """One message that may leave now: its permit, and the sealed things that make it."""

    permit: Permit
    message: Message
    point: Point


def intend(*, sender: Sender, message_ids: Sequence[uuid.UUID], token: uuid.UUID) -> list[Intent]:
    """Decide about claimed messages and write an attempt for each that may leave.

    Effects: claimed → attempting with an attempt row that carries its evidence; or suppressed with the reason, put back with
             a later time, cancelled, expired; uncertain where an earlier try may have left. One transaction, the caller's;
             nothing leaves before it commits.
    Source:  docs/adr/0006-intent-before-the-call.md
    """
    ours = Message.objects.filter(id__in=message_ids, lease_token=token, state="claimed")
    held = list(ours.select_for_update(of=("self",)).select_related("purpose").order_by("id"))
    with connection.cursor() as cursor:
        cursor.execute(_LOCK_CONSENT, [[message.id for message in held]])
    fit = _drop_closed(held)
    return [intent for purpose_id in {m.purpose_id for m in fit} for intent in _decide(sender, fit, purpose_id)]


def _decide(sender: Sender, messages: Sequence[Message], purpose_id: uuid.UUID) -> list[Intent]:
    batch = [message for message in messages if message.purpose_id == purpose_id]
    context = context_for(sender=sender, purpose=batch[0].purpose)
    facts = fetch_facts(context, [message.id for message in batch])
    verdicts = decide_distinct(context, [raw for _, raw in facts.values()])
    allowed: list[tuple[Message, uuid.UUID, Verdict]] = []
    for message in batch:
        evidence_id, raw = facts[message.id]
        verdict = verdicts[raw]
        if isinstance(verdict.decision, Allowed) and evidence_id is not None:
            allowed.append((message, evidence_id, verdict))
        else:
            _refuse(message, raw, verdict)
    return _attempt(sender, allowed)


def _attempt(sender: Sender, allowed: Sequence[tuple[Message, uuid.UUID, Verdict]]) -> list[Intent]:
    now = clock.now()
    points = Point.objects.in_bulk([message.point_id for message, _, _ in allowed])
    attempts, intents = [], []
    for message, evidence_id, verdict in allowed:
        ticket = permit(
            message_id=message.id,
            attempt_id=new_id(),
            evidence_id=evidence_id,
            decision=verdict.decision,
            decided_at=now,
        )
        attempts.append(
            SendAttempt(
                id=ticket.attempt_id,
                message_id=message.id,
                number=message.attempt_count + 1,
                consent_event_id=evidence_id,
                decision_id=verdict.record_id,
                account_id=sender.account_id,
                intent_at=now,
            )
        )
        intents.append(Intent(ticket, message, points[message.point_id]))
    SendAttempt.objects.bulk_create(attempts)
    with connection.cursor() as cursor:
        cursor.execute(
            "update messaging_message set state = 'attempting', attempt_count = attempt_count + 1,"
            " lease_until = clock_timestamp() + make_interval(secs => %s) where id = any(%s)",
            [_LEASE_SECONDS, [intent.message.id for intent in intents]],
        )
    return intents


def _drop_closed(messages: Sequence[Message]) -> list[Message]:
    """Leave out what has expired, and what belongs to an origin that is paused or cancelled."""
    gates = {
        (gate.origin, gate.origin_id): gate.state
        for gate in SendGate.objects.filter(origin_id__in={message.origin_id for message in messages})
    }
    now, fit = clock.now(), []
    for message in messages:
        gate = gates.get((message.origin, message.origin_id), "open")
        if message.expires_at <= now:
            _end(message, "expired", "expired")
        elif gate == "cancelled":
            _end(message, "cancelled", "cancelled")
        elif gate == "paused":
            put_back(message, now + datetime.timedelta(seconds=30))
        else:
            fit.append(message)
    return fit


def _refuse(message: Message, raw: RawFacts, verdict: Verdict) -> None:
    """A no ends the message; a "not now" sends it back, unless its window closes first."""
    if verdict.until is not None and verdict.until < message.expires_at:
        put_back(message, verdict.until)
    else:
        _end(message, "suppressed", verdict.reason or "no_evidence")


def _end(message: Message, state: str, reason: str) -> None:
    """End a message that was not sent. While an earlier try is open or unclear nobody may say so: it is uncertain instead.

    It is not tried again; a receipt settles it, or the sweeper closes it as unknown when its window ends.
    """
    row = Message.objects.filter(id=message.id)
    if SendAttempt.objects.filter(message_id=message.id, outcome__in=["", "ambiguous"]).exists():
        row.update(state="uncertain", settle_at=message.expires_at, lease_token=None, lease_until=None)
    else:
        row.update(state=state, reason=reason, lease_token=None, lease_until=None)


def put_back(message: Message, at: datetime.datetime) -> None:
    """A claimed message waits until `at`; this claim does not count against it."""
    Message.objects.filter(id=message.id).update(
        state="ready", next_at=at, lease_token=None, lease_until=None, claim_count=max(0, message.claim_count - 1)
    )
