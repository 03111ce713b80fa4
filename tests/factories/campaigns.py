"""A house that can send: purpose, sender at the sandbox carrier, people who said yes, made through the real verbs."""

import dataclasses
import uuid

from accounts.actions import organizations
from accounts.contracts import Actor
from campaigns.actions.writing import Draft, save_campaign
from campaigns.models import Campaign
from consent.actions.ledger import record_claims
from consent.actions.points import ensure_points
from consent.actions.purposes import open_purpose
from consent.models import Purpose
from consent.values import Claim, Provenance, address_of
from contacts.models import Contact, ContactPoint, List, ListMember
from core import clock
from core.phone import PhoneNumber, parse_phone
from core.tenancy import tenant_context
from messaging.actions.connecting import add_sender, connect_account
from messaging.channels.protocol import Content, Written
from messaging.models import ProviderAccount, Sender

ACCOUNT_SID = "AC00000000000000000000000000000001"
TOKEN = "sandbox-token"


@dataclasses.dataclass(frozen=True, slots=True)
class House:
    """One organisation ready to send."""

    id: uuid.UUID
    actor: Actor
    account: ProviderAccount
    sender: Sender
    purpose: Purpose
    people: List


def number(index: int) -> PhoneNumber:
    """A number that answers nothing and gets everything: +1 402 556 xxxx, after ten thousand of them 557, and so on."""
    parsed = parse_phone(f"+1402{556 + index // 10_000}{index % 10_000:04d}")
    assert isinstance(parsed, PhoneNumber)
    return parsed


def make_house(organization_id: uuid.UUID, actor: Actor, operator: Actor, carrier_url: str) -> House:
    """Take an organisation live and give it a purpose, a sender at the sandbox and an empty list."""
    with tenant_context(organization_id):
        organizations.go_live(actor=operator, note="reviewed")
        purpose = open_purpose(actor=actor, name="Orders", tier="transactional")
        credentials = {"account_sid": ACCOUNT_SID, "auth_token": TOKEN}
        account = connect_account(
            actor=actor, name="twilio", label="Sandbox", credentials=credentials, base_url=carrier_url
        )
        sender = add_sender(
            actor=actor, account=account, channel="sms", address="+14025550100", label="Main", rate_per_second=500
        )
        people = List.objects.create(name="Everybody")
    return House(organization_id, actor, account, sender, purpose, people)


def add_people(house: House, count: int, agreed: int) -> list[uuid.UUID]:
    """Put people on the list, the first `agreed` of them with proof of consent; answer the ids of their points."""
    with tenant_context(house.id):
        numbers = [number(index) for index in range(count)]
        points = ensure_points([address_of(each) for each in numbers])
        ids = [points[("phone", each.e164)] for each in numbers]
        contacts = Contact.objects.bulk_create([Contact(first_name=f"Person {index}") for index in range(count)])
        pairs = list(zip(contacts, ids, strict=True))
        ContactPoint.objects.bulk_create(
            [ContactPoint(contact=who, point_id=point, label="phone") for who, point in pairs]
        )
        ListMember.objects.bulk_create([ListMember(list=house.people, contact=who) for who in contacts])
        claims = [
            Claim(point, house.purpose.id, "sms", "granted", "web_form", clock.now(), evidence={"page": "/join"})
            for point in ids[:agreed]
        ]
        record_claims(actor=house.actor, claims=claims, provenance=Provenance("form"))
    return ids


def make_campaign(
    house: House,
    body: str = "Hello {{ contact.first_name }}, your order is ready.",
    sender: Sender | None = None,
    content: Content | None = None,
) -> Campaign:
    """A campaign to everybody on the list: a text by the house's own line, or a content by another sender."""
    said = content or Written(body)
    with tenant_context(house.id):
        draft = Draft("Orders ready", house.purpose, sender or house.sender, said.body, [house.people], (), said.parts)
        return save_campaign(actor=house.actor, draft=draft)
