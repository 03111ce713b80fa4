"""What an organisation's people may write, and what they are answered: a new version of its words for a language and country."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from accounts.actions.audit import record_audit
from accounts.contracts import Actor, Refused
from accounts.models import Organization
from consent.answer_texts import MINIMUM, MINIMUM_SOURCE, slots_in
from consent.folding import fold
from consent.keywords import read
from consent.models import WordSet
from consent.rule_types import Keyword
from consent.rulebook import rulebook
from consent.selectors.word_sets import our_words, sets_for, sets_in_force, vocabulary_of
from consent.vocabulary import KIND_OF, Vocabulary, default_vocabulary, index_of, minimums

MOST_WORDS: Final = 80
LONGEST_WORD: Final = 40
LONGEST_REPLY: Final = 480
_FIELDS: Final[Mapping[Keyword, str]] = {"stop": "stop_words", "start": "start_words", "help": "help_words"}
_MEANS: Final[Mapping[str, str]] = {"stop": "asks to stop", "start": "asks to start again", "help": "asks for help"}
_SLOTS: Final = ("{name}", "{contact}", "{frequency}", "{rates}", "{closed}")
_LINK: Final = re.compile(r"https?://|www\.|\b[\w-]+\.(?:com|net|org|io|co)\b", re.IGNORECASE)


def save_word_set(
    *,
    actor: Actor,
    country: str,
    language: str,
    words: Mapping[Keyword, Sequence[str]],
    replies: Mapping[Keyword, str],
    frequency: str = "",
) -> WordSet:
    """Put the next version of an organisation's words into force; answer the version that holds, the same where nothing is new.

    Effects: one row, and a line of the audit trail. A stop word of ours that is left out is not ignored from then on: what
             says it is held, and waits for a person.
    Errors:  Refused names the field: for a word of the legal minimum that is missing (with the law), one that means something
             else already, one that people say in passing, a start word that does not say start, and an answer that lacks
             what must stand in it.
    """
    actor.require("change_consent")
    Organization.objects.select_for_update(no_key=True).get()  # two who save at once queue up here
    lists = {kind: _cleaned(words.get(kind, ()), _FIELDS[kind]) for kind in _FIELDS}
    for kind in _FIELDS:
        _demand_minimum(kind, language, lists[kind])
    texts = {kind: " ".join(replies.get(kind, "").split()) for kind in _FIELDS}
    for kind, text in texts.items():
        _demand_whole(kind, text)
    row = WordSet(country=country, language=language, frequency=" ".join(frequency.split())[:160], created_by=actor.id)
    row.stop_words, row.start_words, row.help_words = lists["stop"], lists["start"], lists["help"]
    row.stop_reply, row.start_reply, row.help_reply = texts["stop"], texts["start"], texts["help"]
    return _add(actor, row)


def _add(actor: Actor, row: WordSet) -> WordSet:
    sets = sets_in_force()
    before = next((each for each in sets if (each.country, each.language) == (row.country, row.language)), None)
    if before is not None and _told(before) == _told(row):
        return before
    others = [each for each in sets if (each.country, each.language) != (row.country, row.language)]
    for country in {row.country} if row.country else {"", *(each.country for each in others)}:
        held = sets_for([country], [*others, row])
        if held[row.language] is row:
            _demand_clear(row, vocabulary_of(held.values()))
    row.number = before.number + 1 if before else 1
    row.rules_version = rulebook().version
    row.save(force_insert=True)
    data = {"language": row.language, "country": row.country or "all", "version": row.number}
    record_audit(actor=actor, action="keywords.saved", on=("word_set", row.id), data=data)
    return row


def _told(row: WordSet) -> tuple[object, ...]:
    return (
        *(row.stop_words, row.start_words, row.help_words),
        *(row.stop_reply, row.start_reply, row.help_reply, row.frequency),
    )


def _cleaned(words: Iterable[str], field: str) -> list[str]:
    found: dict[tuple[str, ...], str] = {}
    for word in words:
        text = " ".join(word.split())
        if not text:
            continue
        folded = fold(text)
        if not folded or len(text) > LONGEST_WORD:
            remedy = f"Write words of letters or numbers, of at most {LONGEST_WORD} characters."
            raise Refused("This is no word people can write.", field=field, remedy=remedy)
        found.setdefault(folded, text.casefold())
    if len(found) > MOST_WORDS:
        raise Refused("These are too many words.", field=field, remedy=f"Keep it to {MOST_WORDS}.")
    return sorted(found.values())


def _demand_minimum(kind: Keyword, language: str, words: Iterable[str]) -> None:
    """Law and carriers name words that always count; no list goes without them."""
    here = {fold(word) for word in words}
    for rule in minimums():
        if (rule.kind, rule.language) != (kind, language):
            continue
        missing = [word.upper() for word in rule.words if fold(word) not in here]
        if missing:
            raise Refused(
                f"{', '.join(missing)} cannot be taken off this list.",
                field=_FIELDS[kind],
                remedy=f"Put it back. {rule.law} ({rule.url}, read {rule.read_on}).",
            )


def _demand_whole(kind: Keyword, text: str) -> None:
    """An answer of the organisation's own holds what ours holds; empty means ours."""
    field = f"{kind}_reply"
    if not text:
        return
    missing = [part for part in MINIMUM[kind] if part not in text]
    if missing:
        remedy = f"Add {', '.join(missing)}. {MINIMUM_SOURCE[kind]}."
        raise Refused("Something that must stand in this answer is missing.", field=field, remedy=remedy)
    odd = [slot for slot in slots_in(text) if slot not in _SLOTS]
    if odd or (kind != "stop" and "{closed}" in text) or len(text) > LONGEST_REPLY:
        remedy = f"Use {', '.join(_SLOTS[:4])} alone ({_SLOTS[4]} in the answer to STOP), in {LONGEST_REPLY} characters at most."
        raise Refused("This answer cannot be filled in.", field=field, remedy=remedy)
    if kind == "stop" and _LINK.search(text):
        remedy = "Leave the link out: the one confirmation carries no offer (47 CFR 64.1200(a)(12))."
        raise Refused("A confirmation of STOP has no link.", field=field, remedy=remedy)


