"""What a full cap means: refused, or put off to the first hour at which there is room and the place's hours are open."""

import datetime

from consent import quiet_hours
from consent.contracts import Ask, Decision, Deferred, Denied, Facts
from consent.rulebook import Rulebook


def is_full(facts: Facts) -> bool:
    """Whether a cap holds and they got as many as it allows."""
    return facts.cap is not None and facts.recent_sends >= facts.cap


def law_caps(ask: Ask, facts: Facts, rules: Rulebook) -> bool:
    """Whether the law of any of their places limits such a message."""
    places = facts.region.split()
    return any(rules.caps_for(place, ask.channel, ask.tier, ask.at.date()) for place in places)


def enough(ask: Ask, facts: Facts, rules: Rulebook) -> Decision:
    """The answer for somebody who has had enough: it waits where every full cap lets it, else it is refused with the moment."""
    until = _possible_at(ask, facts, rules)
    return Deferred("freq_cap", until) if facts.cap_waits and until is not None else Denied("freq_cap", until)


def _possible_at(ask: Ask, facts: Facts, rules: Rulebook) -> datetime.datetime | None:
    """When there is room and it is no quiet time; where nobody can tell the hours, they are asked about then."""
    if facts.cap_until is None:
        return None
    try:
        opens = quiet_hours.next_allowed(
            facts.cap_until, facts.region, facts.zones, ask.channel, ask.tier, rules, facts.own_hours
        )
    except (quiet_hours.PlaceUnknown, quiet_hours.NoOpening):
        opens = None
    return opens or facts.cap_until
