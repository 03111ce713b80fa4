"""Keywords and answers as pages and the API show them: by language, with who has read the words, and what a text would do."""

import dataclasses
import datetime
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from accounts.choices import countries, languages
from accounts.models import Organization, User
from consent.answer_texts import answers_in
from consent.keywords import Outcome
from consent.models import WordSet
from consent.rule_types import Keyword
from consent.rulebook import rulebook
from consent.selectors.word_sets import listener_for, our_words, versions_of
from consent.vocabulary import Minimum, NativeMark, default_vocabulary, minimums, native_marks
from core import clock

#: the language we write in ourselves
_HOUSE: Final = "en"
_KINDS: Final[tuple[Keyword, ...]] = ("stop", "start", "help")
_SAYS: Final[Mapping[str, tuple[str, str, str]]] = {
    "certain": ("A stop", "no", "hand"),
    "likely": ("May be a stop: a person reads it", "wait", "alert"),
    "start": ("Wants to start again", "yes", "check"),
    "help": ("Asks for help", "note", "info"),
    "not": ("An ordinary message", "plain", "inbox"),
}
_DOES: Final[Mapping[str, str]] = {
    "certain": "Nothing is sent to them from that moment. They get one confirmation, if they were not stopped before.",
    "likely": "Nothing is sent to them from that moment, and nothing is answered. It waits until somebody judges it.",
    "start": "What they had stopped by a message comes back, if the carrier confirms that it was them. They get one answer.",
    "help": "They get one answer, also when they have stopped; nothing else changes.",
    "not": "It waits under Replies for somebody to read it. Nothing changes.",
}


@dataclasses.dataclass(frozen=True, slots=True)
class KeywordRow:
    """The words and answers of one language, in one country or everywhere. `own` is the organisation's version, if any."""

    language: str
    name: str
    country: str
    country_name: str
    words: Mapping[Keyword, Sequence[str]]
    help_text: str
    own: WordSet | None
    words_mark: NativeMark | None
    reply_mark: NativeMark | None

    @property
    def is_read(self) -> bool:
        """Whether a native speaker has read all of ours; what an organisation wrote itself is its own."""
        marks = (self.words_mark, self.reply_mark)
        return all(mark is None or mark.read_by for mark in marks)

    @property
    def is_unread(self) -> bool:
        """Whether it should be read before somebody relies on it: ours, in a language that is not the one we write in."""
        return self.own is None and self.language != _HOUSE and not self.is_read


@dataclasses.dataclass(frozen=True, slots=True)
class SetPage:
    """Everything about one set: what is in force, what was, what law keeps on it, and what our own answers say."""

    row: KeywordRow
    newest: WordSet | None
    versions: Sequence[tuple[WordSet, str]]
    minimums: Sequence[Minimum]
    ours: Mapping[str, str]


@dataclasses.dataclass(frozen=True, slots=True)
class Tried:
    """What would come of a text, in words, and word for word what would be answered."""

    outcome: Outcome | str
    label: str
    tone: str
    icon: str
    does: str
    rule: str
    answer: str
    language: str


def keyword_rows(sets: Iterable[WordSet]) -> list[KeywordRow]:
    """Every language of ours and of these sets, English first; the sets of a country stand below their language. No query."""
    own = {(each.language, each.country): each for each in sets}
    keys = {(language, "") for language in default_vocabulary().languages} | set(own)
    rows = [_row(language, country, own.get((language, country))) for language, country in keys]
    return sorted(rows, key=lambda row: (row.language != "en", row.name, row.country_name))


def set_page(language: str, country: str) -> SetPage:
    """One set with its versions. Two queries."""
    versions = versions_of(country, language)
    ids: set[uuid.UUID] = {each.created_by for each in versions if each.created_by}
    names = {person.id: str(person) for person in User.objects.filter(id__in=ids)} if ids else {}
    newest = versions[0] if versions else None
    return SetPage(
        row=_row(language, country, newest),
        newest=newest,
        versions=[(each, names.get(each.created_by, "")) for each in versions],  # type: ignore[arg-type]
        minimums=[rule for rule in minimums() if rule.language == language],
        ours=answers_in(language),
    )


def tried(*, text: str, language: str = "", country: str = "", at: datetime.datetime | None = None) -> Tried:
    """Read a text as one of a person would be who reads this language and lives there. Two queries, and nothing is kept."""
    organization = Organization.objects.current()
    listener = listener_for(
        wishes=[language] if language else [],
        countries=[country] if country else [],
        organization=organization,
        at=at,
    )
    reading = listener.read(text)
    kind = reading.outcome if reading.outcome != "not" or reading.kind is None else str(reading.kind)
    label, tone, icon = _SAYS[kind]
    answer = ""
    if reading.kind is not None and not reading.review:
        closed = rulebook().stopped_channels("sms", clock.now().date()) if reading.kind == "stop" else ()
        answer = listener.answer(reading.kind, organization, closed)
    return Tried(kind, label, tone, icon, _DOES[kind], reading.rule, answer, listener.language)


def _row(language: str, country: str, own: WordSet | None) -> KeywordRow:
    ours = our_words(language)
    words = {kind: list(getattr(own, f"{kind}_words")) if own else ours[kind] for kind in _KINDS}
    replies = native_marks("reply")
    return KeywordRow(
        language=language,
        name=dict(languages()).get(language, language),
        country=country,
        country_name=dict(countries()).get(country, country),
        words=words,
        help_text=(own.help_reply if own else "") or answers_in(language)["help"],
        own=own,
        words_mark=native_marks().get(language),
        reply_mark=replies.get(language)
        if not (own and own.help_reply and own.stop_reply and own.start_reply)
        else None,
    )
