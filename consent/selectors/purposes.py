"""Purposes with the words in force and how many people stand where."""

import dataclasses
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from consent.expiry import too_old
from consent.models import CHANNELS, ConsentState, Purpose, Suppression, Wording
from consent.states import POINT_CHANNELS
from core import clock

Counts = dict[str, dict[str, int]]


@dataclasses.dataclass(frozen=True, slots=True)
class ChannelRow:
    """One channel of a purpose: the words in force on it, and addresses by what they said.

    `stopped` are all that must not get it because somebody said stop: to the purpose, to the channel or to everything, also
    those that never agreed to it. These are whom a check leaves out for a stop, as far as they are on its lists.
    """

    channel: str
    label: str
    wordings: tuple[Wording, ...]
    granted: int
    pending: int
    unproven: int
    stopped: int


@dataclasses.dataclass(frozen=True, slots=True)
class PurposeRow:
    """A purpose and its channels; those nobody has words or a say on are left out."""

    purpose: Purpose
    channels: tuple[ChannelRow, ...]

    @property
    def has_pending(self) -> bool:
        """Whether somebody's yes waits to be confirmed."""
        return any(channel.pending for channel in self.channels)


def purpose_rows() -> list[PurposeRow]:
    """All purposes in use, oldest first. Five queries."""
    purposes = list(Purpose.objects.filter(archived_at=None).order_by("created_at", "id"))
    words, counts, protected = _in_force(purposes), _counts(purposes), _protected()
    return [_row(purpose, words[purpose.id], counts[purpose.id], protected) for purpose in purposes]


def purpose_row(purpose: Purpose) -> PurposeRow:
    """One purpose as in the list. Four queries."""
    return _row(purpose, _in_force([purpose])[purpose.id], _counts([purpose])[purpose.id], _protected())


def wordings_of(purpose: Purpose) -> list[Wording]:
    """Every version of the words of a purpose, by channel and language, newest first. One query."""
    return list(Wording.objects.filter(purpose=purpose).order_by("channel", "language", "-version"))


def _row(purpose: Purpose, words: Iterable[Wording], counts: Counts, protected: Mapping[str, int]) -> PurposeRow:
    by_channel: dict[str, list[Wording]] = defaultdict(list)
    for wording in words:
        by_channel[wording.channel].append(wording)
    rows = [
        ChannelRow(
            channel,
            label,
            tuple(by_channel[channel]),
            counts[channel].get("granted", 0),
            counts[channel].get("pending", 0),
            counts[channel].get("unproven", 0),
            counts[channel].get("alone", 0) + protected[channel],
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
    """Addresses by purpose, channel and what they said; a stop counts once, however it was said. Two queries.

    Only channels somebody said something about this very purpose on; those who said stop to all of a channel come on top.
    """
    found: dict[uuid.UUID, Counts] = defaultdict(lambda: defaultdict(dict))
    rows = ConsentState.objects.filter(purpose__in=purposes).exclude(too_old(clock.now()))
    counted = rows.order_by().values_list("purpose_id", "channel", "status").annotate(Count("id"))
    for purpose_id, channel, status, count in counted:
        found[purpose_id][channel][status] = count
    alone = rows.filter(~Exists(_stops_here()), status="withdrawn").order_by().values_list("purpose_id", "channel")
    for purpose_id, channel, count in alone.annotate(Count("id")):
        found[purpose_id][channel]["alone"] = count
    return found


def _stops_here() -> "QuerySet[Suppression]":
    """The stops that hold for the address and the channel of a state."""
    here = Q(channel="") | Q(channel=OuterRef("channel"))
    return Suppression.objects.filter(here, kind="opted_out", lifted_at=None, point_id=OuterRef("point_id"))


def _protected() -> dict[str, int]:
    """How many addresses said stop to each channel, or to all of those that reach them. One query."""
    counts = {
        channel: Count("point_id", filter=Q(channel__in=["", channel], point__kind__in=_kinds(channel)), distinct=True)
        for channel, _ in CHANNELS
    }
    found: dict[str, int] = Suppression.objects.filter(kind="opted_out", lifted_at=None).aggregate(**counts)
    return found


def _kinds(channel: str) -> list[str]:
    return [kind for kind, channels in POINT_CHANNELS.items() if channel in channels]
