"""The words of consent and the moves between them, as data: statuses, sources of evidence, kinds of suppression.

    none ─▶ unproven ─▶ pending ─▶ granted ─▶ expired
      └────────┴───────────┴──────────┴──────────┴──▶ withdrawn ─▶ (by the person alone) pending, granted

A stored word is kept for ever: add words, never change one. Renewing a grant is an event of its own and not a move.
"""

import dataclasses
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Literal, get_args

from consent.contracts import Channel, ConsentStatus, ListKind, SuppressionKind
from core.phone import TEXTABLE_KINDS

STATUS_LABELS: Mapping[ConsentStatus, str] = MappingProxyType(
    {
        "none": "Never asked",
        "unproven": "Claimed, without proof",
        "pending": "Asked to confirm",
        "granted": "Agreed",
        "withdrawn": "Said stop",
        "expired": "Agreed too long ago",
    }
)

#: what an event of the ledger says: a status, or what is none: that a stop was taken back, that they asked for an answer or
#: for a pause, or how they would like to be written to
EVENT_LABELS: Mapping[str, str] = MappingProxyType(
    {
        **{str(status): label for status, label in STATUS_LABELS.items()},
        "lifted": "Stop taken back",
        "requested": "Asked for help",
        "paused": "Asked for a pause",
        "resumed": "Ended their pause",
        "preferred": "Chose how often, when or in which language",
    }
)

MOVES: Mapping[ConsentStatus, frozenset[ConsentStatus]] = MappingProxyType(
    {
        "none": frozenset({"unproven", "pending", "granted", "withdrawn"}),
        "unproven": frozenset({"pending", "granted", "withdrawn", "expired"}),
        "pending": frozenset({"granted", "withdrawn", "expired"}),
        "granted": frozenset({"withdrawn", "expired"}),
        "withdrawn": frozenset({"pending", "granted"}),
        "expired": frozenset({"unproven", "pending", "granted", "withdrawn"}),
    }
)

Source = Literal[
    "web_form",
    "preference_page",
    "unsubscribe_link",
    "one_click",
    "keyword",
    "free_text",
    "email_reply",
    "keypress",
    "spoken",
    "qr",
    "paper",
    "verbal",
    "staff",
    "api",
    "import",
    "provider",
    "complaint",
    "policy",
    "confirm_link",
    "confirm_reply",
    "confirm_key",
]


@dataclasses.dataclass(frozen=True, slots=True)
class SourceRule:
    """What one source of evidence may do.

    `by_person` the person acted and we saw it; only that lifts a stop. `grants` it can prove an agreement. `claims` it can
    at least say there was one. Every source may withdraw: saying stop is never harder than saying yes. `from_address` they did
    it from the very address, so nobody else can have typed it and nothing is left to confirm.
    """

    label: str
    by_person: bool
    grants: bool
    claims: bool = False
    from_address: bool = False


SOURCES: Mapping[Source, SourceRule] = MappingProxyType(
    {
        "web_form": SourceRule("Form on a page", by_person=True, grants=True),
        "preference_page": SourceRule("Preference page", by_person=True, grants=True, from_address=True),
        "unsubscribe_link": SourceRule("Unsubscribe page", by_person=True, grants=False),
        "one_click": SourceRule("Unsubscribe button of the mail program", by_person=True, grants=False),
        "keyword": SourceRule("Keyword in a message", by_person=True, grants=True, from_address=True),
        "free_text": SourceRule("Their own words in a message", by_person=True, grants=False),
        "email_reply": SourceRule("Reply by email", by_person=True, grants=False),
        "keypress": SourceRule("Key pressed in a call", by_person=True, grants=True, from_address=True),
        "spoken": SourceRule("Said in a call", by_person=True, grants=True),
        "qr": SourceRule("Scanned code leading to a form", by_person=True, grants=True),
        "paper": SourceRule("Signed paper, filed by staff", by_person=False, grants=True, claims=True),
        "verbal": SourceRule("Said in person, noted by staff", by_person=False, grants=False, claims=True),
        "staff": SourceRule("Entered by staff", by_person=False, grants=False, claims=True),
        "api": SourceRule("Sent in by another system", by_person=False, grants=True, claims=True),
        "import": SourceRule("Imported file", by_person=False, grants=True, claims=True),
        "provider": SourceRule("Reported by the carrier", by_person=False, grants=False),
        "complaint": SourceRule("Marked as spam", by_person=True, grants=False),
        "policy": SourceRule("Rule of the rulebook", by_person=False, grants=False),
        "confirm_link": SourceRule("Confirmed by a link", by_person=True, grants=True, from_address=True),
        "confirm_reply": SourceRule("Confirmed by an answer", by_person=True, grants=True, from_address=True),
        "confirm_key": SourceRule("Confirmed by a key in a call", by_person=True, grants=True, from_address=True),
    }
)

