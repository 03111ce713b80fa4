"""Registrations as their pages show them: how each stands today, what a sender lacks, what runs out soon."""

import dataclasses
import datetime
from collections.abc import Mapping, Sequence
from typing import Final

from accounts.choices import country_name
from accounts.deed_words import deed_words
from accounts.models import AuditEvent
from consent.registration_rules import RegistrationKind
from consent.rule_words import sends
from consent.rulebook import in_force, rulebook
from core import clock
from messaging.models import Registration, Sender
from messaging.registering import kind_of_sender

Badge = Mapping[str, str]

STATE_LABELS: Final[Mapping[str, str]] = {
    "draft": "Draft",
    "submitted": "Submitted",
    "approved": "Approved",
    "rejected": "Rejected",
    "suspended": "Suspended",
}
_BADGES: Final[Mapping[str, Badge]] = {
    "draft": {"label": "Draft", "tone": "plain", "icon": "edit"},
    "submitted": {"label": "Submitted", "tone": "note", "icon": "clock"},
    "approved": {"label": "Approved", "tone": "yes", "icon": "check"},
    "rejected": {"label": "Rejected", "tone": "no", "icon": "x"},
    "suspended": {"label": "Suspended", "tone": "no", "icon": "pause"},
    "expired": {"label": "Expired", "tone": "no", "icon": "clock"},
    "expiring": {"label": "Ends soon", "tone": "wait", "icon": "clock"},
}


@dataclasses.dataclass(frozen=True, slots=True)
class RegistrationCard:
    """A record as the pages show it."""

    row: Registration
    kind: RegistrationKind
    country: str
    badge: Badge
    category: str

    @property
    def title(self) -> str:
        """What it is and where."""
        return f"{self.kind.label}, {self.country}"


@dataclasses.dataclass(frozen=True, slots=True)
class Demand:
    """What one country asks of one sender, and the kinds of records it has not got there."""

    sender: Sender
    country: str
    what: str
    lacks: tuple[RegistrationKind, ...]
    taken: bool


@dataclasses.dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened to a record."""

    event: AuditEvent
    words: str


def state_of(row: Registration, today: datetime.date) -> str:
    """How a record stands on a day: its state, or expired once its last day has passed."""
    if row.state == "approved" and row.valid_until is not None and row.valid_until < today:
        return "expired"
    return str(row.state)


def registration_cards() -> list[RegistrationCard]:
    """All records, by country and kind, newest first. One query."""
    rows = Registration.objects.select_related("sender").order_by("country", "kind", "-created_at", "-id")
    return [registration_card(row) for row in rows]


def registration_card(row: Registration) -> RegistrationCard:
    """One record."""
    rules, today = rulebook().registrations, clock.now().date()
    state = state_of(row, today)
    if state == "approved" and _ends_soon(row, today):
        state = "expiring"
    category = next((one.label for one in rules.categories if one.name == row.category), "")
    return RegistrationCard(row, rules.kind(row.kind), country_name(row.country), _BADGES[state], category)


def ending_registrations() -> list[RegistrationCard]:
    """Approved records whose last day is near or has passed, the nearest first: what has to be renewed. One query.

    One that another of its kind, country and sender has followed needs nobody's attention.
    """
    today = clock.now().date()
    rows = list(Registration.objects.filter(state="approved").select_related("sender"))
    ending = [row for row in rows if _ends_soon(row, today) and not any(_follows(one, row) for one in rows)]
    return [registration_card(row) for row in sorted(ending, key=lambda row: (row.valid_until, row.id))]


def _ends_soon(row: Registration, today: datetime.date) -> bool:
    days = datetime.timedelta(days=rulebook().registrations.remind_days)
    return row.valid_until is not None and row.valid_until <= today + days


def _follows(one: Registration, row: Registration) -> bool:
    same = (one.kind, one.country, one.sender_id, one.text) == (row.kind, row.country, row.sender_id, row.text)
    later = row.valid_until is not None and (one.valid_until is None or one.valid_until > row.valid_until)
    return same and later


def demands(senders: Sequence[Sender]) -> list[Demand]:
    """What every country with rules asks of these senders, country by country; senders for practice are asked nothing.

    One query. It says what is missing altogether; whether a record serves a purpose or a text is the gate's to say.
    """
    rules, today = rulebook().registrations, clock.now().date()
    held = {
        (row.kind, row.country, row.sender_id)
        for row in Registration.objects.filter(state="approved")
        if state_of(row, today) == "approved" and row.valid_from is not None and row.valid_from <= today
    }
    found = []
    for sender in senders:
        kind = kind_of_sender(sender.channel, sender.address, practice=sender.account.practice)
        for rule in rules.rules:
            if kind not in rule.senders or sender.channel not in rule.channels or not in_force(rule, today):
                continue
            for place in dict.fromkeys(map(rules.country_of_records, rule.places)):
                lacks = tuple(
                    rules.kind(need)
                    for need in rule.needs
                    if not {(need, place, sender.id), (need, place, None)} & held
                )
                what = sends(rule.channels, rule.tiers)
                found.append(Demand(sender, country_name(place), what, lacks, rule.taken))
    return found


def numbered_senders() -> list[Sender]:
    """The senders that registers may ask about, by their names. One query."""
    rows = Sender.objects.filter(channel__in=("sms", "voice")).select_related("account")
    return list(rows.defer("account__credentials_sealed").order_by("label", "id"))


def history_of(row: Registration) -> list[Step]:
    """What happened to a record, newest first. One query."""
    events = AuditEvent.objects.filter(object_kind="registration", object_id=row.id).order_by("-sequence")
    return [Step(event, _step(event)) for event in events]


def _step(event: AuditEvent) -> str:
    before, after = event.data.get("before", ""), event.data.get("state", "")
    words = deed_words(event.action)
    if after and before and before != after:
        return f"{words}: {STATE_LABELS.get(before, before).lower()} to {STATE_LABELS.get(after, after).lower()}"
    return f"{words}: {STATE_LABELS.get(after, after).lower()}" if after else words
