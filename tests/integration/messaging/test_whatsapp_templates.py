"""The pages and the API of templates: write, change, submit, bring in, say what one is for; and what a campaign may choose."""

import uuid

import pytest
from django.test import Client

from accounts.contracts import Refused
from accounts.roles import GRANTS, Role
from campaigns.actions.writing import Draft, save_campaign
from campaigns.forms.whatsapp import WhatsAppForm
from consent.models import Purpose
from contacts.models import List
from core.tenancy import tenant_context
from messaging import template_office
from messaging.channels.whatsapp_texts import WrittenButton, text_of
from messaging.models import ProviderTemplate
from tests.factories import pictures, whatsapp
from tests.factories.accounts import make_team
from tests.factories.consent import make_purpose
from tests.integration.accounts.chain import last_deed
from tests.integration.api.conftest import app, application  # noqa: F401  an application with its key
from tests.proofs import proves
from tests.snapshots import changed, rows_of


@pytest.fixture
def account(acme, sandbox):
    """Acme's WhatsApp account at the sandbox."""
    business = {
        "id": whatsapp.BUSINESS, "phone_number_id": whatsapp.PHONE_ID, "access_token": whatsapp.ACCESS,
        "app_secret": whatsapp.SECRET, "webhook_url": "",
    }  # fmt: skip
    sandbox.post("whatsapp/businesses", business)
    with tenant_context(acme.id):
        return whatsapp.make_whatsapp(acme.actor(), sandbox.url)


def typed(account, **others):
    return {
        "account": str(account.id),
        "name": "visit_reminder",
        "language": "en_US",
        "use_case": "transactional",
        "body": "Hello {{first_name}}, your visit is on {{day}} at our office.",
        "footer": "Example Co",
        "button_1_kind": "quick_reply",
        "button_1_title": "Confirm",
        "button_2_kind": "url",
        "button_2_title": "Details",
        "button_2_value": "https://example.com/visits/{{1}}",
        "samples": "first_name = Ana\nday = Tuesday\nbutton 2 = A17",
    } | others


def test_a_template_is_written_as_a_draft_and_nothing_leaves(acme, account, sandbox):
    before = rows_of(acme.id)

    answer = acme.client().post("/templates/new/", typed(account))

    with tenant_context(acme.id):
        row = ProviderTemplate.objects.get()
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/templates/{row.id}/")
    assert (row.name, row.language, row.use_case, row.category, row.state) == (
        "visit_reminder", "en_US", "transactional", "utility", "draft",
    )  # fmt: skip
    assert [slot.key for slot in text_of(row.content).slots] == ["body_first_name", "body_day", "button_1"]
    assert text_of(row.content).buttons[1] == WrittenButton("url", "Details", "https://example.com/visits/{{1}}")
    assert changed(before, rows_of(acme.id)) == {
        "messaging_providertemplate": 1, "accounts_auditevent": 1, "accounts_audithead": 0,
    }  # fmt: skip
    assert last_deed(acme.id).action == "template.written"
    assert sandbox.ledger("kind=chat_template") == []


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": "Visit Reminder"}, "Use small letters, digits and _ only"),
        ({"body": ""}, "Write what people shall read."),
        ({"use_case": "survey"}, "This is not one of the choices. Choose one of those offered."),
        ({"language": "tlh"}, "This is not one of the choices. Choose one of those offered."),
    ],
)
def test_what_cannot_be_a_template_is_refused_with_everything_typed_and_nothing_is_kept(acme, account, wrong, words):
    before = rows_of(acme.id)

    answer = acme.client().post("/templates/new/", typed(account, **wrong))

    assert (answer.status_code, rows_of(acme.id)) == (422, before)
    assert words in answer.content.decode()
    assert "Example Co" in answer.content.decode()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"body": "{{first_name}}, your visit is on {{day}} soon."}, "A variable stands at the very beginning or end."),
        (
            {"body": "Hello {{first_name}} {{day}}, see you at our office then."},
            "Two variables stand next to each other.",
        ),
        ({"body": "Hello {{2}} and {{1}}, see you at our office then."}, "The variables are not in order."),
        ({"body": "Hi {{first_name}} on {{day}} ok"}, "There are too many variables for so few words."),
        ({"footer": "For {{first_name}}"}, "The footer takes no variable."),
        ({"header": "a" * 61}, "The header has 61 characters; WhatsApp takes 60. Shorten it by 1."),
        ({"button_1_title": "a" * 26}, "Button 1 says nothing, or too much. Write 1 to 25 characters."),
        ({"button_2_value": "example.com"}, "Button 2 has no web address WhatsApp takes."),
    ],
)
def test_a_template_that_breaks_a_rule_is_refused_at_save_with_the_remedy_beside_what_was_typed(
    acme, account, wrong, words
):
    before = rows_of(acme.id)

    answer = acme.client().post("/templates/new/", typed(account, **wrong))

    assert (answer.status_code, rows_of(acme.id)) == (422, before)
    assert words in answer.content.decode()


