"""An organisation's own keywords and answers: which are in force, which were on a day, and how somebody is heard by them."""

import dataclasses
import datetime
import functools
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from babel.core import get_global

from accounts.models import Organization
from consent.answer_texts import chosen_language, reply_text
from consent.keywords import Reading, read
from consent.models import WordSet
from consent.rule_types import Keyword
from consent.vocabulary import KIND_OF, Vocabulary, default_vocabulary, fold_all, written_words

#: an organisation's words for one language: language, then what stops, starts and asks for help
_Own = tuple[str, tuple[str, ...], tuple[str, ...], tuple[str, ...]]
_REPLIES: Final[Mapping[str, str]] = {
    "stop": "stop_reply", "start": "start_reply", "help": "help_reply", "frequency": "frequency",
}  # fmt: skip


def sets_in_force(at: datetime.datetime | None = None) -> list[WordSet]:
    """The newest version of every country and language, now or as it was at a moment. One query."""
    rows = WordSet.objects.all() if at is None else WordSet.objects.filter(created_at__lte=at)
    return list(rows.order_by("country", "language", "-number").distinct("country", "language"))


def versions_of(country: str, language: str) -> list[WordSet]:
    """Every version of one set, the newest first. One query."""
    return list(WordSet.objects.filter(country=country, language=language).order_by("-number"))


def sets_for(countries: Collection[str], sets: Iterable[WordSet]) -> dict[str, WordSet]:
    """Of these sets the one that holds for each language where somebody may be: the country's own, else the one for all."""
    found: dict[str, WordSet] = {}
    for each in sorted(sets, key=lambda row: row.country):
        if each.country in ("", *countries):
            found[each.language] = each
    return found


def vocabulary_of(sets: Iterable[WordSet]) -> Vocabulary:
    """Our words with those of an organisation in their place."""
    return _vocabulary(tuple(_own(each) for each in sorted(sets, key=lambda row: row.language)))


def own_texts(sets: Mapping[str, WordSet], language: str) -> dict[str, str]:
    """An organisation's own answers in a language; empty where it has none."""
    row = sets.get(language)
    return {key: getattr(row, column) for key, column in _REPLIES.items()} if row is not None else {}


def likely_language(country: str) -> str:
    """The language most people of a country read, by the common locale data of Unicode; empty for an unknown country."""
    found: str | None = get_global("likely_subtags").get(f"und_{country.upper()}") if country else None
    return found.partition("_")[0] if found else ""


@dataclasses.dataclass(frozen=True, slots=True)
class Listener:
    """What an organisation hears by and answers with, for one person: words, texts, and the language of the answer."""

    vocabulary: Vocabulary
    languages: tuple[str, ...]
    language: str
    texts: Mapping[str, str]

    def read(self, text: str) -> Reading:
        """What a message of this person means."""
        return read(text, languages=self.languages, vocabulary=self.vocabulary)

    def answer(self, kind: Keyword, organization: Organization, closed: Sequence[str] = ()) -> str:
        """The answer to a keyword, with the name and the contact of the organisation."""
        contact = organization.support_contact or organization.legal_name or organization.name
        return reply_text(kind, organization.name, self.language, contact, closed=closed, own=self.texts)


def listener_for(
    *, wishes: Iterable[str], countries: Sequence[str], organization: Organization, at: datetime.datetime | None = None
) -> Listener:
    """How a person is heard and answered: in the languages known of them, else of their country, else of the organisation.

    Shape:   wishes are what is known of them, best first; countries where they may be, as codes. One query.
    """
    known = [*wishes, *(likely_language(country) for country in countries), organization.default_language]
    languages = tuple(dict.fromkeys(each for each in known if each))
    sets = sets_for(countries, sets_in_force(at))
    language = chosen_language(languages, also=[each.language for each in sets.values() if each.help_reply])
    return Listener(vocabulary_of(sets.values()), languages, language, own_texts(sets, language))


def _own(row: WordSet) -> _Own:
    return (row.language, tuple(row.stop_words), tuple(row.start_words), tuple(row.help_words))


@functools.lru_cache(maxsize=128)
def _vocabulary(own: tuple[_Own, ...]) -> Vocabulary:
    book = default_vocabulary()
    for language, stops, starts, helps in own:
        words = dict(zip(KIND_OF.values(), (stops, starts, helps), strict=True))
        book = book.replaced(language, {kind: frozenset(fold_all(kind, each)) for kind, each in words.items()})
    return book


def our_words(language: str) -> dict[Keyword, list[str]]:
    """Our own whole-message words of a language, by what they mean, as somebody may edit them."""
    return {keyword: sorted(written_words(language, kind)) for keyword, kind in KIND_OF.items()}
