"""Sending a test of a campaign to the organisation's guests: same gate, same lane, same proof; never in a report."""

import datetime
import uuid

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
from core.ids import new_id
from core.phone import PhoneNumber, parse_phone
from core.tenancy import require_organization_id
from messaging.actions.queueing import Errand, Wish, queue_messages
from messaging.content import precompile
from messaging.content_rules import ContentError
from messaging.segments import count_segments

_HOURS = 1
_SAMPLES = {"number": 7, "date": "2026-12-31", "boolean": True}


def send_test(*, actor: Actor, campaign: Campaign) -> int:
    """Send the campaign's text as it is now to every guest with a phone; answer to how many (D15).

    Effects: one message for each guest with values that belong to nobody; the gate decides about each at the door, and a
             guest who never agreed to this purpose is left out with that reason like anybody else.
    Errors:  Refused when no guest has a phone, or the text cannot be made.
    """
    actor.require("send_campaigns")
    version = campaign.template.versions.order_by("-number").first()
    assert version is not None, "a campaign is saved with its text"
    guests = _phones()
    if not guests:
        raise Refused("No guest has a phone yet.", remedy="Add your own under Settings, Guests.")
    points = ensure_points([address for _, address in guests])
    fields = {field.key: _SAMPLES.get(field.kind, field.label) for field in CustomField.objects.all()}
    wishes = []
    for guest, address in guests:
        text = _text(version.body, guest, fields)
        wishes.append(Wish(new_id(), points[address.kind, address.key], text, count_segments(text).parts))
    queue_messages(errand=_errand(campaign, version.id), wishes=wishes)
    record_audit(actor=actor, action="campaign.tested", on=("campaign", campaign.id), data={"messages": len(wishes)})
    return len(wishes)


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


def _phones() -> list[tuple[Guest, Address]]:
    found = []
    for guest in Guest.objects.filter(kind="phone").order_by("created_at"):
        number = parse_phone(guest_address(guest))
        if isinstance(number, PhoneNumber):
            found.append((guest, address_of(number)))
    return found


def guest_address(guest: Guest) -> str:
    """A guest's address, opened to send to it."""
    return vault.unseal_text(
        require_organization_id(), "accounts_guest", "address_sealed", guest.id, guest.address_sealed
    )


def _text(body: str, guest: Guest, fields: dict[str, object]) -> str:
    try:
        text = precompile(body).render(sample_values(guest.label, fields)).strip()
    except ContentError as error:
        raise Refused(error.problem, remedy=error.remedy) from error
    if not text:
        raise Refused("The text comes out empty.", remedy="Write what people shall read.")
    return text