def test_everything_wrong_with_a_template_is_said_at_once(acme, account):
    wrong = {"footer": "For {{first_name}}", "header": "a" * 61, "button_3_kind": "quick_reply", "button_3_title": "No"}

    answer = acme.client().post("/templates/new/", typed(account, **wrong))

    errors = answer.context["form"].errors
    assert set(errors) == {"header", "footer", "button_1_kind"}
    assert errors["button_1_kind"] == [
        "The answers do not stand together. Put all answers before or after the other buttons."
    ]


def test_a_draft_without_a_sample_says_so_and_its_submission_is_refused_on_its_page(acme, account, sandbox):
    browser = acme.client()
    page = browser.post("/templates/new/", typed(account, samples="first_name = Ana")).headers["Location"]
    words = "Write a sample for {{day}} of the body."

    before, refused = browser.get(page), browser.post(f"{page}submit/")

    assert (before.status_code, refused.status_code) == (200, 422)
    assert words in before.content.decode()
    assert words in refused.content.decode()
    assert "Hello Ana, your visit is on {{day}} at our office." in before.content.decode()
    with tenant_context(acme.id):
        assert ProviderTemplate.objects.get().state == "draft"
    assert sandbox.ledger("kind=chat_template") == []


@proves("D3")
def test_templates_made_elsewhere_are_brought_in_and_wait_for_somebody_to_say_what_they_are_for(acme, account, sandbox):
    browser = acme.client()
    page = browser.post("/templates/new/", typed(account)).headers["Location"]
    browser.post(f"{page}submit/")
    with tenant_context(acme.id):
        ProviderTemplate.objects.all().delete()
    sandbox.settle()

    said = browser.post("/templates/bring-in/", {"account": str(account.id)}, follow=True).content.decode()
    with tenant_context(acme.id):
        row = ProviderTemplate.objects.get()
    refused = browser.post(f"/templates/{row.id}/use/", {"use_case": "promotional"}, follow=True).content.decode()
    browser.post(f"/templates/{row.id}/use/", {"use_case": "support"})

    assert "Brought in. 1 of them changed or are new." in said
    assert (row.state, row.use_case, row.category, row.unfit) == ("approved", "", "utility", "")
    assert "This template&#x27;s category is not for that." in refused
    with tenant_context(acme.id):
        assert ProviderTemplate.objects.get().use_case == "support"


def test_a_template_that_whatsapp_has_no_more_is_gone_after_bringing_in(acme, account):
    with tenant_context(acme.id):
        row = whatsapp.make_template(account)

    acme.client().post("/templates/bring-in/", {"account": str(account.id)})

    with tenant_context(acme.id):
        assert ProviderTemplate.objects.get(id=row.id).state == "gone"


def test_a_network_that_does_not_answer_changes_nothing(acme, account):
    with tenant_context(acme.id):
        whatsapp.make_template(account)
        type(account).objects.update(base_url="http://127.0.0.1:9")
    before = rows_of(acme.id)

    said = acme.client().post("/templates/bring-in/", {"account": str(account.id)}, follow=True).content.decode()

    assert "WhatsApp does not answer now, or not clearly." in said
    assert rows_of(acme.id) == before


def test_deleting_a_template_deletes_it_at_whatsapp_as_well(acme, account, sandbox):
    browser = acme.client()
    page = browser.post("/templates/new/", typed(account)).headers["Location"]
    browser.post(f"{page}submit/")
    sandbox.settle()

    answer = browser.post(f"{page}delete/")

    assert answer.headers["Location"] == "/templates/"
    with tenant_context(acme.id):
        assert ProviderTemplate.objects.get().state == "gone"
    assert [entry["status"] for entry in sandbox.ledger("kind=chat_template")][-1] == "deleted"