def _demand_clear(row: WordSet, book: Vocabulary) -> None:
    """Every word of the set means what it is listed under, and no word of another family has come to mean something else."""
    index = index_of(book)
    ours = our_words(row.language)
    listed = [(kind, word) for kind, field in _FIELDS.items() for word in getattr(row, field)]
    # where two lists share a word, the one that it was added to is wrong
    for kind, word in sorted(listed, key=lambda pair: pair[1] in ours[pair[0]]):
        if set(fold(word)) <= index.polite:
            remedy = "Choose a word people write only when they mean it."
            raise Refused(f"People say “{word}” in passing.", field=_FIELDS[kind], remedy=remedy)
        _demand_meaning(word, kind, book)
    for word in row.start_words:
        _demand_start(word, row.language)
    everywhere = tuple(book.languages)
    for kind in ("start", "help"):
        for words in book.words(kind, everywhere):
            read_as = read(" ".join(words), languages=everywhere, vocabulary=book).kind
            if read_as != kind:
                field = _FIELDS[read_as] if read_as else _FIELDS[kind]  # type: ignore[index]
                remedy = "One word means one thing. Take it off this list."
                raise Refused(f"“{' '.join(words).upper()}” {_MEANS[kind]}.", field=field, remedy=remedy)


def _demand_start(word: str, language: str) -> None:
    """Starting again is an agreement (47 CFR 64.1200(f)(9)), so no answer of every day may stand for it."""
    ours = default_vocabulary()
    begins = ours.words("start", [language]) | ours.words("start_stem", [language])
    said = f" {' '.join(fold(word))}"
    if not any(f" {' '.join(stem)}" in said for stem in begins):
        remedy = "Use a word that does, such as START BELL or JOIN BELL with a name of yours for BELL."
        problem = f"“{word}” does not say that somebody wants to start again."
        raise Refused(problem, field="start_words", remedy=remedy)


def _demand_meaning(word: str, kind: Keyword, book: Vocabulary) -> None:
    """Errors: Refused for a word that another list has, ours or theirs, or by which people mean something else."""
    everywhere = tuple(book.languages)
    lists = {other for other, name in KIND_OF.items() if fold(word) in book.words(name, everywhere)} - {kind}
    meant = read(word, languages=everywhere).kind
    if meant not in (None, kind):
        lists.add(meant)  # type: ignore[arg-type]
    if lists or read(word, languages=everywhere, vocabulary=book).kind != kind:
        meanings = " and ".join(_MEANS[other] for other in sorted(lists)) or "is understood in another way"
        remedy = "One word means one thing. Take it off this list."
        raise Refused(f"“{word.upper()}” {meanings} already.", field=_FIELDS[kind], remedy=remedy)
