"""Units for organisations, senders that cost some, and the books computed a second time from the entries alone."""

import uuid
from collections import Counter

from django.db.models import Sum

from billing.actions.ledger import add_units
from billing.models import Balance, LedgerEntry, Usage
from core.tenancy import tenant_context
from messaging.models import Sender
from tests.factories.accounts import make_operator, operator_actor
from tests.factories.registrations import make_real, register_in_us

Sums = dict[str, int]


def top_up(organization_id: uuid.UUID, units: int) -> None:
    """An operator adds units."""
    with tenant_context(organization_id):
        add_units(actor=operator_actor(make_operator(f"Olga {uuid.uuid4().hex}")), units=units, note="payment 17")


def make_paid(sender: Sender) -> Sender:
    """The sender, as if its account were with a real carrier, registered in the US; it goes on talking to the sandbox."""
    with tenant_context(sender.organization_id):
        register_in_us(sender)
        return make_real(sender)


def sums() -> Sums:
    """What every account holds by the entries alone."""
    found: Counter[str] = Counter()
    for debit, credit, amount in LedgerEntry.objects.values_list("debit", "credit").annotate(Sum("amount")):
        found[credit] += amount
        found[debit] -= amount
    return dict(found)


def balances() -> Sums:
    """What every account holds by its row."""
    return dict(Balance.objects.values_list("account", "amount"))


def kept_usage() -> dict[tuple[str, str, uuid.UUID | None], tuple[int, int]]:
    """Amount and number of entries by kind, channel and origin, as the trigger kept them."""
    rows = Usage.objects.values_list("kind", "channel", "origin_id").annotate(Sum("amount"), Sum("entries"))
    return {(kind, channel, origin): (amount, entries) for kind, channel, origin, amount, entries in rows}


def counted_usage() -> dict[tuple[str, str, uuid.UUID | None], tuple[int, int]]:
    """The same, counted from the entries."""
    found: dict[tuple[str, str, uuid.UUID | None], tuple[int, int]] = {}
    for kind, channel, origin, amount in LedgerEntry.objects.values_list("kind", "channel", "origin_id", "amount"):
        before = found.get((kind, channel, origin), (0, 0))
        found[kind, channel, origin] = (before[0] + amount, before[1] + 1)
    return found


def assert_books_balance(organization_id: uuid.UUID) -> None:
    """Every balance is the sum of its entries, all of them together are nothing, and nobody spent what was not there."""
    with tenant_context(organization_id):
        held, counted = balances(), sums()
        assert held == {account: counted.get(account, 0) for account in held}
        assert set(counted) <= set(held)
        assert sum(held.values()) == 0
        assert all(amount >= 0 for account, amount in held.items() if account not in ("outside", "gift"))
        assert kept_usage() == counted_usage()
