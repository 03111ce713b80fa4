"""The words of an import and of what becomes of its rows, and the moves between them.

    uploaded ──▶ checking ──▶ checked ──▶ running ──▶ finished
                    ▲            │
                    └────────────┘  (another mapping)            any of them ──▶ failed | cancelled

A stored word is kept for ever: add words, never change one.
"""

from collections.abc import Mapping
from types import MappingProxyType

from django.db import models


class ImportState(models.TextChoices):
    """Where an import stands."""

    UPLOADED = "uploaded", "Waiting for its columns"
    CHECKING = "checking", "Being checked"
    CHECKED = "checked", "Checked"
    RUNNING = "running", "Coming in"
    FINISHED = "finished", "Finished"
    FAILED = "failed", "Could not be read"
    CANCELLED = "cancelled", "Cancelled"


class ImportKind(models.TextChoices):
    """What a file holds."""

    PEOPLE = "people", "People"
    SUPPRESSIONS = "suppressions", "Addresses that must not be reached"


class Outcome(models.TextChoices):
    """What became of one row."""

    CREATED = "created", "New"
    UPDATED = "updated", "Changed"
    UNCHANGED = "unchanged", "Already the same"
    DUPLICATE = "duplicate", "Twice in the file"
    REJECTED = "rejected", "Cannot come in"


class ConsentNote(models.TextChoices):
    """What became of what a row says about consent. A row that says several things is noted by the first of these."""

    KEPT_OUT = "kept_out", "Said stop, stays out"
    WITHDRAWN = "withdrawn", "Says stop"
    GRANTED = "granted", "Agreed, with proof"
    PENDING = "pending", "Agreed, has to confirm it"
    UNPROVEN = "unproven", "Agreed, without proof"
    UNCHANGED = "unchanged", "As before"


#: states in which a worker has something to do
WORKING = frozenset({ImportState.CHECKING, ImportState.RUNNING})
#: states in which the columns may still be chosen
OPEN = frozenset({ImportState.UPLOADED, ImportState.CHECKED})
ENDED = frozenset({ImportState.FINISHED, ImportState.FAILED, ImportState.CANCELLED})

MOVES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "uploaded": frozenset({"checking", "failed", "cancelled"}),
        "checking": frozenset({"checked", "failed", "cancelled"}),
        "checked": frozenset({"checking", "running", "failed", "cancelled"}),
        "running": frozenset({"finished", "failed", "cancelled"}),
        "finished": frozenset(),
        "failed": frozenset(),
        "cancelled": frozenset(),
    }
)


def can_move(before: str, after: str) -> bool:
    """Whether an import may go from one state to the other."""
    return after in MOVES[before]
