"""Sending a test of a campaign to the organisation's guests: same gate, same lane, same proof; never in a report."""

import datetime
import uuid
from collections.abc import Callable

from accounts.actions.audit import record_audit
from accounts.contracts import Actor, Refused
from accounts.models import Guest
from campaigns.models import Campaign
from campaigns.personal_values import sample_values
from campaigns.states import TEST_ORIGIN
from consent.actions.points import ensure_points
from consent.values import Address, address_of
from contacts.models import CustomField
from core import clock, vault
from core.email import EmailAddress, parse_email
from core.ids import new_id
from core.phone import PhoneNumber, parse_phone
from core.tenancy import require_organization_id
from messaging.actions.queueing import Errand, Wish, queue_messages
from messaging.channels.protocol import Content, MessageChannel, Rendered
from messaging.channels.registry import channel as channel_of
from messaging.content_rules import ContentError
from messaging.line_book import line_book
from messaging.lines import all_words, refuse_words
from messaging.selectors.line_readers import line_readers

_HOURS = 1
_SAMPLES = {"number": 7, "date": "2026-12-31", "boolean": True}
_ADDRESSES = {"phone": "a phone", "email": "an email address"}
_READERS: dict[str, Callable[[str], object]] = {"phone": parse_phone, "email": parse_email}


def send_test(*, actor: Actor, campaign: Campaign) -> int:
    """Send what the campaign says as it is now to every guest its channel reaches; answer to how many (D15).

    Effects: one message for each such guest with values that belong to nobody; the gate decides about each at the door, and a
             guest who never agreed to this purpose is left out with that reason like anybody else.
    Errors:  Refused when the channel reaches no guest, the message cannot be made, or carriers do not take its words.
    """
    actor.require("send_campaigns")
    version = campaign.template.versions.order_by("-number").first()
    assert version is not None, "a campaign is saved with its text"
    channel = channel_of(campaign.channel)
    kind = guest_kind(channel)
    guests = _reached(kind)
    if not guests:
        raise Refused(f"No guest has {_ADDRESSES[kind]} yet.", remedy="Add your own under Settings, Guests.")
    points = ensure_points([address for _, address in guests])
    fields = {field.key: _SAMPLES.get(field.kind, field.label) for field in CustomField.objects.all()}
    places = {address.region for _, address in guests if address.region}
    said = all_words(campaign.channel, version)
    refuse_words(said, channel=campaign.channel, tier=campaign.purpose.tier, places=places, to_send=False)
    book = line_book(campaign.sender, campaign.purpose)
    readers = line_readers(campaign.purpose, campaign.channel, list(points.values())) if book.is_open else {}
    wishes = []
    for guest, address in guests:
        made = _made(channel, version, guest, fields)
        point_id = points[address.kind, address.key]
        if book.is_open:
            made = book.complete(made, readers[point_id], version.body)
        wishes.append(Wish(new_id(), point_id, made.body, channel.units_of(made), made.parts))
    queue_messages(errand=_errand(campaign, version.id), wishes=wishes)
    record_audit(actor=actor, action="campaign.tested", on=("campaign", campaign.id), data={"messages": len(wishes)})
    return len(wishes)


def guest_kind(channel: MessageChannel) -> str:
    """Which kind of a guest's address the channel reaches: guests have phones and mailboxes."""
    return next(kind for kind in channel.point_kinds if kind in _ADDRESSES)


def _errand(campaign: Campaign, version_id: uuid.UUID) -> Errand:
    return Errand(
        origin=TEST_ORIGIN,
        origin_id=campaign.id,
        sender_id=campaign.sender_id,
        channel=campaign.channel,
        purpose_id=campaign.purpose_id,
        template_version_id=version_id,
        expires_at=clock.now() + datetime.timedelta(hours=_HOURS),
    )


def _reached(kind: str) -> list[tuple[Guest, Address]]:
    found = []
    for guest in Guest.objects.filter(kind=kind).order_by("created_at"):
        parsed = _READERS[kind](guest_address(guest))
        if isinstance(parsed, PhoneNumber | EmailAddress):
            found.append((guest, address_of(parsed)))
    return found


def guest_address(guest: Guest) -> str:
    """A guest's address, opened to send to it."""
    return vault.unseal_text(
        require_organization_id(), "accounts_guest", "address_sealed", guest.id, guest.address_sealed
    )


def _made(channel: MessageChannel, version: Content, guest: Guest, fields: dict[str, object]) -> Rendered:
    try:
        made = channel.render(version, sample_values(guest.label, fields))
    except ContentError as error:
        raise Refused(error.problem, remedy=error.remedy) from error
    if not made.body:
        raise Refused("The text comes out empty.", remedy="Write what people shall read.")
    return made
