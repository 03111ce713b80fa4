"""The same person is left out for the same reason on every channel: in the plan, and again at the door."""

import uuid

import pytest

from campaigns.actions.writing import Draft, save_campaign
from campaigns.models import Recipient, Run
from consent.states import POINT_CHANNELS
from consent.values import Address
from contacts.models import Contact, ContactPoint, List, ListMember
from core import clock
from core.tenancy import tenant_context
from messaging.actions.claiming import claim_due
from messaging.actions.intending import intend
from messaging.channels.registry import CHANNELS, channel
from messaging.models import Message, SendAttempt
from tests.factories.accounts import operator_actor
from tests.factories.campaigns import House, make_house
from tests.factories.channels import make_address, make_content, make_line, point_of
from tests.factories.left_out import enter, say, stop, suppress
from tests.integration.campaigns.conftest import check, launch, send
from tests.proofs import proves
from tests.snapshots import rows_of

#: everybody is left out for the reason of their name, but those whom nothing speaks against
ROLES = (
    "gets_it", "excluded", "no_address", "erased", "opted_out", "complaint", "bounced", "withdrawn", "expired",
    "unproven", "unconfirmed", "no_consent", "minor", "same_address", "missing_value", "gets_it_too",
)  # fmt: skip
WELCOME = ("gets_it", "gets_it_too")


def write(house: House, name: str, left_out: List | None = None):
    """A campaign on the channel to everybody on the list."""
    sender, content = make_line(house, name), make_content(house, name)
    leaves_out = [left_out] if left_out is not None else []
    draft = Draft("Ready", house.purpose, sender, content.body, [house.people], leaves_out, content.parts)
    return save_campaign(actor=house.actor, draft=draft)


def reasons(house: House, run: Run) -> dict[uuid.UUID, str]:
    """Person → why they are left out; "" for who gets it."""
    with tenant_context(house.id):
        return dict(Recipient.objects.filter(run=run).values_list("contact_id", "reason"))


@proves("E2")
@pytest.mark.parametrize("name", sorted(CHANNELS))
def test_the_plan_leaves_the_same_people_out_for_the_same_reasons_on_every_channel(house, rival, operator, name):
    neighbour = make_house(rival.id, rival.actor(), operator_actor(operator), "http://127.0.0.1:9")
    with tenant_context(rival.id):
        enter(neighbour, name, 0, "opted_out")
    with tenant_context(house.id):
        people = {enter(house, name, place, role).id: role for place, role in enumerate(ROLES)}
        left_out = List.objects.create(name="Left out")
        excluded = next(each for each, role in people.items() if role == "excluded")
        ListMember.objects.create(list=left_out, contact_id=excluded)
        campaign = write(house, name, left_out)
    before = rows_of(rival.id)

    found = reasons(house, check(house, campaign))

    told = {people[contact_id]: reason for contact_id, reason in found.items()}
    assert told == {role: "" if role in WELCOME else role for role in ROLES}
    assert rows_of(rival.id) == before
    with tenant_context(house.id):
        assert (Message.objects.count(), SendAttempt.objects.count()) == (0, 0)


#: what happens between the plan and the door → the reason the door gives
MEANWHILE = {
    "opted_out": lambda house, name, point_id: stop(name, point_id),
    "withdrawn": lambda house, name, point_id: say(house, name, point_id, "withdrawn"),
    "complaint": lambda house, name, point_id: suppress(name, point_id, "complaint"),
    "bounced": lambda house, name, point_id: suppress(name, point_id, "bounced"),
    "minor": lambda house, name, point_id: Contact.objects.update(is_minor=True),
    "sending_stopped": lambda house, name, point_id: type(house.account.organization).objects.update(
        sending_stopped_at=clock.now()
    ),
    "sender_unregistered": lambda house, name, point_id: type(house.account).objects.update(state="failed"),
}


