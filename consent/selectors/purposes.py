"""Purposes with the words in force and how many people stand where."""

import dataclasses
import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db.models import Count

from consent.models import CHANNELS, ConsentState, Purpose, Wording

Counts = dict[str, dict[str, int]]


@dataclasses.dataclass(frozen=True, slots=True)
class ChannelRow:
    """One channel of a purpose: the words in force on it, and addresses by what they said."""

    channel: str
    label: str
    wordings: tuple[Wording, ...]
    granted: int
    unproven: int
    withdrawn: int


@dataclasses.dataclass(frozen=True, slots=True)
class PurposeRow:
    """A purpose and its channels; those nobody has words or a say on are left out."""

    purpose: Purpose
    channels: tuple[ChannelRow, ...]


def purpose_rows() -> list[PurposeRow]:
    """All purposes in use, oldest first. Three queries."""
    purposes = list(Purpose.objects.filter(archived_at=None).order_by("created_at", "id"))
    words, counts = _in_force(purposes), _counts(purposes)
    return [_row(purpose, words[purpose.id], counts[purpose.id]) for purpose in purposes]


def purpose_row(purpose: Purpose) -> PurposeRow:
    """One purpose as in the list. Two queries."""
    return _row(purpose, _in_force([purpose])[purpose.id], _counts([purpose])[purpose.id])


def wordings_of(purpose: Purpose) -> list[Wording]:
    """Every version of the words of a purpose, by channel and language, newest first. One query."""
    return list(Wording.objects.filter(purpose=purpose).order_by("channel", "language", "-version"))


def _row(purpose: Purpose, words: Iterable[Wording], counts: Counts) -> PurposeRow:
    by_channel: dict[str, list[Wording]] = defaultdict(list)
    for wording in words:
        by_channel[wording.channel].append(wording)
    rows = [
        ChannelRow(
            channel,
            label,
            tuple(by_channel[channel]),
            *(counts[channel].get(status, 0) for status in ("granted", "unproven", "withdrawn")),
        )
        for channel, label in CHANNELS
        if channel in by_channel or channel in counts
    ]
    return PurposeRow(purpose, tuple(rows))


def _in_force(purposes: Sequence[Purpose]) -> dict[uuid.UUID, list[Wording]]:
    newest = Wording.objects.filter(purpose__in=purposes).order_by("purpose_id", "channel", "language", "-version")
    found: dict[uuid.UUID, list[Wording]] = defaultdict(list)
    for wording in newest.distinct("purpose_id", "channel", "language"):
        found[wording.purpose_id].append(wording)
    return found


def _counts(purposes: Sequence[Purpose]) -> dict[uuid.UUID, Counts]:
    found: dict[uuid.UUID, Counts] = defaultdict(lambda: defaultdict(dict))
    rows = ConsentState.objects.filter(purpose__in=purposes).values_list("purpose_id", "channel", "status")
    for purpose_id, channel, status, count in rows.annotate(Count("id")):
        found[purpose_id][channel][status] = count
    return found
