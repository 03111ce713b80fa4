"""The inbox of carriers' webhooks: an event is kept first, then a receipt changes what it proves, in any order, repeats too."""

import dataclasses
import uuid
from collections.abc import Sequence
from typing import Any

from django.db import connection

from accounts.contracts import SYSTEM
from consent.actions.ledger import stop_point, suppress_points
from consent.values import Provenance
from core import vault
from core.ids import new_id
from core.tenancy import require_organization_id
from messaging.contracts import Inbound, Receipt, Unknown
from messaging.models import ProviderAccount, ProviderEvent
from messaging.providers.protocol import ExplainsCodes, Provider
from messaging.states import RANKS

Event = Receipt | Inbound | Unknown

_KEEP = """
insert into messaging_providerevent
  (id, provider, account_id, event_key, attempt_id, provider_message_id, status, code, body_sealed, received_at)
values (%s, %s, %s, %s, %s, %s, %s, %s, %s, app_now()) on conflict do nothing returning received_at
"""
#: in the order of `_KEEP`
_KEPT = (
    "id", "provider", "account_id", "event_key", "attempt_id", "provider_message_id", "status", "code", "body_sealed"
)  # fmt: skip

# The message is found by our own attempt in the address, else by the carrier's id; nothing happens where neither is known.
# A receipt proves that the carrier has the message. One that waits for another try because the last seemed to have failed
# is settled by it as well, and is not sent again.
_APPLY = """
with found as materialized (
  select id as its, point_id as address, channel as by,
    state in ('attempting', 'uncertain') or (state in ('ready', 'claimed') and attempt_count > 0) as proven
  from messaging_message
  where organization_id = %(organization)s and id = coalesce(
    (select a.message_id from messaging_sendattempt a
     where a.organization_id = %(organization)s and a.id = %(attempt)s and a.account_id = %(account)s),
    (select m.id from messaging_message m
     join messaging_sender s on s.organization_id = m.organization_id and s.id = m.sender_id
     where m.organization_id = %(organization)s and m.provider_message_id = %(provider_id)s
       and m.provider_message_id <> '' and s.account_id = %(account)s limit 1))
  for update
), risen as (
  update messaging_message set
    state = case when proven then 'accepted' else state end,
    next_at = case when proven then null else next_at end,
    lease_token = case when proven then null else lease_token end,
    lease_until = case when proven then null else lease_until end,
    settle_at = null,
    provider_message_id = case when provider_message_id = '' then %(provider_id)s else provider_message_id end,
    delivery_rank = greatest(delivery_rank, %(rank)s),
    reason = case when %(code)s <> '' and %(rank)s >= delivery_rank then %(code)s
                  when %(rank)s >= 40 then '' else reason end,
    sent_at = coalesce(sent_at, app_now()),
    delivered_at = case when %(rank)s >= 40 then coalesce(delivered_at, app_now()) else delivered_at end
  from found where id = found.its
), proof as (
  update messaging_sendattempt a set outcome = 'accepted', outcome_at = app_now() from found
  where a.organization_id = %(organization)s and a.id = %(attempt)s and a.message_id = found.its and a.outcome <> 'accepted'
), event as (
  insert into messaging_messageevent (id, organization_id, message_id, kind, rank, code, occurred_at)
  select %(event)s, %(organization)s, its, %(kind)s, %(rank)s, %(code)s, app_now() from found
), done as (
  update messaging_providerevent e set applied_at = app_now() from found where e.id = %(row)s
)
select its, address, by from found
"""


@dataclasses.dataclass(frozen=True, slots=True)
class _Found:
    """The message a receipt is about, as far as protecting its address needs it."""

    id: uuid.UUID
    point_id: uuid.UUID
    channel: str


def keep_event(*, account: ProviderAccount, event: Event, body: bytes) -> ProviderEvent | None:
    """Put one event into the inbox; None when it is there already, which is how a repeated webhook ends.

    Effects: one sealed row by one statement, in the caller's transaction, which commits before the carrier gets its answer.
    """
    row_id = new_id()
    row = ProviderEvent(
        id=row_id,
        provider=account.provider,
        account_id=account.id,
        event_key=event.event_key[:120],
        attempt_id=getattr(event, "attempt_id", None),
        provider_message_id=getattr(event, "provider_message_id", ""),
        status=getattr(event, "status", "")[:12],
        code=getattr(event, "code", "")[:40],
        body_sealed=vault.seal(require_organization_id(), "messaging_providerevent", "body_sealed", row_id, body),
    )
    values: list[Any] = [getattr(row, name) for name in _KEPT]
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, values)
        kept = cursor.fetchone()
    if kept is None:
        return None
    row.received_at = kept[0]
    return row


def apply_receipts(*, account: ProviderAccount, carrier: Provider, rows: Sequence[ProviderEvent]) -> int:
    """Let receipts change what they prove; answer how many found their message.

    Effects: one statement for each: the rank only rises; an open or unclear attempt becomes accepted, also where the message
             waits for another try. A code that means "they said no" or "never again" protects the address. A receipt that
             comes before our own answer stays in the inbox for the matcher.
    """
    applied = 0
    for row in rows:
        message = _apply(account, row)
        if message is None:
            continue
        if row.code and isinstance(carrier, ExplainsCodes):
            _protect(message, carrier.explain(row.code).action, row.code)
        applied += 1
    return applied


def _apply(account: ProviderAccount, row: ProviderEvent) -> _Found | None:
    parameters: dict[str, Any] = {
        "organization": require_organization_id(),
        "account": account.id,
        "row": row.id,
        "attempt": row.attempt_id,
        "provider_id": row.provider_message_id,
        "event": new_id(),
        "kind": row.status or "unknown",
        "rank": RANKS.get(row.status, 0),  # type: ignore[call-overload]
        "code": row.code,
    }
    with connection.cursor() as cursor:
        cursor.execute(_APPLY, parameters)
        found = cursor.fetchone()
    return _Found(*found) if found else None


def _protect(message: _Found, action: str, code: str) -> None:
    provenance = Provenance("message", message.id)
    if action == "opt_out":
        stop_point(
            actor=SYSTEM,
            point_id=message.point_id,
            channel=message.channel,
            source="provider",
            provenance=provenance,
            evidence={"code": code},
        )
    elif action in ("bad_address", "risk"):
        suppress_points(
            actor=SYSTEM,
            point_ids=[message.point_id],
            channel=message.channel,
            kind="bounced",
            source="provider",
            provenance=provenance,
        )
