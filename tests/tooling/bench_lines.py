"""Houses that can send on one channel each, and what their messages look like to the loop that does nothing but post them."""

import base64
import dataclasses
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from accounts.actions import organizations
from campaigns.actions.launching import simulate_campaign
from campaigns.actions.writing import Draft, save_campaign
from consent.actions.purposes import open_purpose
from contacts.models import List
from core.tenancy import tenant_context
from messaging import template_office
from messaging.actions.templates import write_template
from messaging.channels.protocol import Written
from messaging.models import ProviderTemplate
from tests.carriers import Sandbox
from tests.factories import emails, whatsapp
from tests.factories.accounts import make_operator, make_team, operator_actor
from tests.factories.campaigns import ACCOUNT_SID, TOKEN, House
from tests.tooling import bench_house

_TEXT = Written("Hello {{ contact.first_name }}, your order is ready. Reply STOP to end.")
_SAID = "Hello Person, your order is ready. Reply STOP to end."
_NAME = "visit_reminder"
_REMINDER = dataclasses.replace(whatsapp.TEXT, buttons=())
_MARK = f"{'t' * 43}/{uuid.uuid4()}?k={'m' * 22}"


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """A house, its list full, and what it says to everybody on one channel."""

    channel: str
    house: House
    content: Written

    def plan(self) -> uuid.UUID:
        """A new campaign to everybody on the list, about to be checked; its run."""
        with tenant_context(self.house.id):
            house, said = self.house, self.content
            draft = Draft("Orders ready", house.purpose, house.sender, said.body, [house.people], (), said.parts)
            campaign = save_campaign(actor=house.actor, draft=draft)
            return simulate_campaign(actor=house.actor, campaign=campaign).id


@dataclasses.dataclass(frozen=True, slots=True)
class Call:
    """The request a carrier gets for one message: `body` makes it for the person of that number.

    `kept` is the kind of line it leaves in the carrier's ledger.
    """

    path: str
    headers: Mapping[str, str]
    body: Callable[[int], dict[str, Any]]
    is_json: bool
    status: int
    kept: str


def sms(sandbox: Sandbox, count: int) -> Line:
    """Texts by the sandbox carrier."""
    house = bench_house.open_house(sandbox.url)
    bench_house.add_people(house, count)
    return Line("sms", house, _TEXT)


def whatsapp_line(sandbox: Sandbox, count: int) -> Line:
    """A template the network has approved, by a WhatsApp number at the sandbox; its webhooks lead nowhere."""
    team = make_team("Bexley")
    actor = team.actor()
    with tenant_context(team.id):
        organizations.go_live(actor=operator_actor(make_operator("Ole Operator")), note="reviewed")
        purpose = open_purpose(actor=actor, name="Visits", tier="transactional")
        account = whatsapp.make_whatsapp(actor, sandbox.url)
        sender = whatsapp.make_number(actor, account)
        people = List.objects.create(name="Everybody")
        whatsapp.add_people(actor, purpose, people, [f"+1402556{index:04d}" for index in range(count)])
        row = write_template(
            actor=actor, account=account, name=_NAME, language="en_US", use_case="transactional", text=_REMINDER
        )
    _open_business(sandbox, account.token)
    template_office.submit_template(actor=actor, organization_id=team.id, template_id=row.id)
    with tenant_context(team.id):
        template = ProviderTemplate.objects.get(id=row.id)
        sandbox.post(f"whatsapp/templates/{template.provider_template_id}", {"status": "APPROVED"})
        ProviderTemplate.objects.update(state="approved")
        said = whatsapp.reminder(ProviderTemplate.objects.get(id=row.id))
    return Line("whatsapp", House(team.id, actor, account, sender, purpose, people), said)


def _open_business(sandbox: Sandbox, verify_token: str) -> None:
    business = {"id": whatsapp.BUSINESS, "phone_number_id": whatsapp.PHONE_ID, "access_token": whatsapp.ACCESS}
    sandbox.post("whatsapp/businesses", business | {"app_secret": whatsapp.SECRET, "verify_token": verify_token})


def email(port: int, count: int) -> Line:
    """Letters by a mail server."""
    house = emails.make_mail_house(make_team("Corin"), f"smtp://127.0.0.1:{port}")
    emails.add_mailboxes(house, *(f"person{index}@people.example" for index in range(count)))
    return Line("email", house, emails.LETTER)


def text_call() -> Call:
    """What Twilio gets for a text."""
    asks = base64.b64encode(f"{ACCOUNT_SID}:{TOKEN}".encode()).decode()

    def body(index: int) -> dict[str, str]:
        fields = {"To": f"+1402556{index % 10_000:04d}", "From": "+14025550100", "Body": _SAID}
        callback = f"http://127.0.0.1:9/webhooks/twilio/status/{_MARK}"
        return fields | {"StatusCallback": callback, "ValidityPeriod": "300"}

    return Call(
        f"/2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json",
        {"Authorization": f"Basic {asks}"},
        body,
        False,
        201,
        "message",
    )


def template_call() -> Call:
    """What the WhatsApp network gets for a template."""
    values = [
        {"type": "text", "parameter_name": "first_name", "text": "Person"},
        {"type": "text", "parameter_name": "day", "text": "Tuesday"},
    ]
    components = [{"type": "body", "parameters": values}]
    template = {"name": _NAME, "language": {"code": "en_US"}, "components": components}

    def body(index: int) -> dict[str, Any]:
        told = {"messaging_product": "whatsapp", "recipient_type": "individual", "to": f"+1402556{index % 10_000:04d}"}
        return told | {"type": "template", "template": template, "biz_opaque_callback_data": "m" * 60}

    headers = {"Authorization": f"Bearer {whatsapp.ACCESS}"}
    return Call(f"/v23.0/{whatsapp.PHONE_ID}/messages", headers, body, True, 200, "chat")
