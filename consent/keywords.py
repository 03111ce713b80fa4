"""What a person's message asks for: to stop, to start again, to get help, or something a human should read.

Stopping is made easy (any language, any spelling, their own words), starting is not: a plain "yes" is no start, because
nothing asks for one. Where a stop word appears and we are not sure, `Reading.review` says so; nothing is silently ignored.
"""

import dataclasses
import functools
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from consent.rule_reader import Row, read_rules
from consent.rule_types import Keyword

LEGAL_MINIMUM = ("stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout")
OPENING_WORDS = 5
CLOSING_WORDS = 3
#: fewer words of its own than this ask nothing: "ok?", "will you?", "do you hear?"
QUESTION_WORDS = 3
# Arabic keyboards and Urdu or Persian ones write the same letter with different code points.
_ONE_SPELLING = str.maketrans("يىكۀهةأإآı", "ییکہہہاااi", "ـ")
_KINDS_OF_WORDS = (
    *("keyword", "opening", "closing", "ambiguous", "phrase", "subject"),
    *("wrong_number", "negation", "polite", "start", "help"),
)

_CHANNELS = ("sms", "whatsapp", "voice", "email")

# where one thing ends that somebody says and the next begins; the mark stays with what it ends
_CLAUSES = re.compile(r"(?<=[?\uff1f\u061f.!,\uff0c;:\n\u060c\u06d4\u3002])")
_QUESTION_MARKS = ("?", "\uff1f", "\u061f")

Words = tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Reading:
    """What one message means. `rule` says which rule matched, for the record; `review` asks for a human reader.

    A stop under review is one in their own words with a question beside it: what they want stopped is not certain.
    """

    kind: Keyword | None
    rule: str = ""
    review: bool = False
    wrong_number: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Vocabulary:
    """The folded words of every language, by kind; an organisation may add to it and never take away."""

    languages: Mapping[str, Mapping[str, frozenset[Words]]]
    symbols: frozenset[str]

    def words(self, kind: str, languages: Iterable[str] | None = None) -> frozenset[Words]:
        """All words of a kind: of every language, or of English and the given ones."""
        chosen = self.languages if languages is None else {"en", *map(_base, languages)} & set(self.languages)
        return frozenset[Words]().union(*(self.languages[language].get(kind, frozenset()) for language in chosen))

    def extended(self, kind: Keyword, words: Iterable[str]) -> "Vocabulary":
        """This vocabulary and an organisation's own whole-message words. Errors: ValueError for a word that folds to nothing."""
        name = "keyword" if kind == "stop" else kind
        folded = frozenset(_fold_all("words", words))
        english = {**self.languages["en"], name: self.languages["en"].get(name, frozenset()) | folded}
        return dataclasses.replace(self, languages=MappingProxyType({**self.languages, "en": english}))


def classify(text: str, *, languages: Sequence[str] = (), vocabulary: Vocabulary | None = None) -> Keyword | None:
    """Say whether a message is a stop, a start or a cry for help; None is an ordinary message.

    Shape:  languages are hints such as ("de", "ur-PK"); stop words of all languages hold without them.
    Source: 47 CFR 64.1200(a)(10); rules/keywords.toml.
    """
    return read(text, languages=languages, vocabulary=vocabulary).kind


def read(text: str, *, languages: Sequence[str] = (), vocabulary: Vocabulary | None = None) -> Reading:
    """As `classify`, with the rule that matched and whether a human should look. Shape: any text, also empty."""
    book = vocabulary or default_vocabulary()
    words = fold(text)
    if not words:
        return Reading("stop", "symbol") if _is_symbol(text, book) else Reading(None)
    polite = {word for several in book.words("polite") for word in several}
    core = tuple(word for word in words if word not in polite) or words
    stop = _stop_rule(words, core, book)
    if stop:
        asks = stop != "keyword" and _asks_beside_stop(text, polite, book)
        return Reading("stop", stop, review=asks, wrong_number=_contains(words, book.words("wrong_number")))
    if _is_any(words, core, book.words("help", languages)):
        return Reading("help", "keyword")
    if _is_any(words, core, book.words("start", languages)):
        return Reading("start", "keyword")
    return Reading(None, review=_looks_like_stop(words, book))


