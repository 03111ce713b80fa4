"""Words for what the ledger stores as codes."""

import uuid
from collections.abc import Mapping
from typing import Final

from consent.models import CHANNELS
from consent.rule_words import place_name
from consent.states import EVENT_LABELS, SOURCES, SUPPRESSION_LABELS

CHANNEL_LABELS: Final[Mapping[str, str]] = dict(CHANNELS)
_TONES: Final[Mapping[str, str]] = {"granted": "yes", "unproven": "wait", "pending": "wait", "withdrawn": "no"}
_ICONS: Final[Mapping[str, str]] = {"granted": "check", "unproven": "alert", "pending": "clock", "withdrawn": "hand"}
_PREFIXES: Final[Mapping[str, str]] = {
    "granted": "CR",
    "unproven": "CU",
    "withdrawn": "CW",
    "lifted": "CL",
    "requested": "CH",
    "pending": "CP",
}
_WRITTEN_FROM: Final[Mapping[str, str]] = {
    **dict.fromkeys(("keyword", "free_text", "email_reply", "confirm_reply"), "their message"),
    **dict.fromkeys(
        ("web_form", "preference_page", "unsubscribe_link", "one_click", "qr", "confirm_link"), "their click"
    ),
    **dict.fromkeys(("keypress", "spoken", "confirm_key"), "their call"),
    **dict.fromkeys(("provider", "complaint"), "the carrier's report"),
    "import": "the file",
    "policy": "a rule of the rulebook",
}
_DIGITS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def source_label(source: str, status: str = "granted") -> str:
    """How something became known, in words; a source that no table knows is shown as it is. A stop needs no signature."""
    if (source, status) == ("paper", "withdrawn"):
        return "On paper, filed by staff"
    rule = SOURCES.get(source)  # type: ignore[call-overload]
    return rule.label if rule else source.replace("_", " ").capitalize()


def by_itself(source: str) -> str:
    """Who wrote an event down when nobody did: the product, and from what."""
    return f"The product, from {_WRITTEN_FROM[source]}" if source in _WRITTEN_FROM else "The product"


def suppression_label(kind: str) -> str:
    """Why an address is protected, in words."""
    return SUPPRESSION_LABELS.get(kind, kind)  # type: ignore[call-overload, no-any-return]


def status_badge(status: str) -> dict[str, str]:
    """A status, or what an event says, as a badge."""
    label = EVENT_LABELS.get(status, status)
    return {"label": label, "tone": _TONES.get(status, "plain"), "icon": _ICONS.get(status, "clock")}


def receipt_number(event_id: uuid.UUID, status: str) -> str:
    """A number people can read to each other, "CR-7F3K-20M9": eight digits of Crockford's base 32 from the id's end.

    Shape: CR somebody agreed, CU a claim without proof, CW withdrawn, CL a stop taken back, CH a call for help, CP
           a yes that waits to be confirmed. It names an
           event to people, not to code.
    """
    value = event_id.int
    digits = [_DIGITS[value >> 5 * place & 31] for place in reversed(range(8))]
    return f"{_PREFIXES.get(status, 'CE')}-{''.join(digits[:4])}-{''.join(digits[4:])}"


def places_text(region: str) -> str:
    """Where somebody is, in words: "Nebraska, United States"; several places where a number leaves it open."""
    return "; ".join(place_name(place) for place in region.split()) or "Not known"
