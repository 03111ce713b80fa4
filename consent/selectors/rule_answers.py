"""What the gate answered, or would answer, in words: the outcome, why, and the rules that decided with links to them."""

import dataclasses
import datetime
import zoneinfo
from collections.abc import Mapping, Sequence
from typing import Any, Final

from consent.contracts import Allowed, Ask, Channel, ConsentStatus, Decision, Deferred, SuppressionKind, Tier
from consent.reasons import REASONS
from consent.regions import usual_zones
from consent.rule_questions import NOBODY_OBJECTS, Weighing, law_cap, weigh
from consent.rule_types import Rule
from consent.rule_words import checks_in_words, kind_of, sentence
from consent.rulebook import Rulebook

OUTCOMES: Final[Mapping[str, str]] = {
    "allowed": "Allowed",
    "denied": "Refused",
    "deferred": "Not at this moment",
}
TONES: Final[Mapping[str, str]] = {"allowed": "yes", "denied": "no", "deferred": "wait"}
ICONS: Final[Mapping[str, str]] = {"allowed": "check", "denied": "hand", "deferred": "clock"}


@dataclasses.dataclass(frozen=True, slots=True)
class RuleLine:
    """One rule that was asked: its version is the id with its first day."""

    id: str
    kind: str
    says: str
    valid_from: datetime.date
    statute: str
    verified: bool
    objects: bool


@dataclasses.dataclass(frozen=True, slots=True)
class Answer:
    """An answer in words. `by` is what the check that said no is about; `until` when to ask again."""

    outcome: str
    reason: str
    label: str
    sentence: str
    by: str
    until: datetime.datetime | None
    rules: Sequence[RuleLine]
    says: Sequence[RuleLine]
    rules_version: str

    @property
    def badge(self) -> dict[str, str]:
        """The outcome as a badge."""
        return {"label": OUTCOMES[self.outcome], "tone": TONES[self.outcome], "icon": ICONS[self.outcome]}


@dataclasses.dataclass(frozen=True, slots=True)
class Question:
    """Somebody in a place, and a message at a wall-clock time there. `zone` empty: every clock of the place counts.

    Units: `moment` is naive, read by the zone, by the place's only clock, or by `reading_zone` where it has several.
    """

    place: str
    zone: str
    channel: Channel
    tier: Tier
    moment: datetime.datetime
    consent: ConsentStatus
    suppression: SuppressionKind
    had: int
    minor: bool
    reading_zone: str

    @property
    def zones(self) -> tuple[str, ...]:
        """The clocks that must all be awake."""
        return (self.zone,) if self.zone else usual_zones(self.place)

    @property
    def read_by(self) -> str:
        """The clock the moment is read by."""
        return self.zones[0] if len(self.zones) == 1 else self.reading_zone

    @property
    def at(self) -> datetime.datetime:
        """The moment. An hour that the clocks skip or repeat is taken at its first reading."""
        return self.moment.replace(tzinfo=zoneinfo.ZoneInfo(self.read_by)).astimezone(datetime.UTC)


def answer_question(question: Question, rules: Rulebook) -> Answer:
    """What the gate says, under the rules in force on that day. No query, no clock."""
    facts = dataclasses.replace(
        NOBODY_OBJECTS,
        region=question.place,
        zones=question.zones,
        consent=question.consent,
        suppression=question.suppression,
        minor=question.minor,
        recent_sends=question.had,
        cap=law_cap(rules, question.place, question.channel, question.tier, question.at.date()),
    )
    ask = Ask(question.channel, question.tier, question.at, rules.version)
    return in_words(weigh(ask, facts, rules), rules)


def in_words(weighing: Weighing, rules: Rulebook) -> Answer:
    """A weighing as people read it."""
    outcome, reason = outcome_of(weighing.decision)
    words = REASONS.get(reason)
    return Answer(
        outcome=outcome,
        reason=reason,
        label=words.label if words else "",
        sentence=words.sentence if words else "",
        by=checks_in_words().get(weighing.check, ""),
        until=weighing.decision.until if isinstance(weighing.decision, Deferred) else None,
        rules=[rule_line(each.rule, rules, each.objects) for each in weighing.weighed],
        says=[rule_line(rule, rules) for rule in weighing.says],
        rules_version=rules.version,
    )


def outcome_of(decision: Decision) -> tuple[str, str]:
    """A decision as (outcome, reason code)."""
    return type(decision).__name__.lower(), "" if isinstance(decision, Allowed) else decision.reason


def answered(outcome: str, reason: str) -> str:
    """An outcome with its reason in few words: "Refused: They had as many as allowed"."""
    label = REASONS[reason].label if reason in REASONS else reason
    return f"{OUTCOMES[outcome]}: {label}" if reason else OUTCOMES[outcome]


def rule_line(rule: Rule, rules: Rulebook, objects: bool = False) -> RuleLine:
    """A rule as one line of an answer."""
    source: Any = rule.source
    return RuleLine(
        rule.id, kind_of(rule)[1], sentence(rule, rules), rule.valid_from, source.statute, source.verified, objects
    )
