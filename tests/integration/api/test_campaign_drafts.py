"""Campaigns written over the API, for every channel: the same draft that the pages write, refused for the same reasons."""

import uuid

import pytest

from campaigns.models import Campaign
from contacts.models import List
from core.tenancy import tenant_context
from messaging.channels.registry import CHANNELS
from messaging.models import TemplateVersion
from tests.factories.campaigns import make_campaign
from tests.factories.channels import make_content, make_line
from tests.integration.api.conftest import application, told
from tests.snapshots import changed, rows_of


def draft(house, **fields):
    """A whole draft by SMS."""
    return {
        "name": "Winter sale",
        "channel": "sms",
        "purpose": "orders",
        "sender": str(house.sender.id),
        "body": "Hello {{ contact.first_name }}",
        "included": [str(house.people.id)],
    } | fields


def draft_by(house, name, **fields):
    """A whole draft by a channel, with what it needs."""
    with tenant_context(house.id):
        sender, content = make_line(house, name), make_content(house, name)
    said = {"channel": name, "sender": str(sender.id), "body": content.body, "content": dict(content.parts)}
    return draft(house, **said | fields)


def unchanged(before, team):
    return {table for table in changed(before, rows_of(team.id)) if not table.startswith("accounts_")} == set()


@pytest.mark.parametrize("name", sorted(CHANNELS))
def test_a_draft_of_every_channel_is_written_read_and_listed(app, acme, house, name):
    sent = draft_by(house, name)

    made = app.post("campaigns/", sent)

    assert made.status_code == 201, made.json()
    found = app.get(f"campaigns/{made.json()['id']}/").json()
    assert found == made.json()
    assert (found["channel"], found["state"], found["body"], found["content"]) == (
        name, "draft", sent["body"], sent.get("content", {}),
    )  # fmt: skip
    assert (found["included"], found["excluded"]) == ([str(house.people.id)], [])
    listed = {each: app.get(f"campaigns/?channel={each}").json()["data"] for each in sorted(CHANNELS)}
    assert {each: [row["id"] for row in rows] for each, rows in listed.items()} == {
        each: [found["id"]] if each == name else [] for each in sorted(CHANNELS)
    }


