"""The preference page as it is read: every sentence in one language, with names, days and hours put in."""

import dataclasses
import zoneinfo
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from accounts.models import Organization
from consent.expiry import end_of
from consent.models import ConsentState
from messaging.ask_models import PermissionAsk
from messaging.preference_language import PageLanguage, page_language, page_languages
from messaging.selectors.preference_topics import Choice, Topic

_CHANNEL_ICONS: Final[Mapping[str, str]] = {"sms": "sms", "whatsapp": "whatsapp", "email": "mail", "voice": "voice"}


#: the numbers a week that are offered
WEEKLY: Final = (1, 2, 3, 5, 7)
#: the hours that are offered, as minutes since midnight
FROM: Final = tuple(range(6 * 60, 21 * 60, 60))
UNTIL: Final = tuple(range(8 * 60, 23 * 60, 60))


@dataclasses.dataclass(frozen=True, slots=True)
class Draft:
    """What stands in the fields: what holds, or what was typed and could not be saved. All of it is text, as fields are.

    `was` are the switches that were on when the page was opened, `now` those that were on when it was sent.
    """

    weekly: str = ""
    start: str = ""
    end: str = ""
    zone: str = ""
    pause: str = ""
    language: str = ""
    was: frozenset[str] = frozenset()
    now: frozenset[str] = frozenset()

    def shows(self, key: str, on: bool) -> bool:
        """Whether a switch is shown on: as somebody put it, or as it is where nobody touched it."""
        return key in self.now if (key in self.now) != (key in self.was) else on


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """One switch as it is read. `offer` are the words somebody agrees to by switching it on, with their id and language."""

    key: str
    label: str
    icon: str
    on: bool
    was: bool
    disabled: bool
    note: str
    offer: str
    offer_id: str
    offer_language: str


@dataclasses.dataclass(frozen=True, slots=True)
class Agreed:
    """One agreement that holds: about what, since when, and its words in the language they were read in."""

    purpose: str
    channel: str
    day: str
    text: str
    language: str


@dataclasses.dataclass(frozen=True, slots=True)
class Asked:
    """A question they were asked again: about what, in which words they would agree, and what comes of silence."""

    key: str
    about: str
    text: str
    language: str
    nothing: str


@dataclasses.dataclass(frozen=True, slots=True)
class Option:
    """One entry of a list to choose from."""

    value: str
    label: str
    chosen: bool
    language: str = ""


def asks_of(asks: Iterable[PermissionAsk], language: PageLanguage, zone: str) -> list[Asked]:
    """The questions that are open, one after the other. One query for each, of which there is one as a rule."""
    return [_asked(ask, language, zone) for ask in asks]


def _asked(ask: PermissionAsk, language: PageLanguage, zone: str) -> Asked:
    about = language.words["ask_about"].format(purpose=ask.purpose.name, channel=language.words[ask.channel])
    states = ConsentState.objects.filter(point_id=ask.point_id, purpose_id=ask.purpose_id, channel=ask.channel)
    state = states.filter(status="granted").first()
    ends = end_of(state, ask.purpose).astimezone(zoneinfo.ZoneInfo(zone)).date() if state is not None else None
    nothing = language.words["ask_nothing"].format(date=language.day(ends)) if ends is not None else ""
    words, spoken = (ask.wording.text, ask.wording.language) if ask.wording is not None else ("", "")
    return Asked(str(ask.id), about, words, spoken, nothing)


def sentences(language: PageLanguage, organization: Organization, address: str) -> dict[str, str]:
    """The words of the page that say the same on every line."""
    given = {"name": organization.name, "address": "{address}"}
    plain = ("since", "ended", "elsewhere", "often_many", "zone_one", "paused_until", "ask_about", "ask_nothing")
    words = {key: text if key in plain else text.format_map(given) for key, text in language.words.items()}
    before, _, after = words["for"].partition("{address}")
    return words | {"for_before": before.strip(), "for_after": after.strip(), "address": address}


def lines_of(topic: Topic, language: PageLanguage, draft: Draft) -> list[Line]:
    """The switches of a topic, with those of somebody who could not save yet as they put them."""
    return [_line(choice, language, draft) for choice in topic.choices]


def _line(choice: Choice, language: PageLanguage, draft: Draft) -> Line:
    words, on = language.words, draft.shows(choice.key, choice.on)
    label = words[choice.channel]
    wording = choice.wording if not choice.on and not choice.locked else None
    return Line(
        key=choice.key,
        label=words["elsewhere"].format(channel=label) if choice.elsewhere else label,
        icon=_CHANNEL_ICONS[choice.channel],
        on=on,
        was=choice.on,
        disabled=choice.locked and not choice.on,
        note=_note(choice, language),
        offer=wording.text if wording else "",
        offer_id=str(wording.id) if wording else "",
        offer_language=wording.language if wording else "",
    )


def _note(choice: Choice, language: PageLanguage) -> str:
    words, told = language.words, []
    if choice.said_at is not None:
        told.append(words["since" if choice.on else "ended"].format(date=language.day(choice.said_at)))
    if choice.elsewhere:
        told.append(words["elsewhere_hint"])
    elif choice.locked:
        told.append(words["locked"])
    return " ".join(told)


def agreements_of(topics: Iterable[Topic], language: PageLanguage) -> list[Agreed]:
    """What they agreed to, as far as its words are kept."""
    return [
        Agreed(
            topic.purpose.name,
            language.words[choice.channel],
            language.words["since"].format(date=language.day(choice.said_at)),
            choice.agreed.text,
            choice.agreed.language,
        )
        for topic in topics
        for choice in topic.choices
        if choice.agreed is not None and choice.said_at is not None
    ]


def language_options(chosen: str) -> list[Option]:
    """Every language of the page, by its own name."""
    return [Option(each.code, each.name, each.code == chosen, each.code) for each in page_languages()]


def weekly_options(counts: Iterable[int], language: PageLanguage, chosen: str) -> list[Option]:
    """At most how many a week."""
    words = language.words
    labels = {
        str(count): words["often_one"] if count == 1 else words["often_many"].format(count=language.count(count))
        for count in counts
    }
    return [Option(value, label, value == chosen) for value, label in ({"": words["often_any"]} | labels).items()]


def hour_options(hours: Iterable[int], language: PageLanguage, chosen: str) -> list[Option]:
    """Hours of the day."""
    labels = {"": language.words["any_hour"]} | {str(minutes): language.hour(minutes) for minutes in hours}
    return [Option(value, label, value == chosen) for value, label in labels.items()]


def zone_options(zones: Sequence[str], language: PageLanguage, chosen: str) -> list[Option]:
    """The places whose clock may count."""
    return [Option(zone, language.place(zone), zone == chosen) for zone in zones]


def sender_line(organization: Organization) -> str:
    """Who writes, and how they are reached."""
    known: list[Any] = [organization.legal_name or organization.name, organization.postal_address or organization.place]
    return " · ".join(text for text in [*known, organization.support_contact] if text)


def intro_of(intros: Mapping[str, str], code: str, default: str) -> tuple[str, str]:
    """What the organisation says first, and its language: in this one, else in its own, else nothing."""
    for each in (code, page_language(default).code):
        if intros.get(each):
            return intros[each], each
    return "", code
