"""The rules in plain words: one sentence each that somebody who never saw the files can check against the law."""

import datetime
import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from accounts.choices import country_name
from consent.gate import CHECKS
from consent.regions import country_of, part_name
from consent.rule_types import (
    AnswerRule,
    AskingRule,
    Bar,
    Calendar,
    Cap,
    ConfirmationRule,
    ContentRule,
    Deadline,
    Disclosure,
    Holiday,
    ListRule,
    RegistrationRule,
    Rule,
    Source,
    SpamRule,
    Span,
    StopScope,
    SuppressionRule,
    TierRule,
    Window,
)
from consent.rulebook import Rulebook
from consent.states import LIST_LABELS, SOURCES, STATUS_LABELS, SUPPRESSION_LABELS

CHANNELS: Final[Mapping[str, str]] = {"sms": "SMS", "whatsapp": "WhatsApp", "voice": "telephone", "email": "email"}
TIERS: Final[Mapping[str, str]] = {
    "transactional": "order and security notices",
    "informational": "announcements",
    "marketing": "offers",
    "ai_call": "AI calls",
}
KINDS: Final[Mapping[type, tuple[str, str]]] = {
    Window: ("hours", "Hours"),
    Cap: ("caps", "How often"),
    Bar: ("bars", "Not at all"),
    Disclosure: ("disclosures", "What must be said"),
    RegistrationRule: ("registrations", "What must be registered"),
    ListRule: ("lists", "Lists and registers"),
    ContentRule: ("content", "What may not be said"),
    SpamRule: ("spam", "What reads like spam"),
    ConfirmationRule: ("confirmations", "What must be confirmed"),
    AskingRule: ("asking", "How a confirmation is asked for"),
    StopScope: ("stops", "What a stop closes"),
    SuppressionRule: ("protection", "Protected addresses"),
    TierRule: ("agreement", "Agreement"),
    AnswerRule: ("answers", "Answers to keywords"),
    Calendar: ("holidays", "Holidays"),
    Deadline: ("deadlines", "Ages and deadlines"),
}
STANDINGS: Final[Mapping[str, str]] = {
    "statute": "The text of the law was read",
    "secondary": "Taken from somebody's account of the law",
    "policy": "Our own choice; no law was found that says it",
}
SENDERS: Final[Mapping[str, str]] = {
    "long_code": "an ordinary number",
    "toll_free": "a toll-free number",
    "short_code": "a short code",
    "alphanumeric": "a name in place of a number",
}
#: the days of `rule_questions.Stretch`
DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday", "a holiday")
_NTH: Final[Mapping[int, str]] = {1: "first", 2: "second", 3: "third", 4: "fourth", -1: "last"}
_DEADLINES: Final[Mapping[str, str]] = {
    "adult": "Age",
    "consent_expiry": "When an agreement ends",
    "asking_again": "Asking again before an agreement ends",
    "confirmation": "When a request to confirm ends",
    "evidence_retention": "How long proof is kept",
    "revocation": "When a stop must hold",
}
_VERDICTS: Final[Mapping[str, str]] = {
    "block": "is refused, and nobody can allow it",
    "second": "is refused until a second person allows that very text",
    "warn": "is pointed out before a launch",
}
_ENGAGEMENTS: Final[Mapping[str, str]] = {"reply": "a reply", "click": "a click", "order": "an order"}
_WITH_ARTICLE: Final = ("US", "GB", "NL", "AE", "PH", "VI", "MP", "US-DC")
_STOPS: Final[Mapping[str, str]] = {
    "suspended": "a suspension",
    "sending_stopped": "the emergency stop",
    "unregistered": "a registration that is missing",
    "listed": "a list of the organisation or a register",
}


def sentence(rule: Rule, rules: Rulebook) -> str:
    """What a rule says. Shape: one or two sentences, for every kind of rule there is."""
    return _SENTENCES[type(rule)](rule, rules)


def kind_of(rule: Rule) -> tuple[str, str]:
    """The kind of a rule as (key, label)."""
    return KINDS[type(rule)]


