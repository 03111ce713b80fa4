"""The inbox of carriers' webhooks: an event is kept first, then a receipt changes what it proves, in any order, repeats too."""

import dataclasses
import hashlib
import json
import uuid
from collections.abc import Sequence
from typing import Any

from django.db import connection

from core import vault
from core.ids import new_id
from core.tenancy import require_organization_id
from messaging.actions.protecting import protect
from messaging.carrier_ids import mark_of
from messaging.contracts import Inbound, Receipt, Unknown
from messaging.models import Message, ProviderAccount, ProviderEvent
from messaging.providers.call_message import CallAsks
from messaging.providers.registry import meaning_of
from messaging.states import RANKS

KEY_LENGTH = 120
Event = Receipt | Inbound | Unknown | CallAsks

# an event about somebody who was erased stands under the mark of its key, and is known by that as well
_KEEP = """
insert into messaging_providerevent
  (id, provider, account_id, event_key, attempt_id, provider_message_id, status, code, body_sealed, received_at)
select %s, %s, %s, %s, %s, %s, %s, %s, %s, app_now() where not exists (
  select from messaging_providerevent e where e.provider = %s and e.account_id = %s and e.event_key = %s)
on conflict do nothing returning received_at
"""
#: in the order of `_KEEP`
_KEPT = (
    "id", "provider", "account_id", "event_key", "attempt_id", "provider_message_id", "status", "code", "body_sealed"
)  # fmt: skip

# A message is found by our own attempt, else by the carrier's id; nothing happens where neither is known. What the receipts
# of one batch say about one message counts as its highest. A receipt proves that the carrier has the message: one that waits
# for another try because the last seemed to have failed is settled by it as well, and is not sent again.
_APPLY = """
with told as (
  select * from unnest(%(rows)s::uuid[], %(attempts)s::uuid[], %(provider_ids)s::text[], %(events)s::uuid[],
                       %(kinds)s::text[], %(ranks)s::smallint[], %(codes)s::text[])
    as told(row_id, attempt_id, provider_id, event_id, kind, rank, code)
), known as materialized (
  select told.*, coalesce(
    (select a.message_id from messaging_sendattempt a
     where a.organization_id = %(organization)s and a.id = told.attempt_id and a.account_id = %(account)s),
    (select m.id from messaging_message m
     join messaging_sender s on s.organization_id = m.organization_id and s.id = m.sender_id
     where m.organization_id = %(organization)s and m.provider_message_id = told.provider_id
       and m.provider_message_id <> '' and s.account_id = %(account)s limit 1)) as its
  from told
), highest as (
  select distinct on (its) its, rank, code, provider_id from known where its is not null order by its, rank desc, code desc
), found as materialized (
  select m.id as its, m.point_id as address, m.channel as by,
    m.state in ('attempting', 'uncertain') or (m.state in ('ready', 'claimed') and m.attempt_count > 0) as proven
  from messaging_message m where m.organization_id = %(organization)s and m.id in (select its from highest)
  order by m.id for update
), risen as (
  update messaging_message m set
    state = case when proven then 'accepted' else state end,
    next_at = case when proven then null else next_at end,
    lease_token = case when proven then null else lease_token end,
    lease_until = case when proven then null else lease_until end,
    settle_at = null,
    provider_message_id = case when provider_message_id = '' then highest.provider_id else provider_message_id end,
    delivery_rank = greatest(delivery_rank, highest.rank),
    reason = case when highest.code <> '' and highest.rank >= delivery_rank then highest.code
                  when highest.rank >= 40 then '' else reason end,
    sent_at = coalesce(sent_at, app_now()),
    delivered_at = case when highest.rank >= 40 then coalesce(delivered_at, app_now()) else delivered_at end
  from found join highest using (its) where m.id = found.its
), proof as (
  update messaging_sendattempt a set outcome = 'accepted', outcome_at = app_now() from known join found using (its)
  where a.organization_id = %(organization)s and a.id = known.attempt_id and a.message_id = found.its
    and a.outcome <> 'accepted'
), event as (
  insert into messaging_messageevent (id, organization_id, message_id, kind, rank, code, occurred_at)
  select event_id, %(organization)s, its, kind, rank, code, app_now() from known join found using (its)
), done as (
  update messaging_providerevent e set applied_at = app_now() from known join found using (its) where e.id = known.row_id
)
select its, address, by, code from known join found using (its)
"""

