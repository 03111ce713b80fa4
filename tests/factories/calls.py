"""A house that makes calls: a purpose people agreed to be called for, a number to call from, and what is said."""

import dataclasses
import datetime
import html
import re
import urllib.parse
import uuid

from django.conf import settings
from django.http import HttpResponse
from django.test import Client

from accounts.models import Organization
from campaigns.actions.writing import Draft, save_campaign
from campaigns.models import Campaign
from consent.actions.ledger import record_claims
from consent.actions.points import ensure_points
from consent.models import ConsentEvent, DecisionRecord
from consent.values import Claim, Provenance, address_of
from contacts.models import Contact, ContactPoint, ListMember
from core import clock
from core.ids import new_id
from core.phone import PhoneNumber, parse_phone
from core.tenancy import tenant_context
from messaging.actions.connecting import add_sender
from messaging.actions.queueing import Errand, Wish, queue_messages
from messaging.channels.voice import VOICE
from messaging.lanes import open_credentials
from messaging.models import Message, SendAttempt, Sender, TemplateVersion
from messaging.providers import callbacks
from messaging.providers.twilio_signature import signature
from tests.factories.campaigns import ACCOUNT_SID, TOKEN, House

LEGAL_NAME = "Acme Dental Limited"
WORDS = "Hello {{ contact.first_name }}, your appointment is tomorrow at ten."
PHONE = "+18005550123"
PARTS = {"language": "en", "phone": PHONE, "machine": "hang_up"}


def make_caller(house: House) -> House:
    """The same house with a number that calls, and a legal name to say first."""
    with tenant_context(house.id):
        Organization.objects.update(legal_name=LEGAL_NAME)
        sender: Sender = add_sender(
            actor=house.actor, account=house.account, channel="voice", address="+14025550100", label="Calls",
            rate_per_second=100,
        )  # fmt: skip
    return dataclasses.replace(house, sender=sender)


def add_callees(house: House, *numbers: str) -> dict[str, uuid.UUID]:
    """People on the list who agreed to be called; their points by number."""
    with tenant_context(house.id):
        parsed = [number for number in map(parse_phone, numbers) if isinstance(number, PhoneNumber)]
        points = ensure_points([address_of(each) for each in parsed])
        found = {each.e164: points["phone", each.e164] for each in parsed}
        for index, point_id in enumerate(found.values()):
            contact = Contact.objects.create(first_name=f"Person {index}")
            ContactPoint.objects.create(contact=contact, point_id=point_id, label="phone")
            ListMember.objects.create(list=house.people, contact=contact)
        claims = [
            Claim(point, house.purpose.id, "voice", "granted", "web_form", clock.now(), evidence={"page": "/join"})
            for point in found.values()
        ]
        record_claims(actor=house.actor, claims=claims, provenance=Provenance("form"))
    return found


def make_call_campaign(house: House, words: str = WORDS, **parts: str) -> Campaign:
    """A campaign that calls everybody on the list."""
    with tenant_context(house.id):
        draft = Draft("Reminders", house.purpose, house.sender, words, [house.people], parts=PARTS | parts)
        return save_campaign(actor=house.actor, draft=draft)


@dataclasses.dataclass(frozen=True, slots=True)
class Dialled:
    """A call the carrier has taken: our message and try, the carrier's id, and whom it is to."""

    message: Message
    attempt: SendAttempt
    sid: str
    point_id: uuid.UUID


def dial(house: House, number: str = "+14025550142", words: str = WORDS, **parts: str) -> Dialled:
    """A call that rings now, made of rows as the lane leaves them."""
    point_id = add_callees(house, number)[number]
    with tenant_context(house.id):
        campaign = make_call_campaign(house, words, **parts)
        version = TemplateVersion.objects.get(template=campaign.template_id)
        made = VOICE.render(version, {"contact": {"first_name": "Person 0"}})
        message_id, now = new_id(), clock.now()
        queue_messages(
            errand=Errand(
                "run", new_id(), house.sender.id, "voice", house.purpose.id, version.id,
                now + datetime.timedelta(hours=24),
            ),
            wishes=[Wish(message_id, point_id, made.body, 1, made.parts)],
        )  # fmt: skip
        sid = f"CA{message_id.hex}"
        Message.objects.filter(id=message_id).update(state="claimed", lease_token=new_id(), next_at=None)
        Message.objects.filter(id=message_id).update(state="attempting", attempt_count=1)
        Message.objects.filter(id=message_id).update(
            state="accepted", lease_token=None, delivery_rank=10, provider_message_id=sid
        )
        agreed = ConsentEvent.objects.get(point_id=point_id, status="granted")
        decision = DecisionRecord.objects.create(
            digest=b"1", facts={}, outcome="allowed", rules_version="1", decided_at=now
        )
        attempt = SendAttempt.objects.create(
            message_id=message_id, number=1, consent_event=agreed, decision=decision, account=house.account,
            intent_at=now, outcome="accepted", outcome_at=now,
        )  # fmt: skip
        return Dialled(Message.objects.get(id=message_id), attempt, sid, point_id)


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """The carrier's end of one call: it knows the addresses we gave it, and signs what it says."""

    house: House
    call: Dialled
    token: str = TOKEN

    def address(self, door: str) -> str:
        """One of the two addresses of this try, with our mark."""
        with tenant_context(self.house.id):
            secret = open_credentials(self.house.account)["callback_secret"].encode()
        base = f"{settings.WEBHOOK_URL}/webhooks/twilio/{door}"
        return callbacks.callback_url(base, self.house.account.token, self.call.attempt.id, secret)

    def asks(self, address: str = "", **more: str) -> HttpResponse:
        """Somebody has answered, or pressed a key (`Digits`)."""
        return self.post(address or self.address("voice"), CallStatus="in-progress", **more)

    def tells(self, status: str, **more: str) -> HttpResponse:
        """News of the call."""
        more = {"CallbackSource": "call-progress-events"} | more
        return self.post(self.address("status"), CallStatus=status, **more)

    def post(self, url: str, **more: str) -> HttpResponse:
        """A signed form."""
        form = {"AccountSid": ACCOUNT_SID, "CallSid": self.call.sid, "ApiVersion": "2010-04-01"} | more
        signed = signature(self.token, url, list(form.items()))
        return Client().post(  # type: ignore[return-value]
            url.removeprefix(settings.WEBHOOK_URL),
            urllib.parse.urlencode(form),
            content_type="application/x-www-form-urlencoded",
            headers={"X-Twilio-Signature": signed},
        )


def next_address(answer: HttpResponse) -> str:
    """Where an answer wants the next key reported."""
    action = re.search(r'action="([^"]*)"', answer.content.decode())
    assert action, answer.content
    return html.unescape(action[1]).partition("#")[0]


def sentences(answer: HttpResponse) -> list[str]:
    """What an answer says."""
    return [html.unescape(words) for words in re.findall(r"<Say[^>]*>([^<]*)</Say>", answer.content.decode())]
