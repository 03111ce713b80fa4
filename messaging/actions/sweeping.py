"""Sweeping: what a dead worker left behind, and outcomes that never became clear. Safe to run at any time, by anybody."""

from typing import Any

from django.db import connection

from core.jobs import enqueue
from core.tenancy import require_organization_id

_BATCH = 500

# A claimed row had no attempt: nothing was sent, it goes back. Its claim still counts, so a poisonous one is found.
_GIVE_BACK = """
with lost as (select id from messaging_message where organization_id = %(organization)s and state = 'claimed'
              and lease_until < clock_timestamp() order by lease_until limit %(batch)s for update skip locked)
update messaging_message m set state = 'ready', next_at = app_now(), lease_token = null, lease_until = null
from lost where m.id = lost.id returning m.sender_id
"""

# An attempting row may have left: it becomes uncertain, for a receipt to settle. It is never sent again by itself.
_DOUBT = """
with lost as (select id from messaging_message where organization_id = %(organization)s and state = 'attempting'
              and lease_until < clock_timestamp() order by lease_until limit %(batch)s for update skip locked),
doubted as (update messaging_message m set state = 'uncertain', reason = 'worker_died', lease_token = null,
              lease_until = null, settle_at = app_now() + interval '75 minutes' from lost where m.id = lost.id returning m.id)
update messaging_sendattempt a set outcome = 'ambiguous', outcome_at = clock_timestamp(), code = 'worker_died'
from doubted where a.message_id = doubted.id and a.outcome = ''
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

    Effects: expired leases: claimed → ready, attempting → uncertain; unclear past its window → expired; lanes are rung.
    """
    parameters: dict[str, Any] = {"organization": require_organization_id(), "batch": _BATCH}
    with connection.cursor() as cursor:
        cursor.execute(_GIVE_BACK, parameters)
        senders = [row[0] for row in cursor.fetchall()]
        cursor.execute(_DOUBT, parameters)
        cursor.execute(_CLOSE, parameters)
    for sender_id in set(senders):
        enqueue("messaging.drain_sender", organization_id=parameters["organization"], sender_id=sender_id)
    return len(senders)
