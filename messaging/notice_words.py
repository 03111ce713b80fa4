"""What notices about an agreement say, in the languages there are: the request to confirm it, its page, and the receipt.

Each language is one file of data that says who read it as a native speaker. A missing word ends the program when it starts, so
nothing mixes languages.
"""

import dataclasses
import datetime
import functools
import pathlib
import tomllib
from collections.abc import Mapping
from typing import Any, Final

from babel.dates import format_date

from consent.folding import fold

_FOLDER: Final = pathlib.Path(__file__).with_name("notice_words")
FALLBACK: Final = "en"


class IncompleteNotice(ValueError):
    """A language lacks words that English has, or has words of its own."""


@dataclasses.dataclass(frozen=True, slots=True)
class NoticeLanguage:
    """One language of the notices. `read_by` is empty until a native speaker has read it; `yes` are whole answers, folded."""

    code: str
    name: str
    direction: str
    read_by: str
    yes: frozenset[tuple[str, ...]]
    words: Mapping[str, str]

    def day(self, moment: datetime.datetime | datetime.date) -> str:
        """A day as it is written out there."""
        return str(format_date(moment, format="long", locale=self.code))

    def say(self, key: str, /, **values: str) -> str:
        """One sentence with its values."""
        return self.words[key].format(**values)


@functools.cache
def notice_languages() -> Mapping[str, NoticeLanguage]:
    """Every language by its code. Errors: IncompleteNotice names file and words."""
    found = {path.stem: _read(path) for path in sorted(_FOLDER.glob("*.toml"))}
    wanted = set(found[FALLBACK].words)
    for code, language in found.items():
        if set(language.words) != wanted:
            odd = ", ".join(sorted(set(language.words) ^ wanted))
            raise IncompleteNotice(f"{code}.toml: these words stand in one language alone: {odd}")
    return found


def notice_language(*wishes: str) -> NoticeLanguage:
    """The first of these languages that there is, whatever its region; English where there is none."""
    known = notice_languages()
    codes = (wish.replace("_", "-").partition("-")[0].lower() for wish in wishes)
    return next((known[code] for code in codes if code in known), known[FALLBACK])


def is_yes(text: str) -> bool:
    """Whether a whole message says yes, in any of the languages; case, accents and punctuation do not matter."""
    words = fold(text)
    return any(words in language.yes for language in notice_languages().values())


def _read(path: pathlib.Path) -> NoticeLanguage:
    data: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
    yes = frozenset(fold(word) for word in data["yes"])
    return NoticeLanguage(path.stem, data["name"], data["direction"], data["read_by"], yes, data["words"])
