"""Verbs on people: addresses, details, custom fields, tags, notes."""

import pytest
from django.http import Http404

from accounts.contracts import NotAllowed, Refused
from consent.models import Point
from contacts.access import access_contact
from contacts.actions import fields, people
from contacts.models import Contact, ContactPoint, ContactTag, CustomField, Note
from contacts.selectors.card import contact_card
from core.tenancy import tenant_context
from tests.counts import Statements
from tests.factories.contacts import email, make_contact, phone
from tests.integration.accounts.chain import deeds
from tests.proofs import proves
from tests.snapshots import changed, rows_of


def test_a_person_has_many_addresses_and_two_people_may_share_one(acme, rival):
    before, others = rows_of(acme.id), rows_of(rival.id)

    mina = make_contact(acme, number="+14025550142", mail="mina@example.com", first_name="Mina")
    omar = make_contact(acme, number="+14025550142", first_name="Omar")

    assert changed(before, rows_of(acme.id)) == {
        "contacts_contact": 2, "contacts_nameword": 2, "contacts_contactpoint": 3, "consent_point": 2,
        "accounts_auditevent": 2, "accounts_audithead": 0,
    }  # fmt: skip
    assert rows_of(rival.id) == others
    with tenant_context(acme.id):
        shared = Point.objects.get(kind="phone")
        assert set(ContactPoint.objects.filter(point=shared).values_list("contact_id", flat=True)) == {mina.id, omar.id}
    assert deeds(acme.id)[-1] == ("contact.created", "contact", {"addresses": 1})


def test_nobody_is_added_without_a_name_and_an_address(acme):
    before = rows_of(acme.id)

    with tenant_context(acme.id), pytest.raises(Refused) as refusal:
        people.create_contact(actor=acme.actor(), points=[], city="Lahore")

    assert refusal.value.field == "phone"
    assert rows_of(acme.id) == before


def test_changing_writes_what_changed_and_nothing_when_nothing_did(acme):
    mina = make_contact(acme, number="+14025550142", first_name="Mina", last_name="Qureshi")

    with tenant_context(acme.id):
        people.change_contact(actor=acme.actor(), contact=mina, last_name="Khan", city="Lahore")
    before = rows_of(acme.id)
    with tenant_context(acme.id):
        again = people.change_contact(actor=acme.actor(), contact=mina, last_name="Khan", city="Lahore")

    assert rows_of(acme.id) == before
    assert (again.last_name, again.city, again.search_name) == ("Khan", "Lahore", "mina khan")
    assert deeds(acme.id)[-1] == ("contact.changed", "contact", {"fields": ["city", "last_name"]})


def test_an_address_is_added_once_and_taken_away_while_the_ledger_keeps_it(acme):
    mina = make_contact(acme, number="+14025550142", first_name="Mina")

    with tenant_context(acme.id):
        link = people.add_point(actor=acme.actor(), contact=mina, label="email", value=email("mina@example.com"))
    before = rows_of(acme.id)
    with tenant_context(acme.id), pytest.raises(Refused, match="have this address already"):
        people.add_point(actor=acme.actor(), contact=mina, label="email", value=email("MINA@example.com"))
    assert rows_of(acme.id) == before

    with tenant_context(acme.id):
        people.remove_point(actor=acme.actor(), link=link)

    assert changed(before, rows_of(acme.id)) == {
        "contacts_contactpoint": -1, "accounts_auditevent": 1, "accounts_audithead": 0
    }  # fmt: skip


@proves("B5")
def test_a_tag_is_put_once_and_taken_off(acme):
    mina = make_contact(acme, number="+14025550142")

    with tenant_context(acme.id):
        tag = people.put_tag(actor=acme.actor(), contact=mina, name="  VIP  guest ")
        people.put_tag(actor=acme.actor(), contact=mina, name="VIP guest")
        assert (tag.name, ContactTag.objects.count()) == ("VIP guest", 1)
        people.take_tag(actor=acme.actor(), contact=mina, tag_id=tag.id)
        people.take_tag(actor=acme.actor(), contact=mina, tag_id=tag.id)
        assert ContactTag.objects.count() == 0
        with pytest.raises(Refused, match="1 to 40"):
            people.put_tag(actor=acme.actor(), contact=mina, name=" ")

    assert [deed[0] for deed in deeds(acme.id)][-2:] == ["contact.tagged", "contact.untagged"]


@proves("B5")
def test_a_note_lies_sealed_and_opens_on_the_card(acme):
    mina = make_contact(acme, number="+14025550142")

    with tenant_context(acme.id):
        note = people.write_note(actor=acme.actor(), contact=mina, body="  Asked for the blue one. ")
        card = contact_card(actor=acme.actor(), contact=mina)

        assert b"blue" not in bytes(Note.objects.get().body_sealed)
        assert [(line.body, line.author) for line in card.notes] == [("Asked for the blue one.", "Acme Owner")]
        people.remove_note(actor=acme.actor(), note=note)
        assert not Note.objects.exists()
    assert "blue" not in str(deeds(acme.id))