def test_a_draft_is_written_anew_as_a_whole_and_its_text_is_the_next_version(app, acme, house):
    with tenant_context(acme.id):
        staff = List.objects.create(name="Staff")
    made = app.post("campaigns/", draft(house)).json()

    answer = app.ask("put", f"campaigns/{made['id']}/", draft(house, body="Other words", excluded=[str(staff.id)]))

    assert answer.status_code == 200, answer.json()
    assert (answer.json()["version"], answer.json()["body"]) == (2, "Other words")
    assert answer.json()["excluded"] == [str(staff.id)]
    with tenant_context(acme.id):
        assert Campaign.objects.count() == 1
        assert list(TemplateVersion.objects.order_by("number").values_list("number", "body")) == [
            (1, "Hello {{ contact.first_name }}"),
            (2, "Other words"),
        ]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"channel": "fax"}, "channel"),
        ({"channel": "email"}, "sender"),
        ({"purpose": "nothing"}, "purpose"),
        ({"sender": str(uuid.UUID(int=7))}, "sender"),
        ({"included": []}, "included"),
        ({"included": [str(uuid.UUID(int=7))]}, "included.0"),
        ({"body": "Dear {{ contact.frist_name }}"}, "body"),
        ({"body": "{% include 'x' %}"}, "body"),
        ({"body": "x" * 1601}, "body"),
        ({"content": {"subject": "Hello"}}, "content.subject"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_cannot_be_sent_is_refused_at_its_field_and_nothing_is_written(app, acme, house, wrong, field):
    app.get("campaigns/")
    before = rows_of(acme.id)

    answer = app.post("campaigns/", draft(house, **wrong))

    assert told(answer)[0] in (400, 422)
    assert told(answer)[2] == [field]
    assert unchanged(before, acme)


STRANGE = [
    ("voice", {"language": []}, "content.language"),
    ("voice", {"machine": {}}, "content.machine"),
    ("voice", {"phone": ["+18005550199"]}, "content.phone"),
    ("voice", {"phone": "\ud800"}, "content.phone"),
    ("whatsapp", {"template": [1]}, "content.template"),
    ("whatsapp", {"template": {"id": [1]}}, "content.template"),
    ("whatsapp", {"template": {}, "values": 5}, "content.values"),
    ("whatsapp", {"values": 5}, "content.values"),
    ("whatsapp", {"values": {"body_1": ["a"]}}, "content.values"),
    ("whatsapp", {"values": {"body_1": "a\x00b"}}, "content.values.body_1"),
    ("whatsapp", {"values": {"body_1": "a\ud800b"}}, "content.values.body_1"),
    ("email", {"subject": ["a"]}, "content.subject"),
    ("email", {"subject": "a\ud800b"}, "content.subject"),
    ("email", {"preheader": None}, "content.preheader"),
    ("sms", {"x": 1}, "content.x"),
]
STRANGE_WORDS = [
    ({"buttons": "abc"}, "content.buttons"),
    ({"buttons": 5}, "content.buttons"),
    ({"buttons": ["a"]}, "content.buttons"),
    ({"buttons": [{"title": "a"}]}, "content.buttons"),
    ({"buttons": [{"id": "", "title": "a"}]}, "content.buttons"),
    ({"buttons": [{"id": "x", "title": 5}]}, "content.buttons"),
    ({"buttons": [{"id": "x", "title": "a\x00"}]}, "content.buttons.0.title"),
    ({"footer": 5}, "content.footer"),
]


@pytest.mark.parametrize(("name", "wrong", "field"), STRANGE)
def test_content_of_a_strange_type_is_refused_at_its_field(app, acme, house, name, wrong, field):
    sent = draft_by(house, name)
    app.get("campaigns/")
    before = rows_of(acme.id)

    answer = app.post("campaigns/", sent | {"content": sent.get("content", {}) | wrong})

    assert (told(answer)[0] in (400, 422), told(answer)[2]) == (True, [field])
    assert answer.json()["remedy"]
    assert unchanged(before, acme)


@pytest.mark.parametrize(("content", "field"), STRANGE_WORDS)
def test_strange_content_beside_words_of_ones_own_is_refused_at_its_field(app, acme, house, content, field):
    sent = draft_by(house, "whatsapp")
    app.get("campaigns/")
    before = rows_of(acme.id)

    answer = app.post("campaigns/", sent | {"content": content})

    assert (told(answer)[0] in (400, 422), told(answer)[2]) == (True, [field])
    assert answer.json()["remedy"]
    assert unchanged(before, acme)


def test_a_campaign_keeps_the_channel_it_was_made_for(app, acme, house):
    campaign = make_campaign(house)
    sent = draft_by(house, "voice")
    before = rows_of(acme.id)

    answer = app.ask("put", f"campaigns/{campaign.id}/", sent)

    assert (answer.status_code >= 400, told(answer)[2]) == (True, ["sender"])
    assert unchanged(before, acme)


def test_a_key_without_the_scope_writes_nothing(acme, house):
    reader = application(acme, "see_campaigns", "send_campaigns")
    campaign = make_campaign(house)
    before = rows_of(acme.id)

    answers = [reader.post("campaigns/", draft(house)), reader.ask("put", f"campaigns/{campaign.id}/", draft(house))]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert unchanged(before, acme)


def test_another_organisations_draft_sender_and_lists_are_not_there(other, acme, rival, house):
    campaign = make_campaign(house)
    before, theirs = rows_of(acme.id), rows_of(rival.id)

    changing = other.ask("put", f"campaigns/{campaign.id}/", draft(house))
    making = other.post("campaigns/", draft(house))

    assert (changing.status_code, told(making)[2]) == (404, ["sender"])
    assert unchanged(before, acme)
    assert unchanged(theirs, rival)
