"""What somebody may choose: topics and channels, with what holds now and the words a yes would be given to."""

import dataclasses
import datetime
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from accounts.models import Organization
from consent.contracts import Channel
from consent.expiry import status_at
from consent.models import ConsentState, Point, Purpose, Wording
from consent.rulebook import rulebook
from consent.selectors.suppressions import live_suppressions
from consent.states import POINT_CHANNELS, reaches
from core import clock
from messaging.selectors.preference_people import Chooser

#: what a yes on this page ends, and what it does not
_STOPPED: Final = ("opted_out", "complaint", "erased")
_LOCKED: Final = ("complaint", "erased")


@dataclasses.dataclass(frozen=True, slots=True)
class Choice:
    """One topic on one channel: at the address of the link, or (`elsewhere`) at their other addresses together.

    `said_at` is when they agreed, or said no. `agreed` are the words of then; `wording` those in force, None where there are none
    and so nobody can agree.
    """

    key: str
    purpose_id: uuid.UUID
    channel: Channel
    elsewhere: bool
    point_ids: tuple[uuid.UUID, ...]
    on: bool
    locked: bool
    said_at: datetime.datetime | None
    agreed: Wording | None
    wording: Wording | None


@dataclasses.dataclass(frozen=True, slots=True)
class Topic:
    """One purpose with its choices."""

    purpose: Purpose
    choices: tuple[Choice, ...]


class _Book:
    """What the ledger says about some addresses, read at once."""

    def __init__(self, points: Sequence[Point]) -> None:
        rows = ConsentState.objects.filter(point__in=points).select_related("purpose", "event__wording")
        self.states = {(row.point_id, row.purpose_id, row.channel): row for row in rows.defer("event__evidence_sealed")}
        self.held: dict[tuple[uuid.UUID, str], set[str]] = defaultdict(set)
        for each in live_suppressions().filter(point__in=points):
            self.held[each.point_id, each.channel].add(each.kind)

    def kinds(self, point: Point, channel: str) -> set[str]:
        return self.held[point.id, channel] | self.held[point.id, ""]

    def on(self, point: Point, purpose: Purpose, channel: str) -> bool:
        state = self.states.get((point.id, purpose.id, channel))
        agreed = state is not None and status_at(state, purpose, clock.now()) == "granted"
        return agreed and self.kinds(point, channel).isdisjoint(_STOPPED)


def topics_of(chooser: Chooser, language: str) -> list[Topic]:
    """Every topic this person may say something about, oldest first, with words in a language where there are any.

    Five queries. What is not offered, or has no words in force, is there as long as they agreed to it: to end it.
    """
    book, words = _Book([chooser.point, *chooser.others]), words_in_force(language)
    topics = []
    for purpose in Purpose.objects.filter(archived_at=None).order_by("created_at", "id"):
        choices = [*_here(chooser.point, purpose, book, words), *_there(chooser.others, purpose, book)]
        if choices:
            topics.append(Topic(purpose, tuple(choices)))
    return topics


def words_in_force(language: str) -> dict[tuple[uuid.UUID, str], Wording]:
    """The words of each purpose and channel: in this language, else in the organisation's, else in any. Two queries."""
    newest = Wording.objects.order_by("purpose_id", "channel", "language", "-version")
    wishes = [language, Organization.objects.current().default_language, "en"]
    found: dict[tuple[uuid.UUID, str], Wording] = {}
    ranks: dict[tuple[uuid.UUID, str], int] = {}
    for wording in newest.distinct("purpose_id", "channel", "language"):
        key, rank = (wording.purpose_id, wording.channel), _rank(wording.language, wishes)
        if rank < ranks.get(key, len(wishes) + 1):
            found[key], ranks[key] = wording, rank
    return found


def _rank(language: str, wishes: Sequence[str]) -> int:
    base = language.partition("-")[0].lower()
    return next((place for place, wish in enumerate(wishes) if wish.partition("-")[0].lower() == base), len(wishes))


def _channels(purpose: Purpose) -> tuple[Channel, ...]:
    tier = rulebook().tier(purpose.tier)
    return tier.channels if tier is not None else ()


def _here(
    point: Point, purpose: Purpose, book: _Book, words: Mapping[tuple[uuid.UUID, str], Wording]
) -> Iterable[Choice]:
    for channel in _channels(purpose):
        if not reaches(channel, point.kind, point.number_type):
            continue
        on, wording = book.on(point, purpose, channel), words.get((purpose.id, channel))
        if on or (wording is not None and purpose.is_offered):
            state = book.states.get((point.id, purpose.id, channel))
            yield Choice(
                key=f"{purpose.id}.{channel}.here",
                purpose_id=purpose.id,
                channel=channel,
                elsewhere=False,
                point_ids=(point.id,),
                on=on,
                locked=not book.kinds(point, channel).isdisjoint(_LOCKED),
                said_at=state.changed_at if state is not None and (on or state.status == "withdrawn") else None,
                agreed=state.event.wording if state is not None and on else None,
                wording=wording,
            )


def _there(points: Sequence[Point], purpose: Purpose, book: _Book) -> Iterable[Choice]:
    for channel in _channels(purpose):
        on = [point for point in points if channel in POINT_CHANNELS[point.kind] and book.on(point, purpose, channel)]
        if on:
            state = book.states[on[0].id, purpose.id, channel]
            yield Choice(
                key=f"{purpose.id}.{channel}.there",
                purpose_id=purpose.id,
                channel=channel,
                elsewhere=True,
                point_ids=tuple(point.id for point in on),
                on=True,
                locked=True,
                said_at=state.changed_at,
                agreed=state.event.wording,
                wording=None,
            )