@proves("B4")
@pytest.mark.parametrize(
    ("kind", "typed", "kept"),
    [
        ("text", " size  L ", "size L"),
        ("number", "12.50", 12.5),
        ("number", "-7", -7),
        ("date", "1985-12-31", "1985-12-31"),
        ("date", "31.12.2025", "2025-12-31"),
        ("boolean", "Yes", True),
        ("boolean", "n", False),
        ("choice", "KARACHI", "Karachi"),
    ],
)
def test_a_custom_field_keeps_a_value_of_its_kind(acme, kind, typed, kept):
    with tenant_context(acme.id):
        fields.open_field(actor=acme.actor(), label="Extra", kind=kind, choices=["Lahore", "Karachi"])
        made = people.create_contact(
            actor=acme.actor(), points=[people.NewPoint("phone", phone("+14025550142"))], custom={"extra": typed}
        )
        made.refresh_from_db()

    assert made.fields == {"extra": kept}


@proves("B4")
@pytest.mark.parametrize(
    ("kind", "typed"),
    [("text", "x" * 501), ("number", "12a"), ("date", "02/03/2024"), ("boolean", "maybe"), ("choice", "Multan")],
)
def test_a_value_of_another_kind_is_refused_and_names_its_field(acme, kind, typed):
    with tenant_context(acme.id):
        fields.open_field(actor=acme.actor(), label="Extra", kind=kind, choices=["Lahore", "Karachi"])
    before = rows_of(acme.id)

    with tenant_context(acme.id), pytest.raises(Refused) as refusal:
        people.create_contact(
            actor=acme.actor(), points=[people.NewPoint("phone", phone("+14025550142"))], custom={"extra": typed}
        )

    assert (refusal.value.field, bool(refusal.value.remedy)) == ("custom_extra", True)
    assert rows_of(acme.id) == before


def test_an_emptied_custom_field_goes_and_the_others_stay(acme):
    with tenant_context(acme.id):
        for label in ("Shoe size", "Branch"):
            fields.open_field(actor=acme.actor(), label=label, kind="text")
    mina = make_contact(acme, first_name="Mina", custom={"shoe_size": "38", "branch": "Lahore"})

    with tenant_context(acme.id):
        people.change_contact(actor=acme.actor(), contact=mina, custom={"shoe_size": "", "branch": "Multan"})

        assert Contact.objects.get().fields == {"branch": "Multan"}


@proves("B4")
@pytest.mark.parametrize(
    "label", ["Consent", "SMS consent", "Opted out", "Opt-in", "Unsubscribed", "Newsletter", "consent date", "DNC"]
)
def test_no_field_can_be_about_consent(acme, label):
    before = rows_of(acme.id)

    with tenant_context(acme.id), pytest.raises(Refused, match="consent is kept with its proof"):
        fields.open_field(actor=acme.actor(), label=label, kind="boolean")

    assert rows_of(acme.id) == before


@proves("B4")
def test_fields_have_one_name_each_choices_where_they_choose_and_a_limit(acme):
    with tenant_context(acme.id):
        fields.open_field(actor=acme.actor(), label="Branch", kind="text")
        with pytest.raises(Refused, match="of that name"):
            fields.open_field(actor=acme.actor(), label="branch", kind="number")
        with pytest.raises(Refused, match="something to choose from"):
            fields.open_field(actor=acme.actor(), label="Colour", kind="choice", choices=[" "])
        CustomField.objects.bulk_create(
            [CustomField(key=f"extra_{number}", label="Extra", kind="text") for number in range(49)]
        )
        with pytest.raises(Refused, match="50 fields"):
            fields.open_field(actor=acme.actor(), label="One more", kind="text")


def test_without_the_right_nothing_of_a_person_is_changed(acme):
    mina = make_contact(acme, number="+14025550142")
    viewer = acme.actor("viewer")
    before = rows_of(acme.id)

    verbs = [
        lambda: people.create_contact(actor=viewer, points=[], first_name="Zoya"),
        lambda: people.change_contact(actor=viewer, contact=mina, city="Pune"),
        lambda: people.add_point(actor=viewer, contact=mina, label="email", value=email("m@example.com")),
        lambda: people.put_tag(actor=viewer, contact=mina, name="VIP"),
        lambda: people.write_note(actor=viewer, contact=mina, body="hm"),
        lambda: fields.open_field(actor=viewer, label="Branch", kind="text"),
    ]
    for verb in verbs:
        with tenant_context(acme.id), pytest.raises(NotAllowed):
            verb()

    assert rows_of(acme.id) == before


def test_a_person_of_another_organisation_is_nobody(acme, rival):
    mina = make_contact(acme, number="+14025550142")

    with tenant_context(rival.id), pytest.raises(Http404):
        access_contact(rival.actor(), mina.id)


def test_addresses_are_held_before_the_person_and_names_of_other_programs_before_both(acme):
    mina = make_contact(acme, number="+14025550142", first_name="Mina")
    new = people.NewPoint("email", email("mina@example.com"))

    def held(verb, **told):
        with tenant_context(acme.id), Statements() as asked:
            verb(actor=acme.actor(), contact=mina, **told)
        found = [query["sql"].lower() for query in asked.captured_queries]
        marks = {"advisory": "advisory", "from consent_point": "point", 'from "contacts_contact" ': "contact"}
        return list(
            dict.fromkeys(
                name
                for sql in found
                for mark, name in marks.items()
                if mark in sql and ("advisory" in sql or " update" in sql)
            )
        )

    by_one = held(people.add_point, label="email", value=new.value)
    by_many = held(people.add_points, points=[new, people.NewPoint("phone", phone("+14025550143"))])
    by_change = held(people.change_contact, external_id="crm-1")

    assert (by_one, by_many, by_change) == (
        ["advisory", "point", "contact"], ["advisory", "point", "contact"], ["advisory", "contact"],
    )  # fmt: skip