# What was kept before its message was known, and is known now. A carrier's clock and ours may cross by a moment, not a week.
_EARLY = """
select e.id from messaging_providerevent e
join messaging_provideraccount p on p.organization_id = %(organization)s and p.id = e.account_id
where e.applied_at is null and e.status <> '' and e.received_at > app_now() - interval '7 days' and (
  exists (select from messaging_sendattempt a where a.organization_id = p.organization_id and a.id = e.attempt_id
          and a.account_id = p.id)
  or e.provider_message_id <> '' and exists (
    select from messaging_message m join messaging_sender s on s.organization_id = m.organization_id and s.id = m.sender_id
    where m.organization_id = p.organization_id and m.provider_message_id = e.provider_message_id and s.account_id = p.id))
order by e.received_at limit %(batch)s
"""


def _key(text: str) -> str:
    """What makes an event itself, in the room its column has: a longer key by its digest, so that no two become one."""
    return text if len(text) <= KEY_LENGTH else hashlib.sha256(text.encode()).hexdigest()


def keep_event(*, account: ProviderAccount, event: Event, body: bytes | None) -> ProviderEvent | None:
    """Put one event into the inbox; None when it is there already, which is how a repeated webhook ends.

    Shape:   `body` is the webhook as it came; None where it told several things, maybe of several people: then what we read of
             this one alone is kept, so that erasing one of them leaves nothing of them in a row about another.
    Effects: one sealed row by one statement; of a report about somebody who was erased only the mark. It is in the caller's
             transaction, which commits before the carrier gets its answer.
    """
    row_id, kept_body = new_id(), _kept_body(event, body)
    row = ProviderEvent(
        id=row_id,
        provider=account.provider,
        account_id=account.id,
        event_key=_key(event.event_key),
        attempt_id=getattr(event, "attempt_id", None),
        provider_message_id=getattr(event, "provider_message_id", ""),
        status=getattr(event, "status", "")[:12],
        code=getattr(event, "code", "")[:40],
        body_sealed=vault.seal(require_organization_id(), "messaging_providerevent", "body_sealed", row_id, kept_body),
    )
    if _is_of_erased(row.provider_message_id):
        row.provider_message_id, row.event_key = mark_of(row.provider_message_id), mark_of(row.event_key)
        row.body_sealed = b""
    values: list[Any] = [getattr(row, name) for name in _KEPT]
    values += [row.provider, row.account_id, mark_of(row.event_key)]
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, values)
        kept = cursor.fetchone()
    if kept is None:
        return None
    row.received_at = kept[0]
    return row


def _is_of_erased(identifier: str) -> bool:
    """Whether the message a report is about has a mark in the place of its id. One query, for ids that tell a number alone."""
    mark = mark_of(identifier)
    return mark != identifier and Message.objects.filter(provider_message_id=mark).exists()


def _kept_body(event: Event, body: bytes | None) -> bytes:
    """The webhook as it came, or what we read of one of the things it told."""
    return json.dumps(dataclasses.asdict(event), default=str).encode() if body is None else body


def apply_receipts(*, account: ProviderAccount, rows: Sequence[ProviderEvent]) -> int:
    """Let receipts change what they prove; answer how many found their message.

    Effects: one statement for all: the rank only rises; an open or unclear attempt becomes accepted, also where the message
             waits for another try. A code that means "they said no" or "never again" protects the address. A receipt that
             comes before our own answer stays in the inbox for `match_early`.
    """
    if not rows:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_APPLY, {"organization": require_organization_id(), "account": account.id, **_columns(rows)})
        found = cursor.fetchall()
    for message_id, point_id, channel, code in found:
        meaning = meaning_of(account.provider, code) if code else None
        if meaning is not None:
            protect(message_id=message_id, point_id=point_id, channel=channel, action=meaning.action, code=code)
    return len(found)


def _columns(rows: Sequence[ProviderEvent]) -> dict[str, list[Any]]:
    return {
        "rows": [row.id for row in rows],
        "attempts": [row.attempt_id for row in rows],
        "provider_ids": [row.provider_message_id for row in rows],
        "events": [new_id() for _ in rows],
        "kinds": [row.status or "unknown" for row in rows],
        "ranks": [RANKS.get(row.status, 0) for row in rows],  # type: ignore[call-overload]
        "codes": [row.code for row in rows],
    }


def match_early(limit: int = 500) -> int:
    """Apply receipts that came before their message was known, in the organisation in scope; answer how many.

    Effects: as `apply_receipts`. A carrier that names neither our attempt nor anything else we know by then leaves these.
    """
    with connection.cursor() as cursor:
        cursor.execute(_EARLY, {"organization": require_organization_id(), "batch": limit})
        ids = [row[0] for row in cursor.fetchall()]
    by_account: dict[uuid.UUID, list[ProviderEvent]] = {}
    for row in ProviderEvent.objects.filter(id__in=ids).order_by("received_at", "id"):
        by_account.setdefault(row.account_id, []).append(row)
    return sum(
        apply_receipts(account=account, rows=by_account[account.id])
        for account in ProviderAccount.objects.filter(id__in=by_account)
    )