@pytest.mark.parametrize("name", sorted(CHANNELS))
@pytest.mark.parametrize("reason", sorted(MEANWHILE))
def test_what_happens_after_the_plan_stops_the_message_at_the_door_on_every_channel(house, name, reason):
    with tenant_context(house.id):
        enter(house, name, 0, "gets_it")
        campaign = write(house, name)
    check(house, campaign)
    send(house, launch(house, campaign, 1))
    with tenant_context(house.id):
        message = Message.objects.get()
        MEANWHILE[reason](house, name, message.point_id)
        sender, token = make_line(house, name), uuid.uuid4()

        intents = intend(sender=sender, message_ids=claim_due(sender_id=sender.id, limit=5, token=token), token=token)

        message.refresh_from_db()
        assert (intents, message.channel, message.state, message.reason) == ([], name, "suppressed", reason)
        assert SendAttempt.objects.count() == 0


def test_mails_of_an_organisation_that_took_its_address_away_again_are_not_ready_and_texts_are(house):
    with tenant_context(house.id):
        for name in ("email", "sms"):
            enter(house, name, 0, "gets_it")
        letter, text = write(house, "email"), write(house, "sms")
        type(house.account.organization).objects.update(postal_address="")

    found = {name: reasons(house, check(house, each)) for name, each in (("email", letter), ("sms", text))}

    assert {name: sorted(each.values()) for name, each in found.items()} == {
        "email": ["content", "no_address"],
        "sms": ["", "no_address"],
    }
    with tenant_context(house.id):
        assert Message.objects.count() == 0


@pytest.mark.parametrize("name", sorted(CHANNELS))
def test_a_stop_on_one_channel_leaves_the_others_as_they_were(house, name):
    others = [each for each in sorted(CHANNELS) if each != name]
    with tenant_context(house.id):
        person = Contact.objects.create(first_name="Ada")
        ListMember.objects.create(list=house.people, contact=person)
        for each in sorted(CHANNELS):
            label, address = make_address(each, 0)
            ContactPoint.objects.get_or_create(contact=person, point_id=point_of(address), label=label)
            say(house, each, point_of(address), "granted")
        stop(name, point_of(make_address(name, 0)[1]))
        campaigns = {each: write(house, each) for each in sorted(CHANNELS)}

    found = {each: reasons(house, check(house, campaign)) for each, campaign in campaigns.items()}

    assert found == {name: {person.id: "opted_out"}} | {each: {person.id: ""} for each in others}


def test_a_number_given_for_whatsapp_alone_gets_no_texts_and_an_id_of_the_network_comes_before_it(house):
    numbers = [make_address("sms", place)[1] for place in range(3)]
    of_network = Address("whatsapp", "US.13491208655302741918", "US.13491208655302741918", "US … 1918")
    with tenant_context(house.id):
        only_whatsapp, both, linked = (Contact.objects.create(first_name=f"Person {place}") for place in range(3))
        for person, label, address in (
            (only_whatsapp, "whatsapp", numbers[0]),
            (both, "phone", numbers[1]),
            (linked, "phone", numbers[2]),
            (linked, "whatsapp", of_network),
        ):
            ContactPoint.objects.create(contact=person, point_id=point_of(address), label=label)
            ListMember.objects.get_or_create(list=house.people, contact=person)
            for name in POINT_CHANNELS[address.kind]:
                say(house, name, point_of(address), "granted")
        campaigns = {name: write(house, name) for name in ("sms", "voice", "whatsapp") if name in CHANNELS}

    runs = {name: check(house, campaign) for name, campaign in campaigns.items()}

    with tenant_context(house.id):
        reached = {
            name: {row.contact_id: (row.point_id, row.reason) for row in Recipient.objects.filter(run=run)}
            for name, run in runs.items()
        }
        phones = [point_of(address) for address in numbers]
        calls = {only_whatsapp.id: (None, "no_address"), both.id: (phones[1], ""), linked.id: (phones[2], "")}
        chats = {only_whatsapp.id: (phones[0], ""), both.id: (phones[1], ""), linked.id: (point_of(of_network), "")}
    assert reached == {name: chats if name == "whatsapp" else calls for name in runs}


def test_every_channel_reaches_the_kinds_of_address_that_consent_says():
    found = {name: {kind for kind, names in POINT_CHANNELS.items() if name in names} for name in CHANNELS}

    assert found == {name: set(channel(name).point_kinds) for name in CHANNELS}
