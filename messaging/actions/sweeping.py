"""Sweeping: what a dead worker left behind, and outcomes that never became clear. Safe to run at any time, by anybody."""

from typing import Any

from django.db import connection

from core.jobs import enqueue
from core.tenancy import require_organization_id
from messaging.actions.charging import settle_known
from messaging.actions.inbox import match_early
from messaging.actions.keys import keyed_providers

_BATCH = 500

# A claimed row had no attempt: nothing was sent, it goes back. Its claim still counts, so a poisonous one is found.
_GIVE_BACK = """
with lost as (select id from messaging_message where organization_id = %(organization)s and state = 'claimed'
              and lease_until < clock_timestamp() order by lease_until limit %(batch)s for update skip locked)
update messaging_message m set state = 'ready', next_at = app_now(), lease_token = null, lease_until = null
from lost where m.id = lost.id returning m.sender_id
"""

# An attempting row may have left. Where the carrier knows our key and the key is young, the very same attempt, left open, is
# made again, and its claim still counts here as well. Any other becomes uncertain, for a receipt to settle, and is never sent
# again by itself. One statement, because a lease that runs out between two of them would be judged by the second alone.
_LEFT_OPEN = """
with lost as materialized (
  select m.id, m.sender_id, m.expires_at > app_now() and exists (
      select from messaging_sender s
      join messaging_provideraccount p on p.organization_id = s.organization_id and p.id = s.account_id
      join unnest(%(keyed)s::text[], %(lives)s::integer[]) as key(provider, seconds) on key.provider = p.provider
      join messaging_sendattempt a on a.organization_id = m.organization_id and a.message_id = m.id and a.outcome = ''
        and a.intent_at > app_now() - make_interval(secs => key.seconds)
      where s.organization_id = m.organization_id and s.id = m.sender_id) as again
  from messaging_message m
  where m.organization_id = %(organization)s and m.state = 'attempting' and m.lease_until < clock_timestamp()
  order by m.lease_until limit %(batch)s for update skip locked),
returned as (update messaging_message m set state = 'ready', next_at = app_now(), lease_token = null, lease_until = null
             from lost where m.id = lost.id and lost.again),
doubted as (update messaging_message m set state = 'uncertain', reason = 'worker_died', lease_token = null,
              lease_until = null, settle_at = app_now() + interval '75 minutes'
            from lost where m.id = lost.id and not lost.again returning m.id),
closed as (update messaging_sendattempt a set outcome = 'ambiguous', outcome_at = clock_timestamp(), code = 'worker_died'
           from doubted where a.message_id = doubted.id and a.outcome = '')
select sender_id from lost where again
"""

# Past the end of its window an unclear message is closed; reports go on counting it as unknown.
_CLOSE = """
with due as (select id, expires_at from messaging_message where organization_id = %(organization)s and settle_at <= app_now()
             order by settle_at limit %(batch)s for update skip locked)
update messaging_message m set
  state = case when due.expires_at <= app_now() and m.state = 'uncertain' then 'expired' else m.state end,
  settle_at = case when due.expires_at <= app_now() then null else due.expires_at end
from due where m.id = due.id
"""


def sweep_organization() -> int:
    """Put right what is left over in the organisation in scope; answer how many messages went back to their lane.

    Effects: expired leases: claimed → ready, attempting → ready where a key makes that safe, else uncertain; unclear past its
             window → expired; lanes are rung.
             Receipts that came too early are applied. Units still held for what has ended are charged or given back.
    """
    parameters: dict[str, Any] = {"organization": require_organization_id(), "batch": _BATCH}
    with connection.cursor() as cursor:
        cursor.execute(_GIVE_BACK, parameters)
        senders = [row[0] for row in cursor.fetchall()]
        cursor.execute(_LEFT_OPEN, parameters | keyed_providers())
        senders += [row[0] for row in cursor.fetchall()]
        cursor.execute(_CLOSE, parameters)
    match_early()
    settle_known()
    for sender_id in set(senders):
        enqueue("messaging.drain_sender", organization_id=parameters["organization"], sender_id=sender_id)
    return len(senders)
