"""WhatsApp from template to handset, over real HTTP: written, approved, sent, stopped in WhatsApp itself, never again."""

import dataclasses
import time
from collections.abc import Iterator

import pytest

from accounts.actions import organizations
from accounts.contracts import Refused
from campaigns.actions import advancing
from campaigns.actions.launching import launch_campaign, simulate_campaign
from campaigns.actions.writing import Draft, save_campaign
from campaigns.models import Campaign, Recipient, Run
from consent.actions.purposes import open_purpose
from consent.models import ConsentEvent, Suppression
from contacts.models import List
from core.jobs import enqueue
from core.tenancy import tenant_context
from messaging import template_office
from messaging.actions.templates import write_template
from messaging.models import InboundMessage, Message, ProviderTemplate, SendAttempt
from tests.carriers import Sandbox
from tests.databases import Database
from tests.factories import whatsapp
from tests.factories.accounts import Team, make_operator, make_team, operator_actor
from tests.proofs import proves
from tests.support import web_thread
from tooling import ports

ANA, BEN, CEM = "+14025560001", "+14025560002", "+14025560003"


class House:
    """An organisation with a WhatsApp number at the sandbox, whose webhooks come to us."""

    def __init__(self, team: Team, sandbox: Sandbox, base: str) -> None:
        self.team, self.sandbox, self.id, self.actor = team, sandbox, team.id, team.actor()
        with tenant_context(self.id):
            organizations.go_live(actor=operator_actor(make_operator()), note="reviewed")
            self.purpose = open_purpose(actor=self.actor, name="Visits", tier="transactional")
            self.account = whatsapp.make_whatsapp(self.actor, sandbox.url)
            self.sender = whatsapp.make_number(self.actor, self.account)
            self.people = List.objects.create(name="Everybody")
        business = {
            "id": whatsapp.BUSINESS,
            "phone_number_id": whatsapp.PHONE_ID,
            "access_token": whatsapp.ACCESS,
            "app_secret": whatsapp.SECRET,
            "verify_token": self.account.token,
            "webhook_url": f"{base}/webhooks/whatsapp_cloud/inbound/{self.account.token}",
        }
        sandbox.post("whatsapp/businesses", business)

    def approved(self, name: str = "visit_reminder") -> ProviderTemplate:
        """A template that went all the way: written, submitted, approved by webhook."""
        with tenant_context(self.id):
            row = write_template(
                actor=self.actor, account=self.account, name=name, language="en_US", use_case="transactional",
                text=whatsapp.TEXT,
            )  # fmt: skip
        template_office.submit_template(actor=self.actor, organization_id=self.id, template_id=row.id)
        self.sandbox.settle()
        return self.template(row)

    def template(self, row: ProviderTemplate) -> ProviderTemplate:
        with tenant_context(self.id):
            return ProviderTemplate.objects.get(id=row.id)

    def add(self, *numbers: str) -> None:
        with tenant_context(self.id):
            whatsapp.add_people(self.actor, self.purpose, self.people, list(numbers))

    def campaign(self, template: ProviderTemplate) -> Campaign:
        said = whatsapp.reminder(template)
        with tenant_context(self.id):
            draft = Draft("Visits", self.purpose, self.sender, said.body, [self.people], (), said.parts)
            return save_campaign(actor=self.actor, draft=draft)

    def check(self, campaign: Campaign) -> Run:
        with tenant_context(self.id):
            run = simulate_campaign(actor=self.actor, campaign=campaign)
        with tenant_context(self.id):
            return Run.objects.get(id=run.id)

    def launch(self, campaign: Campaign, confirmed: int) -> Run:
        with tenant_context(self.id):
            return launch_campaign(actor=self.actor, campaign=campaign, confirmed=confirmed)

    def tick(self) -> None:
        with tenant_context(self.id):
            Run.objects.filter(next_at__isnull=False).update(next_at="2000-01-01T00:00Z")
        enqueue("campaigns.wake_runs")
        enqueue("messaging.sweep")
        self.sandbox.settle()

    def outcomes(self, run: Run) -> list[tuple[str, str]]:
        with tenant_context(self.id):
            return sorted(Recipient.objects.filter(run=run).values_list("outcome", "reason"))


