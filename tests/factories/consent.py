"""Addresses, purposes, words and what people agreed to, made by the actions that make them in the product.

Everything here is called inside a `tenant_context`.
"""

import datetime
import uuid

from accounts.contracts import SYSTEM, Actor
from consent.actions.ledger import record_claims, stop_point
from consent.actions.points import ensure_points
from consent.actions.purposes import open_purpose, publish_wording
from consent.models import ConsentEvent, Point, Purpose, Wording
from consent.values import Claim, Provenance, address_of
from core import clock
from core.email import EmailAddress, parse_email
from core.phone import PhoneNumber, parse_phone

MINA, OMAR = "+14025550142", "+14025550143"
WORDS = "Yes, text me offers from Acme, up to four a month. I can stop any time."


def make_point(address: str = MINA) -> Point:
    """The point of a phone number or a mailbox."""
    value = parse_email(address) if "@" in address else parse_phone(address)
    assert isinstance(value, PhoneNumber | EmailAddress)
    (point_id,) = ensure_points([address_of(value)]).values()
    return Point.objects.get(id=point_id)


def make_purpose(actor: Actor, name: str = "Offers", tier: str = "marketing") -> Purpose:
    """A purpose people can say yes to."""
    return open_purpose(actor=actor, name=name, tier=tier)


def make_wording(actor: Actor, purpose: Purpose, channel: str = "sms", text: str = WORDS) -> Wording:
    """Words in force."""
    return publish_wording(actor=actor, purpose=purpose, channel=channel, text=text)


def make_claim(
    point: Point,
    purpose: Purpose,
    status: str = "granted",
    *,
    channel: str = "sms",
    source: str = "import",
    wording: Wording | None = None,
    evidence: dict[str, str] | None = None,
    occurred_at: datetime.datetime | None = None,
) -> Claim:
    """What somebody says a person agreed to."""
    return Claim(
        point_id=point.id,
        purpose_id=purpose.id,
        channel=channel,
        status=status,
        source=source,
        occurred_at=occurred_at or clock.now(),
        wording_id=wording.id if wording else None,
        evidence=evidence,
    )


def record(*claims: Claim, origin: str = "import", may_raise: bool = False) -> list[str]:
    """Write claims; what became of each."""
    provenance = Provenance(origin, uuid.uuid4(), may_raise)
    return record_claims(actor=SYSTEM, claims=claims, provenance=provenance)


def grant(point: Point, purpose: Purpose, channel: str = "sms", **more: object) -> None:
    """The person agreed, with proof."""
    evidence = {"page": "https://acme.example/offers", "address": "203.0.113.24"}
    claim = make_claim(point, purpose, channel=channel, source="web_form", evidence=evidence, **more)  # type: ignore[arg-type]
    assert record(claim, origin="form") == ["taken"]


def stop(point: Point, channel: str = "sms", said: str = "STOP") -> ConsentEvent:
    """The person says stop by a keyword."""
    return stop_point(
        actor=SYSTEM,
        point_id=point.id,
        channel=channel,
        source="keyword",
        provenance=Provenance("inbound", uuid.uuid4()),
        evidence={"said": said},
    )
