"""Keeping what registers of countries say about senders. Whoever may change senders writes it; an operator may confirm it."""

import dataclasses
import datetime
import uuid
from typing import Any

from accounts.actions.audit import record_audit
from accounts.contracts import Actor, Refused
from consent.registration_rules import RegistrationKind
from consent.rulebook import rulebook
from core import clock
from messaging.models import Registration, Sender
from messaging.registering import fixed_words
from messaging.registration_models import STATES

#: what was confirmed is these; whoever changes one of them is asked for the operator's word again
_CONFIRMED = ("number", "category", "text", "state", "valid_from", "valid_until", "sender_id")


@dataclasses.dataclass(frozen=True, slots=True)
class Entry:
    """A record as somebody writes it. `valid_from` and `valid_until` are its first and its last day."""

    kind: str
    country: str
    state: str = "draft"
    sender: Sender | None = None
    number: str = ""
    category: str = ""
    text: str = ""
    reason: str = ""
    valid_from: datetime.date | None = None
    valid_until: datetime.date | None = None
    evidence: str = ""


def countries_of(kind: str) -> tuple[str, ...]:
    """The countries that ask for this kind of record, in the order of the rules; a territory is its country's."""
    book = rulebook().registrations
    asking = (place for rule in book.rules if kind in rule.needs for place in rule.places)
    return tuple(dict.fromkeys(book.country_of_records(place) for place in asking))


def keep_registration(*, actor: Actor, entry: Entry, registration: Registration | None = None) -> Registration:
    """Keep a record, a new one or one that is there; its kind and its country stay.

    Effects: the row, and an audit row with the state before and after. From its commit on the gate goes by it, message by
             message; an operator's confirmation falls when anything it was about changes.
    Errors:  Refused names the field: a kind or country nobody asks for, a number no registrar gives, an approval without a
             number or without anything that shows it, a header that is not the sender, a text that is all places, an end
             before the beginning, no reason for a no.
    """
    actor.require("change_senders")
    if registration is not None and (registration.kind, registration.country) != (entry.kind, entry.country):
        raise Refused("Kind and country stay as they were.", field="kind", remedy="Add another registration.")
    kind = _kind_of(entry)
    _demand_holder(entry, kind)
    _demand_words(entry, kind)
    _demand_days(entry)
    row = registration or Registration(kind=entry.kind, country=entry.country)
    before, known = row.state if registration else "", _confirmed(row)
    for name in ("state", "number", "category", "text", "reason", "valid_from", "valid_until", "evidence"):
        setattr(row, name, getattr(entry, name))
    row.sender = entry.sender if kind.holder == "sender" else None
    if row.state == "approved" and row.valid_from is None:
        row.valid_from = clock.now().date()
    if known != _confirmed(row):
        row.confirmed_at = None
    row.save()
    action = "registration.changed" if registration else "registration.added"
    data = {"kind": row.kind, "country": row.country, "before": before, "state": row.state}
    record_audit(actor=actor, action=action, on=("registration", row.id), data=data)
    return row


def confirm_registrations(*, actor: Actor, note: str) -> int:
    """An operator has seen the registrars' words for everything approved; answer how many records that were.

    Effects: an audit row for each; `note` says where it was seen, and the organisation reads it.
    Errors:  Refused to anybody but operators, or where nothing waits.
    """
    if actor.kind != "operator":
        raise Refused("Only an operator confirms registrations.", remedy="Ask support.")
    waiting = Registration.objects.select_for_update().filter(state="approved", confirmed_at=None)
    rows = list(waiting.values_list("id", "kind", "country"))
    if not rows:
        raise Refused("Nothing that is approved waits for a confirmation.")
    for row_id, kind, country in rows:
        Registration.objects.filter(id=row_id).update(confirmed_at=clock.now())
        data = {"kind": kind, "country": country, "reason": note}
        record_audit(actor=actor, action="registration.confirmed", on=("registration", row_id), data=data)
    return len(rows)


def _confirmed(row: Registration) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in _CONFIRMED)


def _kind_of(entry: Entry) -> RegistrationKind:
    kind = next((one for one in rulebook().registrations.kinds if one.name == entry.kind), None)
    if kind is None:
        raise Refused("There is no such registration.", field="kind", remedy="Choose one of the list.")
    if entry.country not in countries_of(kind.name):
        raise Refused("This country asks for no such registration.", field="country", remedy="Choose one of the list.")
    if entry.state not in STATES:
        raise Refused("There is no such state.", field="state", remedy="Choose one of the list.")
    return kind


def _demand_holder(entry: Entry, kind: RegistrationKind) -> None:
    if entry.number and not kind.fits(entry.number):
        remedy = f"Copy it from {kind.registrar}."
        raise Refused(f"This is no {kind.number_label.lower()}.", field="number", remedy=remedy)
    if kind.holder == "organization":
        return
    if entry.sender is None:
        raise Refused("This registration belongs to one sender.", field="sender", remedy="Choose the sender.")
    if kind.is_address and entry.number and entry.number != entry.sender.address:
        problem = "The header is not this sender's name."
        raise Refused(problem, field="number", remedy="Write it letter by letter as the sender, or choose another.")


def _demand_words(entry: Entry, kind: RegistrationKind) -> None:
    if kind.has_category and not any(one.name == entry.category for one in rulebook().registrations.categories):
        raise Refused("This registration has a category.", field="category", remedy="Choose the one it has there.")
    if kind.has_text and not any(words.strip() for words in fixed_words(entry.text)):
        remedy = "Copy the registered text, each place as {#var#}."
        raise Refused("There is no text with words of its own.", field="text", remedy=remedy)
    if entry.state in ("rejected", "suspended") and not entry.reason:
        raise Refused("Nobody has said why.", field="reason", remedy="Write what the registrar says.")
    if entry.state == "approved" and not entry.number:
        raise Refused("An approval has a number.", field="number", remedy=f"Copy it from {kind.registrar}.")
    if entry.state == "approved" and not entry.evidence:
        remedy = "Write where the approval can be seen: a link, a ticket, a letter."
        raise Refused("Nothing shows the approval.", field="evidence", remedy=remedy)


def _demand_days(entry: Entry) -> None:
    if entry.valid_until is not None and entry.valid_from is not None and entry.valid_until < entry.valid_from:
        raise Refused("It ends before it begins.", field="valid_until", remedy="Correct one of the days.")


def sender_named(sender_id: uuid.UUID | str) -> Sender | None:
    """A sender that registers are asked about; None for any other."""
    return Sender.objects.filter(id=sender_id, channel__in=("sms", "voice")).first()
