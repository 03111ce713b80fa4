"""The intent: consent locked, the gate asked, permits and attempts written, all committed before one byte leaves."""

import dataclasses
import datetime
import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import cast

from django.db import connection

from accounts.models import Organization
from consent.contracts import Allowed, Channel, Permit
from consent.gate import permit
from consent.models import Point
from consent.rulebook import rulebook
from core import clock
from core.ids import new_id
from messaging.actions.answering import proofs_of
from messaging.actions.charging import await_units, hold_units, is_free
from messaging.actions.keys import key_lives, key_seconds
from messaging.actions.matching import decide_messages
from messaging.facts import RawFacts, Verdict, context_for, fetch_facts
from messaging.limits import ADDRESSES_SQL, may_limit
from messaging.models import Message, SendAttempt, Sender, SendGate
from messaging.states import KEYWORD_ORIGINS, NOTICE_ORIGINS, WAITING_FOR_TEMPLATE

_LEASE_SECONDS = 60
#: how long messages wait before it is asked again whether their text may be used
_AGAIN_SECONDS = 300

# The rows an opt-out must change are held shared until this transaction ends: either the opt-out comes first and the facts
# below show it, or it waits until the attempt is on record. The addresses of messages that caps count are held before, for
# this lane alone, so that no other counts while this one decides: all addresses of each person, because a limit counts them
# together. Addresses first, then consents, each in the order of ids, as whoever writes the ledger does: no two wait for each
# other.
_TOGETHER = f"""
select point.id, array({ADDRESSES_SQL.format(point="point.id", organization="%(organization)s")})
from unnest(%(points)s::uuid[]) point (id)
"""
_LOCK_CONSENT = """
with counted as materialized (
  select point.id from consent_point point where point.id = any(%(counted)s) order by point.id for no key update of point
)
select state.id from consent_consentstate state
join messaging_message m on m.organization_id = state.organization_id and m.point_id = state.point_id
  and m.purpose_id = state.purpose_id and m.channel = state.channel
where m.id = any(%(ids)s) and (select count(*) from counted) >= 0 order by state.id for share of state
"""


@dataclasses.dataclass(frozen=True, slots=True)
class Intent:
    """One message that may leave now: its permit, and the sealed things that make it.

    `began_at` is when its attempt was first made; `again`, whether the attempt is repeated under its key.
    """

    permit: Permit
    message: Message
    point: Point
    began_at: datetime.datetime
    again: bool = False


def intend(*, sender: Sender, message_ids: Sequence[uuid.UUID], token: uuid.UUID) -> list[Intent]:
    """Decide about claimed messages and write an attempt for each that may leave.

    Effects: claimed → attempting with an attempt row that carries its evidence, and units held for it; or put back until
             there are units; or suppressed with the reason, put back with a later time, cancelled, expired; uncertain where
             an earlier try may have left. One transaction, the caller's; nothing leaves before it commits.
    Source:  docs/adr/0006-intent-before-the-call.md, docs/adr/0009-units-are-entries-between-accounts.md
    """
    ours = Message.objects.filter(id__in=message_ids, lease_token=token, state="claimed")
    held = list(ours.select_for_update(of=("self",)).select_related("purpose", "point").order_by("id"))
    together = _together(sender, held)
    with connection.cursor() as cursor:
        counted = list({point_id for addresses in together.values() for point_id in addresses})
        cursor.execute(_LOCK_CONSENT, {"ids": [message.id for message in held], "counted": counted})
    alike: dict[tuple[uuid.UUID, uuid.UUID, str, str, bool], list[Message]] = {}
    for message in _drop_closed(held):
        kind = KEYWORD_ORIGINS.get(message.origin, ""), NOTICE_ORIGINS.get(message.origin, "")
        shared = (message.purpose_id, message.template_version_id, *kind, _goes_to_many(message))
        alike.setdefault(shared, []).append(message)
    allowed = [each for batch in alike.values() for each in _decide(sender, batch)]
    return _attempt(sender, _one_each(allowed, together))


def _together(sender: Sender, messages: Sequence[Message]) -> dict[uuid.UUID, set[uuid.UUID]]:
    """The addresses of messages that caps count, each with all addresses of its people where a limit counts them together.

    Two queries, or none where nothing is counted.
    """
    rules = rulebook()
    capped = {tier.name for tier in rules.tiers if tier.capped}
    counted = {message.point_id: {message.point_id} for message in messages if message.purpose.tier in capped}
    tiers = {message.purpose.tier for message in messages}
    if counted and may_limit(Organization.objects.current(), cast(Channel, sender.channel), tiers, rules):
        with connection.cursor() as cursor:
            cursor.execute(_TOGETHER, {"points": list(counted), "organization": sender.organization_id})
            for point_id, addresses in cursor.fetchall():
                counted[point_id].update(addresses)
    return counted


def _one_each(
    allowed: Sequence[tuple[Message, uuid.UUID, Verdict]], together: Mapping[uuid.UUID, Collection[uuid.UUID]]
) -> list[tuple[Message, uuid.UUID, Verdict]]:
    """Of messages to one person that caps count the first: none of them has been counted for the others yet.

    Effects: the others wait for the next claim, which counts the first.
    """
    taken: set[uuid.UUID] = set()
    going = []
    for each in allowed:
        message = each[0]
        counted = message.point_id in together and message.origin not in (*KEYWORD_ORIGINS, *NOTICE_ORIGINS)
        if counted and message.point_id in taken:
            put_back(message, clock.now())
            continue
        if counted:
            taken.update(together[message.point_id])
        going.append(each)
    return going


