"""A text held to the rules of content: what carriers refuse, what reads like a fraud, how much it looks like spam, and why."""

import dataclasses
import datetime
import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from consent.rule_types import ContentRule, Severity, SpamRule
from consent.rulebook import Rulebook

# what stands before an @ in an address is no part of its host: https://shop@bit.ly leads to bit.ly
_HOST = re.compile(r"(?<![\w@.-])(?:https?://(?:[^\s/?#]*@)?)?((?:[a-z0-9-]+\.)+[a-z]{2,})(?=[/?#:\s.,;!)\]}'\"»”]|$)")

_SPAM: Final = "It reads like spam through and through"
_SPAM_WHY: Final = "Filters and people take such a text for spam. Say it in plain words, in small letters."


@dataclasses.dataclass(frozen=True, slots=True)
class Finding:
    """What one rule found. `severity` as in `ContentRule`; `found` are the words themselves; `since` is when the rule began."""

    id: str
    label: str
    why: str
    found: tuple[str, ...]
    severity: Severity
    since: datetime.date

    @property
    def blocks(self) -> bool:
        """Whether it may not be sent so, whoever allows it."""
        return self.severity == "block"


@dataclasses.dataclass(frozen=True, slots=True)
class Review:
    """All that was found. `points` make up the spam score, each with its explanation; `spam` says that it is high."""

    findings: tuple[Finding, ...]
    points: tuple[tuple[int, str], ...]
    spam: bool

    @property
    def score(self) -> int:
        """The points together."""
        return sum(points for points, _ in self.points)

    @property
    def blocking(self) -> Finding | None:
        """The first thing for which it may not be sent; None when it may."""
        return next((finding for finding in self.findings if finding.blocks), None)

    @property
    def judged(self) -> tuple[Finding, ...]:
        """What a second person has to allow before it may be sent."""
        return tuple(finding for finding in self.findings if finding.severity == "second")


def review(text: str, *, places: Iterable[str], channel: str, tier: str, day: datetime.date, rules: Rulebook) -> Review:
    """Hold a text, finished or with its variables, to the rules of these places; those that hold everywhere always count."""
    said = unicodedata.normalize("NFKC", text).casefold()
    about = {rule.id: rule for place in ("*", *places) for rule in rules.contents_for(place, channel, tier, day)}
    found = [(rule, _found(said, rule)) for rule in about.values()]
    findings = tuple(
        Finding(rule.id, rule.label, rule.why, words, rule.severity, rule.valid_from) for rule, words in found if words
    )
    points = tuple(_points(text, said, rules.spam))
    score, spam = sum(each for each, _ in points), rules.spam
    if score >= spam.second_at:
        whys = tuple(why for _, why in points)
        findings += (Finding(spam.id, _SPAM, _SPAM_WHY, whys, "second", spam.valid_from),)
    return Review(findings, points, score >= spam.warn_at)


def _found(said: str, rule: ContentRule) -> tuple[str, ...]:
    words = [word for word in rule.words if _has(said, word)]
    hosts = set(_HOST.findall(_as_browsers_read(said))) if rule.domains else set()
    return (
        *words,
        *(name for name in rule.domains if any(host == name or host.endswith(f".{name}") for host in hosts)),
    )


def _as_browsers_read(said: str) -> str:
    """A text as browsers read the hosts in it: the full stop of Chinese is a dot, and what is invisible is not there (UTS 46)."""
    return "".join(sign for sign in said if unicodedata.category(sign) != "Cf").replace("\u3002", ".")


def _has(said: str, word: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", said) is not None


def _points(text: str, said: str, rule: SpamRule) -> Iterable[tuple[int, str]]:
    for word in rule.words:
        if _has(said, word):
            yield rule.word_points, f"It says “{word}”."
    letters = [letter for letter in text if letter.isalpha()]
    capitals = sum(letter.isupper() for letter in letters)
    if len(letters) >= rule.capital_letters and capitals * 100 > len(letters) * rule.capital_share:
        yield rule.capital_points, "Most of its letters are capitals."
    for mark, name in (("!", "exclamation marks"), ("$", "dollar signs")):
        more = min(rule.most_mark_points, rule.mark_points * max(0, text.count(mark) - 1))
        if more:
            yield more, f"It has {text.count(mark)} {name}."
