"""The life of a message as a table: which moves exist, and which words people read."""

import itertools

import pytest

from messaging.contracts import ReceiptStatus
from messaging.states import (
    MOVES,
    RANKS,
    STATES,
    TERMINAL,
    Standing,
    can_move,
    contradicts,
    display,
    fold,
    risen,
)
from tests.proofs import proves

ALLOWED = {
    ("held", "ready"),
    ("held", "cancelled"),
    ("ready", "claimed"),
    ("ready", "cancelled"),
    ("ready", "accepted"),
    ("claimed", "ready"),
    ("claimed", "attempting"),
    ("claimed", "suppressed"),
    ("claimed", "cancelled"),
    ("claimed", "expired"),
    ("claimed", "quarantined"),
    ("claimed", "accepted"),
    ("claimed", "uncertain"),
    ("attempting", "accepted"),
    ("attempting", "rejected"),
    ("attempting", "ready"),
    ("attempting", "uncertain"),
    ("uncertain", "accepted"),
    ("uncertain", "ready"),
    ("uncertain", "expired"),
}


@pytest.mark.parametrize("pair", sorted(itertools.product(STATES, STATES)), ids=lambda pair: " to ".join(pair))
def test_exactly_the_twenty_moves_are_allowed(pair: tuple) -> None:
    state, to = pair

    allowed = can_move(state, to)

    assert allowed is (pair in ALLOWED)


def test_there_are_eleven_states_and_six_of_them_are_final() -> None:
    states, final = set(STATES), set(TERMINAL)

    leads_to = set().union(*MOVES.values())

    assert len(states) == 11
    assert final == {"accepted", "rejected", "suppressed", "cancelled", "expired", "quarantined"}
    assert leads_to == states - {"held"}


def test_ranks_are_the_agreed_figures() -> None:
    by_rank = sorted(RANKS, key=RANKS.__getitem__)

    figures = [RANKS[status] for status in by_rank]

    assert by_rank == ["unknown", "accepted", "queued", "sent", "failed", "delivered", "read"]
    assert figures == [0, 10, 20, 30, 35, 40, 50]


@proves("G8")
@pytest.mark.parametrize(("early", "late"), sorted(itertools.product(RANKS, RANKS)))
def test_a_late_receipt_never_lowers_the_rank(early: ReceiptStatus, late: ReceiptStatus) -> None:
    rank = RANKS[early]

    after = risen(rank, late)

    assert after == max(rank, RANKS[late])


@pytest.mark.parametrize(
    ("known", "news", "clash"),
    [
        ("failed", "delivered", True),
        ("delivered", "failed", True),
        ("read", "failed", True),
        ("failed", "read", True),
        ("failed", "sent", False),
        ("sent", "failed", False),
        ("delivered", "read", False),
        ("failed", "failed", False),
    ],
)
def test_a_failure_beside_a_delivery_is_an_anomaly(known: ReceiptStatus, news: ReceiptStatus, clash: bool) -> None:
    rank = RANKS[known]

    both = contradicts(rank, news), fold(Standing("accepted", rank), [news]).contradicted

    assert both == (clash, clash)


@pytest.mark.parametrize(
    ("state", "rank", "code", "words"),
    [
        ("held", 0, "", "queued"),
        ("ready", 0, "", "queued"),
        ("claimed", 0, "", "sending"),
        ("attempting", 0, "", "sending"),
        ("uncertain", 0, "", "unknown, we will not send twice"),
        ("accepted", 0, "", "sent"),
        ("accepted", 10, "", "sent"),
        ("accepted", 30, "", "sent"),
        ("accepted", 35, "30005", "failed: 30005"),
        ("accepted", 35, "", "failed"),
        ("accepted", 40, "", "delivered"),
        ("accepted", 40, "30005", "delivered"),
        ("accepted", 50, "", "read"),
        ("rejected", 0, "21610", "failed: 21610"),
        ("suppressed", 0, "withdrawn", "not sent: withdrawn"),
        ("cancelled", 0, "", "cancelled"),
        ("expired", 0, "", "expired"),
        ("expired", 40, "", "delivered"),
        ("quarantined", 0, "", "needs attention"),
    ],
)
def test_people_read_words_not_states(state: str, rank: int, code: str, words: str) -> None:
    shown = display(state, rank, code)  # type: ignore[arg-type]

    assert shown == words


@pytest.mark.parametrize("state", ["uncertain", "ready", "claimed"])
def test_a_receipt_proves_that_what_seemed_unsent_was_accepted(state: str) -> None:
    waiting = Standing(state)  # type: ignore[arg-type]

    after = fold(waiting, ["unknown"])

    assert after == Standing("accepted", 0)


@pytest.mark.parametrize("state", sorted(TERMINAL))
def test_a_receipt_never_changes_a_final_state(state: str) -> None:
    final = Standing(state)  # type: ignore[arg-type]

    after = fold(final, ["delivered"])

    assert after == Standing(state, 40)  # type: ignore[arg-type]


def test_no_receipt_changes_nothing() -> None:
    open_attempt = Standing("attempting", 0)

    after = fold(open_attempt, [])

    assert after is open_attempt
