"""Whatever is done with units, in whatever order and however often: the books balance, and everything happens once."""

import uuid
from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.contracts import SYSTEM
from billing.actions.ledger import finish_units, refund_units, reserve_units
from billing.contracts import Charge
from billing.models import LedgerEntry
from core.ids import new_id
from core.tenancy import tenant_context
from tests.factories.accounts import Team
from tests.factories.billing import assert_books_balance, top_up
from tests.proofs import proves

_PLACES = st.lists(st.integers(0, 5), min_size=1, max_size=4, unique=True)
_DEED = st.one_of(
    st.tuples(st.just("add"), st.integers(1, 5)),
    st.tuples(st.just("hold"), _PLACES),
    st.tuples(st.just("finish"), st.tuples(_PLACES, _PLACES)),
    st.tuples(st.just("refund"), st.integers(0, 5)),
)
#: thousandths of a unit for each of the attempts
_AMOUNTS = (1000, 2500, 1, 999, 3000, 0)


def do(organization_id: uuid.UUID, deed: tuple[str, object], charges: Sequence[Charge]) -> None:
    """One movement of units, in a transaction of its own."""
    name, told = deed
    if name == "add":
        top_up(organization_id, told)  # type: ignore[arg-type]
        return
    with tenant_context(organization_id):
        if name == "hold":
            reserve_units(actor=SYSTEM, charges=[charges[place] for place in told])  # type: ignore[attr-defined]
        elif name == "finish":
            taken, not_taken = ([charges[place].reference for place in each] for each in told)  # type: ignore[attr-defined]
            finish_units(actor=SYSTEM, taken=taken, not_taken=not_taken)
        else:
            refund_units(actor=SYSTEM, reference=charges[told].reference, note="not delivered")  # type: ignore[index]


@proves("I2", "I3")
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds=st.lists(_DEED, min_size=1, max_size=25))
def test_the_books_balance_whatever_is_done_and_nothing_is_done_twice(
    acme: Team, rival: Team, deeds: list[tuple[str, object]]
) -> None:
    run_id = new_id()
    charges = [Charge(new_id(), new_id(), amount, "2026-11-01", "sms", run_id) for amount in _AMOUNTS]

    for deed in deeds:
        do(acme.id, deed, charges)
        assert_books_balance(acme.id)

    with tenant_context(acme.id):
        for charge in charges:
            kinds = sorted(LedgerEntry.objects.filter(reference=charge.reference).values_list("kind", flat=True))
            assert kinds in (
                [],
                ["reserve"],
                ["release", "reserve"],
                ["reserve", "settle"],
                ["refund", "reserve", "settle"],
            )
    with tenant_context(rival.id):
        assert LedgerEntry.objects.count() == 0


@pytest.mark.django_db
def test_what_was_given_back_is_not_held_again_and_what_is_held_is_held_once(acme: Team) -> None:
    top_up(acme.id, 10)
    charge, other = (Charge(new_id(), new_id(), 1000, "2026-11-01", "sms") for _ in range(2))

    with tenant_context(acme.id):
        first = [reserve_units(actor=SYSTEM, charges=[charge, other]) for _ in range(2)]
        finished = [finish_units(actor=SYSTEM, taken=[other.reference], not_taken=[charge.reference]) for _ in range(2)]
        again = reserve_units(actor=SYSTEM, charges=[charge, other])

    assert first == [{charge.reference, other.reference}] * 2
    assert (finished, again) == ([(1, 1), (0, 0)], set())
    assert_books_balance(acme.id)