#: by what somebody confirmed an agreement of theirs, as an event of its own
CONFIRMED_BY: tuple[Source, ...] = ("confirm_link", "confirm_reply", "confirm_key")

#: how the team may write down an agreement, and a stop, that somebody gave them outside the product
CONSENT_BY_HAND: tuple[Source, ...] = ("paper", "verbal", "staff")
STOP_BY_HAND: tuple[Source, ...] = ("verbal", "paper", "email_reply", "spoken", "staff")

#: which channels reach an address of each kind
POINT_CHANNELS: Mapping[str, tuple[Channel, ...]] = MappingProxyType(
    {"phone": ("sms", "whatsapp", "voice"), "whatsapp": ("whatsapp",), "email": ("email",)}
)

#: the channels that carry texts to a phone number; which kinds of number take them is said in core.phone
TEXTED_CHANNELS: tuple[Channel, ...] = ("sms", "whatsapp")

#: From the one that holds longest to the one that heals: a person with several is described by the first.
SUPPRESSION_ORDER: tuple[SuppressionKind, ...] = (
    "platform",
    "erased",
    "opted_out",
    "complaint",
    "bounced",
    "paused",
    "dnc",
    "",
)

SUPPRESSION_LABELS: Mapping[SuppressionKind, str] = MappingProxyType(
    {
        "platform": "Blocked on the whole platform",
        "erased": "Asked to be forgotten",
        "opted_out": "Said stop",
        "complaint": "Complained",
        "bounced": "Cannot be reached there",
        "paused": "Asked for a pause",
        "dnc": "On a do-not-call register",
        "": "Not suppressed",
    }
)

#: lists an organisation keeps of addresses that must not be reached, beside what people said to it
LIST_LABELS: Mapping[ListKind, str] = MappingProxyType(
    {
        "own": "Your own list",
        "litigator": "Known litigators",
        "national_dnc": "National do-not-call register",
        "reassigned": "Numbers that changed hands",
        "deactivated": "Numbers given up",
    }
)

#: what the person's own newer yes, or START, ends: also that they asked to be forgotten, for they make themselves known again
#: (docs/adr/0019); a complaint, a bounce or a register entry it does not
LIFTABLE: tuple[SuppressionKind, ...] = ("opted_out", "erased")


class UnknownWord(ValueError):
    """A status, source or suppression that no table here lists."""


def can_move(before: ConsentStatus, after: ConsentStatus, source: Source) -> bool:
    """Whether evidence from this source may change consent from one status to another.

    A stop is lifted by the person's own act alone: no import, system or member of staff re-subscribes anybody.
    Errors: UnknownWord for a word outside the tables, so a misspelling never reads as a refusal or a yes.
    Source: 47 CFR 64.1200(a)(10); GDPR article 7(1) and (3).
    """
    _demand_known("status", before, get_args(ConsentStatus))
    _demand_known("status", after, get_args(ConsentStatus))
    _demand_known("source", source, get_args(Source))
    rule = SOURCES[source]
    if after not in MOVES[before]:
        return False
    if after == "withdrawn":
        return True
    if after == "expired":
        return source == "policy"
    if before == "withdrawn" and not rule.by_person:
        return False
    return rule.claims if after == "unproven" else rule.grants


def demand_source(source: str) -> None:
    """Errors: UnknownWord for a source that no table here lists, so that the ledger speaks one language."""
    _demand_known("source", source, get_args(Source))


def takes(channel: Channel, number_type: str) -> bool:
    """Whether a number of this type can be reached on a channel: texts want a mobile one, or one that may be mobile."""
    return channel not in TEXTED_CHANNELS or number_type in TEXTABLE_KINDS


def reaches(channel: Channel, kind: str, number_type: str) -> bool:
    """Whether an address of this kind can be reached on a channel; of a phone number it matters what kind of number it is."""
    return channel in POINT_CHANNELS.get(kind, ()) and (kind != "phone" or takes(channel, number_type))


def strongest_suppression(kinds: Iterable[SuppressionKind]) -> SuppressionKind:
    """The one suppression that describes somebody with several; empty for none. Errors: UnknownWord."""
    found = set(kinds)
    for kind in found:
        _demand_known("suppression", kind, SUPPRESSION_ORDER)
    return next((kind for kind in SUPPRESSION_ORDER if kind in found), "")


def _demand_known(what: str, word: str, known: tuple[str, ...]) -> None:
    if word not in known:
        raise UnknownWord(f"{what}: {word!r} is not one of {', '.join(entry or '(none)' for entry in known)}")
