"""People over the API: added with everything at once, found in pages that nothing shifts, changed, and masked."""

import datetime
import uuid

import pytest

from accounts.models import AuditEvent
from contacts.actions.fields import open_field
from contacts.actions.lists import add_members, create_list
from contacts.actions.people import put_tag
from contacts.models import Contact, ContactPoint, ListMember
from core.tenancy import tenant_context
from tests.factories.contacts import make_contact
from tests.integration.api.conftest import application, told
from tests.snapshots import changed, rows_of

MINA = {
    "first_name": "Mina",
    "country": "US",
    "points": [{"label": "phone", "value": "+1 402 555 0142"}, {"label": "email", "value": "Mina@People.example"}],
}


@pytest.fixture
def friends(acme):
    """A list."""
    with tenant_context(acme.id):
        return create_list(actor=acme.actor(), name="Friends")


def names(page):
    return [row["first_name"] for row in page["data"]]


def test_a_person_comes_with_addresses_fields_and_lists_and_is_read_back_the_same(acme, rival, app, friends):
    with tenant_context(acme.id):
        open_field(actor=acme.actor(), label="Shoe size", kind="number")
        open_field(actor=acme.actor(), label="Member", kind="boolean")
    others = rows_of(rival.id)

    made = app.post("contacts/", MINA | {"custom": {"shoe_size": 41, "member": True}, "lists": [str(friends.id)]})

    body = made.json()
    assert made.status_code == 201
    assert [(point["label"], point["value"]) for point in body["points"]] == [
        ("phone", "+14025550142"), ("email", "Mina@people.example")
    ]  # fmt: skip
    assert (body["custom"], body["lists"], body["tags"]) == ({"shoe_size": 41, "member": True}, [str(friends.id)], [])
    assert app.get(f"contacts/{body['id']}/").json() == body
    assert rows_of(rival.id) == others
    with tenant_context(acme.id):
        assert ListMember.objects.get().contact_id == uuid.UUID(body["id"])
        assert AuditEvent.objects.filter(action="contact.created", actor_kind="key").count() == 1


def test_the_same_idempotency_key_adds_one_person(acme, app):
    first, second = (app.post("contacts/", MINA, **{"Idempotency-Key": "order-7"}) for _ in range(2))

    assert (first.status_code, second.json()) == (201, first.json())
    with tenant_context(acme.id):
        assert Contact.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "status", "fields"),
    [
        ({"frist_name": "Mina"}, 400, ["frist_name"]),
        ({"first_name": "M" * 121, "country": "XX", "time_zone": "Mars/Base"}, 400, ["country", "first_name", "time_zone"]),
        ({"points": [MINA["points"][0], {"label": "phone", "value": "hello"}]}, 400, ["points.1.value"]),
        ({"points": [{"label": "email", "value": "+14025550142"}]}, 400, ["points.0.label"]),
        ({"points": [{"label": "phone", "value": "+14025550142", "kind": "x"}]}, 400, ["points.0.kind"]),
        ({"first_name": "Mina", "lists": ["01890000-0000-7000-8000-000000000000"]}, 400, ["lists.0"]),
        ({"first_name": "Mina", "custom": {"shoe_size": {"a": 1}}}, 400, ["custom.shoe_size"]),
        ({"first_name": "Mina", "custom": {"shoe_size": "41"}}, 422, ["custom.shoe_size"]),
        ({"first_name": "Mi\0na"}, 400, ["first_name"]),
        ([MINA], 400, ["non_field_errors"]),
        ({}, 422, ["points"]),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_named_by_its_path_and_nobody_is_added(acme, app, body, status, fields):
    before = rows_of(acme.id)

    answer = app.post("contacts/", body) if body else app.ask("post", "contacts/")

    assert told(answer)[0] == status
    assert sorted(told(answer)[2]) == fields
    assert changed(before, rows_of(acme.id)).keys() <= {"accounts_apirequestlog", "accounts_apikey"}
    assert "hello" not in answer.content.decode()


def test_a_body_that_is_no_json_is_refused_in_the_one_shape(app):
    from django.test import Client

    headers = {"Authorization": f"Bearer {app.key}"}

    broken = Client().post("/api/v1/contacts/", "{", content_type="application/json", headers=headers)
    form = Client().post("/api/v1/contacts/", {"first_name": "Mina"}, headers=headers)

    assert told(broken) == (400, "not_json", [])
    assert told(form) == (415, "wrong_type", [])


def test_a_change_touches_what_is_sent_and_null_takes_a_custom_value_away(acme, app):
    with tenant_context(acme.id):
        open_field(actor=acme.actor(), label="Shoe size", kind="number")
    made = app.post("contacts/", MINA | {"custom": {"shoe_size": 41}}).json()

    changed_one = app.patch(f"contacts/{made['id']}/", {"city": "Omaha", "custom": {"shoe_size": None}})
    wrong = app.patch(f"contacts/{made['id']}/", {"points": []})

    body = changed_one.json()
    assert (changed_one.status_code, body["city"], body["custom"], body["first_name"]) == (200, "Omaha", {}, "Mina")
    assert told(wrong) == (400, "invalid", ["points"])


def test_another_organisations_person_or_list_is_nothing_here(acme, rival, app, other, friends):
    mina = make_contact(acme, number="+14025550142", first_name="Mina")
    with tenant_context(acme.id):
        add_members(actor=acme.actor(), target=friends, contact_ids=[mina.id])
        tag = put_tag(actor=acme.actor(), contact=mina, name="vip")
    before = rows_of(acme.id)

    found = other.get(f"contacts/{mina.id}/")
    patched = other.patch(f"contacts/{mina.id}/", {"city": "Omaha"})
    listed = other.post("contacts/", {"first_name": "Rita", "lists": [str(friends.id)]})
    pages = [other.get(f"contacts/?{query}").json()["data"] for query in (f"list={friends.id}", f"tag={tag.id}", "")]

    assert [told(answer) for answer in (found, patched)] == [(404, "not_found", [])] * 2
    assert told(listed) == (400, "invalid", ["lists.0"])
    assert pages == [[], [], []]
    assert rows_of(acme.id) == before
    with tenant_context(rival.id):
        assert Contact.objects.count() == 0


def test_pages_hold_everybody_once_while_people_are_added(acme, rival, app):
    for number in range(5):
        make_contact(acme, first_name=f"P{number}")
    make_contact(rival, first_name="Rita")

    first = app.get("contacts/?limit=2").json()
    make_contact(acme, first_name="Late")
    second = app.get(first["next"]).json()
    make_contact(acme, first_name="Later")
    third = app.get(second["next"]).json()
    back = app.get(third["previous"]).json()

    assert [names(page) for page in (first, second, third)] == [["P4", "P3"], ["P2", "P1"], ["P0"]]
    assert (third["next"], names(back)) == (None, ["P2", "P1"])


def test_pages_are_narrowed_by_list_tag_and_the_moment_of_the_last_change(acme, app, friends):
    mina, omar = make_contact(acme, first_name="Mina"), make_contact(acme, first_name="Omar")
    with tenant_context(acme.id):
        add_members(actor=acme.actor(), target=friends, contact_ids=[mina.id])
        tag = put_tag(actor=acme.actor(), contact=omar, name="vip")
        Contact.objects.filter(id=mina.id).update(updated_at=datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC))

    by = [
        names(app.get(f"contacts/?{query}").json())
        for query in (f"list={friends.id}", f"tag={tag.id}", "updated_since=2026-01-01T00:00:01Z", "")
    ]

    assert by == [["Mina"], ["Omar"], ["Omar"], ["Omar", "Mina"]]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"), ("limit=201", "limit"), ("limit=x", "limit"), ("cursor=nonsense", "cursor"),
        ("cursor=cD1ub2lk", "cursor"), ("lst=1", "lst"), ("list=1", "list"),
        ("updated_since=2026-01-01T00:00:00", "updated_since"),
    ],
)  # fmt: skip
def test_a_question_that_cannot_be_read_is_refused_by_its_parameter(app, query, field):
    assert told(app.get(f"contacts/?{query}")) == (400, "invalid", [field])


