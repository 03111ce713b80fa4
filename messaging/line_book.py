"""The lines that places want in a text, put into it for each person who would read one without them.

Words are made once for each place, language and occasion, however many people there are. Nothing is ever added where texts are
approved or compared word for word (WhatsApp templates, registered texts in India): there a text is checked, by the gate.
"""

import dataclasses
import datetime
import pathlib
import tomllib
from collections.abc import Mapping
from typing import Any, Final, Protocol, runtime_checkable

from accounts.models import Organization
from consent.answer_texts import answers_in
from consent.models import Purpose, Wording, WordSet
from consent.regions import country_of
from consent.rule_types import Disclosure
from consent.rulebook import Rulebook, rulebook
from consent.selectors.word_sets import own_texts, sets_for, sets_in_force
from core import clock
from messaging.channels.protocol import Rendered
from messaging.channels.registry import channel as channel_of
from messaging.lines import lines_in
from messaging.models import Sender
from messaging.preference_links import place as preference_place
from messaging.registering import kind_of_sender

#: what a promise of frequency is said with, by language and time
_PROMISED: Final[Mapping[str, Mapping[str, str]]] = tomllib.loads(
    pathlib.Path(__file__).with_name("line_words.toml").read_text("utf-8")
)["languages"]
_WEEKS_A_MONTH: Final = 4.34
#: texts of which a book remembers what they hold; letters of a batch may all differ
_KEPT: Final = 2_000
#: how added lines follow each other; the name of the business alone stands before the text
_ORDER: Final = ("brand", "frequency", "rates", "help", "stop")


@runtime_checkable
class TakesLines(Protocol):
    """A channel on whose texts lines can be put; all others bring what has to be said themselves, or are approved as they are."""

    def with_lines(self, rendered: Rendered, before: str, after: str) -> Rendered:
        """The message with words before and after it."""
        ...


@dataclasses.dataclass(frozen=True, slots=True)
class Reader:
    """Who reads a text: where their number is from, what they read; whether an earlier text for its purpose reached them, ever
    and in this month. Empty means that nobody knows."""

    place: str = ""
    language: str = ""
    has_had_one: bool = False
    has_had_one_this_month: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class AddedLine:
    """One line that is put into a text: the words, their language, and the rule that wants it."""

    rule: Disclosure
    words: str
    language: str

    @property
    def unread(self) -> bool:
        """Whether the words are in another language than English, and no native speaker has read them."""
        return self.language != "en" and self.language not in self.rule.native