def subject(rule: Rule) -> str:
    """What tells a rule without a place from others of its kind; empty where its places do."""
    match rule:
        case TierRule():
            return _capital(TIERS[rule.name])
        case SuppressionRule():
            return SUPPRESSION_LABELS[rule.kind]
        case ListRule():
            return LIST_LABELS[rule.kind] if rule.places == ("*",) else ""
        case StopScope():
            return f"said by {listed((CHANNELS[each] for each in rule.heard_on), 'or')}"
        case Deadline():
            return _DEADLINES[rule.name]
        case Calendar():
            return rule.name
        case ContentRule():
            return rule.label
        case SpamRule():
            return "Spam score"
        case Window():
            return _capital(listed(TIERS[tier] for tier in rule.tiers)) if rule.places == ("*",) else ""
    return ""


def place_name(place: str) -> str:
    """A country or a part of one by name; everywhere, or the countries without rules of their own."""
    if place in ("*", "other"):
        return "Everywhere" if place == "*" else "Any other country"
    country = country_name(country_of(place))
    return country if "-" not in place else f"{part_name(place)}, {country}"


def listed(words: Iterable[str], joint: str = "and") -> str:
    """ "a", "a and b", "a, b and c"."""
    found = list(words)
    return found[0] if len(found) == 1 else f"{', '.join(found[:-1])} {joint} {found[-1]}"


