"""The inbox of carriers' webhooks: an event is kept first, then a receipt changes what it proves, in any order, repeats too."""

from collections.abc import Sequence

from django.db import connection

from accounts.contracts import SYSTEM
from consent.actions.ledger import stop_point, suppress_points
from consent.values import Provenance
from core import clock, vault
from core.ids import new_id
from core.tenancy import require_organization_id
from messaging.contracts import Inbound, Receipt, Unknown
from messaging.models import Message, MessageEvent, ProviderAccount, ProviderEvent, SendAttempt
from messaging.providers.protocol import ExplainsCodes, Provider
from messaging.states import RANKS

Event = Receipt | Inbound | Unknown


def keep_event(*, account: ProviderAccount, event: Event, body: bytes) -> ProviderEvent | None:
    """Put one event into the inbox; None when it is there already, which is how a repeated webhook ends.

    Effects: one sealed row, in the caller's transaction, which commits before the carrier gets its answer.
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
        received_at=clock.now(),
    )
    made = ProviderEvent.objects.bulk_create([row], ignore_conflicts=True)
    kept = ProviderEvent.objects.filter(id=made[0].id).exists()
    return row if kept else None


def apply_receipts(*, account: ProviderAccount, carrier: Provider, rows: Sequence[ProviderEvent]) -> int:
    """Let receipts change what they prove; answer how many found their message.

    Effects: the rank only rises; an open or unclear attempt becomes accepted, also where the message waits for another try;
             a code that means "they said no" or "never again" protects the address. A receipt that comes before our own
             answer stays in the inbox for the matcher.
    """
    applied = 0
    for row in rows:
        message = _message_of(row)
        if message is None:
            continue
        _apply(message, row, carrier)
        ProviderEvent.objects.filter(id=row.id).update(applied_at=clock.now())
        applied += 1
    return applied


def _message_of(row: ProviderEvent) -> Message | None:
    """The message a receipt is about: by our own attempt in the address, else by the carrier's id."""
    if row.attempt_id is not None:
        attempt = SendAttempt.objects.filter(id=row.attempt_id, account_id=row.account_id).first()
        if attempt is not None:
            return Message.objects.filter(id=attempt.message_id).first()
    return (
        Message.objects.filter(provider_message_id=row.provider_message_id, sender__account_id=row.account_id)
        .exclude(provider_message_id="")
        .first()
    )


# A receipt proves that the carrier has the message. One that waits for another try because the last seemed to have failed
# is settled by it as well, and is not sent again.
_RISE = """
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
from (select id as its, state in ('attempting', 'uncertain') or (state in ('ready', 'claimed') and attempt_count > 0) as proven
      from messaging_message where id = %(id)s for update) known
where id = known.its
"""


def _apply(message: Message, row: ProviderEvent, carrier: Provider) -> None:
    rank = RANKS.get(row.status, 0)  # type: ignore[call-overload]
    with connection.cursor() as cursor:
        cursor.execute(
            _RISE, {"id": message.id, "rank": rank, "code": row.code, "provider_id": row.provider_message_id}
        )
    if row.attempt_id is not None:
        SendAttempt.objects.filter(id=row.attempt_id).exclude(outcome="accepted").update(
            outcome="accepted", outcome_at=clock.now()
        )
    MessageEvent.objects.create(
        id=new_id(),
        message_id=message.id,
        kind=row.status or "unknown",
        rank=rank,
        code=row.code,
        occurred_at=clock.now(),
    )
    if row.code and isinstance(carrier, ExplainsCodes):
        _protect(message, carrier.explain(row.code).action, row.code)


def _protect(message: Message, action: str, code: str) -> None:
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