def _decide(sender: Sender, batch: Sequence[Message]) -> list[tuple[Message, uuid.UUID, Verdict]]:
    """Of messages of one purpose, one text, and one keyword or notice those that may leave, with proof and decision.

    Effects: what becomes of the others is written; while the text waits for the network's word, all of them wait, and those
             of a campaign also while the network says that people do not like it.
    """
    version_id = batch[0].template_version_id
    keyword = KEYWORD_ORIGINS.get(batch[0].origin, "")
    notice = NOTICE_ORIGINS.get(batch[0].origin, "")
    context = context_for(
        sender=sender, purpose=batch[0].purpose, version_id=version_id, answers=keyword, notice=notice
    )
    if context.standing.waits or (context.standing.flagged and _goes_to_many(batch[0])):
        for message in batch:
            put_back(message, clock.now() + datetime.timedelta(seconds=_AGAIN_SECONDS), WAITING_FOR_TEMPLATE)
        return []
    facts = fetch_facts(context, [message.id for message in batch])
    verdicts = decide_messages(context, batch, {message_id: raw for message_id, (_, raw) in facts.items()})
    asked = proofs_of(batch) if keyword else {}
    allowed: list[tuple[Message, uuid.UUID, Verdict]] = []
    for message in batch:
        agreed_id, raw = facts[message.id]
        evidence_id = asked.get(message.id) if keyword else agreed_id
        verdict = verdicts[message.id]
        if isinstance(verdict.decision, Allowed) and evidence_id is not None:
            allowed.append((message, evidence_id, verdict))
        else:
            _refuse(message, raw, verdict)
    return allowed


def _goes_to_many(message: Message) -> bool:
    """Whether it is one of many: what was written to one address belongs to nothing larger."""
    return message.origin_id != message.point_id


def _attempt(sender: Sender, allowed: Sequence[tuple[Message, uuid.UUID, Verdict]]) -> list[Intent]:
    """Hold units, in the order of ids, and write an attempt for each message that has them; the others wait for units.

    An attempt that is still open is made again as it is: the same id is the same key, and its units are held already.
    """
    now = clock.now()
    opened = _open_attempts(sender, [message for message, _, _ in allowed])
    wanted = [
        (
            permit(
                message_id=message.id,
                attempt_id=opened[message.id].id if message.id in opened else new_id(),
                evidence_id=evidence_id,
                decision=verdict.decision,
                decided_at=now,
            ),
            message,
            verdict,
        )
        for message, evidence_id, verdict in allowed
    ]
    fresh = [each for each in wanted if each[1].id not in opened]
    held = hold_units(sender=sender, attempts=[(ticket.attempt_id, message) for ticket, message, _ in fresh])
    await_units([message for ticket, message, _ in fresh if ticket.attempt_id not in held])
    going = [each for each in fresh if each[0].attempt_id in held]
    SendAttempt.objects.bulk_create([_attempt_row(sender, *each) for each in going])
    again = [each for each in wanted if each[1].id in opened and _may_repeat(sender, each[1], opened[each[1].id], now)]
    _mark_attempting([message.id for _, message, _ in going], [message.id for _, message, _ in again])
    repeated = [Intent(ticket, each, each.point, opened[each.id].intent_at, again=True) for ticket, each, _ in again]
    return [Intent(ticket, message, message.point, now) for ticket, message, _ in going] + repeated


def _open_attempts(sender: Sender, messages: Sequence[Message]) -> dict[uuid.UUID, SendAttempt]:
    """Attempts that may have left and wait to be made again, by message; only carriers with keys leave any open."""
    if not key_seconds(sender.account.provider):
        return {}
    ids = [message.id for message in messages if message.attempt_count]
    return {each.message_id: each for each in SendAttempt.objects.filter(message_id__in=ids, outcome="")}


def _may_repeat(sender: Sender, message: Message, attempt: SendAttempt, now: datetime.datetime) -> bool:
    """Whether the key still lives. Effects: when it does not, nobody knows what became of the message, and none is sent."""
    if key_lives(sender.account.provider, attempt.intent_at, now):
        return True
    _end(message, "expired", "expired")
    return False


def _mark_attempting(fresh: Sequence[uuid.UUID], again: Sequence[uuid.UUID]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "update messaging_message set state = 'attempting', reason = '',"
            " attempt_count = attempt_count + (id = any(%s))::integer,"
            " lease_until = clock_timestamp() + make_interval(secs => %s) where id = any(%s)",
            [list(fresh), _LEASE_SECONDS, [*fresh, *again]],
        )


def _attempt_row(sender: Sender, ticket: Permit, message: Message, verdict: Verdict) -> SendAttempt:
    return SendAttempt(
        id=ticket.attempt_id,
        message_id=message.id,
        number=message.attempt_count + 1,
        consent_event_id=ticket.evidence_id,
        decision_id=verdict.record_id,
        account_id=sender.account_id,
        intent_at=ticket.decided_at,
        units_held=not is_free(sender, message),
    )


def _drop_closed(messages: Sequence[Message]) -> list[Message]:
    """Leave out what has expired, and what belongs to an origin that is paused or cancelled."""
    # by the id alone: a further call after a busy line has an origin of its own and the gate of the first
    found = SendGate.objects.filter(origin_id__in={message.origin_id for message in messages})
    gates = dict(found.values_list("origin_id", "state"))
    now, fit = clock.now(), []
    for message in messages:
        gate = gates.get(message.origin_id, "open")
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


def put_back(message: Message, at: datetime.datetime, reason: str = "") -> None:
    """A claimed message waits until `at`, and says why where there is a reason; this claim does not count against it."""
    Message.objects.filter(id=message.id).update(
        state="ready",
        reason=reason,
        next_at=at,
        lease_token=None,
        lease_until=None,
        claim_count=max(0, message.claim_count - 1),
    )
