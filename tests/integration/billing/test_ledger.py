"""The ledger: every movement once, a balance that is the sum of its entries, and the last unit held by one only."""

import threading

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.contracts import SYSTEM, Refused
from billing.actions.ledger import add_units, refund_units, release_units, reserve_units, settle_units
from billing.contracts import Charge, Funds
from billing.models import Balance, LedgerEntry
from billing.selectors import funds, statement
from core.ids import new_id
from core.tenancy import tenant_context
from tests.factories.accounts import make_operator, make_team, operator_actor
from tests.factories.billing import balances, sums
from tests.proofs import proves
from tests.snapshots import rows_of


def charge(amount=1000):
    return Charge(new_id(), new_id(), amount, "2026-11-01")


def top_up(team, units):
    with tenant_context(team.id):
        add_units(actor=operator_actor(make_operator()), units=units, note="payment 17")


@proves("I2", "I3")
def test_units_are_held_charged_given_back_and_refunded_each_once(acme, rival):
    top_up(acme, 10)
    first, second, third = charge(), charge(2500), charge(0)

    with tenant_context(acme.id):
        held = reserve_units(actor=SYSTEM, charges=[first, second, third])
        after_reserve = funds()
        settled = [settle_units(actor=SYSTEM, references=[first.reference]) for _ in range(2)]
        released = [
            release_units(actor=SYSTEM, references=[first.reference, second.reference, new_id()]) for _ in range(2)
        ]
        refunded = [refund_units(actor=SYSTEM, reference=first.reference, note="not delivered") for _ in range(2)]

        assert held == {first.reference, second.reference, third.reference}
        assert after_reserve == Funds(6500, 3500, 0)
        assert (settled, released, refunded) == ([1, 0], [1, 0], [True, False])
        assert funds() == Funds(10_000, 0, 0)
        assert balances() == sums()
        assert [(row.kind, row.signed) for row in statement("1")] == [
            ("refund", 1000), ("release", 2500), ("settle", 0), ("reserve", -2500), ("reserve", -1000),
            ("top_up", 10_000),
        ]  # fmt: skip
    with tenant_context(rival.id):
        assert (funds(), LedgerEntry.objects.count()) == (Funds(0, 0, 0), 0)


@proves("I3")
def test_what_does_not_fit_is_not_held_and_what_is_free_needs_no_units(acme):
    top_up(acme, 2)
    charges = [charge(), charge(1500), charge(), charge(0)]

    with tenant_context(acme.id):
        held = reserve_units(actor=SYSTEM, charges=charges)
        none = reserve_units(actor=SYSTEM, charges=[charge(1)])

        assert held == {charges[0].reference, charges[2].reference, charges[3].reference}
        assert none == set()
        assert funds() == Funds(0, 2000, 0)


@proves("I2")
def test_nobody_changes_an_entry_or_writes_a_balance_by_hand(acme):
    top_up(acme, 2)

    with tenant_context(acme.id):
        for wrong in (
            lambda: LedgerEntry.objects.update(amount=1),
            lambda: LedgerEntry.objects.all().delete(),
            lambda: Balance.objects.update(amount=10**9),
            lambda: Balance.objects.create(account="available", amount=5),
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                wrong()
        assert balances() == sums() == {"outside": -2000, "available": 2000}


@proves("I2")
def test_an_entry_that_moves_units_the_wrong_way_or_below_zero_is_refused_by_the_database(acme):
    entry = {"amount": 1000, "actor_kind": "system", "at": "2026-11-25T00:00Z"}

    with tenant_context(acme.id):
        for wrong in (
            {"kind": "top_up", "debit": "available", "credit": "outside"},
            {"kind": "reserve", "debit": "available", "credit": "reserved"},
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                LedgerEntry.objects.create(**entry, **wrong)
        assert LedgerEntry.objects.count() == 0


def test_only_an_operator_adds_units_and_says_why(acme):
    operator = operator_actor(make_operator())
    before = rows_of(acme.id)

    with tenant_context(acme.id):
        for actor, units, note in (
            (acme.actor(), 5, "please"),
            (operator, 5, " "),
            (operator, 0, "payment"),
            (operator, 10_000_001, "payment"),
        ):
            with pytest.raises(Refused):
                add_units(actor=actor, units=units, note=note)

    assert rows_of(acme.id) == before


@proves("I3")
def test_many_at_once_hold_exactly_as_many_units_as_there_are(committed_db):
    team = make_team("Acme")
    top_up(team, 90)
    held, lock = [], threading.Lock()

    def lane():
        for _ in range(5):
            with tenant_context(team.id):
                got = reserve_units(actor=SYSTEM, charges=[charge() for _ in range(5)])
            with lock:
                held.extend(got)
        connection.close()

    lanes = [threading.Thread(target=lane) for _ in range(4)]
    for each in lanes:
        each.start()
    for each in lanes:
        each.join(30)

    assert len(held) == len(set(held)) == 90
    with tenant_context(team.id):
        assert funds() == Funds(0, 90_000, 0)
        assert balances() == sums()
