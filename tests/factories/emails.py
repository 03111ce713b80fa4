"""An organisation that sends mail: purpose, sender at a mail server or a mail service, people who said yes."""

import uuid

from accounts.actions import organizations
from accounts.models import Organization
from campaigns.actions.writing import Draft, save_campaign
from campaigns.models import Campaign
from consent.actions.ledger import record_claims
from consent.actions.points import ensure_points
from consent.actions.purposes import open_purpose
from consent.values import Claim, Provenance, address_of
from contacts.models import Contact, ContactPoint, List, ListMember
from core import clock
from core.email import EmailAddress, parse_email
from core.tenancy import tenant_context
from messaging.actions.connecting import add_sender, connect_account
from messaging.channels.protocol import Written
from messaging.models import ProviderAccount
from tests.factories.accounts import Team, make_operator, operator_actor
from tests.factories.campaigns import House

STREET = "1 Main Street, Omaha NE 68102, USA"
SERVER_TOKEN = "00000000-0000-4000-8000-0000000000aa"
LETTER = Written(
    "<p>Hello {{ contact.first_name }}, your order is ready.</p>", {"subject": "For {{ contact.first_name }}"}
)
_SMTP = {"host": "mail.example.com", "port": "587", "security": "starttls", "username": "u", "password": "secret-word"}
_POSTMARK = {"server": "Shop", "server_token": SERVER_TOKEN, "message_stream": "outbound"}


def make_mail_house(team: Team, base_url: str, *, street: str = STREET, sender: str = "news@acme.example") -> House:
    """Take an organisation live with a mail sender: at a mail server (smtp://…) or at the mail service (http://…)."""
    actor, smtp = team.actor(), base_url.startswith("smtp:")
    with tenant_context(team.id):
        organizations.go_live(actor=operator_actor(make_operator(f"Operator of {team.name}")), note="reviewed")
        Organization.objects.update(postal_address=street, legal_name=f"{team.name} Inc.")
        purpose = open_purpose(actor=actor, name="Orders", tier="transactional")
        account: ProviderAccount = connect_account(
            actor=actor, name="smtp" if smtp else "postmark", label="Mail", credentials=_SMTP if smtp else _POSTMARK,
            base_url=base_url,
        )  # fmt: skip
        line = add_sender(
            actor=actor, account=account, channel="email", address=sender, label="News", rate_per_second=500
        )
        people = List.objects.create(name="Everybody")
    return House(team.id, actor, account, line, purpose, people)


def add_mailboxes(house: House, *addresses: str) -> list[uuid.UUID]:
    """Put people on the list who agreed to mail, named as their mailboxes; answer the ids of their points."""
    with tenant_context(house.id):
        read = [parse_email(each) for each in addresses]
        known = [each for each in read if isinstance(each, EmailAddress)]
        assert len(known) == len(addresses)
        points = ensure_points([address_of(each) for each in known])
        ids = [points[("email", each.key)] for each in known]
        contacts = Contact.objects.bulk_create([Contact(first_name=each.partition("@")[0]) for each in addresses])
        ContactPoint.objects.bulk_create(
            [ContactPoint(contact=who, point_id=point, label="email") for who, point in zip(contacts, ids, strict=True)]
        )
        ListMember.objects.bulk_create([ListMember(list=house.people, contact=who) for who in contacts])
        claims = [
            Claim(point, house.purpose.id, "email", "granted", "web_form", clock.now(), evidence={"page": "/join"})
            for point in ids
        ]
        record_claims(actor=house.actor, claims=claims, provenance=Provenance("form"))
    return ids


def make_letter(house: House, content: Written = LETTER) -> Campaign:
    """A campaign by mail to everybody on the list."""
    with tenant_context(house.id):
        draft = Draft("Orders ready", house.purpose, house.sender, content.body, [house.people], (), content.parts)
        return save_campaign(actor=house.actor, draft=draft)