@pytest.mark.parametrize("deed", ["", "change/", "submit/", "delete/", "use/"])
def test_another_organisations_template_is_not_there(acme, rival, account, deed):
    with tenant_context(acme.id):
        row = whatsapp.make_template(account, state="draft")
    before = rows_of(acme.id)
    browser, address = rival.client(), f"/templates/{row.id}/{deed}"

    answer = browser.post(address, {"use_case": "support"}) if deed not in ("", "change/") else browser.get(address)

    assert answer.status_code == 404
    assert rows_of(acme.id) == before
    assert "visit_reminder" not in rival.client().get("/templates/").content.decode()


@pytest.mark.parametrize("role", [role for role in Role if "author_campaigns" not in GRANTS[role]])
def test_whoever_may_not_write_campaigns_sees_no_templates(db, role):
    team = make_team("Crew", (role,))

    assert team.client(role).get("/templates/").status_code == 403


@pytest.fixture
def house(acme, account):
    """What a campaign needs besides a template."""
    with tenant_context(acme.id):
        sender = whatsapp.make_number(acme.actor(), account)
        return sender, make_purpose(acme.actor(), "Visits", "transactional"), List.objects.create(name="Everybody")


def save(acme, house, template, **others):
    sender, purpose, people = house
    said = whatsapp.reminder(template, others.get("values", whatsapp.VALUES))
    draft = Draft("Visits", others.get("purpose", purpose), sender, said.body, [people], (), said.parts)
    return save_campaign(actor=acme.actor(), draft=draft)


@proves("000-12")
@pytest.mark.parametrize("state", ["draft", "submitted", "rejected", "paused", "disabled", "gone"])
def test_a_template_that_is_not_approved_is_in_no_list_and_no_campaign_takes_it(acme, account, house, state):
    with tenant_context(acme.id):
        row = whatsapp.make_template(account, state=state)
        form = WhatsAppForm()
        offered, missing = list(form.fields["template"].queryset), [template.id for template, _ in form.missing]
        with pytest.raises(Refused) as refused:
            save(acme, house, row)

    assert (offered, missing) == ([], [row.id])
    assert refused.value.field == "template"


@proves("C25", "000-12")
@pytest.mark.parametrize(
    ("use_case", "tier", "field"),
    [
        ("transactional", "transactional", ""),
        ("support", "informational", ""),
        ("promotional", "marketing", ""),
        ("promotional", "transactional", "purpose"),
        ("transactional", "marketing", "purpose"),
        ("", "transactional", "template"),
    ],
)
def test_a_template_serves_its_own_use_case_and_a_campaign_has_that_of_its_template(
    acme, account, house, use_case, tier, field
):
    with tenant_context(acme.id):
        row = whatsapp.make_template(account, use_case=use_case)
        purpose = Purpose.objects.filter(tier=tier).first() or make_purpose(acme.actor(), tier, tier)
        found = ""
        try:
            save(acme, house, row, purpose=purpose)
        except Refused as refused:
            found = refused.field

    assert found == field


def test_a_place_without_words_is_named(acme, account, house):
    with tenant_context(acme.id), pytest.raises(Refused) as refused:
        save(acme, house, whatsapp.make_template(account), values=whatsapp.VALUES | {"body_day": " "})

    assert (refused.value.field, refused.value.message) == ("value_body_day", "Nothing stands here.")


