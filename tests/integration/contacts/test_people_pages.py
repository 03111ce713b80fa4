"""The pages about people, lists and fields: what they show, what they write, whom they refuse."""

import html

import pytest

from accounts.models import Organization
from consent.actions.points import address_text
from consent.models import Point
from contacts.actions import lists
from contacts.models import Contact, ContactPoint, ContactTag, CustomField, List, Note
from core.tenancy import tenant_context
from tests.factories.consent import grant, make_point, stop
from tests.factories.contacts import make_contact
from tests.proofs import proves
from tests.snapshots import rows_of


def text_of(answer):
    return " ".join(html.unescape(answer.content.decode()).split())


@pytest.fixture
def mina(acme):
    return make_contact(acme, number="+14025550142", mail="mina@example.com", first_name="Mina", last_name="Qureshi")


def test_the_list_finds_people_by_the_beginning_of_a_name_or_by_any_whole_address(acme, mina):
    make_contact(acme, number="+14025550143", first_name="Omar")
    browser = acme.client()

    found = {
        query: [person.name for person in browser.get("/contacts/", {"q": query}).context["page"].people]
        for query in ("min", "402 555 0142", "+14025550142", "MINA@example.com", "mina@other.example", "inq")
    }

    assert found["min"] == found["+14025550142"] == found["MINA@example.com"] == ["Mina Qureshi"]
    assert found["mina@other.example"] == found["inq"] == []
    assert "2 people. Being here does not mean you may write" in text_of(browser.get("/contacts/"))


def test_a_role_that_sees_no_addresses_gets_masked_ones_and_cannot_search_by_them(acme, mina):
    page = acme.client("viewer").get("/contacts/")
    searched = acme.client("viewer").get("/contacts/", {"q": "+14025550142"})
    card = acme.client("viewer").get(f"/contacts/{mina.id}/")

    assert [person.address for person in page.context["page"].people] == ["+1 … 0142"]
    assert searched.context["page"].people == []
    for answer in (page, searched, card):
        assert "mina@example.com" not in answer.content.decode()
        assert "5550142" not in answer.content.decode().replace('value="+14025550142"', "").replace(
            ">+14025550142<", ""
        )


def test_the_card_says_what_may_be_sent_on_every_channel_and_why_not(acme, mina, offers):
    with tenant_context(acme.id):
        point = make_point("+14025550142")
        grant(point, offers)
        stop(point, "voice")

    card = acme.client().get(f"/contacts/{mina.id}/").context["card"]

    (row,) = card.purposes
    assert {each.channel: each.words for each in row.channels} == {
        "whatsapp": "never asked", "sms": "yes", "email": "never asked", "voice": "said stop"
    }  # fmt: skip
    assert [(receipt.channel, receipt.status) for receipt in card.receipts] == [
        ("Voice", "withdrawn"), ("SMS", "granted")
    ]  # fmt: skip


@proves("B3")
def test_a_number_typed_as_at_home_is_kept_with_its_country_and_type_and_a_bad_one_is_refused_with_the_reason(acme):
    browser = acme.client()
    with tenant_context(acme.id):
        Organization.objects.update(default_country="PK")
    bad = browser.post("/contacts/new/", {"first_name": "Omar", "phone": "not a number"})
    with tenant_context(acme.id):
        nobody = Contact.objects.count()

    made = browser.post("/contacts/new/", {"first_name": "Omar", "phone": "0300 1234567", "email": "Omar@Example.com"})

    assert (bad.status_code, list(bad.context["form"].errors), nobody) == (422, ["phone"], 0)
    assert "Write it with + and its country code" in text_of(bad)
    with tenant_context(acme.id):
        omar = Contact.objects.get()
        point = Point.objects.get(kind="phone")
        assert (address_text(point), point.region, point.number_type) == ("+923001234567", "PK", "mobile")
        assert set(omar.links.values_list("label", flat=True)) == {"phone", "email"}
    assert made.headers["Location"] == f"/contacts/{omar.id}/"


@proves("B27")
def test_one_stop_protects_both_people_behind_one_number(acme, mina, offers):
    omar = make_contact(acme, number="+14025550142", first_name="Omar")
    with tenant_context(acme.id):
        point = make_point("+14025550142")
        grant(point, offers)
        stop(point)

    cards = [acme.client().get(f"/contacts/{person.id}/").context["card"] for person in (mina, omar)]

    for card in cards:
        words = {each.channel: each.words for each in card.purposes[0].channels}
        assert words["sms"] == "said stop"


def test_addresses_are_added_and_removed_on_the_card(acme, mina):
    browser, path = acme.client(), f"/contacts/{mina.id}/addresses/"

    added = browser.post(path, {"address": "+14025550150", "whatsapp": "on"})
    again = browser.post(path, {"address": "+14025550150", "whatsapp": "on"})
    wrong = browser.post(path, {"address": "mina@@example.com"})
    with tenant_context(acme.id):
        link = ContactPoint.objects.get(label="whatsapp")
    removed = browser.post(f"/contacts/addresses/{link.id}/remove/")

    assert [answer.status_code for answer in (added, again, wrong, removed)] == [302, 422, 422, 302]
    assert "They have this address already." in text_of(again)
    with tenant_context(acme.id):
        assert set(mina.links.values_list("label", flat=True)) == {"phone", "email"}


