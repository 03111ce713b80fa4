"""One message and one person to whom the gate has no objection, to be spoiled one fact at a time."""

import dataclasses
import datetime
from typing import Any

from consent.contracts import Ask, Decision, Facts
from consent.gate import decide
from consent.rulebook import Rulebook, rulebook

NOON_IN_LAHORE = datetime.datetime(2026, 11, 25, 7, 0, tzinfo=datetime.UTC)
RULES = rulebook()
ASK = Ask("sms", "marketing", NOON_IN_LAHORE, RULES.version)
FACTS = Facts(
    organization_state="live",
    sending_stopped=False,
    sender_ready=True,
    content_ready=True,
    has_address=True,
    address_valid=True,
    in_trial_circle=False,
    suppression="",
    consent="granted",
    minor=False,
    region="PK",
    zones=("Asia/Karachi",),
    recent_sends=0,
    cap=4,
)


def ask(**changes: Any) -> Ask:
    """The unobjectionable message with some changes."""
    return dataclasses.replace(ASK, **changes)


def facts(**changes: Any) -> Facts:
    """The unobjectionable person with some changes."""
    return dataclasses.replace(FACTS, **changes)


def decision(message: Ask = ASK, person: Facts = FACTS, rules: Rulebook = RULES) -> Decision:
    """What the gate says."""
    return decide(message, person, rules)
