"""Receipts in any order, repeated, split and early: the message always ends where it would have ended in order."""

import itertools
from functools import reduce

from hypothesis import given, settings
from hypothesis import strategies as st

from messaging.contracts import ReceiptStatus
from messaging.states import MOVES, RANKS, STATES, TERMINAL, Standing, can_move, fold
from tests.proofs import proves

receipts = st.lists(st.sampled_from(sorted(RANKS)), max_size=5)
standings = st.builds(Standing, st.sampled_from(STATES), st.sampled_from(sorted(RANKS.values())), st.booleans())


@proves("G8")
@settings(max_examples=2000, deadline=None)
@given(start=standings, arrived=receipts)
def test_every_permutation_of_five_receipts_ends_the_same(start: Standing, arrived: list[ReceiptStatus]) -> None:
    """Every permutation, applied one receipt at a time, equals all at once; rank and final states never fall."""
    in_one_go = fold(start, arrived)

    ends = {reduce(_one_more, order, start) for order in set(itertools.permutations(arrived))}

    assert ends == {in_one_go}
    assert in_one_go.rank == max([start.rank, *(RANKS[status] for status in arrived)])
    assert start.state not in TERMINAL or in_one_go.state == start.state


@settings(max_examples=2000, deadline=None)
@given(start=standings, arrived=receipts, repeats=st.integers(1, 3))
def test_repeated_receipts_change_nothing(start: Standing, arrived: list[ReceiptStatus], repeats: int) -> None:
    once = fold(start, arrived)

    again = fold(once, arrived * repeats)

    assert again == once


@settings(max_examples=2000, deadline=None)
@given(start=standings, arrived=receipts)
def test_a_receipt_makes_only_moves_of_the_table(start: Standing, arrived: list[ReceiptStatus]) -> None:
    after = fold(start, arrived)

    assert after.state == start.state or can_move(start.state, after.state)
    assert after.state in MOVES


@settings(max_examples=2000, deadline=None)
@given(arrived=receipts.filter(bool), position=st.integers(0, 5))
def test_a_lost_answer_before_between_or_after_receipts_ends_as_accepted(
    arrived: list[ReceiptStatus], position: int
) -> None:
    """The worker records its lost answer only while the attempt is open; a receipt that came first has closed it."""
    before, after = arrived[:position], arrived[position:]

    standing = fold(Standing("attempting"), before)
    if standing.state == "attempting":
        standing = Standing("uncertain", standing.rank, standing.contradicted)
    standing = fold(standing, after)

    assert standing == fold(Standing("attempting"), arrived)
    assert standing.state == "accepted"


def _one_more(standing: Standing, status: ReceiptStatus) -> Standing:
    return fold(standing, [status])
