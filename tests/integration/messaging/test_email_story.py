"""Mail from campaign to mailbox, over real SMTP and HTTP: written, sent, stopped by the mail program's button, never again."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from accounts.contracts import Refused
from accounts.models import Organization
from campaigns.actions import advancing
from campaigns.actions.launching import launch_campaign, simulate_campaign
from campaigns.models import Campaign, Recipient, Run
from consent.models import ConsentEvent, ConsentState, Suppression
from core.jobs import enqueue
from core.tenancy import tenant_context
from messaging.actions.credentials import open_credentials
from messaging.channels import email_imprint
from messaging.channels.protocol import Written
from messaging.models import InboundMessage, Message, SendAttempt, Sender
from tests.carriers import Sandbox
from tests.databases import Database
from tests.factories.accounts import make_team
from tests.factories.campaigns import House
from tests.factories.emails import SERVER_TOKEN, STREET, add_mailboxes, make_letter, make_mail_house
from tests.proofs import proves
from tests.support import web_thread
from tooling import ports


@pytest.fixture
def base(committed_db: Database, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The product's web process, where links lead and webhooks arrive."""
    monkeypatch.setattr(advancing, "BREATH_SECONDS", 0)
    email_imprint._imprint.cache_clear()
    with web_thread.serving(ports.free_port()) as address:
        settings.WEBHOOK_URL = settings.PUBLIC_URL = address
        yield address


@pytest.fixture
def house(base: str, sandbox: Sandbox) -> House:
    """Mail through a server of its own."""
    return make_mail_house(make_team("Acme"), f"smtp://127.0.0.1:{sandbox.smtp_port}")


@pytest.fixture
def service(base: str, sandbox: Sandbox) -> House:
    """Mail through the mail service, which reports back."""
    made = make_mail_house(make_team("Acme"), sandbox.url)
    hook = f"{base}/webhooks/postmark/inbound/{made.account.token}"
    with tenant_context(made.id):
        secret = open_credentials(made.account)["webhook_secret"]
    server = {"token": SERVER_TOKEN, "webhook_url": hook, "user": "carillon", "password": secret}
    sandbox.post("mail_servers", server)
    return made


def check(house: House, campaign: Campaign) -> Run:
    with tenant_context(house.id):
        run = simulate_campaign(actor=house.actor, campaign=campaign)
    with tenant_context(house.id):
        return Run.objects.get(id=run.id)


def reasons(house: House, run: Run) -> Counter[tuple[str, str]]:
    with tenant_context(house.id):
        return Counter(Recipient.objects.filter(run=run).values_list("outcome", "reason"))


def tick(house: House) -> None:
    with tenant_context(house.id):
        Run.objects.filter(next_at__isnull=False).update(next_at="2000-01-01T00:00Z")
        Message.objects.filter(next_at__isnull=False).update(next_at="2000-01-01T00:00Z")
    enqueue("campaigns.wake_runs")
    enqueue("messaging.sweep")
    with tenant_context(house.id):
        enqueue("messaging.drain_sender", organization_id=house.id, sender_id=house.sender.id)


def send(house: House, sandbox: Sandbox, *mailboxes: str) -> list[Any]:
    """Everybody agreed gets a letter; answer the ids of their points."""
    points = add_mailboxes(house, *mailboxes)
    campaign = make_letter(house)
    checked = check(house, campaign)
    with tenant_context(house.id):
        launch_campaign(actor=house.actor, campaign=campaign, confirmed=checked.allowed_count)
    tick(house)
    sandbox.settle()
    return points


def mails(sandbox: Sandbox) -> dict[str, dict[str, Any]]:
    return {mail["recipients"][0]: mail for mail in sandbox.get("mail")}


