"""The lane: one sender's messages on their way out, a batch at a time, never faster than agreed.

take tokens → claim → intent (committed) → calls, under the deadline guard → record.  No transaction is open during a call.
"""

import asyncio
import json
import logging
import time
import uuid
from collections.abc import Sequence

from django.conf import settings
from django.db import connection

from consent.actions.points import address_text
from core import clock, vault
from core.failpoints import failpoint
from core.http import Session
from core.tenancy import require_organization_id, tenant_context
from messaging import bucket
from messaging.actions.claiming import claim_due
from messaging.actions.credentials import open_credentials
from messaging.actions.intending import Intent, intend
from messaging.actions.recording import Outcome, record_outcomes
from messaging.channels.own_links import asks_for_link, with_link
from messaging.channels.protocol import Common, Rendered
from messaging.channels.registry import channel
from messaging.confirmation_links import notice_place, notice_url
from messaging.contracts import Accepted, Outbound
from messaging.models import Message, ProviderAccount, Sender
from messaging.preference_links import preference_url
from messaging.providers.protocol import (
    NotBegun,
    OutcomeUnknown,
    Provider,
    ProviderError,
    ReportsToMarkedAddress,
    WaitsItsTurn,
)
from messaging.providers.registry import provider
from messaging.states import NOTICE_ORIGINS

logger = logging.getLogger(__name__)

#: at most what a session has connections: no call of a batch waits for another's, past the deadline
BATCH = 200
DRAIN_SECONDS = 25.0
DEADLINE_SECONDS = 5.0
LANES_PER_SENDER = 2
_LONGEST_WAIT_SECONDS = 2.0
#: how long the carrier may keep a message before handing it over (its own default is ten hours)
VALIDITY_SECONDS = {"marketing": 900, "informational": 900, "transactional": 300, "ai_call": 300}


def drain(organization_id: uuid.UUID, sender_id: uuid.UUID) -> int:
    """Send what is due for one sender, for at most 25 seconds; answer how many calls were made.

    Effects: many short transactions; calls to the carrier between them. At most two drains of one sender run at a time.
    """
    slot = _take_slot(sender_id)
    if slot is None:
        return 0
    try:
        with asyncio.Runner() as runner:
            return _drain(runner, organization_id, sender_id)
    finally:
        _give_slot(sender_id, slot)


def _drain(runner: asyncio.Runner, organization_id: uuid.UUID, sender_id: uuid.UUID) -> int:
    session, made, until = Session(), 0, time.monotonic() + DRAIN_SECONDS
    runner.run(session.__aenter__())
    try:
        while time.monotonic() < until:
            sent = _one_batch(runner, session, organization_id, sender_id)
            if sent is None:
                break
            made += sent
    finally:
        runner.run(session.__aexit__(None, None, None))
    return made


def _one_batch(
    runner: asyncio.Runner, session: Session, organization_id: uuid.UUID, sender_id: uuid.UUID
) -> int | None:
    """One round of the lane; None when there is nothing to do now."""
    with tenant_context(organization_id):
        sender = Sender.objects.select_related("account").filter(id=sender_id).first()
        if sender is None or _is_throttled(sender) or not _anything_due(sender):
            return None
    given, wait = bucket.take(sender_id, sender.rate_per_second, BATCH)
    if not given:
        if wait > _LONGEST_WAIT_SECONDS:
            return None
        time.sleep(wait)
        return 0
    token, started = uuid.uuid4(), time.clock_gettime(time.CLOCK_BOOTTIME)
    with tenant_context(organization_id):
        paused = sender.paused_at is not None
        claimed = claim_due(sender_id=sender_id, limit=given, token=token, answers_only=paused)
    failpoint("after_claim")
    if not claimed:
        return None
    with tenant_context(organization_id):
        failpoint("before_intent")
        intents = intend(sender=sender, message_ids=claimed, token=token)
        failpoint("in_intent")
        carrier, outbounds = _prepare(sender, intents, session)
    failpoint("after_intent_commit")
    answers = runner.run(_send_all(carrier, outbounds, started))
    failpoint("before_result")
    outcomes = [
        Outcome(intent.message, intent.permit.attempt_id, answer, intent.began_at, intent.again)
        for intent, answer in zip(intents, answers, strict=True)
    ]
    with tenant_context(organization_id):
        record_outcomes(sender=sender, outcomes=outcomes, token=token)
        failpoint("in_result")
    failpoint("after_result_commit")
    return len(outcomes)


def _is_throttled(sender: Sender) -> bool:
    return sender.throttled_until is not None and sender.throttled_until > clock.now()


