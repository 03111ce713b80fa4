"""The rules of announcement calls, read once from voice.toml: every row with its source, nothing of it in code."""

import dataclasses
import functools
import pathlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from consent.rule_reader import Row, read_rules

_FOLDER: Final = pathlib.Path(__file__).parent
_ENDS: Final = ("busy", "no_answer", "failed", "cancelled")
_NAME: Final = "{name}"


@dataclasses.dataclass(frozen=True, slots=True)
class Phrases:
    """What is said around the words of a call in one language. Shape: `voice` is the carrier's tag, such as en-US."""

    voice: str
    opening: str
    contact: str
    menu: str
    goodbye: str
    goodbye_noted: str
    left_opening: str
    left_closing: str


@dataclasses.dataclass(frozen=True, slots=True)
class RecordingLimits:
    """How large a recording that calls play may be. Units: bytes of the file, seconds, characters of what it says."""

    most_bytes: int
    most_seconds: int
    most_characters: int


@dataclasses.dataclass(frozen=True, slots=True)
class CallRules:
    """How calls are made. Units: seconds, characters; `again_minutes` from the end of one try to the next.

    `least_sure` is how sure, from 0 to 1, a carrier must be of words that stop without a person's judgement.
    `news_seconds` is how long the report of a call's end is waited for when it must have been over.
    """

    stop_key: str
    again_key: str
    confirm_key: str
    most_repeats: int
    wait_seconds: int
    least_sure: float
    ring_seconds: int
    most_seconds: int
    most_characters: int
    news_seconds: int
    recording: RecordingLimits
    again_after: tuple[str, ...]
    most_tries: int
    again_minutes: int
    languages: Mapping[str, Phrases]


@functools.cache
def call_rules() -> CallRules:
    """The rules of voice.toml. Errors: InvalidRules names the row, also where a sentence lost the name or the key."""
    book = read_rules("voice.toml", _FOLDER)
    frame, ringing, length, again = (book.row(name) for name in ("frame", "ringing", "length", "again"))
    machine, recording, news, words = (book.row(name) for name in ("machine", "recording", "news", "words"))
    seconds = ringing.positive("seconds")
    if seconds < ringing.positive("least_seconds"):
        ringing.fail("seconds", "must not be less than least_seconds")
    stop_key = frame.text("stop_key")
    tables = book.row("language")
    rules = CallRules(
        stop_key=stop_key,
        again_key=frame.text("again_key"),
        confirm_key=frame.text("confirm_key"),
        most_repeats=frame.positive("most_repeats"),
        wait_seconds=frame.positive("wait_seconds"),
        least_sure=words.positive("least_percent") / 100,
        ring_seconds=seconds,
        most_seconds=length.positive("most_seconds"),
        most_characters=length.positive("most_characters"),
        news_seconds=news.positive("seconds"),
        recording=RecordingLimits(
            **{field.name: recording.positive(field.name) for field in dataclasses.fields(RecordingLimits)}
        ),
        again_after=again.words("after", _ENDS),
        most_tries=again.positive("most_tries"),
        again_minutes=again.positive("minutes"),
        languages=MappingProxyType({name: _phrases(tables.row(name), stop_key) for name in tables.table}),
    )
    for row in (frame, words, machine, recording, ringing, length, news, again):
        row.source()
        row.finish()
    return rules


def _phrases(row: Row, stop_key: str) -> Phrases:
    phrases = Phrases(**{field.name: row.text(field.name) for field in dataclasses.fields(Phrases)})
    row.finish()
    if not phrases.opening.startswith(_NAME) or stop_key not in phrases.opening:
        row.fail("opening", f"must begin with {_NAME} and name the key {stop_key}")
    if not phrases.left_opening.startswith(_NAME):
        row.fail("left_opening", f"must begin with {_NAME}")
    if "{phone}" not in phrases.contact or "{phone}" not in phrases.left_closing:
        row.fail("contact and left_closing", "must say {phone}")
    return phrases
