"""Reading the books of carriers, outside every transaction: what people wrote, and whom the carrier keeps out."""

import datetime
import logging
import uuid
from collections.abc import Awaitable, Callable
from typing import Any, Final

from django.db import DatabaseError, OperationalError

from accounts.contracts import SYSTEM, Actor, Refused
from core import clock
from core.http import Session, run
from core.tenancy import tenant_context
from messaging.actions import carrier_books
from messaging.actions.credentials import open_credentials
from messaging.models import ProviderAccount
from messaging.providers.books import KeptOut, ListsInbound, ListsKeptOut, Taken
from messaging.providers.protocol import ProviderError
from messaging.providers.registry import PROVIDERS, Registered, provider

logger = logging.getLogger(__name__)
#: channels on which people write to a number that a carrier can list
_WRITTEN: Final = ("sms", "whatsapp")
#: younger messages may still come by webhook
_GRACE: Final = datetime.timedelta(minutes=2)
#: lists are read again from a little before they were read to: carriers write them with a delay
_OVERLAP: Final = datetime.timedelta(minutes=15)
#: how far back an account is read that never was
_FIRST: Final = datetime.timedelta(days=1)


def has_inbound_list(account: ProviderAccount) -> bool:
    """Whether the account's carrier can list what people wrote."""
    return issubclass(PROVIDERS[account.provider], ListsInbound)


def has_kept_out_list(account: ProviderAccount) -> bool:
    """Whether the account's carrier can list whom it keeps out."""
    return issubclass(PROVIDERS[account.provider], ListsKeptOut)


def find_missed(*, organization_id: uuid.UUID, account_id: uuid.UUID) -> int:
    """Take in what people wrote and no webhook brought; answer how many messages. Nothing where the carrier has no list.

    Effects: see `receive_missed`; each message in a transaction of its own. One that cannot be taken holds up no other, and how
             far was read does not move past it: it is tried again each hour, and the account's book says so.
    Errors:  none: a list that cannot be read is noted in the account's book, and read again next time.
    """
    with tenant_context(organization_id):
        account = ProviderAccount.objects.get(id=account_id)
        if not has_inbound_list(account):
            return 0
        numbers = sorted(account.senders.filter(channel__in=_WRITTEN).values_list("address", flat=True).distinct())
        until = clock.now() - _GRACE
        since = (carrier_books.book_of(account).inbound_until or until - _FIRST) - _OVERLAP
        # what came before the account was connected was never ours to miss
        since = max(since, account.created_at.replace(microsecond=0))
        ask = _asking(account)

    async def errand(carrier: Registered) -> list[Taken]:
        assert isinstance(carrier, ListsInbound)
        return [one for number in numbers for one in await carrier.list_inbound(number, since)]

    try:
        taken = [one for one in ask(errand) if one.at <= until]
    except ProviderError as error:
        return _failed(organization_id, account, error)
    came = [(one.at, _take(organization_id, account, one)) for one in sorted(taken, key=lambda each: each.at)]
    missed, left = sum(new or 0 for _, new in came), [at for at, new in came if new is None]
    with tenant_context(organization_id):
        carrier_books.note_inbound_read(account=account, until=min([until, *left]), missed=missed)
        if left:
            carrier_books.note_problem(account=account, problem="a message of its list could not be taken")
    if missed:
        logger.error("webhooks of people's messages got lost", extra={"account_id": account.id, "count": missed})
    return missed


def _take(organization_id: uuid.UUID, account: ProviderAccount, one: Taken) -> int | None:
    """Take one message of a list: 1 when it was new to us, 0 when we had it, None when it cannot be taken now.

    Asked twice: where its webhook came this very moment, the second time finds it.
    """
    for _ in range(2):
        try:
            with tenant_context(organization_id):
                return len(carrier_books.receive_missed(account=account, taken=[one]))
        except OperationalError:
            raise  # nothing is wrong with the message: all of them are read again next time
        except DatabaseError as error:
            reason = type(error).__name__
    logger.error("a message of a carrier's list could not be taken", extra={"reason": reason})
    return None


def compare_kept_out(*, organization_id: uuid.UUID, account_id: uuid.UUID, actor: Actor = SYSTEM) -> int:
    """Hold whom the carrier keeps out beside our ledger; answer how many only the carrier knows.

    Errors: Refused when the carrier has no list, does not answer, or not whole: then nothing changes.
    """
    with tenant_context(organization_id):
        actor.require("change_consent")
        account = ProviderAccount.objects.get(id=account_id)
        if not has_kept_out_list(account):
            raise Refused("This carrier has no list of opt-outs to compare with.", field="account")
        ask = _asking(account)

    async def errand(carrier: Registered) -> tuple[KeptOut, ...]:
        assert isinstance(carrier, ListsKeptOut)
        return await carrier.list_kept_out()

    try:
        kept_out = ask(errand)
    except ProviderError as error:
        _failed(organization_id, account, error)
        remedy = "Try again in a minute. If it stays so, check the account under Senders."
        raise Refused("The carrier did not give its list.", remedy=remedy, code="carrier_unavailable") from error
    at, parts = clock.now(), []
    for start in range(0, len(kept_out), carrier_books.SLICE):
        listed = kept_out[start : start + carrier_books.SLICE]
        with tenant_context(organization_id):
            parts.append(carrier_books.compare_slice(account=account, kept_out=listed, at=at))
    with tenant_context(organization_id):
        return carrier_books.end_comparison(account=account, parts=parts, at=at)


def compare_and_record(*, organization_id: uuid.UUID, account_id: uuid.UUID) -> int:
    """The nightly comparison: what only the carrier knew is written down; answer how many addresses."""
    with tenant_context(organization_id):
        account = ProviderAccount.objects.get(id=account_id)
        if not has_kept_out_list(account):
            return 0
    try:
        compare_kept_out(organization_id=organization_id, account_id=account_id)
    except Refused:
        return 0
    return record_all(organization_id=organization_id, account_id=account_id)


def record_all(*, organization_id: uuid.UUID, account_id: uuid.UUID) -> int:
    """Write down everything that only the carrier knew, a part at a time; answer how many addresses."""
    recorded = 0
    while True:
        with tenant_context(organization_id):
            account = ProviderAccount.objects.get(id=account_id)
            some = carrier_books.record_drifts(actor=SYSTEM, account=account)
        recorded += some
        if not some:
            return recorded


Errand = Callable[[Registered], Awaitable[Any]]


def _asking(account: ProviderAccount) -> Callable[[Errand], Any]:
    """How to ask this account's carrier something, with its credentials opened now."""
    credentials = open_credentials(account)

    def ask(errand: Errand) -> Any:
        async def asked(session: Session) -> Any:
            return await errand(provider(account.provider, credentials, account.base_url, session))

        return run(asked)

    return ask


def _failed(organization_id: uuid.UUID, account: ProviderAccount, error: ProviderError) -> int:
    logger.warning("a carrier's book could not be read", extra={"account_id": account.id, "code": error.code})
    with tenant_context(organization_id):
        carrier_books.note_problem(account=account, problem=error.reason)
    return 0