def _anything_due(sender: Sender) -> bool:
    """Whether there is something to do now. A paused sender still answers whoever writes STOP or HELP to it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select exists (select from messaging_message where organization_id = %s and sender_id = %s"
            " and next_at <= app_now() and (not %s or origin in ('said_stop', 'said_start', 'said_help')))",
            [sender.organization_id, sender.id, sender.paused_at is not None],
        )
        return bool(cursor.fetchone()[0])


async def _send_all(
    carrier: Provider, outbounds: Sequence[Outbound | None], started: float
) -> list[Accepted | ProviderError | None]:
    if isinstance(carrier, WaitsItsTurn):
        carrier.begin_until(started + DEADLINE_SECONDS)
    return list(await asyncio.gather(*(_send_one(carrier, outbound, started) for outbound in outbounds)))


async def _send_one(carrier: Provider, outbound: Outbound | None, started: float) -> Accepted | ProviderError | None:
    """One call, unless there is nothing to hand over or the deadline has passed: whoever was frozen between intent and call,
    or waited too long for a connection, must not call any more.

    Nothing is raised: what happens to one message takes no answer from its neighbours.
    """
    try:
        failpoint("before_connect")
        if time.clock_gettime(time.CLOCK_BOOTTIME) - started > DEADLINE_SECONDS:
            return None
        return None if outbound is None else await carrier.send(outbound)
    except NotBegun:
        return None
    except ProviderError as error:
        return error
    except Exception as error:  # a defect of our own: what left is not known, so it counts as maybe
        return OutcomeUnknown(type(error).__name__)


def _prepare(sender: Sender, intents: Sequence[Intent], session: Session) -> tuple[Provider, list[Outbound | None]]:
    """The carrier and what to hand it. The account's credentials are opened once for all of it.

    Shape: None for a message that cannot be put together: it is tried again like one whose call was never made, and gives up
           in the end; its neighbours leave.
    """
    account = sender.account
    credentials = open_credentials(account)
    carrier = provider(account.provider, credentials, account.base_url, session)
    addresses = _callback_urls(carrier, account, credentials, [intent.permit.attempt_id for intent in intents])
    return carrier, [_made(sender, *each) for each in zip(intents, addresses, strict=True)]


def _made(sender: Sender, intent: Intent, callback_url: str) -> Outbound | None:
    try:
        return _outbound(sender, intent, callback_url)
    except Exception as error:  # whatever is wrong with one message is wrong with that one alone
        told = {"message_id": intent.message.id, "sender_id": sender.id, "error": type(error).__name__}
        logger.error("message not put together", extra=told)
        return None


def _outbound(sender: Sender, intent: Intent, callback_url: str) -> Outbound:
    if not intent.message.body_sealed or not intent.point.address_sealed:
        raise vault.CannotOpen("the words or the address were erased")
    common = Common(
        permit=intent.permit,
        sender=sender.address,
        recipient=address_text(intent.point),
        callback_url=callback_url,
        validity_seconds=VALIDITY_SECONDS.get(intent.message.purpose.tier, 900),
        idempotency_key=str(intent.permit.attempt_id),
    )
    rendered = _finished(intent.message)
    if asks_for_link(rendered):
        rendered = with_link(rendered, preference_url(require_organization_id(), bytes(intent.point.digest)))
    notice = NOTICE_ORIGINS.get(intent.message.origin)
    if notice:
        url = notice_url(notice, intent.message.origin_id)
        rendered = with_link(rendered, url, notice_place(notice))
    return channel(intent.message.channel).outbound(common, rendered)


def _finished(message: Message) -> Rendered:
    """What the person gets, as it was made for them, opened."""
    organization_id, table = require_organization_id(), "messaging_message"
    body = vault.unseal_text(organization_id, table, "body_sealed", message.id, message.body_sealed)
    if message.parts_sealed is None:
        return Rendered(body)
    parts = vault.unseal_text(organization_id, table, "parts_sealed", message.id, message.parts_sealed)
    return Rendered(body, json.loads(parts))


def _callback_urls(
    carrier: Provider, account: ProviderAccount, credentials: dict[str, str], attempt_ids: Sequence[uuid.UUID]
) -> list[str]:
    if not isinstance(carrier, ReportsToMarkedAddress):
        return [""] * len(attempt_ids)
    base, secret = f"{settings.WEBHOOK_URL}/webhooks/{account.provider}/status", credentials["callback_secret"].encode()
    return [carrier.callback_url(base, account.token, attempt_id, secret) for attempt_id in attempt_ids]


def _take_slot(sender_id: uuid.UUID) -> int | None:
    """A seat in the sender's lane, held by this connection; a dead worker's seat is free at once."""
    with connection.cursor() as cursor:
        for slot in range(LANES_PER_SENDER):
            cursor.execute("select pg_try_advisory_lock(hashtext(%s), %s)", [f"lane:{sender_id}", slot])
            if cursor.fetchone()[0]:
                return slot
    return None


def _give_slot(sender_id: uuid.UUID, slot: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_unlock(hashtext(%s), %s)", [f"lane:{sender_id}", slot])
