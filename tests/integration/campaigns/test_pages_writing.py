"""Writing a campaign: nothing typed is lost, errors name the place and the remedy, the length is counted as one types."""

import datetime

import pytest

from campaigns.models import Campaign, CampaignList, Run
from contacts.models import Contact, CustomField, List
from core.tenancy import tenant_context
from messaging.models import TemplateVersion
from tests.factories.campaigns import add_people, make_campaign
from tests.integration.accounts.chain import deeds, last_deed
from tests.integration.campaigns.conftest import check, launch
from tests.snapshots import changed, rows_of


def typed(house, **fields):
    """What the form posts."""
    filled = {
        "name": "Winter sale",
        "purpose": house.purpose.id,
        "sender": house.sender.id,
        "included": house.people.id,
    }
    return filled | {"body": "Hello {{ contact.first_name }}"} | fields


def test_a_saved_draft_has_everything_that_was_typed(acme, house):
    with tenant_context(acme.id):
        staff = List.objects.create(name="Staff")

    answer = acme.client().post("/campaigns/new/sms/", typed(house, excluded=staff.id, body="Hello\r\nyou"))

    with tenant_context(acme.id):
        campaign = Campaign.objects.get()
        assert answer["Location"] == f"/campaigns/{campaign.id}/"
        assert (campaign.name, campaign.state, campaign.purpose_id) == ("Winter sale", "draft", house.purpose.id)
        assert TemplateVersion.objects.get().body == "Hello\nyou"
        assert set(CampaignList.objects.values_list("list_id", "excluded")) == {
            (house.people.id, False),
            (staff.id, True),
        }
    assert last_deed(acme.id).action == "campaign.saved"


def test_save_and_check_saves_and_starts_the_check(acme, house):
    answer = acme.client().post("/campaigns/new/sms/", typed(house, check="1"))

    with tenant_context(acme.id):
        campaign, run = Campaign.objects.get(), Run.objects.get()
    assert answer["Location"] == f"/campaigns/{campaign.id}/check/"
    assert (run.campaign_id, run.kind, run.state) == (campaign.id, "simulation", "planning")
    assert [action for action, _, _ in deeds(acme.id)][-2:] == ["campaign.saved", "campaign.checked"]


def test_save_alone_starts_no_check(acme, house):
    acme.client().post("/campaigns/new/sms/", typed(house))

    with tenant_context(acme.id):
        assert Campaign.objects.count() == 1
        assert not Run.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        ({"name": ""}, "name", "This is empty. Write something here."),
        ({"body": ""}, "body", "Write what people shall read."),
        ({"included": []}, "included", "Choose at least one list."),
        (
            {"body": "Dear\n{{ contact.frist_name }}"},
            "body",
            "Line 2 uses contact.frist_name, and no contact has that.",
        ),
        ({"body": "Dear\n{{ contact.frist_name }}"}, "body", "Did you mean contact.first_name?"),
        ({"body": "One\nTwo {{ contact.city"}, "body", "line 2"),
        ({"body": "{% include 'x' %}"}, "body", "include"),
        ({"body": "x" * 1601}, "body", "takes at most 1,600. Shorten it by 1."),
        ({"body": "x" * 2400}, "body", "has 2,400 characters"),
        (
            {"purpose": "00000000-0000-7000-8000-000000000099"},
            "purpose",
            "This is not one of the choices. Choose one of those offered.",
        ),
    ],
)
def test_what_is_refused_comes_back_with_its_remedy_and_everything_typed(acme, house, wrong, field, words):
    before = rows_of(acme.id)

    answer = acme.client().post("/campaigns/new/sms/", typed(house, **wrong))

    form = answer.context["form"]
    assert answer.status_code == 422
    assert words in " ".join(form.errors[field])
    assert form["name"].value() == typed(house, **wrong)["name"]
    assert form["body"].value() == typed(house, **wrong)["body"]
    assert rows_of(acme.id) == before


def test_a_text_of_the_longest_length_is_saved_and_the_field_cuts_nothing(acme, house):
    page = acme.client().get("/campaigns/new/sms/")

    answer = acme.client().post("/campaigns/new/sms/", typed(house, body="x" * 1600))

    assert "maxlength" not in str(page.context["form"]["body"])
    assert answer.status_code == 302
    with tenant_context(acme.id):
        assert TemplateVersion.objects.get().body == "x" * 1600


def test_a_list_cannot_get_it_and_be_left_out(acme, house):
    before = rows_of(acme.id)

    answer = acme.client().post("/campaigns/new/sms/", typed(house, excluded=house.people.id))

    assert answer.status_code == 422
    assert answer.context["form"].errors["excluded"] == [
        "Everybody cannot get it and be left out. Take it off one of the two."
    ]
    assert rows_of(acme.id) == before


def test_a_draft_opens_with_what_it_holds_and_a_change_is_the_next_version_of_its_text(acme, house):
    campaign = make_campaign(house)
    form = acme.client().get(f"/campaigns/{campaign.id}/change/").context["form"]

    answer = acme.client().post(f"/campaigns/{campaign.id}/change/", typed(house, body="Other words"))

    assert form["body"].value() == "Hello {{ contact.first_name }}, your order is ready."
    assert form["included"].value() == [house.people.id]
    assert answer.status_code == 302
    with tenant_context(acme.id):
        assert list(TemplateVersion.objects.order_by("number").values_list("number", "body")) == [
            (1, "Hello {{ contact.first_name }}, your order is ready."),
            (2, "Other words"),
        ]