def clock(minute: int) -> str:
    """Minutes since midnight as 08:00; 24:00 is midnight."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


def days(numbers: Sequence[int]) -> str:
    """Days of a week in a few words: "Monday to Friday", "Saturday and Sunday", "every day"."""
    if tuple(numbers[:7]) == tuple(range(7)):
        return listed(["every day", *(f"on {DAYS[number]}" for number in numbers[7:])])
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1 and number < 7:
            runs[-1].append(number)
        else:
            runs.append([number])
    return listed(_run(run) for run in runs)


def _run(run: list[int]) -> str:
    if len(run) < 3:
        return listed(DAYS[number] for number in run)
    return f"{DAYS[run[0]]} to {DAYS[run[-1]]}"


def standing(source: Source) -> str:
    """What was read, in words."""
    return STANDINGS[source.standing]


def sends(channels: Iterable[str], tiers: Iterable[str]) -> str:
    """Which messages: "offers and announcements by SMS or voice"."""
    return f"{listed(TIERS[tier] for tier in tiers)} by {listed((CHANNELS[each] for each in channels), 'or')}"


def places_of(rule: Rule) -> tuple[str, ...]:
    """The places a rule names; everywhere where it names none."""
    return tuple(getattr(rule, "places", ("*",)))


def _where(places: Sequence[str]) -> str:
    if places == ("*",):
        return "everywhere"
    if places == ("other",):
        return "in countries without rules of their own"
    return f"in {listed(_after_in(place) for place in places)}"


def _after_in(place: str) -> str:
    name = place_name(place).partition(",")[0]
    return f"the {name}" if place in _WITH_ARTICLE else name


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _window(rule: Window, rules: Rulebook) -> str:
    spans = [("Monday to Friday", rule.weekdays), ("on Saturday", rule.saturday), ("on Sunday", rule.sunday)]
    if rule.weekdays == rule.saturday == rule.sunday:
        spans = [("every day", rule.weekdays)]
    elif rule.weekdays == rule.saturday:
        spans = [("Monday to Saturday", rule.weekdays), spans[2]]
    elif rule.saturday == rule.sunday:
        spans = [spans[0], ("on Saturday and Sunday", rule.saturday)]
    hours = "; ".join(f"{label} {_hours(several)}" for label, several in spans)
    closed = f" Not on a holiday of the calendar {rule.closed_on}." if rule.closed_on else ""
    what = _capital(sends(rule.channels, rule.tiers))
    return f"{what} may reach people {_where(rule.places)} by their own clock: {hours}.{closed}"


def _hours(spans: Sequence[Span]) -> str:
    return listed(f"{clock(span.start)} to {clock(span.end)}" for span in spans) if spans else "not at all"


def _cap(rule: Cap, rules: Rulebook) -> str:
    more = "One more leaves when there is room again." if rule.waits else "One more is refused."
    return (
        f"One person {_where(rule.places)} gets at most {rule.count} messages within {rule.window_hours} hours"
        f" ({sends(rule.channels, rule.tiers)}), whatever campaign or number they come from. {more}"
    )


def _bar(rule: Bar, rules: Rulebook) -> str:
    return f"{_capital(sends(rule.channels, rule.tiers))} are not sent to people {_where(rule.places)}."


def _disclosure(rule: Disclosure, rules: Rulebook) -> str:
    what = f"{_capital(_where(rule.places))}, in {sends(rule.channels, rule.tiers)}: {rule.says}"
    if not rule.line:
        keeper = "Carillon sees to it." if rule.keeper == "product" else "Whoever writes the text sees to it."
        return f"{what} {keeper}"
    said = listed(f"“{words}” ({language})" for language, words in rule.snippets)
    if rule.way == "check":
        return f"{what} Nothing is added there: who would read a text without it is left out. Such as {said}."
    one_way = f" From a sender that takes no answer: “{dict(rule.one_way)['en']}”." if rule.one_way else ""
    return f"{what} Carillon adds it to a text that lacks it, in the language of whoever reads it: {said}.{one_way}"


def _registration(rule: RegistrationRule, rules: Rulebook) -> str:
    what = f"{_capital(sends(rule.channels, rule.tiers))} from {listed((SENDERS[each] for each in rule.senders), 'or')}"
    if not rule.taken:
        return f"{what} are not taken {_where(rule.places)}."
    needs = listed(rules.registrations.kind(need).label for need in rule.needs)
    exact = " Every text must be one that is registered, word for word." if rule.exact_text else ""
    return f"{what} reach people {_where(rule.places)} once this is approved and in force: {needs}.{exact}"


def _list(rule: ListRule, rules: Rulebook) -> str:
    said = f"Who is on “{LIST_LABELS[rule.kind]}” {_where(rule.places)} gets {listed(f'no {TIERS[each]}' for each in rule.tiers)}"
    said += f" by {listed((CHANNELS[each] for each in rule.channels), 'or')}"
    if rule.overridden_by:
        statuses = listed((STATUS_LABELS[each].lower() for each in rule.overridden_by), "or")
        said += f", unless their agreement reads “{statuses}”"
    old = f" Data older than {rule.fresh_days} days is stale: then nothing of this leaves"
    when = {
        "never": "",
        "held": f"{old} until it is renewed, for an organisation that has the register.",
        "always": f"{old}, nor where the register is missing.",
    }
    return f"{said}.{when[rule.need]}"


def _content(rule: ContentRule, rules: Rulebook) -> str:
    looked = listed((f"“{word}”" for word in (*rule.words, *rule.domains)), "or")
    verdict = _VERDICTS[rule.severity]
    what = _capital(sends(rule.channels, rule.tiers))
    return f"{what} {_where(rule.places)}: a text with {looked} {verdict} ({rule.label}). {rule.why}"


def _spam(rule: SpamRule, rules: Rulebook) -> str:
    return (
        f"A text with {rule.warn_at} points of the spam score or more is pointed out before a launch, and with"
        f" {rule.second_at} or more needs a second person who allows it: {rule.word_points}"
        f" for each of {listed((f'“{word}”' for word in rule.words), 'or')}, {rule.capital_points} for capitals in more"
        f" than {rule.capital_share} % of its letters, {rule.mark_points} for each further exclamation mark or dollar sign."
    )


def _confirmation(rule: ConfirmationRule, rules: Rulebook) -> str:
    ways = listed((f"“{SOURCES[each].label}”" for each in rule.sources), "or")  # type: ignore[index]
    return (
        f"{_capital(_where(rule.places))}, an agreement to {sends(rule.channels, rule.tiers)} known from {ways} counts once the"
        f" person has confirmed it from that address; they have {rules.policy.confirmation_days} days."
    )


def _asking(rule: AskingRule, rules: Rulebook) -> str:
    return (
        f"Whoever agreed at most {rule.fresh_days} days ago is asked once to confirm it, and never again for that agreement;"
        f" an address gets at most {rule.most} such requests within {rule.hours} hours."
    )


def _stop_scope(rule: StopScope, rules: Rulebook) -> str:
    heard = listed((CHANNELS[each] for each in rule.heard_on), "or")
    return f"A stop said by {heard} closes {listed(CHANNELS[each] for each in rule.stops)} for that address, for every purpose."


def _tier(rule: TierRule, rules: Rulebook) -> str:
    statuses = listed((STATUS_LABELS[each].lower() for each in rule.accepts), "or")
    caps = "Limits on how often count them." if rule.capped else "No limit on how often counts them."
    by = listed((CHANNELS[each] for each in rule.channels), "or")
    return f"{_capital(TIERS[rule.name])} go to people whose agreement reads “{statuses}”, by {by}. {caps}"


def _suppression(rule: SuppressionRule, rules: Rulebook) -> str:
    label = SUPPRESSION_LABELS[rule.kind]
    return f"An address marked “{label}” gets {listed(f'no {TIERS[each]}' for each in rule.blocks)}."


def _answers(rule: AnswerRule, rules: Rulebook) -> str:
    words = listed((word.upper() for word in rule.keywords), "or")
    past = [SUPPRESSION_LABELS[each].lower() for each in rule.passes_suppression]
    past += [_STOPS[each] for each in rule.passes_stops]
    return (
        f"Who writes {words} is answered once, in spite of {listed(f'“{each}”' for each in past)}: a stop is confirmed"
        f" within {rule.stop_minutes} minutes or not at all, anything else within {rule.other_minutes}."
        f" HELP is answered {rule.help_most} times at most while it comes again within {rule.help_hours} hours."
    )


def _calendar(rule: Calendar, rules: Rulebook) -> str:
    return f"The calendar {rule.name} is closed on {listed(_holiday(day) for day in rule.days)}."


def _holiday(day: Holiday) -> str:
    month = datetime.date(2000, day.month, 1).strftime("%B")
    if day.day is not None:
        return f"{day.name} ({day.day} {month}, and the weekday it is observed on)"
    return f"{day.name} (the {_NTH[day.nth or 1]} {DAYS[day.weekday or 0]} of {month})"


def _deadline(rule: Deadline, rules: Rulebook) -> str:
    policy = rules.policy
    used = [_ENGAGEMENTS[each] for each in policy.renewed_by]
    expiry = ", ".join(f"{TIERS[tier]} after {months} months" for tier, months in policy.expiry_months)
    return {
        "adult": f"People younger than {policy.adult_years} years are not written to.",
        "consent_expiry": f"An agreement that was not used ends: {expiry}. {listed(used, 'or').capitalize()} is use of it.",
        "asking_again": (
            f"People are asked at most {policy.asking_before_days} days before their agreement ends, once in"
            f" {policy.asking_once_days} days; an answer counts for {policy.asking_answer_days} days, and silence is none."
        ),
        "confirmation": f"A request to confirm an agreement is open for {policy.confirmation_days} days.",
        "evidence_retention": f"Proof is kept {policy.evidence_retention_months} months after it was last relied on.",
        "revocation": (
            f"A stop must be in force within {policy.revocation_business_days} business days;"
            " weekends and federal holidays do not count. Here it holds before the next message leaves."
        ),
    }[rule.name]


_SENTENCES: Final[Mapping[type, Callable[[Any, Rulebook], str]]] = {
    Window: _window,
    Cap: _cap,
    Bar: _bar,
    Disclosure: _disclosure,
    RegistrationRule: _registration,
    ListRule: _list,
    ContentRule: _content,
    SpamRule: _spam,
    ConfirmationRule: _confirmation,
    AskingRule: _asking,
    StopScope: _stop_scope,
    TierRule: _tier,
    SuppressionRule: _suppression,
    AnswerRule: _answers,
    Calendar: _calendar,
    Deadline: _deadline,
}


@functools.cache
def checks_in_words() -> Mapping[str, str]:
    """What each check of the gate is about, by its name: the first line its author wrote about it."""
    return {check.__name__: (check.__doc__ or "").strip().partition("\n")[0] for check in CHECKS}
