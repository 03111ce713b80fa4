"""Recording: what came of each call, in one transaction for the batch, fenced by the lease."""

import dataclasses
import datetime
import random
import uuid
from collections.abc import Sequence
from typing import Any

from django.db import connection

from accounts.contracts import SYSTEM
from billing.actions.ledger import finish_units
from core import clock
from core.ids import new_id
from messaging.actions.keys import key_lives
from messaging.actions.protecting import protect
from messaging.contracts import Accepted
from messaging.models import Message, MessageEvent, Sender
from messaging.providers.protocol import Misconfigured, OutcomeUnknown, ProviderError, Rejected, Throttled

MOST_ATTEMPTS = 8
SETTLE_MINUTES = 75
_LONGEST_BACKOFF_SECONDS = 900.0


@dataclasses.dataclass(frozen=True, slots=True)
class Outcome:
    """What one call came to. `aborted` means the deadline passed before the call, and nothing left.

    `began_at` is when the attempt was first made, `again` whether this call repeated it under its key.
    """

    message: Message
    attempt_id: uuid.UUID
    answer: Accepted | ProviderError | None
    began_at: datetime.datetime
    again: bool = False

    @property
    def aborted(self) -> bool:
        """Whether the call was never made."""
        return self.answer is None

    @property
    def unclear(self) -> bool:
        """Whether the message may have left: an answer that does not tell, or one that tells nothing of an earlier call.

        A carrier that refuses a repeated request has looked for its key and found no answer: the first call was not taken.
        """
        settled = isinstance(self.answer, Accepted | Rejected)
        return isinstance(self.answer, OutcomeUnknown) or (self.again and not settled)


def record_outcomes(*, sender: Sender, outcomes: Sequence[Outcome], token: uuid.UUID) -> int:
    """Write what came of a batch; answer how many rows were still ours.

    Effects: accepted → accepted; provably not accepted → rejected, or ready again with backoff; anything else → ready with
             its attempt left open while the carrier knows our key, else uncertain, which is never sent again by itself. A row
             whose lease is no longer ours is left alone: the sweeper has spoken.
             Units are charged for what was accepted and given back for what provably was not; for what is unclear they stay
             held until a receipt or the sweeper knows.
    Source:  docs/adr/0006-intent-before-the-call.md
    """
    moves = [_move_of(sender, outcome) for outcome in outcomes]
    recorded = _write(moves, token)
    ours = [(move, outcome) for move, outcome in zip(moves, outcomes, strict=True) if move.message_id in recorded]
    _close_attempts([move for move, _ in ours if move.outcome])
    MessageEvent.objects.bulk_create([_event(move) for move, _ in ours if move.state != "ready"])
    for _, outcome in ours:
        _heed(sender, outcome)
    if not sender.account.practice:
        _finish_units([move for move, _ in ours], [move for move in moves if move.message_id not in recorded])
    return len(ours)


@dataclasses.dataclass(frozen=True, slots=True)
class _Move:
    """One row's next state, and its attempt's outcome; empty where the attempt stays open."""

    message_id: uuid.UUID
    attempt_id: uuid.UUID
    state: str
    outcome: str
    reason: str = ""
    provider_message_id: str = ""
    next_at: datetime.datetime | None = None
    settle_at: datetime.datetime | None = None
    rank: int = 0


def _move_of(sender: Sender, outcome: Outcome) -> _Move:
    answer, message, attempt_id = outcome.answer, outcome.message, outcome.attempt_id
    if isinstance(answer, Accepted):
        identifier = answer.provider_message_id
        return _Move(message.id, attempt_id, "accepted", "accepted", provider_message_id=identifier, rank=10)
    if outcome.unclear:
        return _doubt(sender, outcome)
    if isinstance(answer, Rejected):
        return _Move(message.id, attempt_id, "rejected", "not_accepted", (answer.code or answer.reason)[:40])
    outcome_word = "aborted_before_call" if answer is None else "not_accepted"
    again = clock.now() + datetime.timedelta(seconds=_backoff(message, answer))
    if message.attempt_count + 1 >= MOST_ATTEMPTS or again >= message.expires_at:
        return _Move(message.id, attempt_id, "rejected", outcome_word, "gave_up")
    return _Move(message.id, attempt_id, "ready", outcome_word, next_at=again)


def _doubt(sender: Sender, outcome: Outcome) -> _Move:
    """It may have left: with a carrier that knows our key it is asked for again, else nobody does anything."""
    now, message = clock.now(), outcome.message
    again = now + datetime.timedelta(seconds=_patience(outcome, now))
    if key_lives(sender.account.provider, outcome.began_at, again) and again < message.expires_at:
        return _Move(message.id, outcome.attempt_id, "ready", "", next_at=again)
    reason = outcome.answer.reason[:40] if isinstance(outcome.answer, ProviderError) else "aborted"
    settle_at = now + datetime.timedelta(minutes=SETTLE_MINUTES)
    return _Move(message.id, outcome.attempt_id, "uncertain", "ambiguous", reason, settle_at=settle_at)


