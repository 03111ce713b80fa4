"""The words of every language, by what somebody means by them, with an index that finds them in one pass over a message."""

import dataclasses
import datetime
import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from consent.folding import Words, bare, fold, keyword_file
from consent.rule_reader import Row
from consent.rule_types import Keyword

#: kinds of words a language may have; see the head of rules/keywords.toml
KINDS_OF_WORDS: Final = (
    *("keyword", "opening", "closing", "ambiguous", "phrase", "likely", "subject"),
    *("wrong_number", "harmless", "negation", "polite", "start", "start_stem", "help"),
)
LEGAL_MINIMUM: Final = ("stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout")
#: the kind of words that means each keyword when it is the whole message
KIND_OF: Final[Mapping[Keyword, str]] = {"stop": "keyword", "start": "start", "help": "help"}
Language = Mapping[str, frozenset[Words]]


@dataclasses.dataclass(frozen=True, slots=True)
class NativeMark:
    """When the words of a language were written, and who read them as a native speaker; empty while nobody has."""

    written_on: datetime.date
    read_by: str


@dataclasses.dataclass(frozen=True, slots=True)
class Minimum:
    """Words nobody takes off a list, with the law or the carrier that names them."""

    kind: Keyword
    language: str
    words: tuple[str, ...]
    law: str
    url: str
    read_on: datetime.date


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Vocabulary:
    """The folded words of every language, by kind. Two are never compared; each has an index of its own."""

    languages: Mapping[str, Language]
    symbols: frozenset[str]
    likely_symbols: frozenset[str] = frozenset()

    def words(self, kind: str, languages: Iterable[str] | None = None) -> frozenset[Words]:
        """All words of a kind: of every language, or of English and the given ones."""
        chosen = self.languages if languages is None else {"en", *map(base_language, languages)} & set(self.languages)
        return frozenset[Words]().union(*(self.languages[language].get(kind, frozenset()) for language in chosen))

    def extended(self, kind: Keyword, words: Iterable[str]) -> "Vocabulary":
        """This vocabulary and an organisation's own whole-message words. Errors: ValueError for a word that folds to nothing."""
        english = self.languages["en"]
        own = english.get(KIND_OF[kind], frozenset()) | frozenset(fold_all("words", words))
        return self.replaced("en", {KIND_OF[kind]: own})

    def replaced(self, language: str, kinds: Language) -> "Vocabulary":
        """This vocabulary with other words for some kinds of one language; a stop word that goes is `former` from then on."""
        before = dict(self.languages.get(language, {}))
        after = {**before, **kinds}
        gone = before.get("keyword", frozenset()) - after.get("keyword", frozenset())
        # what was taken off the list is not ignored as a whole message: it waits for a person, and counts as a stop until then
        after["former"] = (before.get("former", frozenset()) | gone) - after.get("keyword", frozenset())
        after["opening"] = after.get("opening", frozenset()) - gone
        after["closing"] = after.get("closing", frozenset()) - gone
        return dataclasses.replace(self, languages=MappingProxyType({**self.languages, language: after}))


class Index:
    """What matching asks of a vocabulary, put together once: sets of whole messages, and phrases by their first word."""

    def __init__(self, book: Vocabulary) -> None:
        self.keywords, self.former = book.words("keyword"), book.words("former")
        self.opening, self.closing = book.words("opening"), book.words("closing")
        self.ambiguous = book.words("ambiguous")
        self.polite = _each_word(book.words("polite"))
        self.courtesies = _by_first(book.words("polite"))
        self.subject = _each_word(book.words("subject"))
        self.phrases = _by_first(book.words("phrase"))
        self.likely = _by_first(book.words("likely"))
        self.harmless = _by_first(book.words("harmless"))
        self.wrong_number = _by_first(book.words("wrong_number"))
        self.stop_words = {word[0] for word in self.opening}
        single = {word[0] for word in self.opening | self.ambiguous if len(word) == 1}
        self.watched = frozenset(single)
        self.negations = _negations(book)


