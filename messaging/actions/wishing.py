"""How often, when, in which language and not before which day: what somebody changed on the preference page, put into force.

The link speaks for one address. So what gives them less holds at every address of theirs, and what gives them more at this one.
"""

import dataclasses
import datetime
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from accounts.contracts import SYSTEM
from consent.actions.preferring import pause_points, record_wishes
from consent.contracts import OwnHours
from consent.selectors.preferences import pauses_at, wishes_at
from consent.values import Provenance, Wishes
from messaging.selectors.preference_people import Chooser


@dataclasses.dataclass(frozen=True, slots=True)
class Wished:
    """What the page sent. `touched` names what differs from what it was opened with: often, hours, language, pause."""

    touched: frozenset[str]
    wishes: Wishes
    pause_until: datetime.datetime | None


def save_wishes(
    *,
    chooser: Chooser,
    wished: Wished,
    overtaken: bool,
    provenance: Provenance,
    evidence_at: Callable[[uuid.UUID], Mapping[str, Any]],
) -> bool:
    """Put into force what was touched; answer whether something had to stay because the page was `overtaken`.

    Shape:   the points of the chooser are held already; `evidence_at` gives the evidence for each of them.
    Effects: at the address of the link all of it holds, or while the page was overtaken what is stricter than what holds; at
             their other addresses what is stricter, and the language where they have chosen no other one there.
    """
    held, paused = wishes_at(chooser.point_ids), pauses_at(chooser.point_ids)
    here = held.get(chooser.point.id, Wishes())
    for point_id in chooser.point_ids:
        before, free = held.get(point_id, Wishes()), point_id == chooser.point.id and not overtaken
        told: dict[str, Any] = {"actor": SYSTEM, "provenance": provenance, "evidence": evidence_at(point_id)}
        after = _next(before, wished, free=free, speaks=before.language in ("", here.language))
        if after != before:
            record_wishes(point_ids=[point_id], wishes=after, **told)
        if _pauses(paused.get(point_id), wished, free=free):
            pause_points(point_ids=[point_id], until=wished.pause_until, **told)
    return overtaken and _loosens(here, paused.get(chooser.point.id), wished)


def _next(before: Wishes, wished: Wished, *, free: bool, speaks: bool) -> Wishes:
    """What holds at an address afterwards; `speaks`: the language is changed there as well."""
    wanted, touched = wished.wishes, wished.touched
    often = "often" in touched and (free or _fewer(before.weekly_cap, wanted.weekly_cap))
    hours = "hours" in touched and (free or _narrower(before.hours, wanted.hours))
    language = "language" in touched and speaks
    return Wishes(
        wanted.weekly_cap if often else before.weekly_cap,
        wanted.hours if hours else before.hours,
        wanted.language if language else before.language,
    )


def _pauses(before: datetime.datetime | None, wished: Wished, *, free: bool) -> bool:
    return "pause" in wished.touched and (free or _later(before, wished.pause_until))


def _loosens(held: Wishes, paused: datetime.datetime | None, wished: Wished) -> bool:
    """Whether what was wanted here is more than the strict part of it."""
    free, strict = (_next(held, wished, free=each, speaks=True) for each in (True, False))
    ends = "pause" in wished.touched and wished.pause_until != paused and not _later(paused, wished.pause_until)
    return free != strict or ends


def _fewer(before: int | None, after: int | None) -> bool:
    return after is not None and (before is None or after < before)


def _narrower(before: OwnHours | None, after: OwnHours | None) -> bool:
    """Whether every hour of the new ones is one of the old ones; of two places nobody says so, as their clocks change."""
    if after is None or before is None:
        return after is not None
    return before.zone == after.zone and before.start <= after.start and after.end <= before.end


def _later(before: datetime.datetime | None, after: datetime.datetime | None) -> bool:
    return after is not None and (before is None or after > before)