def test_an_application_writes_reads_and_hands_over_a_template(app, acme, account, sandbox):  # noqa: F811
    told = {
        "account": str(account.id), "name": "visit_reminder", "language": "en_US", "use_case": "transactional",
        "body": whatsapp.TEXT.body, "footer": "Example Co", "buttons": [{"kind": "quick_reply", "title": "Confirm"}],
        "samples": whatsapp.TEXT.samples,
    }  # fmt: skip

    made = app.post("templates/", told)
    submitted = app.post(f"templates/{made.json()['id']}/submission/")
    template_office.submit_template_later(acme.id, uuid.UUID(made.json()["id"]))
    sandbox.settle()
    brought = app.post("templates/bring-in/", {"account": str(account.id)})
    template_office.sync_templates(actor=acme.actor(), organization_id=acme.id, account_id=account.id)
    found = app.get("templates/?state=approved").json()["data"]

    assert (made.status_code, made.json()["state"], made.json()["choosable"]) == (201, "draft", False)
    assert made.json()["slots"] == ["body_first_name", "body_day"]
    assert (submitted.status_code, brought.status_code) == (202, 202)
    assert [(row["name"], row["choosable"], row["why_not"]) for row in found] == [("visit_reminder", True, "")]
    assert app.get(f"templates/{uuid.uuid4()}/").status_code == 404


def test_an_application_uploads_a_picture_and_writes_cards_and_a_code(app, acme, account):  # noqa: F811
    file = Client().post(
        "/api/v1/templates/files/",
        pictures.png(),
        content_type="image/png",
        headers={"Authorization": f"Bearer {app.key}"},
    )
    head = {"kind": "image", "file": file.json()["id"]}
    card = {
        "head": head,
        "body": "From the first harvest.",
        "buttons": [{"kind": "quick_reply", "title": "Keep me one"}],
    }
    shared = {"account": str(account.id), "language": "en_US"}
    cards = shared | {
        "name": "tea",
        "use_case": "promotional",
        "body": "Two teas are back today.",
        "cards": [card, card],
    }
    code = shared | {"name": "sign_in", "use_case": "transactional", "code": {"kind": "copy_code", "minutes": 10}}

    made = [app.post("templates/", told) for told in (cards, code)]
    read = app.get(f"templates/{made[0].json()['id']}/").json()
    wrong = app.post("templates/", code | {"name": "sign_up", "body": "My own words"})
    stranger = app.post(
        "templates/", shared | {"name": "x", "use_case": "support", "body": "Hello", "head": head | {"kind": "video"}}
    )

    assert (file.status_code, file.json()["kind"], file.json()["content_type"]) == (201, "image", "image/png")
    assert [one.status_code for one in made] == [201, 201]
    assert read["slots"] == ["card_0_media_link", "card_1_media_link"]
    assert [one["head"] for one in read["cards"]] == [head, head]
    assert made[1].json()["category"] == "authentication"
    assert made[1].json()["body"] == "{{1}} is your verification code. For your security, do not share this code."
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (400, "code")
    assert (stranger.status_code, stranger.json()["errors"][0]["field"]) == (422, "head.file")


def test_what_is_no_picture_is_refused_by_the_api_and_nothing_is_kept(app, acme, account):  # noqa: F811
    before = rows_of(acme.id)

    refused = Client().post(
        "/api/v1/templates/files/", b"<html>", content_type="image/png", headers={"Authorization": f"Bearer {app.key}"}
    )

    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "file")
    assert refused.json()["remedy"] == "Choose a JPEG, PNG, MP4 or PDF file."
    kept = changed(before, rows_of(acme.id))
    assert "messaging_templatefile" not in kept


def test_a_file_that_is_refused_leaves_everything_typed_on_the_page(acme, account):
    wrong = typed(account, header_kind="image", header_file=pictures.a_file(pictures.PDF, "menu.pdf"))

    answer = acme.client().post("/templates/new/", wrong)

    assert answer.status_code == 422
    assert "This file is of another kind. Choose a JPEG or PNG file." in answer.content.decode()
    assert "Example Co" in answer.content.decode()


def test_more_cards_are_shown_without_judging_what_was_typed_so_far(acme, account):
    begun = {
        "account": str(account.id), "name": "tea", "language": "en_US", "use_case": "promotional", "body": "Teas.",
        "card_media": "image", "card_count": "4", "card_button_1": "quick_reply", "more": "1",
        "card_1_file": pictures.a_file(pictures.png(), "tea.png"),
    }  # fmt: skip

    answer = acme.client().post("/templates/new/?kind=cards", begun)

    page = answer.content.decode()
    assert (answer.status_code, page.count('<legend class="label px-1">Card ')) == (200, 4)
    assert page.count('alt="The picture you uploaded"') == 1
    assert 'role="alert"' not in page.partition("<form")[2].partition("</form>")[0]