def test_what_was_launched_meanwhile_is_not_changed_and_the_words_are_not_lost(acme, house):
    add_people(house, 1, 1)
    campaign = make_campaign(house)
    check(house, campaign)
    launch(house, campaign, 1)
    before = rows_of(acme.id)

    answer = acme.client().post(f"/campaigns/{campaign.id}/change/", typed(house, body="A long new text"))

    assert answer.status_code == 422
    assert answer.context["form"].non_field_errors() == [
        "A campaign that was launched cannot be changed. Copy it and change the copy."
    ]
    assert "A long new text" in answer.content.decode()
    assert rows_of(acme.id) == before


def test_plain_characters_are_put_in_only_when_asked_and_nothing_is_saved(acme, house):
    before = rows_of(acme.id)

    answer = acme.client().post("/campaigns/new/sms/", typed(house, body="It’s here…", plainer="1"))

    assert answer.status_code == 200
    assert answer.context["form"]["body"].value() == "It's here..."
    assert rows_of(acme.id) == before


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a" * 43, ["1 message part for each", "plain letters", "43 characters, 117 left"]),
        ("a" * 161, ["2 message parts for each", "plain letters", "161 characters, 145 left"]),
        ("it’s", ["special letters", "4 characters, 66 left", "right single quotation mark", "Use plain characters"]),
        ("شکریہ", ["special letters", "5 characters, 65 left"]),
        ("Hello {{ contact.first_name }}", ["12 characters", "with sample values"]),
        ("One\n{{ contact.nme }}", ["Line 2 uses contact.nme"]),
        ("", ["Empty"]),
    ],
)
def test_the_length_says_alphabet_room_and_which_character_makes_it_dear(acme, house, text, said):
    answer = acme.client().post("/campaigns/counter/", {"text": text}).content.decode()

    assert [words for words in said if words not in answer] == []


def test_the_preview_goes_from_person_to_person_of_the_chosen_lists(acme, house):
    add_people(house, 3, 0)
    with tenant_context(acme.id):
        Contact.objects.create(first_name="Elsewhere")
    browser, names, contact, move = acme.client(), [], "", ""

    for _ in range(3):
        posted = {"body": "Hi {{ contact.first_name }}", "included": house.people.id, "contact": contact, "move": move}
        shown = browser.post("/campaigns/preview/", posted).context["shown"]
        names.append(shown.text)
        contact, move = shown.contact.id, "next"

    assert sorted(names) == ["Hi Person 0", "Hi Person 1", "Hi Person 2"]
    assert (shown.has_previous, shown.has_next) == (True, False)


def test_the_preview_says_who_would_be_left_out_for_want_of_a_value(acme, house):
    add_people(house, 1, 0)

    body = "Hi {{ contact.city }}"
    shown = acme.client().post("/campaigns/preview/", {"body": body, "included": house.people.id}).context["shown"]

    assert (shown.text, shown.missing) == ("", ["contact.city"])


def test_a_field_of_the_organisation_is_known_and_one_nobody_filled_in_may_have_a_default(acme, house):
    add_people(house, 1, 0)
    with tenant_context(acme.id):
        CustomField.objects.create(key="size", label="Size", kind="text")

    body = 'Size {{ contact.fields.size | default: "M" }}'
    shown = acme.client().post("/campaigns/preview/", {"body": body, "included": house.people.id}).context["shown"]

    assert (shown.text, shown.problem) == ("Size M", "")


def test_a_new_organisation_is_led_to_what_a_campaign_needs(rival):
    lists, new = rival.client().get("/campaigns/"), rival.client().get("/campaigns/new/")

    for page in (lists, new):
        assert "/consent/" in page.content.decode()
        assert "Add a sender" in page.content.decode()


def test_a_copy_is_a_new_draft_with_a_text_of_its_own(acme, house):
    campaign = make_campaign(house)

    answer = acme.client().post(f"/campaigns/{campaign.id}/copy/")

    with tenant_context(acme.id):
        copy = Campaign.objects.exclude(id=campaign.id).get()
        assert answer["Location"] == f"/campaigns/{copy.id}/change/"
        assert (copy.name, copy.state) == ("Copy of Orders ready", "draft")
        assert copy.template_id != campaign.template_id
        assert copy.template.versions.get().body == campaign.template.versions.get().body
        assert [row.list_id for row in CampaignList.objects.filter(campaign=copy)] == [house.people.id]
    assert deeds(acme.id)[-1][0] == "campaign.copied"


def test_a_copy_for_a_purpose_no_longer_in_use_is_refused(acme, house):
    campaign = make_campaign(house)
    with tenant_context(acme.id):
        type(house.purpose).objects.update(archived_at=datetime.datetime(2026, 11, 1, tzinfo=datetime.UTC))
    before = rows_of(acme.id)

    answer = acme.client().post(f"/campaigns/{campaign.id}/copy/")

    assert answer.status_code == 422
    assert "Its purpose is no longer in use." in answer.content.decode()
    assert rows_of(acme.id) == before


def test_a_draft_is_deleted_with_its_checks(acme, house):
    add_people(house, 2, 1)
    campaign = make_campaign(house)
    check(house, campaign)

    answer = acme.client().post(f"/campaigns/{campaign.id}/delete/")

    assert answer["Location"] == "/campaigns/"
    with tenant_context(acme.id):
        assert (Campaign.objects.count(), Run.objects.count()) == (0, 0)
    assert last_deed(acme.id).action == "campaign.deleted"


def test_what_was_launched_cannot_be_deleted(acme, house):
    add_people(house, 1, 1)
    campaign = make_campaign(house)
    check(house, campaign)
    launch(house, campaign, 1)
    before = rows_of(acme.id)

    answer = acme.client().post(f"/campaigns/{campaign.id}/delete/")

    assert answer.status_code == 422
    assert "A campaign that was launched stays, with its report." in answer.content.decode()
    assert changed(before, rows_of(acme.id)) == {}
