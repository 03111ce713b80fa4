"""The life of a message as data: its states, the moves between them, delivery ranks, and the words people read.

    held -> ready -> claimed -> attempting -> accepted | rejected
      |       |         |           |  ^
      |       |         |           v  | (negative evidence only)
      |       |         +------> uncertain -> accepted | ready | expired
      |       |         +-> suppressed | cancelled | expired | quarantined
      +-------+-> cancelled

A receipt can also settle a message that waits for another try (ready, claimed): the try before had been accepted after all.
The database's trigger holds the same table, written out in the migration; a test compares the two. Pure: no database, no clock.
"""

import dataclasses
from collections.abc import Iterable
from typing import Final, Literal

from consent.contracts import Answers, Notice
from messaging.contracts import ReceiptStatus

State = Literal[
    "held",
    "ready",
    "claimed",
    "attempting",
    "uncertain",
    "accepted",
    "rejected",
    "suppressed",
    "cancelled",
    "expired",
    "quarantined",
]

#: where a message may go from each state; a state that is missing from a set is refused by the database as well
MOVES: Final[dict[State, frozenset[State]]] = {
    "held": frozenset({"ready", "cancelled"}),
    "ready": frozenset({"claimed", "cancelled", "accepted"}),
    "claimed": frozenset(
        {"ready", "attempting", "suppressed", "cancelled", "expired", "quarantined", "accepted", "uncertain"}
    ),
    "attempting": frozenset({"accepted", "rejected", "ready", "uncertain"}),
    "uncertain": frozenset({"accepted", "ready", "expired"}),
    "accepted": frozenset(),
    "rejected": frozenset(),
    "suppressed": frozenset(),
    "cancelled": frozenset(),
    "expired": frozenset(),
    "quarantined": frozenset(),
}
STATES: Final[tuple[State, ...]] = tuple(MOVES)
TERMINAL: Final[frozenset[State]] = frozenset(state for state, onward in MOVES.items() if not onward)

#: origins of messages to one person; the origin's id is the address, so that its page is the conversation
ORIGIN_OF_ONE: Final = "one"
ORIGIN_OF_ANSWER: Final = "reply"
#: the origin of a further call after a busy line or no answer; the origin's id is that of the first, whose gate holds for it
ORIGIN_AGAIN: Final = "again"
ONE_ORIGINS: Final[tuple[str, ...]] = (ORIGIN_OF_ONE, ORIGIN_OF_ANSWER)
#: origins of the one answer to a keyword, and the keyword; the origin's id is the message it answers
KEYWORD_ORIGINS: Final[dict[str, Answers]] = {"said_stop": "stop", "said_start": "start", "said_help": "help"}

#: origins of what the product tells somebody about an agreement of theirs; the origin's id is the event of that agreement
ORIGIN_OF_REQUEST: Final = "confirm"
ORIGIN_OF_RECEIPT: Final = "receipt"
NOTICE_ORIGINS: Final[dict[str, Notice]] = {ORIGIN_OF_REQUEST: "confirm", ORIGIN_OF_RECEIPT: "receipt"}

#: the reason of a message that waits, ready to leave, because there were no units for it
WAITING_FOR_UNITS: Final = "waiting_for_units"
#: the same, because the network has paused the template it is made of
WAITING_FOR_TEMPLATE: Final = "waiting_for_template"

#: what becomes of a template that a network approves
TEMPLATE_STATES: Final = ("draft", "submitted", "appealed", "approved", "rejected", "paused", "disabled", "gone")

#: how far a receipt proves the message got; `failed` outranks `sent`, and a late `delivered` outranks `failed`
RANKS: Final[dict[ReceiptStatus, int]] = {
    "unknown": 0,
    "accepted": 10,
    "queued": 20,
    "sent": 30,
    "failed": 35,
    "delivered": 40,
    "read": 50,
}

#: how a call ended, and what people read
CALL_OUTCOMES: Final[dict[str, str]] = {
    "human": "Answered by a person",
    "unclear": "Answered, maybe by a person",
    "machine": "Answered by a machine",
    "fax": "Answered by a fax",
    "withheld": "Answered, and nothing was said: it was not allowed any more",
    "busy": "Busy",
    "no_answer": "No answer",
    "failed": "Failed",
    "cancelled": "Cancelled",
}

_FAILED = RANKS["failed"]
_DELIVERED = RANKS["delivered"]

#: a receipt proves that the carrier has the message, whatever became of our own call
_PROVEN_BY_RECEIPT: Final[frozenset[State]] = frozenset({"ready", "claimed", "attempting", "uncertain"})

_WORDS: Final[dict[State, str]] = {
    "held": "queued",
    "ready": "queued",
    "claimed": "sending",
    "attempting": "sending",
    "uncertain": "unknown, we will not send twice",
    "accepted": "sent",
    "rejected": "failed",
    "suppressed": "not sent",
    "cancelled": "cancelled",
    "expired": "expired",
    "quarantined": "needs attention",
}
#: states whose word is followed by the carrier's code or the gate's reason
_EXPLAINED: Final[frozenset[State]] = frozenset({"rejected", "suppressed"})


@dataclasses.dataclass(frozen=True, slots=True)
class Standing:
    """Where a message stands: its state and the highest delivery rank any receipt has proven (0: none yet).

    `contradicted` says that carriers reported both a failure and a delivery; people should be able to find these.
    """

    state: State
    rank: int = 0
    contradicted: bool = False


def can_move(state: State, to: State) -> bool:
    """Say whether a message may go from one state to another. Staying where it is counts as no move and is False."""
    return to in MOVES[state]


def risen(rank: int, status: ReceiptStatus) -> int:
    """The rank after one more receipt: the higher of the two, so order and repeats cannot matter."""
    return max(rank, RANKS[status])


def contradicts(rank: int, status: ReceiptStatus) -> bool:
    """Say whether a receipt tells of a failure after a delivery, or of a delivery after a failure."""
    lower, higher = sorted((rank, RANKS[status]))
    return lower == _FAILED and higher >= _DELIVERED


def fold(standing: Standing, statuses: Iterable[ReceiptStatus]) -> Standing:
    """Apply receipts to a message, in whatever order they came.

    The result depends only on which receipts came, never on their order or number. A terminal state stays; an open or
    uncertain attempt becomes accepted, because any receipt, even one with an unknown status, proves acceptance. So does a
    message that waits for its next try: receipts follow a try, and that one was taken.
    """
    seen = set(statuses)
    if not seen:
        return standing
    ranks = {RANKS[status] for status in seen} | {standing.rank}
    state: State = "accepted" if standing.state in _PROVEN_BY_RECEIPT else standing.state
    clash = _FAILED in ranks and max(ranks) >= _DELIVERED
    return Standing(state, max(ranks), standing.contradicted or clash)


def display(state: State, rank: int = 0, code: str = "") -> str:
    """The words a person reads for a message.

    `code` is the carrier's code of a failure, or the reason of a message that was not sent; it follows a colon.
    A message that expired while its outcome was unknown, and was then proven delivered, says what was proven.
    """
    if state == "accepted" or (state == "expired" and rank > 0):
        return _delivery_words(rank, code)
    return _with_reason(_WORDS[state], code) if state in _EXPLAINED else _WORDS[state]


def _delivery_words(rank: int, code: str) -> str:
    if rank >= RANKS["read"]:
        return "read"
    if rank >= _DELIVERED:
        return "delivered"
    return _with_reason("failed", code) if rank >= _FAILED else "sent"


def _with_reason(word: str, code: str) -> str:
    return f"{word}: {code}" if code else word
