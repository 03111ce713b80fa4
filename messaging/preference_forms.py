"""What the preference page sends, read field by field; what makes no sense is refused with the field's own words."""

import datetime
import zoneinfo
from collections.abc import Mapping, Sequence

from django.http import QueryDict

from accounts.contracts import Refused
from consent.actions.preferring import LEAST_MINUTES
from consent.contracts import OwnHours
from consent.values import Wishes
from messaging.actions.choosing import Chosen
from messaging.preference_language import page_languages
from messaging.selectors.preference_texts import FROM, UNTIL, WEEKLY, Draft


def draft_of(wishes: Wishes, pause: datetime.datetime | None, zone: str, language: str) -> Draft:
    """The fields as they stand before anything is typed."""
    hours = wishes.hours
    day = pause.astimezone(zoneinfo.ZoneInfo(zone)).date().isoformat() if pause else ""
    start, end = (str(hours.start), str(hours.end)) if hours else ("", "")
    return Draft(str(wishes.weekly_cap or ""), start, end, zone, day, wishes.language or language)


def typed_draft(post: QueryDict) -> Draft:
    """The fields as they were typed."""
    weekly, start, end, zone, pause, language = (
        str(post.get(name, ""))[:64] for name in ("weekly", "start", "end", "zone", "pause", "language")
    )
    return Draft(weekly, start, end, zone, pause, language, frozenset(map(str, post.getlist("on"))))


def read_choices(post: QueryDict, *, wishes: Wishes, zones: Sequence[str], language: str) -> Chosen:
    """What somebody chose on the page.

    Shape:  `wishes` are those that hold, `zones` those that were offered, `language` the one they are written to in now.
    Errors: Refused with field often, hours, pause or language.
    """
    draft = typed_draft(post)
    zone = draft.zone if draft.zone in zones else zones[0]
    words = {key.removeprefix("words:"): str(post[key]) for key in post if key.startswith("words:")}
    wanted = Wishes(_weekly(draft, wishes), _hours(draft, zone), _language(draft, wishes, language))
    return Chosen(
        was=frozenset(post.getlist("was")),
        now=frozenset(post.getlist("on")),
        words=words,
        shown_in=post.get("shown_in", "")[:12],
        opened_at=_moment(post.get("opened", "")),
        wishes=wanted,
        pause_until=_pause(draft, zone),
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
        return datetime.datetime.combine(day, datetime.time(), zoneinfo.ZoneInfo(zone)).astimezone(datetime.UTC)
    except (ValueError, OverflowError) as error:
        raise Refused("This is no day.", field="pause", remedy="Choose a day.") from error


def _language(draft: Draft, wishes: Wishes, language: str) -> str:
    """The language they chose; nothing where it is the one they are written to in anyway."""
    if draft.language == language:
        return wishes.language
    if draft.language not in {each.code for each in page_languages()}:
        raise Refused("No such language is offered.", field="language", remedy="Choose one from the list.")
    return draft.language


def _moment(text: str) -> datetime.datetime:
    """When the page was opened, from microseconds; long ago where it does not say so rightly."""
    try:
        return datetime.datetime.fromtimestamp(int(text[:20]) / 1_000_000, datetime.UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.datetime.fromtimestamp(0, datetime.UTC)


def stamp(moment: datetime.datetime) -> str:
    """A moment as the page carries it."""
    return str(round(moment.timestamp() * 1_000_000))


def fields_of(post: Mapping[str, str]) -> str:
    """What was pressed: save, stop, or nothing."""
    pressed = post.get("do", "")
    return pressed if pressed in ("save", "stop") else ""
