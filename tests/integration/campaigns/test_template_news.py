"""What WhatsApp says of a template changes the campaigns that use it: they hold, go on, are quoted anew; and people are told."""

import copy
import dataclasses
import uuid

import pytest
from django.core import mail

from accounts.actions import organizations
from accounts.contracts import Actor, Refused
from campaigns.actions.launching import launch_campaign
from campaigns.actions.writing import Draft, save_campaign
from campaigns.models import Campaign, Run
from consent.actions.purposes import open_purpose
from consent.models import Purpose
from contacts.models import List
from core.ids import new_id
from core.tenancy import tenant_context
from messaging.actions.claiming import claim_due
from messaging.actions.intending import intend
from messaging.models import Message, ProviderAccount, ProviderTemplate, SendAttempt, Sender
from tests.factories import whatsapp
from tests.factories.accounts import Team, operator_actor
from tests.factories.billing import top_up
from tests.factories.registrations import make_real
from tests.integration.campaigns.conftest import check, launch, send
from tests.integration.messaging.test_whatsapp_webhooks import post, told
from tests.proofs import proves
from tests.snapshots import rows_of

NAME, NUMBER = "autumn_offer", "500000000000002"
SECOND = 1795448000


@dataclasses.dataclass
class House:
    """One organisation with a WhatsApp number, an approved template that costs 0.8 units, and three people who agreed."""

    team: Team
    id: uuid.UUID
    actor: Actor
    account: ProviderAccount
    sender: Sender
    purpose: Purpose
    people: List
    template: ProviderTemplate

    def campaign(self, name: str = "Visits") -> Campaign:
        said = whatsapp.reminder(self.template)
        with tenant_context(self.id):
            draft = Draft(name, self.purpose, self.sender, said.body, [self.people], (), said.parts)
            return save_campaign(actor=self.actor, draft=draft)

    def launched(self, name: str = "Visits") -> Run:
        """A launch that breathes."""
        campaign = self.campaign(name)
        check(self, campaign)
        return launch(self, campaign, 3)

    def run(self, run: Run) -> Run:
        with tenant_context(self.id):
            return Run.objects.get(id=run.id)

    def page(self, path: str) -> str:
        return " ".join(self.team.client().get(path).content.decode().split())


def furnish(team: Team, operator: Actor) -> House:
    with tenant_context(team.id):
        organizations.go_live(actor=operator, note="reviewed")
        purpose = open_purpose(actor=team.actor(), name="Visits", tier="transactional")
        account = whatsapp.make_whatsapp(team.actor(), "http://127.0.0.1:9")
        sender, people = make_real(whatsapp.make_number(team.actor(), account)), List.objects.create(name="Everybody")
        whatsapp.add_people(team.actor(), purpose, people, [f"+1402556000{index}" for index in range(3)])
        template = whatsapp.make_template(account, NAME)
        ProviderTemplate.objects.filter(id=template.id).update(provider_template_id=NUMBER)
    top_up(team.id, 100)
    return House(team, team.id, team.actor(), account, sender, purpose, people, template)


@pytest.fixture
def house(acme, operator) -> House:
    """Acme, whose template WhatsApp speaks of."""
    return furnish(acme, operator_actor(operator))


@pytest.fixture
def say(client, django_capture_on_commit_callbacks):
    """WhatsApp says something, signed; what is rung is done at once."""

    def said(house: House, name: str, second: int, **value: object) -> None:
        webhook = copy.deepcopy(told(name, SECOND + second))
        webhook["entry"][0]["changes"][0]["value"] |= value
        with django_capture_on_commit_callbacks(execute=True):
            assert post(client, house.account, webhook).status_code == 200

    return said


def messages(house: House) -> int:
    with tenant_context(house.id):
        return Message.objects.count()


RED = ("quality", {"previous_quality_score": "GREEN", "new_quality_score": "RED"})
GREEN = ("quality", {"previous_quality_score": "RED", "new_quality_score": "GREEN"})
REINSTATED = ("approved", {"event": "REINSTATED"})


@proves("D6")
@pytest.mark.parametrize(
    ("bad", "good", "why"),
    [
        (("paused", {}), ("approved", {}), "WhatsApp paused its template: people did not like it."),
        (("rejected", {}), ("approved", {}), "WhatsApp rejected its template: it has to be corrected"),
        (("paused", {"event": "DISABLED"}), REINSTATED, "WhatsApp disabled its template: only an appeal"),
        (RED, GREEN, "People do not like its template: WhatsApp calls its quality bad"),
        (("flagged", {}), REINSTATED, "People do not like its template: WhatsApp calls its quality bad"),
    ],
)
def test_a_campaign_holds_while_its_template_is_not_allowed_or_disliked_and_goes_on_when_it_recovers(
    house, acme, rival, operator, say, bad, good, why
):
    theirs = furnish(rival, operator_actor(operator))
    run = house.launched()
    before = rows_of(rival.id)
    mail.outbox.clear()

    say(house, bad[0], 1, **bad[1])
    alarm = [(sent.to, sent.subject, sent.body) for sent in mail.outbox]
    send(house, run)
    held, count, home = house.run(run), messages(house), house.page("/")
    page, template = house.page(f"/campaigns/runs/{run.id}/"), house.page(f"/templates/{house.template.id}/")
    say(house, good[0], 2, **good[1])
    free = house.run(run)

    assert (held.state, held.held_reason, count) == ("sending", "template", 0)
    assert "Held. 3 people wait." in page
    assert why in page
    assert "It goes on by itself when WhatsApp lets it." in page
    assert "“Visits” is held" in home
    assert f"“{NAME}”" in home
    assert ("Campaigns that use it hold" in template) == (bad is RED or bad[0] == "flagged")
    assert [(to, subject) for to, subject, _ in alarm] == [
        ([person.email], "A WhatsApp template of Acme needs a look")
        for person in sorted(acme.people.values(), key=lambda each: each.full_name)
        if "Viewer" not in person.full_name
    ]
    assert all(NAME in body and "- Visits" in body for _, _, body in alarm)
    assert (free.held_reason, messages(house)) == ("", 3)
    assert mail.outbox[-1].subject == "A WhatsApp template of Acme can be used again"
    assert rows_of(rival.id) == before
    with tenant_context(theirs.id):
        assert ProviderTemplate.objects.get().state == "approved"