@proves("B5")
def test_notes_and_tags_are_written_and_taken_away_on_the_card(acme, mina):
    browser, path = acme.client(), f"/contacts/{mina.id}/"

    browser.post(f"{path}notes/", {"body": "Calls after five."})
    browser.post(f"{path}tags/", {"tag": "VIP"})
    page = browser.get(path)
    with tenant_context(acme.id):
        note, tag = Note.objects.get(), ContactTag.objects.get()
    empty = [browser.post(f"{path}notes/", {"body": ""}), browser.post(f"{path}tags/", {"tag": ""})]
    browser.post(f"/contacts/notes/{note.id}/remove/")
    browser.post(f"{path}tags/{tag.tag_id}/remove/")

    assert "Calls after five." in text_of(page)
    assert [tag.name for tag in page.context["card"].tags] == ["VIP"]
    assert [answer.status_code for answer in empty] == [422, 422]
    with tenant_context(acme.id):
        assert not Note.objects.exists()
        assert not ContactTag.objects.exists()


def test_people_ticked_in_the_list_join_a_list_and_leave_it(acme, mina):
    omar = make_contact(acme, first_name="Omar")
    browser = acme.client()
    browser.post("/contacts/lists/", {"name": "Guests"})
    with tenant_context(acme.id):
        guests = List.objects.get()
    both = {"person": [str(mina.id), str(omar.id)], "list": str(guests.id)}

    browser.post("/contacts/members/", both)
    shown = browser.get("/contacts/", {"list": str(guests.id)}).context["page"].people
    browser.post("/contacts/members/", both | {"person": [str(mina.id)], "deed": "remove"})
    left = browser.get("/contacts/", {"list": str(guests.id)}).context["page"].people

    assert {person.name for person in shown} == {"Mina Qureshi", "Omar"}
    assert [person.name for person in left] == ["Omar"]


def test_a_list_gets_another_name_and_a_taken_one_is_refused(acme):
    with tenant_context(acme.id):
        guests = lists.create_list(actor=acme.actor(), name="Guests")
        lists.create_list(actor=acme.actor(), name="Trade")
    browser, path = acme.client(), f"/contacts/lists/{guests.id}/"

    taken = browser.post(path, {"name": "Trade"})
    renamed = browser.post(path, {"name": "Visitors"})

    assert (taken.status_code, renamed.status_code) == (422, 302)
    assert "There is a list of that name." in text_of(taken)
    with tenant_context(acme.id):
        assert set(List.objects.values_list("name", flat=True)) == {"Visitors", "Trade"}


@proves("B4")
def test_a_field_is_opened_filled_on_a_person_and_never_about_consent(acme, mina):
    browser = acme.client()
    refused = browser.post("/contacts/fields/", {"label": "SMS consent", "kind": "boolean"})
    browser.post("/contacts/fields/", {"label": "Shoe size", "kind": "number"})
    path = f"/contacts/{mina.id}/change/"

    wrong = browser.post(path, {"first_name": "Mina", "custom_shoe_size": "large"})
    right = browser.post(path, {"first_name": "Mina", "city": "Lahore", "custom_shoe_size": "38"})

    assert (refused.status_code, wrong.status_code, right.status_code) == (422, 422, 302)
    assert list(wrong.context["form"].errors) == ["custom_shoe_size"]
    with tenant_context(acme.id):
        assert [field.key for field in CustomField.objects.all()] == ["shoe_size"]
        changed = Contact.objects.get()
    assert (changed.city, changed.fields) == ("Lahore", {"shoe_size": 38})


@proves("B11")
def test_a_stop_told_to_the_team_protects_every_address_of_the_person(acme, mina, offers):
    with tenant_context(acme.id):
        grant(make_point("+14025550142"), offers)

    answer = acme.client().post(f"/contacts/{mina.id}/stop/")

    card = acme.client().get(f"/contacts/{mina.id}/").context["card"]
    assert answer.status_code == 302
    assert {each.tone for row in card.purposes for each in row.channels} == {"no"}


def test_nobody_without_the_right_and_nobody_else_writes_anything(acme, rival, mina):
    before, others = rows_of(acme.id), rows_of(rival.id)
    tails = {"addresses/": {"address": "+14025550150"}, "notes/": {"body": "x"}, "tags/": {"tag": "x"}, "stop/": {}}

    for tail, typed in tails.items():
        assert acme.client("viewer").post(f"/contacts/{mina.id}/{tail}", typed).status_code == 403, tail
        assert rival.client().post(f"/contacts/{mina.id}/{tail}", typed).status_code == 404, tail
    for path in ("/contacts/new/", "/contacts/fields/", f"/contacts/{mina.id}/change/"):
        assert acme.client("viewer").post(path, {"first_name": "X", "label": "X"}).status_code == 403

    assert (rows_of(acme.id), rows_of(rival.id)) == (before, others)


@pytest.mark.parametrize("path", ["/contacts/", "/contacts/lists/", "/contacts/fields/", "/contacts/imports/"])
def test_an_empty_house_says_what_each_page_is_for(acme, path):
    page = text_of(acme.client().get(path))

    assert any(words in page for words in ("Nobody yet", "No list yet", "No field yet", "No file so far"))
