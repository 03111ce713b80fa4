"""Planning by slices: whatever the slice, each address gets one message and each person one row with the same reason."""

from collections import Counter

import pytest

from campaigns.actions import planning
from campaigns.actions.launching import simulate_campaign
from campaigns.models import Recipient, Run
from campaigns.personal_values import message_for, plain_names
from contacts.models import Contact, ContactPoint, CustomField, ListMember
from core.tenancy import tenant_context
from messaging.channels.protocol import Written
from messaging.channels.sms import SMS
from tests.factories.accounts import make_operator, make_team, operator_actor
from tests.factories.campaigns import add_people, make_campaign, make_house


@pytest.fixture
def house(db, settings):
    """A live organisation whose carrier is never asked."""
    settings.SANDBOX_URL = "http://127.0.0.1:9"
    team = make_team("Acme")
    return make_house(team.id, team.actor(), operator_actor(make_operator()), "http://127.0.0.1:9")


def check(house, callbacks, **campaign):
    campaign = make_campaign(house, **campaign)
    with tenant_context(house.id), callbacks(execute=True):
        run = simulate_campaign(actor=house.actor, campaign=campaign)
    with tenant_context(house.id):
        assert Run.objects.get(id=run.id).state == "simulated"
        return list(Recipient.objects.filter(run=run).order_by("contact_id"))


@pytest.mark.parametrize("slice_", [2, 3, 50_000])
def test_people_who_share_an_address_get_one_message_whatever_the_slices(
    house, slice_, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(planning, "SLICE", slice_)
    points = add_people(house, 4, 4)
    with tenant_context(house.id):
        for number in range(3):
            again = Contact.objects.create(first_name=f"Again {number}")
            ContactPoint.objects.create(contact=again, point_id=points[0], label="phone")
            ListMember.objects.create(list=house.people, contact=again)

    rows = check(house, django_capture_on_commit_callbacks)

    assert Counter((row.outcome, row.reason) for row in rows) == {("allowed", ""): 4, ("left_out", "same_address"): 3}
    assert len({row.point_id for row in rows if row.outcome == "allowed"}) == 4


@pytest.mark.parametrize(
    "body",
    [
        "Hello {{ contact.first_name }}",
        "Hello {{ contact.first_name }} of {{contact.city}}",
        "Hello {{ contact.first_name | upcase }}",
        "Hello {{ contact.first_name | default: 'friend' }}",
        "{{ contact.first_name }}",
        "{% if contact.city %}Hello{% endif %}",
        "Hello {{ contact.fields.shop }}",
        "Hello",
    ],
)
def test_who_lacks_a_value_is_the_same_whether_the_database_or_the_text_says_so(
    house, body, django_capture_on_commit_callbacks
):
    add_people(house, 4, 4)
    with tenant_context(house.id):
        CustomField.objects.create(key="shop", label="Shop", kind="text")
        people = list(Contact.objects.order_by("id"))
        for person, (first_name, city) in zip(
            people, [("", ""), ("Ada", ""), ("", "Rome"), ("Ada", "Rome")], strict=True
        ):
            Contact.objects.filter(id=person.id).update(first_name=first_name, city=city)
        people = list(Contact.objects.order_by("id"))
        expected = [message_for(SMS, Written(body), person) is None for person in people]

    rows = check(house, django_capture_on_commit_callbacks, body=body)

    assert [row.reason == "missing_value" for row in rows] == expected


def test_only_texts_that_print_columns_are_left_to_the_database():
    both = {"body": "Hello {{ contact.first_name }}, {{contact.city}}"}

    assert plain_names(both) == {"contact.first_name", "contact.city"}
    assert plain_names(both | {"subject": "{{ contact.language }}"}) == {
        "contact.first_name",
        "contact.city",
        "contact.language",
    }
    assert plain_names(both | {"subject": "{{ contact.language | upcase }}"}) is None
    assert plain_names({"body": "Hello {{ contact.first_name | upcase }}"}) is None
    assert plain_names({"body": "{{ contact.first_name }}"}) is None
    assert plain_names({"body": "Hello {{ contact.fields.shop }}"}) is None
    assert plain_names({"body": "{% if contact.city %}Hello{% endif %}"}) is None
    assert plain_names({"body": "Hello {{ contact.first_name }} {{ 'x' }}"}) is None
