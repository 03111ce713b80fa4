"""What carriers told about an erased person: their ids, webhooks about several people, pleas to stop, shared addresses."""

import base64
import datetime
import json

import pytest

from campaigns.models import Recipient
from consent.actions.stop_requests import enter_request
from consent.models import ConsentEvent, Point, StopRequest
from consent.values import address_of
from contacts.models import Contact, ContactPoint, ImportRow
from core import clock, vault
from core.tenancy import require_organization_id, tenant_context
from messaging import tasks
from messaging.actions.inbox import apply_receipts, keep_event
from messaging.actions.receiving import receive_inbound
from messaging.contracts import Receipt
from messaging.models import InboundMessage, Message, ProviderEvent, SendAttempt
from messaging.providers.protocol import ChatInbound
from privacy.actions.erasing import erase_person, finish_erasure
from tests.contract.kits import fixtures
from tests.factories import whatsapp
from tests.factories.accounts import operator_actor
from tests.factories.campaigns import add_people, make_campaign, make_house
from tests.factories.consent import grant, make_purpose
from tests.factories.contacts import bring_in, make_contact, phone
from tests.factories.messaging import hear, make_account, make_sender, reach
from tests.integration.campaigns.conftest import check, launch, send
from tests.integration.messaging.test_whatsapp_webhooks import ours, post

NUMBER, OTHER = "+14025550142", "+14025550143"


def wamid(what: str, number: str = NUMBER) -> str:
    """An id as WhatsApp makes it: the number stands in it, in base64."""
    return "wamid." + base64.b64encode(b"\x1c\x18\x0b" + number[1:].encode() + b"\x15\x02\x00" + what.encode()).decode()


def erase(team, contact):
    with tenant_context(team.id):
        erasure = erase_person(actor=team.actor(), contact_id=contact.id)
        finish_erasure(erasure_id=erasure.id)


def body_of(row):
    return vault.unseal_text(
        require_organization_id(), "messaging_providerevent", "body_sealed", row.id, row.body_sealed
    )


@pytest.fixture
def mina(acme):
    """Mina, who agreed, with the account through which she is written to."""
    contact = make_contact(acme, number=NUMBER, first_name="Mina")
    with tenant_context(acme.id):
        point = Point.objects.get()
        grant(point, make_purpose(acme.actor()))
        account = make_account(acme.actor())
        sent = reach(make_sender(acme.actor(), account), point)
        Message.objects.filter(id=sent.id).update(provider_message_id=wamid("out"))
    return contact, account, sent


def said(what: str) -> ChatInbound:
    return ChatInbound(
        wamid(what), "whatsapp", NUMBER, "+14025550100", "Where is it?", event_key=f"{wamid(what)}:received"
    )


def test_an_id_that_holds_the_number_of_an_erased_person_becomes_its_mark_wherever_it_stands(acme, mina):
    contact, account, sent = mina
    with tenant_context(acme.id):
        keep_event(account=account, event=said("in"), body=b"{}")
        receive_inbound(account=account, inbound=said("in"))
        plain = hear(account, "Hello", NUMBER)
        attempt = SendAttempt.objects.get()
        told = Receipt(wamid("out"), "sent", "sent", attempt_id=attempt.id, event_key=f"{wamid('out')}:sent")
        keep_event(account=account, event=told, body=b"{}")

    erase(acme, contact)

    with tenant_context(acme.id):
        ids = [
            Message.objects.get(id=sent.id).provider_message_id,
            *InboundMessage.objects.exclude(id=plain.id).values_list("provider_message_id", flat=True),
            *ProviderEvent.objects.values_list("provider_message_id", flat=True),
            *ProviderEvent.objects.values_list("event_key", flat=True),
        ]
        assert InboundMessage.objects.get(id=plain.id).provider_message_id == plain.provider_message_id
    assert len(ids) == 6
    assert all(text.startswith("erased:") and len(text) == 39 for text in ids)
    # the id of the message is the same mark in its report, so what was told about it is still found
    assert ids[0] in ids[2:4]


def test_after_the_mark_a_message_told_again_is_known_and_a_late_report_finds_its_message_by_our_attempt(acme, mina):
    contact, account, sent = mina
    with tenant_context(acme.id):
        keep_event(account=account, event=said("in"), body=b"{}")
        receive_inbound(account=account, inbound=said("in"))
        attempt = SendAttempt.objects.get()
    erase(acme, contact)

    with tenant_context(acme.id):
        again = (
            keep_event(account=account, event=said("in"), body=b"{}"),
            receive_inbound(account=account, inbound=said("in")),
        )
        late = Receipt(wamid("out"), "read", "read", attempt_id=attempt.id, event_key=f"{wamid('out')}:read")
        row = keep_event(account=account, event=late, body=b"{}")
        found = apply_receipts(account=account, rows=[row])

        message, kept = Message.objects.get(id=sent.id), ProviderEvent.objects.get(id=row.id)
        assert InboundMessage.objects.count() == 1
        assert (kept.provider_message_id, bytes(kept.body_sealed)) == (message.provider_message_id, b"")
        assert kept.event_key.startswith("erased:")
    assert (again, found) == ((None, None), 1)
    assert message.delivery_rank == 50
    assert message.provider_message_id.startswith("erased:")


