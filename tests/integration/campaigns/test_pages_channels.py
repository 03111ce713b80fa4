"""A campaign's channel is chosen first, stays, and brings the form with what it needs."""

import pytest

from accounts.actions.guests import add_guest
from accounts.models import Organization
from campaigns.forms.registry import FORMS
from campaigns.models import Campaign
from core.ids import new_id
from core.tenancy import tenant_context
from messaging.channels.registry import CHANNELS
from messaging.models import Message, ProviderAccount, ProviderTemplate, Sender, TemplateVersion
from tests.factories.campaigns import add_people, make_campaign
from tests.factories.channels import make_content, make_line
from tests.factories.contacts import email, phone
from tests.integration.campaigns.test_pages_writing import typed
from tests.snapshots import rows_of


def choices(team) -> dict:
    """Channel → what the page says is missing, "" for those it offers."""
    page = team.client().get("/campaigns/new/")
    return {choice.name: choice.missing for choice in page.context["choices"]}


def test_only_channels_with_a_sender_that_works_are_offered_and_the_others_say_what_is_missing(acme, house):
    page = acme.client().get("/campaigns/new/")

    assert choices(acme)["sms"] == ""
    assert choices(acme)["voice"] == "It needs a sender."
    assert "From Main" in page.content.decode()
    assert "/campaigns/new/sms/" in page.content.decode()
    assert "/campaigns/new/voice/" not in page.content.decode()


def test_an_account_that_fails_closes_the_channel_and_another_organisations_sender_opens_none(acme, rival, house):
    with tenant_context(acme.id):
        make_line(house, "voice")
        Organization.objects.update(legal_name="Acme Inc.")
        ProviderAccount.objects.update(state="failed")

    assert (choices(acme)["sms"], choices(acme)["voice"]) == ("The account of its sender does not work.",) * 2
    with tenant_context(rival.id):
        assert not Sender.objects.exists()
    assert "/campaigns/new/sms/" not in rival.client().get("/campaigns/new/").content.decode()


@pytest.mark.parametrize("word", ["fax", "SMS", "sms2"])
def test_a_channel_nobody_writes_for_is_not_there(acme, house, word):
    before = rows_of(acme.id)

    answer = acme.client().post(f"/campaigns/new/{word}/", typed(house))

    assert answer.status_code == 404
    assert rows_of(acme.id) == before


def test_a_call_is_written_with_its_language_and_its_number_and_without_the_legal_name_it_will_say(acme, house):
    with tenant_context(acme.id):
        sender = make_line(house, "voice")
        Organization.objects.update(legal_name="Acme Inc.")
    said = {"sender": sender.id, "language": "en", "phone": "(800) 555-0199", "machine": "hang_up"}

    answer = acme.client().post("/campaigns/new/voice/", typed(house, **said))

    assert answer.status_code == 302, answer.context["form"].errors
    with tenant_context(acme.id):
        assert Campaign.objects.get().channel == "voice"
        assert TemplateVersion.objects.get().parts == {
            "language": "en",
            "phone": "+18005550199",
            "machine": "hang_up",
        }


def test_a_letter_is_written_with_its_subject_and_without_an_empty_preview_line(acme, house):
    with tenant_context(acme.id):
        sender = make_line(house, "email")
    letter = {"sender": sender.id, "subject": "Hello {{ contact.first_name }}", "preheader": "", "body": "<p>Ready</p>"}

    answer = acme.client().post("/campaigns/new/email/", typed(house, **letter))

    assert answer.status_code == 302, answer.context["form"].errors
    with tenant_context(acme.id):
        version = TemplateVersion.objects.get()
    assert (version.body, version.parts) == ("<p>Ready</p>", {"subject": "Hello {{ contact.first_name }}"})


def test_a_name_no_contact_has_is_refused_at_the_field_it_stands_in(acme, house):
    with tenant_context(acme.id):
        sender = make_line(house, "email")
    before = rows_of(acme.id)
    letter = {"sender": sender.id, "subject": "Hello {{ contact.frist_name }}", "body": "<p>Ready</p>"}

    answer = acme.client().post("/campaigns/new/email/", typed(house, **letter))

    assert answer.status_code == 422
    assert "Did you mean contact.first_name?" in answer.context["form"].errors["subject"][0]
    assert rows_of(acme.id) == before


