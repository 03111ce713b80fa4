"""A preference page of nobody, to look at: the organisation's own purposes and words, the first of them agreed to."""

import uuid
from typing import Any, Final

from consent.contracts import Channel
from consent.models import Purpose, Wording
from core import clock
from messaging.preference_language import PageLanguage
from messaging.selectors import preference_texts as texts
from messaging.selectors.preference_texts import FROM, UNTIL, WEEKLY, Draft
from messaging.selectors.preference_topics import Choice, Topic, words_in_force

_CHANNELS: Final[tuple[Channel, ...]] = ("sms", "whatsapp", "voice", "email")


def specimen_topics(language: str) -> list[Topic]:
    """The purposes that are offered, on every channel that has words. Three queries."""
    words = words_in_force(language)
    topics: list[Topic] = []
    for purpose in Purpose.objects.filter(archived_at=None, is_offered=True).order_by("created_at", "id"):
        found = [(channel, words[purpose.id, channel]) for channel in _CHANNELS if (purpose.id, channel) in words]
        choices = [
            _choice(purpose, channel, wording, not topics and not place)
            for place, (channel, wording) in enumerate(found)
        ]
        if choices:
            topics.append(Topic(purpose, tuple(choices)))
    return topics


def specimen_fields(language: PageLanguage, zone: str) -> dict[str, Any]:
    """The fields beside the switches, empty."""
    return {
        "draft": Draft(),
        "held": Draft(),
        "weekly": texts.weekly_options(WEEKLY, language, ""),
        "starts": texts.hour_options(FROM, language, ""),
        "ends": texts.hour_options(UNTIL, language, ""),
        "zones": [],
        "zone_one": language.words["zone_one"].format(place=language.place(zone)),
        "written_in": texts.language_options(language.code),
    }


def _choice(purpose: Purpose, channel: Channel, wording: Wording, on: bool) -> Choice:
    return Choice(
        key=f"{purpose.id}.{channel}.here",
        purpose_id=purpose.id,
        channel=channel,
        elsewhere=False,
        point_ids=(uuid.UUID(int=0),),
        on=on,
        locked=False,
        said_at=clock.now() if on else None,
        agreed=wording if on else None,
        wording=wording,
    )