def test_of_a_webhook_about_two_people_nothing_about_the_erased_one_stays_with_the_other(client, acme):
    contact = make_contact(acme, number=NUMBER, first_name="Mina")
    with tenant_context(acme.id):
        account = whatsapp.make_whatsapp(acme.actor())
    webhook = ours(dict(fixtures("whatsapp_cloud", "inbound"))["inbound_text"]["webhook"])
    messages = webhook["entry"][0]["changes"][0]["value"]["messages"]
    first = messages[0] | {"from": NUMBER[1:], "id": wamid("a"), "text": {"body": "Xanthippe is ill"}}
    second = messages[0] | {"from": OTHER[1:], "id": wamid("b", OTHER), "text": {"body": "Open today?"}}
    messages[:] = [first, second]
    post(client, account, webhook)

    erase(acme, contact)

    with tenant_context(acme.id):
        rows = {row.provider_message_id[:6]: body_of(row) for row in ProviderEvent.objects.all()}
    assert rows["erased"] == ""
    kept = json.loads(rows["wamid."])
    assert (kept["sender"], kept["body"]) == (OTHER, "Open today?")
    assert not any(word in rows["wamid."] for word in ("Xanthippe", NUMBER[1:]))


def test_a_webhook_about_one_thing_is_kept_as_it_came_and_emptied_after_thirty_days(client, acme, monkeypatch):
    with tenant_context(acme.id):
        account = whatsapp.make_whatsapp(acme.actor())
    webhook = ours(dict(fixtures("whatsapp_cloud", "inbound"))["inbound_text"]["webhook"])
    post(client, account, webhook)
    real = clock.now()
    with tenant_context(acme.id):
        row = ProviderEvent.objects.get()
        assert json.loads(body_of(row)) == webhook

    monkeypatch.setattr(clock, "now", lambda: real + datetime.timedelta(days=29))
    tasks.empty_old_webhooks()
    young = bytes(ProviderEvent.objects.get().body_sealed)
    monkeypatch.setattr(clock, "now", lambda: real + datetime.timedelta(days=31))
    tasks.empty_old_webhooks()

    old = ProviderEvent.objects.get()
    assert young == bytes(row.body_sealed)
    assert (bytes(old.body_sealed), old.event_key, old.received_at) == (b"", row.event_key, row.received_at)


def test_pleas_to_stop_of_an_erased_person_are_decided_and_nobody_is_asked_any_more(acme, mina):
    contact, account, _ = mina
    with tenant_context(acme.id):
        doubt = hear(account, "Cancel my 3pm appointment", NUMBER)
        letter = enter_request(
            actor=acme.actor(), address=address_of(phone(NUMBER)), way="letter", channel="",
            requested_at=clock.now() - datetime.timedelta(days=1), note="A letter, folder 12.",
        )  # fmt: skip
        others = hear(account, "Cancel my 4pm appointment", OTHER)

    erase(acme, contact)

    with tenant_context(acme.id):
        read = InboundMessage.objects.get(id=doubt.id)
        decided = StopRequest.objects.exclude(decided_at=None)
        assert (read.verdict, read.handled_at is None) == ("stop", False)
        assert {(row.inbound_id, row.verdict) for row in decided} == {(doubt.id, "stop"), (None, "stop")}
        assert decided.get(id=letter.id).decided_by == acme.actor().id
        assert [row.inbound_id for row in StopRequest.objects.filter(decided_at=None)] == [others.id]


def test_a_start_ends_what_they_had_asked_by_letter_before_and_nothing_of_another_channel(acme, mina):
    _, account, _ = mina
    with tenant_context(acme.id):
        for channel in ("", "sms", "whatsapp"):
            enter_request(
                actor=acme.actor(), address=address_of(phone(NUMBER)), way="letter", channel=channel,
                requested_at=clock.now() - datetime.timedelta(days=1), note="A letter, folder 12.",
            )  # fmt: skip

        began = hear(account, "START", NUMBER)

        assert ConsentEvent.objects.filter(origin_id=began.id, status="lifted").exists()
        verdicts = dict(StopRequest.objects.values_list("channel", "verdict"))
    assert verdicts == {"": "restarted", "sms": "restarted", "whatsapp": ""}


def test_what_a_campaign_wrote_to_an_erased_person_over_a_shared_address_goes_and_the_others_words_stay(acme, operator):
    house = make_house(acme.id, acme.actor(), operator_actor(operator), "http://127.0.0.1:9")
    add_people(house, 2, 2)
    campaign = make_campaign(house)
    check(house, campaign)
    run = send(house, launch(house, campaign, 2))
    with tenant_context(acme.id):
        gone, stays = Contact.objects.order_by("first_name")
        theirs, others = (Recipient.objects.get(contact_id=each.id, run=run) for each in (gone, stays))
        point = Message.objects.get(id=theirs.id).point_id
        ContactPoint.objects.create(contact=stays, point_id=point, label="phone")

    erase(acme, gone)

    with tenant_context(acme.id):
        words = {row.id: bytes(row.body_sealed) for row in Message.objects.all()}
    assert words[theirs.id] == b""
    assert words[others.id] != b""


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (f"{NUMBER},Mina,,spill", "extra_cells"),
        (f'{NUMBER},Mina,"{"A" * 1_001}"', "too_long"),
    ],
)
def test_a_row_refused_before_it_is_read_keeps_nothing_of_somebody_erased(acme, mina, row, code):
    contact, _, _ = mina
    other = row.replace(NUMBER, OTHER).replace("Mina", "Omar")
    erase(acme, contact)

    job = bring_in(acme, f"Phone,First name,City\n{row}\n{other}\n+14025550144,Ada,\n")

    with tenant_context(acme.id):
        first, second = ImportRow.objects.filter(job=job, outcome="rejected").order_by("number")
    assert (first.outcome, first.code, first.cells_sealed) == ("rejected", code, None)
    assert (second.code, second.cells_sealed is None) == (code, False)