@dataclasses.dataclass(frozen=True, slots=True)
class LineBook:
    """Which lines the texts of one sender and purpose need, for one organisation on one day.

    `frequencies` are the organisation's own sentences about how often it writes; `made` keeps what was made before.
    """

    organization: Organization
    channel: str
    tier: str
    kind: str
    day: datetime.date
    rules: Rulebook
    is_open: bool
    frequencies: tuple[WordSet, ...] = ()
    #: how many messages the words in force promise at most, and in which time; None where they promise no number
    promised: tuple[int, str] | None = None
    made: dict[Any, Any] = dataclasses.field(default_factory=dict, compare=False, repr=False)

    def complete(self, rendered: Rendered, reader: Reader, template: str = "") -> Rendered:
        """What this person gets: the message with every line their place wants and it lacks. No query.

        Shape:  `template` is the text it was made of: where it says the same to everybody, it is looked at once for all.
        The same message where nothing is lacking, or its channel or place takes no words but those that were approved.
        """
        added = self.lacking(rendered.body if "{%" in template or not template else template, reader)
        channel = channel_of(self.channel)
        if not added or not isinstance(channel, TakesLines):
            return rendered
        before = " ".join(line.words for line in added if line.rule.line == "brand")
        after = " ".join(line.words for line in added if line.rule.line != "brand")
        return channel.with_lines(rendered, before, after)

    def lacking(self, text: str, reader: Reader) -> tuple[AddedLine, ...]:
        """The lines that are put into this text for this person, in their order. No query."""
        if not self.is_open or not text:
            return ()
        held = self.made.get(text)
        if held is None:
            held = lines_in(text, self.organization, one_way=self.one_way)
            if len(self.made) < _KEPT:
                self.made[text] = held
        key = (reader.place, reader.language, reader.has_had_one, reader.has_had_one_this_month, held)
        if key not in self.made:
            self.made[key] = self._made(reader, held)
        found: tuple[AddedLine, ...] = self.made[key]
        return found

    def adds(self, line: str, place: str) -> bool:
        """Whether this line is put into every text to this place that lacks it."""
        return any(rule.line == line and rule.when == "each" for rule in self._rules(place))

    def most_added(self, text: str) -> int:
        """How many characters lines make a text longer at most, wherever and in whatever language it is read."""
        rules = [rule for rule in self.rules.disclosures if rule.way == "add" and self.channel in rule.channels]
        places = {place for rule in rules for place in rule.places}
        spoken = {language for rule in rules for language, _ in rule.snippets}
        found = (self.lacking(text, Reader(place, language)) for place in places for language in spoken)
        return max((sum(len(line.words) + 1 for line in lines) for lines in found), default=0)

    @property
    def one_way(self) -> bool:
        """Whether nobody can answer this sender: a name in place of a number."""
        return self.kind == "alphanumeric"

    @property
    def tells_parts(self) -> bool:
        """Whether any such rule holds in a part of a country only."""
        return any("-" in place for rule in self.rules.disclosures if rule.way == "add" for place in rule.places)

    def _made(self, reader: Reader, held: tuple[str, ...]) -> tuple[AddedLine, ...]:
        wanted: dict[str, Disclosure] = {}
        for rule in sorted(self._rules(reader.place), key=lambda each: each.when != "each"):
            if rule.line not in held and _is_due(rule, reader):
                wanted.setdefault(rule.line, rule)
        return tuple(self._line(wanted[line], reader) for line in _ORDER if line in wanted)

    def _rules(self, place: str) -> tuple[Disclosure, ...]:
        """The rules whose lines are added there; none where texts are compared with registered ones."""
        asked = (place, self.channel, self.tier)
        registers = self.rules.registrations_for(*asked, self.kind, self.day)
        if not self.is_open or any(rule.exact_text for rule in registers):
            return ()
        return self.rules.added_for(*asked, self.day)

    def _line(self, rule: Disclosure, reader: Reader) -> AddedLine:
        snippets = dict(rule.one_way if self.one_way and rule.one_way else rule.snippets)
        wishes = (reader.language, self.organization.default_language, "en")
        language = next(base for wish in wishes if (base := wish.partition("-")[0].lower()) in snippets)
        words = snippets[language].replace("{name}", self.organization.name.strip())
        words = words.replace("{frequency}", self._frequency(reader.place, language)).replace(
            "{link}", preference_place()
        )
        return AddedLine(rule, words, language)

    def _frequency(self, place: str, language: str) -> str:
        spoken = _PROMISED.get(language)
        if self.promised is not None and spoken is not None:
            most, per = self.promised
            return spoken[per].replace("{most}", str(most))
        own: Mapping[str, str] = own_texts(sets_for([country_of(place)], self.frequencies), language)
        return own.get("frequency", "").strip() or answers_in(language)["frequency"]


def line_book(
    sender: Sender, purpose: Purpose, *, at: datetime.datetime | None = None, organization: Organization | None = None
) -> LineBook:
    """The book of one sender and purpose, by the rules of a moment, now by default.

    No query where no place has a line put into such texts; else two for how often the organisation writes, and one for the
    organisation unless it is given.
    """
    rules, day = rulebook(), (at or clock.now()).date()
    channel, tier = sender.channel, purpose.tier
    kind = kind_of_sender(channel, sender.address, practice=False)
    is_open = isinstance(channel_of(channel), TakesLines) and rules.adds_lines(channel, tier, day)
    if not is_open:
        return LineBook(organization or Organization(), channel, tier, kind, day, rules, is_open=False)
    own = organization or Organization.objects.current()
    asked = dict.fromkeys(rule.line for rule in rules.disclosures if rule.way == "add" and tier in rule.tiers)
    book = LineBook(own, channel, tier, kind, day, rules, is_open=True, frequencies=tuple(sets_in_force()))
    return dataclasses.replace(book, promised=_promised(purpose, channel)) if "frequency" in asked else book


def _promised(purpose: Purpose, channel: str) -> tuple[int, str] | None:
    """The strictest number the words in force promise, as the comparison of frequencies takes it. One query."""
    rows = Wording.objects.filter(purpose_id=purpose.id, channel=channel).order_by("language", "-version")
    newest = rows.distinct("language").values_list("most_messages", "per")
    found = [(most, per) for most, per in newest if most is not None]
    return min(found, key=lambda each: each[0] * (_WEEKS_A_MONTH if each[1] == "week" else 1), default=None)


def _is_due(rule: Disclosure, reader: Reader) -> bool:
    if rule.when == "first":
        return not reader.has_had_one
    return rule.when == "each" or not reader.has_had_one_this_month