@pytest.fixture
def house(
    committed_db: Database, sandbox: Sandbox, settings: object, monkeypatch: pytest.MonkeyPatch
) -> Iterator[House]:
    monkeypatch.setattr(advancing, "BREATH_SECONDS", 0)
    with web_thread.serving(ports.free_port()) as base:
        settings.WEBHOOK_URL = base  # type: ignore[attr-defined]
        yield House(make_team("Acme"), sandbox, base)


@proves("D2", "D3", "C14")
def test_a_template_is_approved_sent_and_whoever_stops_it_in_whatsapp_is_left_out_of_the_next_run(
    house: House, sandbox: Sandbox
) -> None:
    house.add(ANA, BEN, CEM)
    template = house.approved()
    campaign = house.campaign(template)

    house.check(campaign)
    house.launch(campaign, 3)
    house.tick()
    house.tick()
    got = [entry["body"] for entry in sandbox.ledger("kind=chat") if entry["accepted"]]
    stopped = sandbox.post(f"whatsapp/phones/{BEN}/prefer", {"choice": "stop"})
    again = house.campaign(template)
    checked = house.check(again)
    house.launch(again, 2)
    house.tick()

    assert template.state == "approved"
    assert sorted(got) == [f"Hello Person {index}, your visit is on Tuesday at our office." for index in range(3)]
    assert stopped["status"] == 200
    assert house.outcomes(checked) == [("allowed", ""), ("allowed", ""), ("left_out", "opted_out")]
    assert [entry["to"] for entry in sandbox.ledger("kind=chat")].count(BEN) == 1
    with tenant_context(house.id):
        assert set(Message.objects.values_list("state", "delivery_rank")) == {("accepted", 40)}
        assert Message.objects.count() == SendAttempt.objects.filter(outcome="accepted").count() == 5
        heard = InboundMessage.objects.get()
        event = ConsentEvent.objects.get(id=heard.consent_event_id)
    assert (heard.form, heard.kind, event.status, event.source) == ("preference", "stop", "withdrawn", "provider")


def test_only_the_same_choice_in_whatsapp_takes_the_stop_back(house: House, sandbox: Sandbox) -> None:
    house.add(ANA, BEN)
    campaign = house.campaign(house.approved())
    house.check(campaign)
    house.launch(campaign, 2)
    house.tick()
    for phone in (ANA, BEN):
        sandbox.post(f"whatsapp/phones/{phone}/prefer", {"choice": "stop"})
    sandbox.post(f"whatsapp/phones/{BEN}/say", {"text": "STOP"})

    time.sleep(1.1)  # the network tells moments in whole seconds; what was said in the same one is not the newer
    for phone in (ANA, BEN):
        sandbox.post(f"whatsapp/phones/{phone}/prefer", {"choice": "resume"})

    with tenant_context(house.id):
        live = Suppression.objects.filter(lifted_at=None, point__kind="phone")
        assert [row.point.hint[-4:] for row in live.select_related("point")] == [BEN[-4:]]
        assert ConsentEvent.objects.filter(status="granted").count() == 2


def test_a_template_that_is_paused_holds_its_messages_and_they_go_on_when_the_pause_is_over(
    house: House, sandbox: Sandbox
) -> None:
    house.add(ANA)
    template = house.approved()
    campaign = house.campaign(template)
    house.check(campaign)
    run = house.launch(campaign, 1)
    sandbox.post(f"whatsapp/templates/{template.provider_template_id}", {"status": "PAUSED"})

    house.tick()
    house.tick()
    with tenant_context(house.id):
        held = (Message.objects.count(), Run.objects.get(id=run.id).held_reason, len(sandbox.ledger("kind=chat")))
    time.sleep(1.1)  # news of one second have no order
    sandbox.post(f"whatsapp/templates/{template.provider_template_id}", {"status": "APPROVED"})
    house.tick()
    house.tick()

    assert held == (0, "template", 0)
    assert house.outcomes(run) == [("allowed", "")]
    with tenant_context(house.id):
        assert Message.objects.get().state == "accepted"


