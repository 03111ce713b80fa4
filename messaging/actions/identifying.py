"""Whose address a message came from: the point we know it by, the other spellings of its line, and what its word may lift."""

import dataclasses
import re
import uuid
from typing import Final

from django.db.models import Min, QuerySet

from consent.actions.points import ensure_points
from consent.models import Suppression
from consent.states import LIFTABLE
from consent.values import Address, address_of
from core.email import EmailAddress, parse_email
from core.phone import PhoneNumber, parse_phone
from core.spellings import other_spellings
from messaging.models import InboundMessage, SendAttempt
from messaging.providers.whatsapp_cloud_requests import PERSON_ID
from messaging.states import KEYWORD_ORIGINS

#: a number shorter than this (a short code, a name) has no other spelling, and its end would tell all of it
_SHORTEST_NUMBER: Final = 7


@dataclasses.dataclass(frozen=True, slots=True)
class Writer:
    """Who wrote. `exact`: the address is spelled as we keep it. `known`: it is a number in use, in whichever spelling."""

    point_id: uuid.UUID
    exact: bool
    known: bool


def identify(text: str) -> Writer:
    """The point of an address as the carrier spells it; what cannot be read is kept as it came, so that nothing is lost.

    Effects: the point is made where it was missing.
    """
    mailbox = parse_email(text) if "@" in text else None
    if isinstance(mailbox, EmailAddress):
        return Writer(_ensure(address_of(mailbox)), exact=True, known=True)
    if PERSON_ID.fullmatch(text):
        return Writer(_ensure(person_address(text)), exact=True, known=True)
    number = parse_phone(text)
    if isinstance(number, PhoneNumber):
        return Writer(_ensure(address_of(number)), exact=True, known=True)
    others = other_spellings(_digits(text))
    if others:
        return Writer(_ensure(address_of(others[0])), exact=False, known=True)
    return Writer(_ensure(_unreadable(text)), exact=False, known=False)


def person_address(person_id: str) -> Address:
    """Somebody WhatsApp names by an id instead of a number, as an address. The id tells no place, so none is assumed."""
    return Address("whatsapp", person_id, person_id, f"WhatsApp … {person_id[-4:]}")


def point_of_person(person_id: str) -> uuid.UUID | None:
    """The point of a WhatsApp user's id, made where it was missing; None for a text that is no such id."""
    return _ensure(person_address(person_id)) if PERSON_ID.fullmatch(person_id) else None


def may_lift(row: InboundMessage, writer: Writer) -> bool:
    """Whether a START may lift what stops this address: it answers a number of ours that wrote to them before the stop.

    A carrier account proves no more than that its owner can sign. So the message has to be for a sender of that very account,
    and the account must have reached this address, in this spelling, before its oldest stop that still holds.
    """
    since = live_stops(row).aggregate(first=Min("created_at"))["first"]
    if row.sender_id is None or not writer.exact or since is None:
        return False
    reached = SendAttempt.objects.filter(account_id=row.account_id, outcome="accepted", intent_at__lt=since)
    sent_by_account = reached.filter(message__sender__account_id=row.account_id, message__channel=row.channel)
    # an answer proves nothing: whoever can sign for the account can also say that they asked for it
    sent_by_account = sent_by_account.exclude(message__origin__in=list(KEYWORD_ORIGINS))
    return sent_by_account.filter(message__point_id=row.point_id).exists()


def live_stops(row: InboundMessage) -> QuerySet[Suppression]:
    """What a START of this message would lift."""
    live = Suppression.objects.filter(point_id=row.point_id, kind__in=LIFTABLE, lifted_at=None)
    return live.filter(channel__in=["", row.channel])


def _ensure(address: Address) -> uuid.UUID:
    return ensure_points([address])[(address.kind, address.key)]


def _digits(text: str) -> str:
    return "+" + re.sub(r"\D", "", text, flags=re.ASCII)


def _unreadable(text: str) -> Address:
    """An address nothing can be sent to: its digits are what it is found by, its text stays as it came."""
    digits = _digits(text)
    key = digits if len(digits) > _SHORTEST_NUMBER else text.strip().casefold() or "unknown"
    hint = f"unreadable … {digits[-2:]}" if len(digits) > _SHORTEST_NUMBER else "unreadable"
    return Address("phone", key, text or "unknown", hint, number_type="other")