@proves("D6")
def test_what_was_given_to_the_lane_before_waits_too_and_a_word_to_one_person_does_not(house, say):
    run = house.launched()
    send(house, run)
    say(house, RED[0], 1, **RED[1])
    with tenant_context(house.id):
        one = Message.objects.order_by("id").first()
        Message.objects.filter(id=one.id).update(origin="one", origin_id=one.point_id)
        token = new_id()
        claimed = claim_due(sender_id=house.sender.id, limit=10, token=token)
    with tenant_context(house.id):
        going = intend(sender=house.sender, message_ids=claimed, token=token)

    assert [intent.message.id for intent in going] == [one.id]
    with tenant_context(house.id):
        waiting = Message.objects.exclude(id=one.id)
        assert set(waiting.values_list("state", "reason")) == {("ready", "waiting_for_template")}
        assert SendAttempt.objects.count() == 1


@proves("D6")
def test_a_campaign_whose_template_people_do_not_like_is_not_launched_and_its_check_says_so(house, say):
    campaign = house.campaign()
    check(house, campaign)
    say(house, RED[0], 1, **RED[1])
    before = rows_of(house.id)

    with tenant_context(house.id), pytest.raises(Refused, match="People do not like this template") as refusal:
        launch_campaign(actor=house.actor, campaign=campaign, confirmed=3)

    assert "Choose another template" in refusal.value.remedy
    assert rows_of(house.id) == before
    assert "Template in good standing" in house.page(f"/campaigns/{campaign.id}/check/")


@proves("D5")
def test_a_category_that_will_change_is_told_with_what_it_does_to_prices_and_to_planned_campaigns(house, rival, say):
    run = house.launched()
    before = rows_of(rival.id)
    calm = house.page(f"/templates/{house.template.id}/")
    mail.outbox.clear()

    say(house, "category_soon", 1)
    page, home = house.page(f"/templates/{house.template.id}/"), house.page("/")

    assert "Utility" in calm
    assert "0.8 units" in calm
    assert "WhatsApp will call this" not in calm
    assert "WhatsApp will call this marketing from" in page
    assert "Everywhere a message costs 3.5 units then instead of 0.8 units: 2.7 units more." in page
    assert f"WhatsApp will call “{NAME}” marketing" in home
    assert len(mail.outbox) == 2, "the owner and the campaign manager, who may launch"
    assert "- Everywhere: 0.8 units, then 3.5 units (2.7 units more)" in mail.outbox[0].body
    assert "- Visits: 2.4 units as planned, 10.5 units in the new category" in mail.outbox[0].body
    planned = house.page(f"/campaigns/runs/{run.id}/")
    assert "WhatsApp will call its template marketing from" in planned
    assert "Then this costs 10.5 units instead of 2.4 units." in planned
    assert house.run(run).state == "breath"
    assert rows_of(rival.id) == before


@proves("D5")
def test_a_category_that_has_changed_takes_planned_campaigns_back_to_be_quoted_and_approved_anew(house, say):
    run = house.launched("Planned")
    begun = house.launched("Begun")
    send(house, begun)
    mail.outbox.clear()

    say(house, "category_changed", 2)
    page = house.page(f"/campaigns/{house.run(run).campaign_id}/")
    with tenant_context(house.id), pytest.raises(Refused) as refusal:
        launch_campaign(actor=house.actor, campaign=house.run(run).campaign, confirmed=3)

    taken = house.run(run)
    assert (taken.state, taken.held_reason) == ("cancelled", "recategorised")
    with tenant_context(house.id):
        assert Campaign.objects.get(id=taken.campaign_id).state == "draft"
        assert ProviderTemplate.objects.get(id=house.template.id).category == "marketing"
    assert refusal.value.code == "not_checked"
    assert "WhatsApp gave its template another category" in page
    assert "“Planned” was taken back" in house.page("/")
    assert "- Planned: 2.4 units as planned, 10.5 units in the new category" in mail.outbox[0].body
    assert "if a second person approved it, they have to approve it again" in mail.outbox[0].body
    assert house.run(begun).state == "sending"


@proves("D5")
def test_a_ring_that_was_lost_changes_nothing_a_launch_in_another_category_does_not_begin(house):
    run = house.launched()
    with tenant_context(house.id):
        ProviderTemplate.objects.update(category="marketing", use_case="transactional")

    send(house, run)

    assert (house.run(run).state, house.run(run).held_reason, messages(house)) == ("cancelled", "recategorised", 0)
