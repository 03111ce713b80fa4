"""Claiming: which messages this worker, and no other, is about to try."""

import uuid
from typing import Any

from django.db import connection

from core.tenancy import require_organization_id

LEASE_SECONDS = 60
MOST_CLAIMS = 3

# A row that was claimed before without coming to an attempt is claimed alone: whatever it does to a worker, it takes no
# neighbour with it. Answers to keywords come before everything, in the words of their own index; they are few, the rest of
# the batch goes along. MATERIALIZED, because the planner may run a LIMIT twice otherwise.
_CLAIM = """
with answers as materialized (
  select id from messaging_message
  where organization_id = %(organization)s and sender_id = %(sender)s and next_at <= app_now() and claim_count = 0
    and origin in ('said_stop', 'said_start', 'said_help')
  order by next_at, id limit %(limit)s for update skip locked
), first as materialized (
  select id, claim_count from messaging_message
  where not %(answers_only)s and organization_id = %(organization)s and sender_id = %(sender)s and next_at <= app_now()
    and id not in (select id from answers)
  order by next_at, id limit 1 for update skip locked
), rest as materialized (
  select m.id from messaging_message m, first
  where first.claim_count = 0 and m.organization_id = %(organization)s and m.sender_id = %(sender)s
    and m.next_at <= app_now() and m.claim_count = 0 and m.id <> first.id and m.id not in (select id from answers)
  order by m.next_at, m.id limit %(limit)s - 1 for update of m skip locked
), room as (
  select id from first where claim_count = 0 or not exists (select from answers) union all select id from rest
), picked as (
  select id from answers union all
  (select id from room limit %(limit)s - (select count(*) from answers))
)
update messaging_message m
set state = 'claimed', next_at = null, lease_token = %(token)s, claim_count = m.claim_count + 1,
    lease_until = clock_timestamp() + make_interval(secs => %(lease)s)
from picked where m.id = picked.id
returning m.id, m.claim_count
"""

# One whose last attempt is still open may have left, and nobody may say that it has not: it is uncertain.
_QUARANTINE = """
update messaging_message m
set state = case when open.found then 'uncertain' else 'quarantined' end,
    settle_at = case when open.found then m.expires_at end,
    reason = 'worker_died', lease_token = null, lease_until = null
from (select p.id, exists (select from messaging_sendattempt a where a.message_id = p.id and a.outcome = '') as found
      from messaging_message p where p.id = any(%s)) as open
where m.id = open.id
"""


def claim_due(*, sender_id: uuid.UUID, limit: int, token: uuid.UUID, answers_only: bool = False) -> list[uuid.UUID]:
    """Claim due messages of one sender under a lease: answers to people's own keywords first, then the oldest.

    Shape:   limit 1..200 → ids, maybe none. A message claimed before comes alone. `answers_only` leaves all else where it is.
    Effects: ready → claimed; one short transaction. After more than three claims that came to nothing a message is
             quarantined: it is not tried again, and the organisation sees it. One that may have left is uncertain instead.
    """
    parameters: dict[str, Any] = {
        "organization": require_organization_id(),
        "sender": sender_id,
        "limit": limit,
        "answers_only": answers_only,
        "token": token,
        "lease": LEASE_SECONDS,
    }
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, parameters)
        claimed = cursor.fetchall()
        poisoned = [message_id for message_id, count in claimed if count > MOST_CLAIMS]
        if poisoned:
            cursor.execute(
                _QUARANTINE,
                [poisoned],
            )
    return [message_id for message_id, count in claimed if count <= MOST_CLAIMS]