@proves("C5", "C12", "G23")
def test_who_presses_unsubscribe_in_the_mail_program_is_left_out_of_the_next_with_the_proof(
    house: House, sandbox: Sandbox
) -> None:
    send(house, sandbox, "ana@people.example", "ben@people.example", "cem@people.example")
    got = mails(sandbox)

    pressed = sandbox.post(f"mail/{got['ben@people.example']['id']}/unsubscribe")
    again = sandbox.post(f"mail/{got['ben@people.example']['id']}/unsubscribe")

    assert set(got) == {"ana@people.example", "ben@people.example", "cem@people.example"}
    assert (pressed["status"], pressed["body"]) == (again["status"], again["body"]) == (200, "You get no more mail.\n")
    with tenant_context(house.id):
        stop, event = Suppression.objects.get(), ConsentEvent.objects.get(status="withdrawn")
        message = Message.objects.get(point_id=stop.point_id)
        assert (stop.kind, stop.channel, stop.source, stop.event_id) == ("opted_out", "email", "one_click", event.id)
        assert (event.origin, event.origin_id, event.point_id) == ("message", message.id, message.point_id)
        assert ConsentState.objects.get(point_id=stop.point_id).event_id == event.id
        heard = InboundMessage.objects.get()
        assert (heard.kind, heard.form, heard.message_id) == ("stop", "unsubscribe", message.id)
        assert (heard.origin_id, heard.consent_event_id) == (message.origin_id, event.id)
    second = check(house, make_letter(house))
    assert reasons(house, second) == {("allowed", ""): 2, ("left_out", "opted_out"): 1}
    with tenant_context(house.id):
        assert Recipient.objects.get(run=second, outcome="left_out").evidence_id == event.id


@proves("C23")
def test_a_mail_says_who_sends_it_where_they_live_and_how_to_stop(house: House, sandbox: Sandbox, base: str) -> None:
    send(house, sandbox, "ana@people.example")

    (entry,) = sandbox.ledger("kind=mail")
    mail = mails(sandbox)["ana@people.example"]
    assert mail["subject"] == "For ana"
    assert mail["unsubscribe"].startswith(f"{base}/u/")
    for part in (mail["text"], mail["html"]):
        assert "Hello ana, your order is ready." in part
        assert "Acme Inc." in part
        assert STREET in part
        assert mail["unsubscribe"] in part
    with tenant_context(house.id):
        message = Message.objects.get()
        assert (message.state, message.provider_message_id) == ("accepted", entry["key"])


@proves("C23")
def test_nothing_is_launched_while_the_organisation_has_no_postal_address(house: House, sandbox: Sandbox) -> None:
    add_mailboxes(house, "ana@people.example")
    campaign = make_letter(house)
    check(house, campaign)
    with tenant_context(house.id):
        Organization.objects.update(postal_address="")
    checked = check(house, campaign)

    with tenant_context(house.id), pytest.raises(Refused, match="postal address") as refused:
        launch_campaign(actor=house.actor, campaign=campaign, confirmed=1)

    assert (refused.value.field, refused.value.remedy) == (
        "postal_address",
        "Write it under Settings; it stands at the end of every mail.",
    )
    assert reasons(house, checked) == {("left_out", "content"): 1}
    assert sandbox.ledger("kind=mail") == []


