"""What a person's message asks for: to stop, to start again, to get help, or something a human should read.

Stopping is made easy (any language, any spelling, their own words), starting is not: a plain "yes" is no start, because
nothing asks for one. There are three ways a message can stand to a stop: certain (stopped, and confirmed), likely (stopped at
once, and a person judges), and not. Where we are not sure `Reading.review` says so; nothing is silently ignored.
"""

import dataclasses
import re
from collections.abc import Mapping, Sequence
from typing import Literal

from consent.folding import Words, bare, fold, run_together
from consent.rule_types import Keyword
from consent.vocabulary import LEGAL_MINIMUM, Index, Vocabulary, default_vocabulary, index_of, places_of

Outcome = Literal["certain", "likely", "not"]

OPENING_WORDS = 5
CLOSING_WORDS = 3
#: fewer words of its own than this ask nothing: "ok?", "will you?", "do you hear?"
QUESTION_WORDS = 3
#: what stands behind so many characters is quoted or pasted, and nobody says it
LONGEST = 16_000

# where a sentence ends, and where a part of one does; the mark stays with what it ends
_SENTENCES = re.compile(r"(?<=[?\uff1f\u061f.!;\n\u06d4\u3002])")
_CLAUSES = re.compile(r"(?<=[,\uff0c:\u060c])")
_QUESTION_MARKS = ("?", "\uff1f", "\u061f")
_LONGER_FORMS = (*(stem for stem in LEGAL_MINIMUM if len(stem) > len("end")), "unsubscrib")


@dataclasses.dataclass(frozen=True, slots=True)
class Reading:
    """What one message means. `rule` says which rule matched, for the record; `review` asks for a human reader.

    A stop under review is one in their own words with a question in the same sentence, or words by which a reasonable person
    may mean it.
    """

    kind: Keyword | None
    rule: str = ""
    review: bool = False
    wrong_number: bool = False

    @property
    def outcome(self) -> Outcome:
        """How it stands to a stop: certain is stopped and confirmed, likely is stopped until somebody has judged, not is none."""
        if self.review:
            return "likely"
        return "certain" if self.kind == "stop" else "not"


def classify(text: str, *, languages: Sequence[str] = (), vocabulary: Vocabulary | None = None) -> Keyword | None:
    """Say whether a message is a stop, a start or a cry for help; None is an ordinary message.

    Shape:  languages are hints such as ("de", "ur-PK"); stop words of all languages hold without them.
    Source: 47 CFR 64.1200(a)(10); rules/keywords.toml.
    """
    return read(text, languages=languages, vocabulary=vocabulary).kind


def read(text: str, *, languages: Sequence[str] = (), vocabulary: Vocabulary | None = None) -> Reading:
    """As `classify`, with the rule that matched and whether a human should look.

    Shape: any text, also empty; of a very long one the first 16,000 characters.
    Units: time in proportion to its length, whatever it holds.
    """
    text, book = text[:LONGEST], vocabulary or default_vocabulary()
    index = index_of(book)
    words = fold(text)
    if not words:
        return _read_symbols(text, book)
    core = run_together(tuple(word for word in words if word not in index.polite)) or words
    wrong_number = next(places_of(words, index.wrong_number), None) is not None
    stop = _stop_rule(words, core, index)
    if stop:
        asks = stop != "keyword" and _asks_beside_stop(text, index)
        return Reading("stop", stop, review=asks, wrong_number=wrong_number)
    if _is_any(words, core, book.words("help", languages)):
        return Reading("help", "keyword")
    if _is_any(words, _without_courtesies(words, index), book.words("start", languages)):
        return Reading("start", "keyword")
    if wrong_number or _is_any(words, core, index.former) or _may_mean_stop(words, index):
        return Reading("stop", "likely phrase", review=True, wrong_number=wrong_number)
    return Reading(None, review=_looks_like_stop(words, index) or any(sign in text for sign in book.symbols))