@pytest.mark.parametrize(
    ("fate", "state", "words"),
    [
        ("pending", "submitted", "In review"),
        ("reminder", "approved", "Approved"),
        ("rejected", "rejected", "Two variables stand next to each other."),
        ("paused", "paused", "Paused by WhatsApp"),
        ("disabled", "disabled", "Disabled by WhatsApp"),
        ("appealed", "appealed", "In appeal"),
    ],
)
def test_what_whatsapp_says_of_a_template_stands_on_its_page_without_anybody_asking(
    house: House, fate: str, state: str, words: str
) -> None:
    row = house.approved(f"visit_{fate}")

    page = house.team.client().get(f"/templates/{row.id}/").content.decode()

    assert row.state == state
    assert words in page


def test_a_rejected_template_is_changed_submitted_again_and_deleted_at_whatsapp_too(
    house: House, sandbox: Sandbox
) -> None:
    row = house.approved("autumn_rejected")
    better = dataclasses.replace(
        whatsapp.TEXT, body="Good morning {{first_name}}, we expect you on {{day}} at our office."
    )

    with tenant_context(house.id):
        write_template(
            actor=house.actor, account=house.account, name=row.name, language="en_US", use_case="transactional",
            text=better, template=row,
        )  # fmt: skip
    template_office.submit_template(actor=house.actor, organization_id=house.id, template_id=row.id)
    again = house.template(row)
    sandbox.settle()
    template_office.delete_template(actor=house.actor, organization_id=house.id, template_id=row.id)

    heard = [entry["status"] for entry in sandbox.ledger("kind=chat_template")]
    assert again.provider_template_id == row.provider_template_id
    assert [word for word in heard if word in ("written", "changed", "deleted")] == ["written", "changed", "deleted"]
    assert house.template(row).state == "gone"


def test_a_rejected_template_says_why_and_no_campaign_can_take_it(house: House) -> None:
    row = house.approved("autumn_rejected")

    with pytest.raises(Refused) as refused:
        house.campaign(row)

    assert (row.state, row.reason) == ("rejected", "INVALID_FORMAT")
    assert row.advice == "Two variables stand next to each other. Put words between the variables."
    assert (refused.value.field, refused.value.message) == ("template", "WhatsApp rejected it.")


def test_somebody_whatsapp_names_by_an_id_alone_is_kept_and_their_stop_protects_that_id(
    house: House, sandbox: Sandbox
) -> None:
    sandbox.post("whatsapp/phones/+14025550105/say", {"text": "STOP", "business": whatsapp.BUSINESS})

    with tenant_context(house.id):
        heard = InboundMessage.objects.select_related("point").get()
        assert (heard.point.kind, heard.kind) == ("whatsapp", "stop")
        assert Suppression.objects.get(lifted_at=None).point_id == heard.point_id


def test_what_people_send_besides_words_is_told_in_words(house: House, sandbox: Sandbox) -> None:
    template = house.approved()
    house.add("+14025550106", "+14025550108", "+14025550109")
    campaign = house.campaign(template)
    house.check(campaign)
    house.launch(campaign, 3)
    house.tick()
    house.tick()

    page = house.team.client().get("/replies/?show=all").content.decode()

    assert sorted(forms_of(house)) == ["button", "image", "reaction"]
    for words in ("Pressed a button", "Sent a picture", "Reacted to your message", "Confirm", "Look at this"):
        assert words in page


def forms_of(house: House) -> list[str]:
    with tenant_context(house.id):
        return list(InboundMessage.objects.values_list("form", flat=True))