def fold(text: str) -> Words:
    """The words of a text without what does not matter: case, width, accents, punctuation, emoji, invisible characters."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    kept = (_keep(character) for character in plain)
    words = tuple(unicodedata.normalize("NFC", "".join(kept)).translate(_ONE_SPELLING).split())
    spelled_out = len(words) > 2 and all(len(word) == 1 and word.isalpha() for word in words)
    return ("".join(words),) if spelled_out else words


def reply_text(
    kind: Keyword,
    organization_name: str,
    language: str,
    contact: str,
    frequency: str = "",
    closed: Sequence[str] = (),
) -> str:
    """The one reply to a keyword: who we are and what now holds, without any offer.

    Shape:  language a hint such as "ur-PK"; one without texts gets English. contact is needed for help alone. frequency
            is the programme's own sentence ("Up to 4 messages a month."), empty for the general one. closed names the
            channels a stop has closed; it promises silence on no other.
    Errors: ValueError for an empty name, an empty contact or no channel where it is needed, or an unknown kind.
    Source: CTIA Messaging Principles (HELP and STOP replies); 47 CFR 64.1200(a)(12).
    """
    replies = _replies()
    texts = replies.get(_base(language), replies["en"])
    if kind not in ("stop", "start", "help"):
        raise ValueError(f"kind: {kind!r} has no reply; it is stop, start or help")
    if not organization_name.strip():
        raise ValueError("organization_name: must not be empty; people must know who writes")
    if kind == "help" and not contact.strip():
        raise ValueError("contact: must not be empty; a help reply names where to reach a human")
    if kind == "stop" and not closed:
        raise ValueError("closed: must name a channel; a confirmation says what the stop has closed")
    how_often, what = frequency.strip() or texts["frequency"], _closed_words(closed, texts)
    return texts[kind].format(name=organization_name.strip(), contact=contact.strip(), frequency=how_often, closed=what)


def _closed_words(closed: Sequence[str], texts: Mapping[str, str]) -> str:
    words = [texts[f"closed.{channel}"] for channel in _CHANNELS if channel in closed]
    *several, last = words or [""]
    return f"{', '.join(several)} {texts['closed.joined']} {last}" if several else last


@functools.cache
def default_vocabulary() -> Vocabulary:
    """The words of rules/keywords.toml. Errors: InvalidRules, also when a word of the legal minimum is missing."""
    book = _book()
    tables = book.row("language")
    languages = {name: _language(tables.row(name)) for name in tables.table}
    missing = [word for word in LEGAL_MINIMUM if (word,) not in languages["en"]["keyword"]]
    if missing:
        book.fail("language.en.keyword", f"must hold the legal minimum; {', '.join(missing)} is missing")
    symbols = frozenset(_bare(symbol) for symbol in book.some_words("symbols"))
    return Vocabulary(MappingProxyType(languages), symbols)


def _stop_rule(words: Words, core: Words, book: Vocabulary) -> str:
    """The name of the rule by which this is a stop, empty when it is none."""
    if _is_any(words, core, book.words("keyword")):
        return "keyword"
    if any(_is_negated(words, place, book) for place in _places_of_stop_words(words, book)):
        return ""
    if _contains(words, book.words("phrase")):
        return "phrase"
    if len(words) <= OPENING_WORDS and any(core[: len(word)] == word for word in book.words("opening")):
        return "opening"
    if len(words) <= CLOSING_WORDS and any(core[-len(word) :] == word for word in book.words("closing")):
        return "closing"
    subject = {word for several in book.words("subject") for word in several}
    for word in book.words("ambiguous"):
        if core[: len(word)] == word and all(rest in subject for rest in core[len(word) :]):
            return "ambiguous word with its subject"
    return ""


def _asks_beside_stop(text: str, polite: set[str], book: Vocabulary) -> bool:
    """Whether a message in their own words also asks something that is no plea to stop; a bare STOP in it leaves no doubt."""
    clauses = [(clause, fold(clause)) for clause in _CLAUSES.split(text)]
    if any(words in book.words("keyword") for _, words in clauses):
        return False
    return any(
        clause.rstrip().endswith(_QUESTION_MARKS)
        and sum(word not in polite for word in words) >= QUESTION_WORDS
        and not _looks_like_stop(words, book)
        and not _contains(words, book.words("phrase"))
        for clause, words in clauses
    )


def _is_negated(words: Words, place: int, book: Vocabulary) -> bool:
    """Whether "don't" or its like stands right before the word at this place."""
    return any(words[max(0, place - len(no)) : place] == no for no in book.words("negation"))


def _places_of_stop_words(words: Words, book: Vocabulary) -> list[int]:
    stops = {word[0] for word in book.words("opening")}
    return [place for place, word in enumerate(words) if word in stops]


def _looks_like_stop(words: Words, book: Vocabulary) -> bool:
    """Whether a stop word, or a longer form of one, stands anywhere: then a human reads it."""
    exact = {word[0] for kind in ("opening", "ambiguous") for word in book.words(kind) if len(word) == 1}
    stems = tuple(stem for stem in LEGAL_MINIMUM if len(stem) > len("end"))
    return any(word in exact or word.startswith((*stems, "unsubscrib")) for word in words)


def _is_any(words: Words, core: Words, wanted: frozenset[Words]) -> bool:
    return words in wanted or core in wanted


def _contains(words: Words, phrases: frozenset[Words]) -> bool:
    return any(
        words[start : start + len(phrase)] == phrase
        for phrase in phrases
        for start in range(len(words) - len(phrase) + 1)
    )


def _keep(character: str) -> str:
    """The character if it tells words apart, a space for what stands between words, nothing for what only decorates."""
    accent = "\u0300" <= character <= "\u036f" or "\u064b" <= character <= "\u065f"
    variation = "\ufe00" <= character <= "\ufe0f"
    category = unicodedata.category(character)
    if accent or variation or category in ("Cf", "Sk") or character in "'\u2019\u2018\u02bc`\u00b4":
        return ""
    return character if category[0] in "LMN" else " "


def _is_symbol(text: str, book: Vocabulary) -> bool:
    bare = _bare(text)
    return bool(bare) and any(bare.replace(symbol, "") == "" for symbol in book.symbols)


def _bare(text: str) -> str:
    """A text of symbols without spaces, variation selectors and other invisible characters."""
    return "".join(sign for sign in text if unicodedata.category(sign) not in ("Cf", "Mn", "Sk", "Zs", "Po", "Cc"))


def _base(language: str) -> str:
    return language.replace("_", "-").partition("-")[0].casefold()


def _fold_all(key: str, words: Iterable[str]) -> list[Words]:
    folded = [fold(word) for word in words]
    if not all(folded):
        raise ValueError(f"{key}: holds a word without a letter or a number; remove it")
    return folded


def _language(row: Row) -> dict[str, frozenset[Words]]:
    words = {kind: frozenset(_fold_all(kind, row.words(kind))) for kind in _KINDS_OF_WORDS if row.has(kind)}
    row.finish()
    return words


@functools.cache
def _replies() -> dict[str, dict[str, str]]:
    tables = _book().row("reply")
    replies = {}
    for language in tables.table:
        row = tables.row(language)
        replies[language] = {key: row.text(key) for key in ("stop", "start", "help", "frequency")}
        closed = row.row("closed")
        replies[language] |= {f"closed.{key}": closed.text(key) for key in (*_CHANNELS, "joined")}
        closed.finish()
        row.finish()
    return replies


@functools.cache
def _book() -> Row:
    book = read_rules("keywords.toml")
    book.source()
    return book
