"""One decision of the gate as it was kept: what was known, what was answered, and the rules that decided (C32)."""

import dataclasses
import datetime
from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

from consent.contracts import Ask, Channel, Facts, OwnHours, Tier
from consent.models import CHANNELS, TIERS, DecisionRecord
from consent.rule_questions import weigh
from consent.rule_words import clock, place_name
from consent.rulebook import Rulebook
from consent.selectors.rule_answers import ICONS, OUTCOMES, TONES, Answer, answered, in_words
from consent.selectors.rule_sets import rules_of
from consent.states import STATUS_LABELS, SUPPRESSION_LABELS

_CHANNELS: Final = dict(CHANNELS)
_TIERS: Final = dict(TIERS)
_STATES: Final[Mapping[str, str]] = {
    "trial": "On trial",
    "live": "Live",
    "suspended": "Suspended",
    "closed": "Closed",
}
#: facts that are yes or no, with the words for each
_YES_NO: Final[Mapping[str, tuple[str, str, str]]] = {
    "sending_stopped": ("Emergency stop", "Pressed", "Not pressed"),
    "sender_ready": ("Sender", "Ready", "Not ready"),
    "content_ready": ("Text", "Ready", "Not ready, or not approved"),
    "has_address": ("Address", "There is one", "There is none on this channel"),
    "address_valid": ("Takes this channel", "Yes", "No"),
    "in_trial_circle": ("Tester of the trial", "Yes", "No"),
    "minor": ("Known to be a minor", "Yes", "No"),
    "window_open": ("They wrote lately, where that counts", "Yes", "No"),
    "own_full": ("Had as many as they want", "Yes", "No"),
}


@dataclasses.dataclass(frozen=True, slots=True)
class KeptDecision:
    """A decision: its inputs in words, its outcome, and what the rules of that time say to the same inputs.

    `answer` is None where those rules are not kept, or know fewer or other facts; `agrees` whether they say the same.
    """

    record: DecisionRecord
    badge: Mapping[str, str]
    label: str
    inputs: Sequence[tuple[str, str]]
    answer: Answer | None
    agrees: bool


def kept_decision(record: DecisionRecord) -> KeptDecision:
    """Read a decision with the rules it was made under. One query at most."""
    rules = rules_of(record.rules_version)
    answer = _answer(record, rules) if rules is not None else None
    agrees = answer is not None and (answer.outcome, answer.reason) == (record.outcome, record.reason)
    return KeptDecision(
        record=record,
        badge={
            "label": OUTCOMES.get(record.outcome, record.outcome),
            "tone": TONES.get(record.outcome, "plain"),
            "icon": ICONS.get(record.outcome, "clock"),
        },
        label=answered(record.outcome, record.reason) if record.outcome in OUTCOMES else record.reason,
        inputs=inputs_in_words(record.facts),
        answer=answer,
        agrees=agrees,
    )


def _answer(record: DecisionRecord, rules: Rulebook) -> Answer | None:
    known = dict(record.facts)
    channel, tier, answers = known.pop("channel", ""), known.pop("tier", ""), known.pop("answers", "")
    try:
        own, room = known.pop("own_hours", None), known.pop("cap_until", None)
        lists = {
            name: tuple(known[name])
            for name in ("zones", "registrations", "lines", "listed", "registers")
            if name == "zones" or known.get(name)
        }
        told: dict[str, Any] = {"own_hours": OwnHours(**own) if own else None}
        told |= {"cap_until": datetime.datetime.fromisoformat(room)} if room else {}
        facts = Facts(**known | lists | told)
    except (KeyError, TypeError, ValueError):  # facts of a time that knew others
        return None
    at = cast(datetime.datetime, record.decided_at)
    ask = Ask(cast(Channel, channel), cast(Tier, tier), at, rules.version, answers)
    return in_words(weigh(ask, facts, rules), rules)


def inputs_in_words(known: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Everything the gate was told, in words; what no word is known for is shown as it is kept."""
    channel, tier = str(known.get("channel", "")), str(known.get("tier", ""))
    told = [
        ("Channel", _CHANNELS.get(channel, channel)),
        ("Kind of message", _TIERS.get(tier, tier)),
        ("Answers their keyword", str(known["answers"]).upper() if known.get("answers") else "No"),
        ("Agreement", STATUS_LABELS.get(known.get("consent", ""), str(known.get("consent", "")))),
        ("Protection", SUPPRESSION_LABELS.get(known.get("suppression", ""), str(known.get("suppression", "")))),
        ("Where they are", _places(str(known.get("region", "")))),
        ("Their clocks", ", ".join(known.get("zones", ())) or "Not known"),
        ("Had already", _had(known)),
        ("Hours they chose", _own(known.get("own_hours"))),
        ("Registrations", ", ".join(known.get("registrations", ()))),
        ("On lists", ", ".join(known.get("listed", ()))),
        ("Registers asked", ", ".join(known.get("registers", ()))),
        (
            "Your organisation",
            _STATES.get(known.get("organization_state", ""), str(known.get("organization_state", ""))),
        ),
    ]
    for name, (label, yes, no) in _YES_NO.items():
        if name in known:
            told.append((label, yes if known[name] else no))
    return [(label, text) for label, text in told if text]


def _places(region: str) -> str:
    return "; ".join(place_name(place) for place in region.split()) or "Not known"


def _had(known: Mapping[str, Any]) -> str:
    cap, had = known.get("cap"), known.get("recent_sends", 0)
    return "Not counted: no limit holds" if cap is None else f"{had} of at most {cap}"


def _own(own: Mapping[str, Any] | None) -> str:
    return f"{clock(own['start'])} to {clock(own['end'])}, {own['zone']}" if own else "None"
