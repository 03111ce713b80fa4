"""What the preference page sends, read field by field; what makes no sense is refused with the field's own words."""

import dataclasses
import datetime
import zoneinfo
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.http import QueryDict

from accounts.contracts import Refused
from consent.actions.preferring import LEAST_MINUTES, LONGEST_PAUSE
from consent.contracts import OwnHours
from consent.values import Wishes
from core import clock
from messaging.actions.choosing import Chosen
from messaging.actions.wishing import Wished
from messaging.preference_language import page_languages
from messaging.selectors.preference_texts import FROM, UNTIL, WEEKLY, Draft

#: what somebody chooses, and the fields in which they do
_FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "often": ("weekly",),
    "hours": ("start", "end", "zone"),
    "pause": ("pause",),
    "language": ("language",),
}
#: before the name of a field: what stood in it when the page was opened
_WAS: Final = "was_"


def draft_of(wishes: Wishes, pause: datetime.datetime | None, zone: str, language: str) -> Draft:
    """The fields as they stand before anything is typed."""
    hours = wishes.hours
    day = pause.astimezone(zoneinfo.ZoneInfo(zone)).date().isoformat() if pause else ""
    start, end = (str(hours.start), str(hours.end)) if hours else ("", "")
    return Draft(str(wishes.weekly_cap or ""), start, end, zone, day, wishes.language or language)


def retyped_draft(post: QueryDict, held: Draft) -> Draft:
    """What was touched as it was typed, and everything else as it holds by now."""
    typed = _typed(post)
    names = [name for choice in _touched(post) for name in _FIELDS[choice]]
    was, now = frozenset(post.getlist("was")), frozenset(post.getlist("on"))
    return dataclasses.replace(held, was=was, now=now, **{name: getattr(typed, name) for name in names})


def _typed(post: QueryDict, before: str = "") -> Draft:
    """The fields as they were typed, or as they were when the page was opened; one place to choose from is no field."""
    names = [name for several in _FIELDS.values() for name in several]
    values: dict[str, Any] = {name: str(post.get(before + name, ""))[:64] for name in names}
    return Draft(**values | {"zone": values["zone"] or str(post.get(f"{_WAS}zone", ""))[:64]})


def _touched(post: QueryDict) -> frozenset[str]:
    typed, was = _typed(post), _typed(post, _WAS)
    return frozenset(
        choice for choice, names in _FIELDS.items() if any(getattr(typed, each) != getattr(was, each) for each in names)
    )


def read_choices(post: QueryDict, *, wishes: Wishes, zones: Sequence[str], language: str) -> Chosen:
    """What somebody chose on the page.

    What they did not touch is not looked at: it stays as it holds, whatever the page was opened with.

    Shape:  `wishes` are those that hold, `zones` those that were offered, `language` the one they are written to in now.
    Errors: Refused with field often, hours, pause or language.
    """
    draft, touched = _typed(post), _touched(post)
    zone = draft.zone if draft.zone in zones else zones[0]
    words = {key.removeprefix("words:"): str(post[key]) for key in post if key.startswith("words:")}
    wanted = Wishes(
        _weekly(draft, wishes) if "often" in touched else wishes.weekly_cap,
        _hours(draft, zone) if "hours" in touched else wishes.hours,
        _language(draft, wishes, language) if "language" in touched else wishes.language,
    )
    until = _pause(draft, zone) if "pause" in touched else None
    return Chosen(
        was=frozenset(post.getlist("was")),
        now=frozenset(post.getlist("on")),
        words=words,
        shown_in=post.get("shown_in", "")[:12],
        opened_at=opened_at(post),
        wished=Wished(touched, wanted, until),
    )


def _weekly(draft: Draft, wishes: Wishes) -> int | None:
    offered = {"": None, **{str(count): count for count in (*WEEKLY, *filter(None, [wishes.weekly_cap]))}}
    if draft.weekly not in offered:
        raise Refused("No such number is offered.", field="often", remedy="Choose one from the list.")
    return offered[draft.weekly]


def _hours(draft: Draft, zone: str) -> OwnHours | None:
    if not draft.start and not draft.end:
        return None
    starts, ends = ({str(minutes): minutes for minutes in several} for several in (FROM, UNTIL))
    start, end = starts.get(draft.start), ends.get(draft.end)
    if start is None or end is None or end - start < LEAST_MINUTES:
        raise Refused("These are no hours.", field="hours", remedy="Choose both, two hours apart or more.")
    return OwnHours(start, end, zone)


def _pause(draft: Draft, zone: str) -> datetime.datetime | None:
    """The beginning of the day, where they are."""
    if not draft.pause:
        return None
    try:
        day = datetime.date.fromisoformat(draft.pause)
        until = datetime.datetime.combine(day, datetime.time(), zoneinfo.ZoneInfo(zone)).astimezone(datetime.UTC)
    except (ValueError, OverflowError) as error:
        raise Refused("This is no day.", field="pause", remedy="Choose a day.") from error
    now = clock.now()
    if not now < until <= now + LONGEST_PAUSE:
        remedy = "Choose a day from tomorrow on, at most a year away."
        raise Refused("A pause cannot end then.", field="pause", remedy=remedy)
    return until


def _language(draft: Draft, wishes: Wishes, language: str) -> str:
    """The language they chose; nothing where it is the one they are written to in anyway."""
    if draft.language == language:
        return wishes.language
    if draft.language not in {each.code for each in page_languages()}:
        raise Refused("No such language is offered.", field="language", remedy="Choose one from the list.")
    return draft.language


def opened_at(post: QueryDict) -> datetime.datetime:
    """When the page was opened, from microseconds; long ago where it does not say so rightly."""
    try:
        return datetime.datetime.fromtimestamp(int(str(post.get("opened", ""))[:20]) / 1_000_000, datetime.UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.datetime.fromtimestamp(0, datetime.UTC)


def stamp(moment: datetime.datetime) -> str:
    """A moment as the page carries it."""
    return str(round(moment.timestamp() * 1_000_000))


def fields_of(post: Mapping[str, str]) -> str:
    """What was pressed: save, stop, yes (to a question they were asked again), or nothing."""
    pressed = post.get("do", "")
    return pressed if pressed in ("save", "stop", "yes") else ""
