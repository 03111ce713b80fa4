"""WhatsApp: an account at the sandbox, a number, an approved template, people who agreed. Inside a `tenant_context`."""

import uuid
from collections.abc import Mapping

from accounts.contracts import Actor
from consent.actions.ledger import record_claims
from consent.actions.points import ensure_points
from consent.models import Purpose
from consent.values import Claim, Provenance, address_of
from contacts.models import Contact, ContactPoint, List, ListMember
from core import clock
from core.ids import new_id
from core.phone import PhoneNumber, parse_phone
from messaging.actions.connecting import add_sender, connect_account
from messaging.channels.protocol import Written
from messaging.channels.whatsapp import compose
from messaging.channels.whatsapp_texts import TemplateText, WrittenButton
from messaging.models import ProviderAccount, ProviderTemplate, Sender

BUSINESS, PHONE_ID, ACCESS, SECRET = (
    "100000000000077",
    "200000000000077",
    "token-of-these-tests",
    "secret-of-these-tests",
)
TEXT = TemplateText(
    body="Hello {{first_name}}, your visit is on {{day}} at our office.",
    footer="Example Co",
    buttons=(WrittenButton("quick_reply", "Confirm"), WrittenButton("quick_reply", "Stop promotions")),
    samples={"body_first_name": "Ana", "body_day": "Tuesday"},
)
VALUES = {"body_first_name": "{{ contact.first_name }}", "body_day": "Tuesday"}


def make_whatsapp(actor: Actor, base_url: str = "") -> ProviderAccount:
    """A WhatsApp account whose credentials were checked a moment ago."""
    credentials = {"business_account_id": BUSINESS, "access_token": ACCESS, "app_secret": SECRET}
    return connect_account(
        actor=actor, name="whatsapp_cloud", label="Our WhatsApp", credentials=credentials, base_url=base_url
    )


def make_number(actor: Actor, account: ProviderAccount) -> Sender:
    """The number people see."""
    return add_sender(
        actor=actor, account=account, channel="whatsapp", address=PHONE_ID, label="WhatsApp line",
        rate_per_second=80, shown_as="+14025550100",
    )  # fmt: skip


def make_template(
    account: ProviderAccount,
    name: str = "visit_reminder",
    state: str = "approved",
    text: TemplateText = TEXT,
    use_case: str = "transactional",
    category: str = "utility",
) -> ProviderTemplate:
    """A template as it stands after the network has spoken."""
    return ProviderTemplate.objects.create(
        account=account, name=name, language="en_US", use_case=use_case, category=category, content=text.as_content(),
        state=state, provider_template_id=str(new_id().int % 10**15),
    )  # fmt: skip


def reminder(template: ProviderTemplate, values: Mapping[str, str] = VALUES) -> Written:
    """What a campaign says with this template."""
    return compose(template, values)


def add_people(actor: Actor, purpose: Purpose, people: List, numbers: list[str]) -> list[uuid.UUID]:
    """People on a list, who agreed to this purpose on WhatsApp; answer their points."""
    found = []
    for index, number in enumerate(numbers):
        parsed = parse_phone(number)
        assert isinstance(parsed, PhoneNumber)
        address = address_of(parsed)
        point = ensure_points([address])[address.kind, address.key]
        contact = Contact.objects.create(first_name=f"Person {index}")
        ContactPoint.objects.create(contact=contact, point_id=point, label="phone")
        ListMember.objects.create(list=people, contact=contact)
        claim = Claim(point, purpose.id, "whatsapp", "granted", "web_form", clock.now(), evidence={"page": "/join"})
        record_claims(actor=actor, claims=[claim], provenance=Provenance("form"))
        found.append(point)
    return found