def test_a_template_is_chosen_first_and_then_its_places_are_filled(acme, house):
    with tenant_context(acme.id):
        sender, content = make_line(house, "whatsapp"), make_content(house, "whatsapp")
        template = ProviderTemplate.objects.get()
    before = rows_of(acme.id)

    chosen = acme.client().post("/campaigns/new/whatsapp/", typed(house, template=template.id, choose="1"))
    untouched = rows_of(acme.id)
    empty = acme.client().post("/campaigns/new/whatsapp/", typed(house, sender=sender.id, template=template.id))
    filled = typed(house, sender=sender.id, template=template.id, value_body_1="{{ contact.first_name }}")
    saved = acme.client().post("/campaigns/new/whatsapp/", filled)

    assert (chosen.status_code, untouched) == (200, before)
    assert "value_body_1" in chosen.content.decode()
    assert (empty.status_code, empty.context["form"].errors["value_body_1"]) == (
        422,
        ["Write what shall stand in its place."],
    )
    assert saved.status_code == 302, saved.context["form"].errors
    with tenant_context(acme.id):
        version = TemplateVersion.objects.get()
    assert (version.body, version.parts) == (content.body, dict(content.parts))


def test_a_template_of_another_account_or_without_approval_cannot_be_chosen(acme, house):
    with tenant_context(acme.id):
        sender, _ = make_line(house, "whatsapp"), make_content(house, "whatsapp")
        template = ProviderTemplate.objects.get()
        other = ProviderAccount.objects.get()
        other.id, other.account_name, other.token = new_id(), "another", "another"
        other.save(force_insert=True)
    filled = typed(house, sender=sender.id, template=template.id, value_body_1="{{ contact.first_name }}")

    with tenant_context(acme.id):
        ProviderTemplate.objects.update(account_id=other.id)
    foreign = acme.client().post("/campaigns/new/whatsapp/", filled)
    with tenant_context(acme.id):
        ProviderTemplate.objects.update(account_id=house.account.id, state="rejected")
    rejected = acme.client().post("/campaigns/new/whatsapp/", filled)

    assert foreign.context["form"].errors["template"] == [
        "This template was approved for another account than that sender's. Choose another sender or another template."
    ]
    assert "not one of the choices" in rejected.context["form"].errors["template"][0]
    with tenant_context(acme.id):
        assert not Campaign.objects.exists()


@pytest.mark.parametrize(("name", "kind"), [("email", "email"), ("voice", "phone"), ("whatsapp", "phone")])
def test_a_test_goes_to_the_guests_the_channel_reaches(acme, house, name, kind):
    with tenant_context(acme.id):
        add_guest(actor=acme.actor(), label="Mail", address=email("ada@acme.example"))
        add_guest(actor=acme.actor(), label="Phone", address=phone("+14025550177"))
        campaign = make_campaign(house, sender=make_line(house, name), content=make_content(house, name))

    answer = acme.client().post(f"/campaigns/{campaign.id}/test/")

    assert answer.status_code == 302
    with tenant_context(acme.id):
        message = Message.objects.select_related("point").get()
        assert (message.channel, message.point.kind, message.origin) == (name, kind, "test")
        assert (message.parts_sealed is None, message.state) == (False, "ready")


def test_what_a_channel_refuses_stands_at_its_own_field_and_nothing_is_written(acme, house):
    with tenant_context(acme.id):
        sender = make_line(house, "voice")
        Organization.objects.update(legal_name="Acme Inc.")
    before = rows_of(acme.id)
    said = {"sender": sender.id, "language": "en", "phone": "no number", "machine": "hang_up"}

    answer = acme.client().post("/campaigns/new/voice/", typed(house, **said))

    assert answer.status_code == 422
    assert "A call must name a number people can call." in answer.context["form"].errors["phone"][0]
    assert rows_of(acme.id) == before


def test_the_sender_of_another_channel_is_not_among_the_choices(acme, house):
    with tenant_context(acme.id):
        sender = make_line(house, "voice")
    before = rows_of(acme.id)

    answer = acme.client().post("/campaigns/new/sms/", typed(house, sender=sender.id))

    assert answer.status_code == 422
    assert "sender" in answer.context["form"].errors
    assert rows_of(acme.id) == before


@pytest.mark.parametrize("name", sorted(FORMS))
def test_every_form_opens_with_what_was_saved_and_shows_what_a_person_would_get(acme, house, name):
    add_people(house, 1, 1)
    with tenant_context(acme.id):
        content = make_content(house, name)
        campaign = make_campaign(house, sender=make_line(house, name), content=content)

    change = acme.client().get(f"/campaigns/{campaign.id}/change/")
    detail = acme.client().get(f"/campaigns/{campaign.id}/")

    assert change.context["form"].channel == name
    assert (change.status_code, change.context["shown"].problem) == (200, "")
    assert "Hello Person 0, it is ready." in change.context["shown"].text
    assert detail.context["shown"].text == change.context["shown"].text
    assert "Hello Person 0, it is ready." in detail.content.decode()


def test_every_channel_of_this_build_can_be_written_for():
    assert set(FORMS) == set(CHANNELS)