def _patience(outcome: Outcome, now: datetime.datetime) -> float:
    """How long until an unclear attempt is repeated: up to as long again as it has been unclear. Seconds."""
    if isinstance(outcome.answer, Throttled):
        return outcome.answer.retry_after_seconds
    unclear = (now - outcome.began_at).total_seconds()
    return random.uniform(0.5, min(_LONGEST_BACKOFF_SECONDS, max(2.0, unclear)))


def _backoff(message: Message, answer: ProviderError | None) -> float:
    """Full jitter, doubling from two seconds; the carrier's own wish wins. Seconds."""
    if isinstance(answer, Throttled):
        return answer.retry_after_seconds
    return random.uniform(0.5, min(_LONGEST_BACKOFF_SECONDS, 2.0 * 2**message.attempt_count))


_WRITE = """
update messaging_message m
set state = r.state, reason = r.reason, next_at = r.next_at, settle_at = r.settle_at, lease_token = null, lease_until = null,
    provider_message_id = case when r.provider_id <> '' then r.provider_id else m.provider_message_id end,
    delivery_rank = greatest(m.delivery_rank, r.rank),
    claim_count = case when r.state = 'ready' then 0 else m.claim_count end,
    sent_at = case when r.state = 'accepted' then coalesce(m.sent_at, app_now()) else m.sent_at end
from unnest(%(ids)s::uuid[], %(states)s::text[], %(reasons)s::text[], %(next)s::timestamptz[], %(settle)s::timestamptz[],
            %(providers)s::text[], %(ranks)s::smallint[]) as r(id, state, reason, next_at, settle_at, provider_id, rank)
where m.id = r.id and m.lease_token = %(token)s and m.state = 'attempting'
returning m.id
"""


def _write(moves: Sequence[_Move], token: uuid.UUID) -> set[uuid.UUID]:
    parameters: dict[str, Any] = {
        "ids": [move.message_id for move in moves],
        "states": [move.state for move in moves],
        "reasons": [move.reason for move in moves],
        "next": [move.next_at for move in moves],
        "settle": [move.settle_at for move in moves],
        "providers": [move.provider_message_id for move in moves],
        "ranks": [move.rank for move in moves],
        "token": token,
    }
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, parameters)
        return {row[0] for row in cursor.fetchall()}


def _close_attempts(moves: Sequence[_Move]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "update messaging_sendattempt a set outcome = r.outcome, code = r.code, outcome_at = clock_timestamp(),"
            " units_held = a.units_held and r.outcome = 'ambiguous'"
            " from unnest(%s::uuid[], %s::text[], %s::text[]) as r(id, outcome, code) where a.id = r.id",
            [
                [move.attempt_id for move in moves],
                [move.outcome for move in moves],
                [move.reason for move in moves],
            ],
        )


def _finish_units(ours: Sequence[_Move], others: Sequence[_Move]) -> None:
    """Last of all, because the organisation's balance is locked until the transaction ends.

    What a carrier took is charged even where a receipt or the sweeper was quicker than we: once, whoever says so first.
    """
    late = [move.attempt_id for move in others if move.outcome == "accepted"]
    if late:
        with connection.cursor() as cursor:
            cursor.execute("update messaging_sendattempt set units_held = false where id = any(%s)", [late])
    finish_units(
        actor=SYSTEM,
        taken=[move.attempt_id for move in ours if move.outcome == "accepted"] + late,
        not_taken=[move.attempt_id for move in ours if move.outcome in ("not_accepted", "aborted_before_call")],
    )


def _event(move: _Move) -> MessageEvent:
    return MessageEvent(
        id=new_id(),
        message_id=move.message_id,
        kind=move.state,
        rank=move.rank,
        code=move.reason,
        occurred_at=clock.now(),
    )


def _heed(sender: Sender, outcome: Outcome) -> None:
    """What an error asks for beyond its message: protect the person, slow or pause the sender."""
    answer = outcome.answer
    if isinstance(answer, Rejected):
        _protect(outcome.message, sender.channel, answer)
    elif isinstance(answer, Throttled) and not answer.one_recipient:
        until = clock.now() + datetime.timedelta(seconds=answer.retry_after_seconds)
        Sender.objects.filter(id=sender.id).update(throttled_until=until)
    elif isinstance(answer, Misconfigured):
        Sender.objects.filter(id=sender.id, paused_at=None).update(
            paused_at=clock.now(), paused_reason=answer.reason[:40]
        )


def _protect(message: Message, channel: str, answer: Rejected) -> None:
    asked = {"opt_out": answer.opt_out, "bad_address": answer.suppress, "soft_bounce": answer.soft}
    action = next((word for word, holds in asked.items() if holds), "")
    protect(message_id=message.id, point_id=message.point_id, channel=channel, action=action, code=answer.code)
