"""The languages of the preference page: its words, their direction, dates and hours as people there write them.

Each language is one file of data that says who read it as a native speaker. Nobody did so far for most of them, and the pages of
the organisation say so; a missing word ends the program when it starts, so no page mixes languages.
"""

import dataclasses
import datetime
import functools
import pathlib
import tomllib
from collections.abc import Mapping
from typing import Any, Final

from babel import Locale
from babel.dates import format_date, format_time, get_timezone_location
from babel.numbers import format_decimal

_FOLDER: Final = pathlib.Path(__file__).with_name("preference_words")
FALLBACK: Final = "en"


class IncompleteLanguage(ValueError):
    """A language lacks words that English has, or has words of its own."""


@dataclasses.dataclass(frozen=True, slots=True)
class PageLanguage:
    """One language of the page. `read_by` is empty until a native speaker has read it."""

    code: str
    name: str
    direction: str
    read_by: str
    words: Mapping[str, str]

    def day(self, moment: datetime.datetime | datetime.date) -> str:
        """A day as it is written out there."""
        return str(format_date(moment, format="long", locale=self.code))

    def hour(self, minutes: int) -> str:
        """A time of day, from minutes since midnight; the end of the day is midnight again."""
        return str(format_time(datetime.time(minutes // 60 % 24, minutes % 60), format="short", locale=self.code))

    def count(self, number: int) -> str:
        """A number as it is written there."""
        return str(format_decimal(number, locale=self.code))

    def place(self, zone: str) -> str:
        """The place a time zone is named for, such as Karachi."""
        return str(get_timezone_location(zone, locale=self.code, return_city=True))

    @property
    def english_name(self) -> str:
        """Its name for the organisation's own pages."""
        return str(Locale.parse(self.code).english_name)


@functools.cache
def page_languages() -> tuple[PageLanguage, ...]:
    """Every language of the page, English first, then by code. Errors: IncompleteLanguage names file and words."""
    found = {path.stem: _read(path) for path in sorted(_FOLDER.glob("*.toml"))}
    wanted = set(found[FALLBACK].words)
    for code, language in found.items():
        if set(language.words) != wanted:
            odd = ", ".join(sorted(set(language.words) ^ wanted))
            raise IncompleteLanguage(f"{code}.toml: these words stand in one language alone: {odd}")
    return (found.pop(FALLBACK), *found.values())


def page_language(*wishes: str) -> PageLanguage:
    """The first of these languages that the page has, whatever its region; English where it has none."""
    known = {language.code: language for language in page_languages()}
    codes = (wish.replace("_", "-").partition("-")[0].lower() for wish in wishes)
    return next((known[code] for code in codes if code in known), known[FALLBACK])


def _read(path: pathlib.Path) -> PageLanguage:
    data: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
    return PageLanguage(path.stem, data["name"], data["direction"], data["read_by"], data["words"])