def test_a_postal_address_that_vanished_after_the_launch_holds_what_was_not_sent(
    house: House, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_mailboxes(house, "ana@people.example")
    campaign = make_letter(house)
    check(house, campaign)
    with tenant_context(house.id):
        Sender.objects.update(paused_at="2026-11-25T00:00Z")
        launch_campaign(actor=house.actor, campaign=campaign, confirmed=1)
    tick(house)

    with tenant_context(house.id):
        Sender.objects.update(paused_at=None)
        Organization.objects.update(postal_address="")
    tick(house)

    assert sandbox.ledger("kind=mail") == []


@proves("G21")
def test_a_dead_mailbox_is_left_alone_at_once_and_a_greylisting_one_gets_its_mail(
    house: House, sandbox: Sandbox
) -> None:
    points = send(house, sandbox, "bounce@people.example", "greylist@people.example", "ana@people.example")
    tick(house)

    assert set(mails(sandbox)) == {"greylist@people.example", "ana@people.example"}
    with tenant_context(house.id):
        bounced = Suppression.objects.get()
        assert (bounced.point_id, bounced.kind, bounced.channel, bounced.expires_at) == (
            points[0],
            "bounced",
            "email",
            None,
        )
        assert dict(Message.objects.values_list("point_id", "state")) == {
            points[0]: "rejected", points[1]: "accepted", points[2]: "accepted",
        }  # fmt: skip
        assert Message.objects.get(point_id=points[0]).reason == "5.1.1"
        assert Sender.objects.get().throttled_until is None
    assert reasons(house, check(house, make_letter(house))) == {("allowed", ""): 2, ("left_out", "bounced"): 1}


def test_a_mail_whose_answer_was_lost_is_uncertain_and_never_sent_again(house: House, sandbox: Sandbox) -> None:
    send(house, sandbox, "lost@people.example")
    for _ in range(3):
        tick(house)

    assert len(sandbox.ledger("kind=mail")) == 1
    with tenant_context(house.id):
        assert (Message.objects.get().state, SendAttempt.objects.get().outcome) == ("uncertain", "ambiguous")


def test_what_a_person_is_called_cannot_add_a_recipient(house: House, sandbox: Sandbox) -> None:
    add_mailboxes(house, "ana@people.example")
    with tenant_context(house.id):
        from contacts.models import Contact

        Contact.objects.update(first_name="Ana\r\nBcc: victim@people.example")
    hostile = Written("<p>Hi</p>", {"subject": "{{ contact.first_name }}"})
    campaign = make_letter(house, hostile)
    check(house, campaign)
    with tenant_context(house.id):
        launch_campaign(actor=house.actor, campaign=campaign, confirmed=1)
    tick(house)

    (entry,) = sandbox.ledger("kind=mail")
    assert (entry["to"], entry["subject"]) == ("ana@people.example", "Ana Bcc: victim@people.example")


# -- through the mail service


@proves("G21")
def test_reports_of_the_mail_service_protect_people_in_any_order_and_once(service: House, sandbox: Sandbox) -> None:
    boxes = ("bounce", "complaint", "unsubscribes", "soft", "reversed", "repeated", "inactive", "ana")
    points = dict(zip(boxes, send(service, sandbox, *(f"{box}@people.example" for box in boxes)), strict=True))

    with tenant_context(service.id):
        held = {row.point_id: (row.kind, row.source) for row in Suppression.objects.all()}
        ranks = dict(Message.objects.values_list("point_id", "delivery_rank"))
    assert held == {
        points["bounce"]: ("bounced", "provider"),
        points["complaint"]: ("complaint", "complaint"),
        points["unsubscribes"]: ("opted_out", "provider"),
        points["inactive"]: ("bounced", "provider"),
    }
    assert {box: ranks[points[box]] for box in ("bounce", "soft", "reversed", "repeated", "ana")} == {
        "bounce": 35, "soft": 35, "reversed": 40, "repeated": 40, "ana": 40,
    }  # fmt: skip
    left_out = reasons(service, check(service, make_letter(service)))
    assert left_out == {
        ("allowed", ""): 4, ("left_out", "bounced"): 2, ("left_out", "complaint"): 1, ("left_out", "opted_out"): 1,
    }  # fmt: skip


def test_an_answer_that_says_stop_stops_and_one_that_says_thanks_does_not(service: House, sandbox: Sandbox) -> None:
    points = send(service, sandbox, "ana@people.example", "ben@people.example")
    got = mails(sandbox)

    stopped = sandbox.post(f"mail/{got['ana@people.example']['id']}/reply", {"text": "STOP"})
    thanked = sandbox.post(f"mail/{got['ben@people.example']['id']}/reply", {"text": "Thanks a lot!"})

    assert (stopped["status"], thanked["status"]) == (200, 200)
    with tenant_context(service.id):
        heard = dict(InboundMessage.objects.values_list("point_id", "kind"))
        stop = Suppression.objects.get()
    assert heard == {points[0]: "stop", points[1]: "text"}
    assert (stop.point_id, stop.channel, stop.source) == (points[0], "email", "email_reply")


def test_a_report_with_another_password_changes_nothing(service: House, sandbox: Sandbox, base: str) -> None:
    hook = f"{base}/webhooks/postmark/inbound/{service.account.token}"
    server = {"token": SERVER_TOKEN, "webhook_url": hook, "user": "carillon", "password": "another"}
    sandbox.post("mail_servers", server)

    send(service, sandbox, "bounce@people.example")

    with tenant_context(service.id):
        assert Suppression.objects.count() == 0
        assert Message.objects.get().delivery_rank == 10
    assert {entry["http"] for entry in sandbox.ledger("kind=callback")} == {403}