def _read_symbols(text: str, book: Vocabulary) -> Reading:
    signs = bare(text)
    if not signs:
        return Reading(None)
    left = signs
    for symbol in book.symbols:
        left = left.replace(symbol, "")
    if not left:
        return Reading("stop", "symbol")
    if any(symbol in signs for symbol in (*book.symbols, *book.likely_symbols)):
        return Reading("stop", "likely symbol", review=True)
    return Reading(None)


def _stop_rule(words: Words, core: Words, index: Index) -> str:
    """The name of the rule by which this is a stop without any doubt, empty when it is none."""
    if _is_any(words, core, index.keywords):
        return "keyword"
    harmless = _harmless_places(words, index)
    negated = [_is_negated(words, place, words[place : place + 1], index) for place in _stop_places(words, index)]
    if any(negated):
        return ""
    found = [(place, phrase) for place, phrase in places_of(words, index.phrases) if place not in harmless]
    if found:
        return "" if any(_is_negated(words, place, phrase, index) for place, phrase in found) else "phrase"
    if harmless:
        return ""
    if len(words) <= OPENING_WORDS and any(core[: len(word)] == word for word in index.opening):
        return "opening"
    if len(words) <= CLOSING_WORDS and any(core[-len(word) :] == word for word in index.closing):
        return "closing"
    for word in index.ambiguous:
        if core[: len(word)] == word and all(rest in index.subject for rest in core[len(word) :]):
            return "ambiguous word with its subject"
    return ""


def _asks_beside_stop(text: str, index: Index) -> bool:
    """Whether a sentence that pleads to stop also asks something else; a bare STOP in the message leaves no doubt."""
    sentences = [[(part, fold(part)) for part in _CLAUSES.split(sentence)] for sentence in _SENTENCES.split(text)]
    if any(words in index.keywords for parts in sentences for _, words in parts):
        return False
    return any(
        any(_asks_something_else(part, words, index) for part, words in parts)
        and any(_looks_like_stop(words, index) for _, words in parts)
        for parts in sentences
    )


def _asks_something_else(part: str, words: Words, index: Index) -> bool:
    return (
        part.rstrip().endswith(_QUESTION_MARKS)
        and sum(word not in index.polite for word in words) >= QUESTION_WORDS
        and not _looks_like_stop(words, index)
    )


def _is_negated(words: Words, place: int, said: Words, index: Index) -> bool:
    """Whether "don't" or its like, in a language of what was said, stands right before it."""
    return any(words[max(0, place - len(no)) : place] == no for no in index.negations.get(said, ()))


def _stop_places(words: Words, index: Index) -> list[int]:
    return [place for place, word in enumerate(words) if word in index.stop_words]


def _harmless_places(words: Words, index: Index) -> set[int]:
    return _covered(words, index.harmless)


def _without_courtesies(words: Words, index: Index) -> Words:
    """The words without whole courtesies: "thank you" goes, the "you" of "you start" stays."""
    courtesies = _covered(words, index.courtesies)
    return tuple(word for place, word in enumerate(words) if place not in courtesies)


def _covered(words: Words, phrases: Mapping[str, Sequence[Words]]) -> set[int]:
    return {place + step for place, phrase in places_of(words, phrases) for step in range(len(phrase))}


def _may_mean_stop(words: Words, index: Index) -> bool:
    """Whether a phrase that may mean stop stands there, and nothing takes it back."""
    return any(not _is_negated(words, place, phrase, index) for place, phrase in places_of(words, index.likely))


def _looks_like_stop(words: Words, index: Index) -> bool:
    """Whether a stop word or phrase, or a longer form of one, stands anywhere it is not harmless: then a human reads it."""
    harmless = _harmless_places(words, index)
    if any(place not in harmless for place, _ in places_of(words, index.phrases)):
        return True
    return any(
        word in index.watched or word.startswith(_LONGER_FORMS)
        for place, word in enumerate(words)
        if place not in harmless
    )


def _is_any(words: Words, core: Words, wanted: frozenset[Words]) -> bool:
    return words in wanted or core in wanted
