"""What lists and registers say of somebody: does an entry count, is a register too old. Pure, and part of the gate."""

from consent.asked_for import own_place
from consent.contracts import Ask, Facts
from consent.regions import country_of
from consent.rule_types import ListRule
from consent.rulebook import Rulebook, in_force

#: how facts name the platform's own list of domains and prefixes
PLATFORM = "platform *"


def is_listed(ask: Ask, facts: Facts, rules: Rulebook) -> bool:
    """Whether somebody is on a list that stops this message; a kind of list that no rule names stops everything."""
    return any(_stops(entry, ask, facts, rules) for entry in facts.listed if entry != PLATFORM)


def is_stale(ask: Ask, facts: Facts, rules: Rulebook) -> bool:
    """Whether a register that must be asked about people there is missing or too old; an agreement may override that."""
    return any(is_unasked(rule, facts, rules) for rule in _concerned(ask, facts, rules))


def is_unasked(rule: ListRule, facts: Facts, rules: Rulebook) -> bool:
    """Whether one register had to be asked and was not: it is old, or missing where it is always needed."""
    if rule.need == "never" or facts.consent in rule.overridden_by:
        return False
    # a territory keeps no register of its own
    home = rules.registrations.country_of_records(country_of(own_place(facts)))
    country = "*" if "*" in rule.places else home
    held = {entry for entry in facts.registers if entry.rpartition(" ")[0] == f"{rule.kind} {country}"}
    return f"{rule.kind} {country} fresh" not in held and (bool(held) or rule.need == "always")


def counts(rule: ListRule, ask: Ask, facts: Facts, rules: Rulebook) -> bool:
    """Whether somebody is on a list that one rule is about, and the rule lets it count."""
    on_it = any(rule in _rules_of(entry, ask, rules) for entry in facts.listed)
    return on_it and facts.consent not in rule.overridden_by


def looked_at(ask: Ask, facts: Facts, rules: Rulebook) -> tuple[ListRule, ...]:
    """The rules about the lists somebody is on, and about the registers asked in their place."""
    found = [rule for entry in facts.listed for rule in _rules_of(entry, ask, rules)]
    return tuple(dict.fromkeys([*found, *(rule for rule in _concerned(ask, facts, rules) if rule.need != "never")]))


def _concerned(ask: Ask, facts: Facts, rules: Rulebook) -> tuple[ListRule, ...]:
    return rules.lists_for(own_place(facts), ask.channel, ask.tier, ask.at.date())


def _rules_of(entry: str, ask: Ask, rules: Rulebook) -> tuple[ListRule, ...]:
    """The rules about one entry of `Facts.listed` ("national_dnc US"), for this channel and tier."""
    kind, _, country = entry.partition(" ")
    about = (rule for rule in rules.lists if rule.kind == kind and in_force(rule, ask.at.date()))
    places = {"*", country}
    return tuple(
        rule for rule in about
        if places & set(rule.places) and ask.channel in rule.channels and ask.tier in rule.tiers
    )  # fmt: skip


def _stops(entry: str, ask: Ask, facts: Facts, rules: Rulebook) -> bool:
    if entry.partition(" ")[0] not in {rule.kind for rule in rules.lists}:
        return True
    return any(facts.consent not in rule.overridden_by for rule in _rules_of(entry, ask, rules))