def test_addresses_are_masked_without_the_scope_to_see_them(acme):
    mina = make_contact(acme, number="+14025550142", mail="mina@people.example", first_name="Mina")
    app = application(acme, "see_contacts")

    one, many = app.get(f"contacts/{mina.id}/").json(), app.get("contacts/").json()["data"][0]

    assert [point["value"] for point in one["points"]] == ["+1 … 0142", "m…@people.example"]
    assert many == one


@pytest.mark.parametrize(
    ("scope", "statuses"),
    [("see_contacts", (200, 403, 403)), ("change_contacts", (403, 201, 403)), ("see_replies", (403, 403, 403))],
)
def test_reading_and_changing_people_are_two_scopes(acme, scope, statuses):
    app = application(acme, scope)

    got = app.get("contacts/"), app.post("contacts/", MINA), app.post("consents/", {})

    assert tuple(answer.status_code for answer in got) == statuses
    with tenant_context(acme.id):
        assert ContactPoint.objects.count() == (2 if scope == "change_contacts" else 0)
    refused = next(answer for answer in got if answer.status_code == 403)
    assert "lacks the scope" in refused.json()["detail"]


def test_a_page_of_people_takes_as_many_queries_for_one_as_for_twelve(acme, app, friends):
    def add(number):
        contact = make_contact(acme, number=f"+140255501{number:02d}", first_name=f"P{number}")
        with tenant_context(acme.id):
            add_members(actor=acme.actor(), target=friends, contact_ids=[contact.id])
            put_tag(actor=acme.actor(), contact=contact, name=f"tag {number}")

    add(0)
    few = app.queries("get", "contacts/")
    for number in range(1, 12):
        add(number)

    assert app.queries("get", "contacts/") == few


def test_lists_tell_how_many_people_are_on_them(acme, other, app, friends):
    mina = make_contact(acme, first_name="Mina")
    with tenant_context(acme.id):
        add_members(actor=acme.actor(), target=friends, contact_ids=[mina.id])
        create_list(actor=acme.actor(), name="Nobody")

    rows = app.get("lists/").json()["data"]

    assert [(row["name"], row["people"]) for row in rows] == [("Nobody", 0), ("Friends", 1)]
    assert other.get("lists/").json() == {"data": [], "next": None, "previous": None}
