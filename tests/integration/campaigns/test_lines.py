"""Lines that places want in each text, from the check to the last moment; and duties nobody can check, shown before a launch."""

import pytest

from accounts.contracts import Refused
from accounts.models import Organization
from campaigns.actions.writing import Draft, save_campaign
from campaigns.models import Campaign, Recipient
from campaigns.selectors.checks import newest_check
from campaigns.selectors.duties import duties, missing_lines
from consent.models import Purpose
from core.ids import new_id
from core.tenancy import tenant_context
from messaging.actions.claiming import claim_due
from messaging.actions.connecting import add_sender
from messaging.actions.intending import intend
from messaging.models import Message, SendAttempt
from messaging.registration_models import Registration
from tests.factories.billing import make_paid, top_up
from tests.factories.campaigns import add_people, make_campaign
from tests.factories.registrations import make_real, register_in_india
from tests.integration.campaigns.conftest import check, launch, send
from tests.snapshots import rows_of

WHOLE = "Acme: our sale begins, {{ contact.first_name }}. Reply STOP to opt out."
TEXT = "Dear {#var#}, our sale begins. Acme"


@pytest.fixture
def offers(house):
    """The house's purpose is for offers now, it sends through a real carrier, and two people agreed."""
    add_people(house, 2, 2)
    with tenant_context(house.id):
        Purpose.objects.filter(id=house.purpose.id).update(tier="marketing")
    make_paid(house.sender)
    top_up(house.id, 100)
    return house


def outcomes(house, run):
    with tenant_context(house.id):
        return sorted(Recipient.objects.filter(run=run).values_list("outcome", "reason"))


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("Our sale begins.", "line_missing"),
        ("Acme: our sale begins.", "line_missing"),
        ("Our sale begins. Reply STOP to opt out.", "line_missing"),
        (WHOLE, ""),
    ],
)
def test_an_offer_to_the_us_says_who_writes_and_how_to_stop_or_goes_to_nobody(offers, body, reason):
    run = check(offers, make_campaign(offers, body))

    assert outcomes(offers, run) == [("left_out" if reason else "allowed", reason)] * 2


def test_the_check_names_the_lines_that_are_missing_with_words_that_could_be_added(offers, acme):
    campaign = make_campaign(offers, "Our sale begins.")
    check(offers, campaign)
    with tenant_context(offers.id):
        found = missing_lines(newest_check(campaign))
        Organization.objects.update(default_language="es")
        spanish = missing_lines(newest_check(campaign))

    page = acme.client().get(f"/campaigns/{campaign.id}/check/").content.decode()

    assert {"Reply STOP to opt out.", "Acme:"} == {each.words for each in found}
    assert {"United States" in each.places for each in found} == {True}
    assert {each.unread for each in found} == {False}
    assert "Responda STOP para no recibir más mensajes." in {each.words for each in spanish if each.unread}
    assert "The text lacks what some countries want in it." in page


def test_a_whole_text_lacks_nothing_and_the_words_are_there_once(offers):
    campaign = make_campaign(offers, WHOLE)
    check(offers, campaign)

    with tenant_context(offers.id):
        assert missing_lines(newest_check(campaign)) == []


def test_what_nobody_can_check_is_shown_as_a_duty_before_the_launch(offers, acme):
    campaign = make_campaign(offers, WHOLE)
    check(offers, campaign)

    with tenant_context(offers.id):
        found = [each.statute.partition(";")[0] for each in duties(newest_check(campaign))]
    page = acme.client().get(f"/campaigns/{campaign.id}/check/").content.decode()

    assert "CTIA Messaging Principles and Best Practices" in found
    assert "only you can check" in page


def test_a_line_is_looked_for_again_in_each_finished_message_at_the_last_moment(offers):
    campaign = make_campaign(offers, WHOLE)
    check(offers, campaign)
    run = launch(offers, campaign, 2)
    send(offers, run)
    with tenant_context(offers.id):
        Organization.objects.update(name="Umbrella", legal_name="")

    with tenant_context(offers.id):
        token = new_id()
        claimed = claim_due(sender_id=offers.sender.id, limit=10, token=token)
        intents = intend(sender=make_real(offers.sender), message_ids=claimed, token=token)

    with tenant_context(offers.id):
        assert (intents, SendAttempt.objects.count()) == ([], 0)
        assert set(Message.objects.values_list("state", "reason")) == {("suppressed", "line_missing")}


def test_a_text_for_an_indian_header_is_a_registered_one_when_it_is_written_and_when_it_is_launched(offers):
    with tenant_context(offers.id):
        header = make_real(
            add_sender(
                actor=offers.actor, account=offers.account, channel="sms", address="ACMEIN", label="India",
                rate_per_second=10,
            )
        )  # fmt: skip
        record = register_in_india(header, TEXT)

    def write(body):
        with tenant_context(offers.id):
            purpose = Purpose.objects.get(id=offers.purpose.id)
            return save_campaign(actor=offers.actor, draft=Draft("Sale", purpose, header, body, [offers.people]))

    before = rows_of(offers.id)
    with pytest.raises(Refused) as refused:
        write("Dear {{ contact.first_name }}, our sale begins today. Acme")
    unchanged = rows_of(offers.id) == before
    campaign = write("Dear {{ contact.first_name }}, our sale begins. Acme")
    check(offers, campaign)
    with tenant_context(offers.id):
        Registration.objects.filter(id=record.id).update(text="Dear {#var#}, our sale has begun. Acme")
    with pytest.raises(Refused) as late:
        launch(offers, campaign, 0)

    assert (refused.value.field, refused.value.code, unchanged) == ("body", "text_not_registered", True)
    assert late.value.code in ("text_not_registered", "nobody_allowed")
    with tenant_context(offers.id):
        assert Campaign.objects.get().state == "draft"
