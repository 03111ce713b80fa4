"""How the registrations of a sender stand, as the gate is told: which are held, which have run out, which texts there are."""

import dataclasses
import datetime
import re
from typing import Final

from django.db.models import Q

from accounts.contracts import Refused
from consent.registration_rules import RegistrationRules
from consent.rule_types import SenderKind
from consent.rulebook import Rulebook, in_force
from core.phone import PhoneNumber, parse_phone
from messaging.models import Registration, Sender

#: a place in a registered text: {#var#}, or a tagged one such as {#numeric#}
_PLACE: Final = re.compile(r"\{#\w+#\}")
_VARIABLE: Final = re.compile(r"\{\{.*?\}\}", re.DOTALL)
#: stands for a value that is not known yet
_VALUE: Final = "\ufffc"
_SHORT: Final = re.compile(r"[0-9]{3,8}")
_BY_NUMBER: Final = ("sms", "voice")


@dataclasses.dataclass(frozen=True, slots=True)
class Registered:
    """What a sender may show, for one tier on one day. Equal for everybody who is asked about together.

    `sender_kind` is "" where no register is asked: a carrier on this machine, a mailbox, a network of its own.
    """

    sender_kind: str = ""
    #: "kind country standing", sorted
    standings: tuple[str, ...] = ()
    #: the registered texts in force for the tier
    texts: tuple[str, ...] = ()
    longest_value: int = 0

    @property
    def one_way(self) -> bool:
        """Whether nobody can answer it: a name in place of a number."""
        return self.sender_kind == "alphanumeric"

    def has_text(self, text: str) -> bool:
        """Whether a text, finished or with its variables, is one of the registered ones, word for word."""
        return any(is_text_of(as_sample(text), known, self.longest_value) for known in self.texts)


UNASKED: Final = Registered()


def kind_of_sender(channel: str, address: str, *, practice: bool) -> SenderKind | str:
    """What registers call a sender; "" where none is asked.

    A carrier on this machine hands nothing to any network, so no register has a say in it.
    """
    if practice or channel not in _BY_NUMBER:
        return ""
    if _SHORT.fullmatch(address):
        return "short_code"
    if not address.startswith("+"):
        return "alphanumeric"
    number = parse_phone(address)
    return "toll_free" if isinstance(number, PhoneNumber) and number.kind == "toll_free" else "long_code"


def registered(sender: Sender, tier: str, at: datetime.datetime, rules: RegistrationRules) -> Registered:
    """What a sender has registered. One query; none where no register is asked."""
    kind = kind_of_sender(sender.channel, sender.address, practice=sender.account.practice)
    if not kind:
        return UNASKED
    rows = Registration.objects.filter(Q(sender_id=sender.id) | Q(sender_id=None))
    standings: set[str] = set()
    texts: set[str] = set()
    for row in rows:
        standing = standing_of(row, sender, tier, at.date(), rules)
        if standing:
            standings.add(f"{row.kind} {row.country} {standing}")
        if standing == "held" and row.text:
            texts.add(row.text)
    return Registered(kind, tuple(sorted(standings)), tuple(sorted(texts)), rules.longest_value)


def standing_of(row: Registration, sender: Sender, tier: str, day: datetime.date, rules: RegistrationRules) -> str:
    """held, expired, or "" for a record that proves nothing: not approved, not begun, of another use, of another address."""
    kind = next((each for each in rules.kinds if each.name == row.kind), None)
    if kind is None or row.state != "approved" or not kind.fits(row.number):
        return ""
    if kind.is_address and row.number != sender.address:
        return ""
    if kind.has_category and not rules.covers(row.category, tier):
        return ""
    if kind.holder == "sender" and row.sender_id is None:
        return ""
    if row.valid_from is None or row.valid_from > day:
        return ""
    return "expired" if row.valid_until is not None and row.valid_until < day else "held"


def as_sample(text: str) -> str:
    """A text as somebody gets it, a mark standing for each value that is not known yet."""
    return _VARIABLE.sub(_VALUE, text).strip()


def fixed_words(registered_text: str) -> list[str]:
    """The words of a registered text between its places."""
    return _PLACE.split(registered_text.strip())


def is_text_of(text: str, registered_text: str, longest_value: int) -> bool:
    """Whether a text is a registered one with values of 1 to `longest_value` characters in its places.

    Every end that the words so far can have is carried along, so the time is bounded whatever the texts are.
    """
    first, *rest = fixed_words(registered_text)
    ends = {len(first)} if text.startswith(first) else set()
    for words in rest:
        starts = {end + length for end in ends for length in range(1, longest_value + 1) if end + length <= len(text)}
        ends = {start + len(words) for start in starts if text.startswith(words, start)}
    return len(text) in ends


def compares_texts(sender: Sender, tier: str, at: datetime.datetime, rules: Rulebook) -> tuple[str, ...]:
    """The countries in which a sender has records and texts are compared with registered ones. One query at most."""
    kind = kind_of_sender(sender.channel, sender.address, practice=sender.account.practice)
    asked = [
        rule for rule in rules.registrations.rules
        if rule.exact_text and kind in rule.senders and sender.channel in rule.channels and tier in rule.tiers
        and in_force(rule, at.date())
    ]  # fmt: skip
    if not asked:
        return ()
    countries = {place for rule in asked for place in rule.places}
    own = Registration.objects.filter(sender_id=sender.id, country__in=countries)
    return tuple(sorted(set(own.values_list("country", flat=True))))


def refuse_unregistered(sender: Sender, tier: str, text: str, at: datetime.datetime, rules: Rulebook) -> None:
    """A text for a sender that is registered where texts are compared must be one of those registered for its use.

    Errors: Refused, on the text. Two queries at most.
    """
    if compares_texts(sender, tier, at, rules) and not registered(sender, tier, at, rules.registrations).has_text(text):
        remedy = (
            "Write it word for word as one registered for this use, a variable in each place, or register it first."
        )
        problem = "This text is not registered for this sender."
        raise Refused(problem, field="body", remedy=remedy, code="text_not_registered")
