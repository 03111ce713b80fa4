"""The lives of campaigns and runs, as data."""

from typing import Final

#: where a run may go from each state
RUN_MOVES: Final[dict[str, frozenset[str]]] = {
    "waiting": frozenset({"planning", "cancelled"}),
    "planning": frozenset({"simulated", "breath", "cancelled"}),
    "breath": frozenset({"sending", "cancelled"}),
    "sending": frozenset({"paused", "finished", "attention", "cancelled"}),
    "paused": frozenset({"sending", "cancelled"}),
    "attention": frozenset({"finished"}),
    "simulated": frozenset(),
    "finished": frozenset(),
    "cancelled": frozenset(),
}
#: what a campaign is while its run is in a state
CAMPAIGN_STATES: Final[dict[str, str]] = {
    "waiting": "scheduled",
    "planning": "scheduled",
    "breath": "scheduled",
    "sending": "running",
    "paused": "running",
    "attention": "attention",
    "finished": "finished",
    "cancelled": "cancelled",
}
#: between a launch and its first message; until it is over Undo undoes all
BREATH_SECONDS: Final = 60
#: the origin of test messages: reports count the origin "run" alone
TEST_ORIGIN: Final = "test"
LIVE: Final = frozenset({"waiting", "planning", "breath", "sending", "paused"})
RUN_WORDS: Final[dict[str, tuple[str, str]]] = {
    "waiting": ("Scheduled", "note"),
    "planning": ("Planning", "note"),
    "simulated": ("Checked", "plain"),
    "breath": ("About to leave", "wait"),
    "sending": ("Sending", "note"),
    "paused": ("Paused", "wait"),
    "attention": ("Needs attention", "wait"),
    "finished": ("Finished", "yes"),
    "cancelled": ("Cancelled", "no"),
    "draft": ("Draft", "plain"),
    "scheduled": ("Scheduled", "note"),
    "running": ("Sending", "note"),
}
#: a draft of which a second person was asked: label, tone, icon
APPROVAL_WORDS: Final[dict[str, tuple[str, str, str]]] = {
    "asked": ("Waits for approval", "wait", "clock"),
    "approved": ("Approved", "yes", "check"),
    "declined": ("Declined", "no", "x"),
}


def can_move(before: str, after: str) -> bool:
    """Whether a run may go from one state to the other."""
    return after in RUN_MOVES[before]
