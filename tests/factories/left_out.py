"""People who are each left out for another reason: what they said and did, and what became of their address.

Everything here is called inside a `tenant_context`.
"""

import datetime
import uuid

from accounts.contracts import SYSTEM
from consent.actions.ledger import record_claims, stop_point, suppress_points
from consent.models import ConsentState
from consent.values import Claim, Provenance
from contacts.models import Contact, ContactPoint, ListMember
from core import clock
from tests.factories.campaigns import House
from tests.factories.channels import make_address, point_of

FORM = Provenance("form")
_LONG = datetime.timedelta(days=3 * 365)
_NEVER_ASKED = ("no_consent", "same_address")


def say(house: House, name: str, point_id: uuid.UUID, status: str) -> None:
    """The person says yes or no on the channel, or somebody says they did."""
    source = "import" if status == "unproven" else "web_form"
    evidence = None if status == "unproven" else {"page": "https://acme.example/join"}
    said = Claim(point_id, house.purpose.id, name, status, source, clock.now(), evidence=evidence)
    assert record_claims(actor=SYSTEM, claims=[said], provenance=FORM) == ["taken"]


def stop(name: str, point_id: uuid.UUID) -> None:
    """The person says stop on the channel."""
    stop_point(
        actor=SYSTEM, point_id=point_id, channel=name, source="keyword", provenance=FORM, evidence={"said": "STOP"}
    )


def suppress(name: str, point_id: uuid.UUID, kind: str) -> None:
    """The carrier reports a complaint, or that nothing arrives there; or the person was forgotten."""
    suppress_points(actor=SYSTEM, point_ids=[point_id], channel=name, kind=kind, source="provider", provenance=FORM)


def enter(house: House, name: str, place: int, role: str) -> Contact:
    """Somebody comes on the list, with their address on the channel and the past that gets them left out for `role`.

    A role that is no reason is somebody who agreed and whom nothing speaks against.
    """
    contact = Contact.objects.create(first_name="" if role == "missing_value" else role, is_minor=role == "minor")
    ListMember.objects.create(list=house.people, contact=contact)
    if role != "no_address":
        label, address = make_address(name, 0 if role == "same_address" else place)
        point_id = point_of(address)
        ContactPoint.objects.create(contact=contact, point_id=point_id, label=label)
        _befall(house, name, role, point_id)
    return contact


def _befall(house: House, name: str, role: str, point_id: uuid.UUID) -> None:
    if role in _NEVER_ASKED:
        return
    say(house, name, point_id, "unproven" if role == "unproven" else "granted")
    if role == "expired":
        ConsentState.objects.filter(point_id=point_id).update(changed_at=clock.now() - _LONG)
    elif role == "unconfirmed":
        ConsentState.objects.filter(point_id=point_id).update(status="pending")
    elif role == "withdrawn":
        say(house, name, point_id, "withdrawn")
    elif role == "opted_out":
        stop(name, point_id)
    elif role in ("complaint", "bounced", "erased"):
        suppress(name, point_id, role)