def places_of(words: Words, phrases: Mapping[str, Sequence[Words]]) -> Iterator[tuple[int, Words]]:
    """Every place at which one of these phrases stands, with the phrase."""
    for place, word in enumerate(words):
        for phrase in phrases.get(word, ()):
            if words[place : place + len(phrase)] == phrase:
                yield place, phrase


@functools.lru_cache(maxsize=128)
def index_of(book: Vocabulary) -> Index:
    """The index of a vocabulary."""
    return Index(book)


@functools.cache
def default_vocabulary() -> Vocabulary:
    """The words of rules/keywords.toml. Errors: InvalidRules, also when a word of the legal minimum is missing."""
    book = keyword_file()
    tables = book.row("language")
    languages = {name: _language(tables.row(name)) for name in tables.table}
    missing = [word for word in LEGAL_MINIMUM if (word,) not in languages["en"]["keyword"]]
    if missing:
        book.fail("language.en.keyword", f"must hold the legal minimum; {', '.join(missing)} is missing")
    symbols = frozenset(bare(symbol) for symbol in book.some_words("symbols"))
    likely = frozenset(bare(symbol) for symbol in book.some_words("likely_symbols"))
    return Vocabulary(MappingProxyType(languages), symbols, likely)


@functools.cache
def written_words(language: str, kind: str) -> tuple[str, ...]:
    """The words of a kind as we wrote them, each once; empty for a language we have no words of."""
    written = keyword_file().row("language").table.get(language, {}).get(kind, [])
    return tuple({fold(word): word for word in reversed(written)}.values())


@functools.cache
def native_marks(table: str = "language") -> Mapping[str, NativeMark]:
    """Who has read the words ("language") or the answers ("reply") of each language. Errors: InvalidRules."""
    tables = keyword_file().row(table)
    return MappingProxyType({name: read_mark(tables.row(name)) for name in tables.table})


@functools.cache
def minimums() -> tuple[Minimum, ...]:
    """What no organisation takes off its list. Errors: InvalidRules."""
    return tuple(_minimum(row) for row in keyword_file().rows("minimum"))


def read_mark(row: Row) -> NativeMark:
    """Who has read one language."""
    return NativeMark(row.day("written_on"), str(row.take("read_by", str)).strip())


def base_language(language: str) -> str:
    """The language of a hint: "ur-PK" → "ur"."""
    return language.replace("_", "-").partition("-")[0].casefold()


def fold_all(key: str, words: Iterable[str]) -> list[Words]:
    """Words as they are compared. Errors: ValueError names the key for one that has no letter and no number."""
    folded = [fold(word) for word in words]
    if not all(folded):
        raise ValueError(f"{key}: holds a word without a letter or a number; remove it")
    return folded


def _minimum(row: Row) -> Minimum:
    kind = row.text("kind")
    if kind not in KIND_OF:
        row.fail("kind", "must be stop, start or help")
    found = Minimum(
        kind,  # type: ignore[arg-type]
        row.text("language"),
        row.some_words("words"),
        row.text("law"),
        row.text("url"),
        row.day("read_on"),
    )
    row.finish()
    return found


def _language(row: Row) -> Language:
    read_mark(row)
    words = {kind: frozenset(fold_all(kind, row.words(kind))) for kind in KINDS_OF_WORDS if row.has(kind)}
    row.finish()
    return words


def _each_word(several: Iterable[Words]) -> frozenset[str]:
    return frozenset(word for words in several for word in words)


def _by_first(phrases: Iterable[Words]) -> Mapping[str, Sequence[Words]]:
    found: dict[str, list[Words]] = {}
    for phrase in sorted(phrases, key=len, reverse=True):
        found.setdefault(phrase[0], []).append(phrase)
    return found


def _negations(book: Vocabulary) -> Mapping[Words, frozenset[Words]]:
    """What takes back each stop word and phrase when it stands right before: the words of its own languages."""
    found: dict[Words, set[Words]] = {}
    for language in book.languages.values():
        for kind in ("opening", "phrase", "likely"):
            for words in language.get(kind, ()):
                held = found.setdefault(words, set())
                held |= language.get("negation", frozenset())
                if kind == "opening":
                    found.setdefault(words[:1], set()).update(language.get("negation", frozenset()))
    return {words: frozenset(held) for words, held in found.items()}
