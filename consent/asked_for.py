"""What the place of a number asks of a message: of its sender, of its text, of the lines in it; and what an answer to a keyword
may pass. Pure, and part of the gate."""

from consent.contracts import Ask, Facts
from consent.regions import country_of
from consent.rule_types import RegistrationRule
from consent.rulebook import Rulebook


def is_answer(ask: Ask, rules: Rulebook) -> bool:
    """Whether this answers the person's own keyword, in the only tier in which that counts."""
    return ask.answers in rules.answers.keywords and ask.tier == rules.answers.tier


def passes(stop: str, ask: Ask, rules: Rulebook) -> bool:
    """Whether this answers the person's own keyword and such an answer leaves in spite of this stop of ours."""
    return is_answer(ask, rules) and stop in rules.answers.passes_stops


def own_place(facts: Facts) -> str:
    """The number's own place, which comes first: its registers and carriers are asked, not those of a home elsewhere."""
    return facts.region.partition(" ")[0]


def registers(ask: Ask, facts: Facts, rules: Rulebook) -> tuple[RegistrationRule, ...]:
    """What is asked of this kind of sender there."""
    return rules.registrations_for(own_place(facts), ask.channel, ask.tier, facts.sender_kind, ask.at.date())


def lacking(ask: Ask, facts: Facts, rules: Rulebook) -> set[str]:
    """How the records stand that are asked for and not held: missing, expired."""
    country = rules.registrations.country_of_records(country_of(own_place(facts)))
    needs = {need for rule in registers(ask, facts, rules) for need in rule.needs}
    unheld = {need for need in needs if f"{need} {country} held" not in facts.registrations}
    return {"expired" if f"{need} {country} expired" in facts.registrations else "missing" for need in unheld}


def compared(ask: Ask, facts: Facts, rules: Rulebook) -> bool:
    """Whether texts are compared with registered ones there."""
    return any(rule.exact_text for rule in registers(ask, facts, rules))


def lines_missing(ask: Ask, facts: Facts, rules: Rulebook) -> set[str]:
    """The lines that a message there must hold and this one does not; none where nobody has said yet what shall be sent."""
    if facts.lines is None:
        return set()
    return rules.lines_for(own_place(facts), ask.channel, ask.tier, ask.at.date()) - set(facts.lines)
