"""People kept as another program has them: added or changed by external id or address, one or many, and never guessed."""

import contextlib
import threading

import pytest
from django.db import connection

from accounts.models import AuditEvent
from consent.models import ConsentEvent, ConsentState, Point, Suppression
from contacts.actions import upserting
from contacts.actions.fields import open_field
from contacts.actions.lists import create_list
from contacts.models import Contact, ContactPoint, ListMember
from core.tenancy import tenant_context
from tests.counts import Statements, say
from tests.factories.accounts import make_team
from tests.factories.contacts import make_contact
from tests.integration.api.conftest import application, told
from tests.snapshots import changed, rows_of

PHONE, OTHER = "+14025550142", "+14025550143"
MAIL = "mina@people.example"
QUIET = {"accounts_apirequestlog", "accounts_apikey"}


def put(app, **body):
    return app.ask("put", "contacts/", body)


def at(number=PHONE, label="phone"):
    return {"label": label, "value": number}


def people(team):
    with tenant_context(team.id):
        return Contact.objects.count()


def test_a_person_is_added_the_first_time_and_changed_after_that_and_what_is_not_sent_stays(acme, rival, app):
    others = rows_of(rival.id)
    with tenant_context(acme.id):
        friends = create_list(actor=acme.actor(), name="Friends")
        open_field(actor=acme.actor(), label="Shoe size", kind="number")

    first = put(app, external_id="crm-7", first_name="Mina", city="Omaha", points=[at()], custom={"shoe_size": 41})
    second = put(app, external_id="crm-7", last_name="Qureshi", points=[at(MAIL, "email")], lists=[str(friends.id)])
    third = put(app, external_id="crm-7", last_name="Qureshi", points=[at()])

    assert [answer.status_code for answer in (first, second, third)] == [201, 200, 200]
    body = third.json()
    assert {answer.json()["id"] for answer in (first, second, third)} == {body["id"]}
    assert (body["external_id"], body["first_name"], body["last_name"], body["city"]) == (
        "crm-7",
        "Mina",
        "Qureshi",
        "Omaha",
    )
    assert [point["value"] for point in body["points"]] == [PHONE, MAIL]
    assert (body["lists"], body["custom"]) == ([str(friends.id)], {"shoe_size": 41})
    assert third.json() == second.json()
    assert [row["id"] for row in app.get("contacts/?external_id=crm-7").json()["data"]] == [body["id"]]
    assert app.get("contacts/?external_id=crm-8").json()["data"] == []
    assert rows_of(rival.id) == others
    with tenant_context(acme.id):
        deeds = list(
            AuditEvent.objects.filter(action__startswith="contact.")
            .order_by("sequence")
            .values_list("action", flat=True)
        )
    assert deeds == ["contact.created", "contact.changed", "contact.address_added"]  # fmt: skip


def test_without_an_external_id_an_address_means_whoever_has_it_and_an_id_is_given_once(acme, app):
    mina = make_contact(acme, number=PHONE, first_name="Mina")

    by_address = put(app, points=[at()], city="Omaha")
    adopted = put(app, external_id="crm-7", points=[at()])
    again = put(app, external_id="crm-7", first_name="Mina R.")

    assert [each.status_code for each in (by_address, adopted, again)] == [200, 200, 200]
    assert {each.json()["id"] for each in (by_address, adopted, again)} == {str(mina.id)}
    assert (again.json()["external_id"], again.json()["first_name"], again.json()["city"]) == (
        "crm-7",
        "Mina R.",
        "Omaha",
    )


def test_people_known_by_their_own_external_ids_may_share_an_address(acme, app):
    first = put(app, external_id="crm-1", first_name="Mina", points=[at()])
    second = put(app, external_id="crm-2", first_name="Omar", points=[at()])

    assert (first.status_code, second.status_code) == (201, 201)
    assert people(acme) == 2
    with tenant_context(acme.id):
        assert (Point.objects.count(), ContactPoint.objects.count()) == (1, 2)


def test_of_two_who_share_an_address_the_name_tells_who_is_meant(acme, app):
    mina = make_contact(acme, number=PHONE, first_name="Mina")
    make_contact(acme, number=PHONE, first_name="Omar")

    meant, unclear = put(app, first_name="mina", points=[at()], city="Omaha"), put(app, points=[at()])

    assert (meant.status_code, meant.json()["id"]) == (200, str(mina.id))
    assert told(unclear) == (422, "identifiers_conflict", ["external_id"])


@pytest.mark.parametrize(
    "sent",
    [
        {"points": [at(), at(OTHER)]},
        {"external_id": "crm-9", "points": [at(), at(OTHER)]},
        {"external_id": "crm-1", "points": [at(OTHER)]},
    ],
)
def test_identifiers_of_two_people_are_refused_and_nothing_is_written(acme, app, sent):
    put(app, external_id="crm-1", first_name="Nil")
    make_contact(acme, number=PHONE, first_name="Mina")
    make_contact(acme, number=OTHER, first_name="Omar")
    before = rows_of(acme.id)

    answer = put(app, **sent)

    assert told(answer) == (422, "identifiers_conflict", ["external_id"])
    assert "change one of the people" in answer.json()["remedy"]
    assert set(changed(before, rows_of(acme.id))) <= QUIET


@pytest.mark.parametrize(
    ("sent", "status", "fields"),
    [
        ({}, 422, ["external_id"]),
        ({"first_name": "Mina"}, 422, ["external_id"]),
        ({"external_id": "crm-1"}, 422, ["points"]),
        ({"external_id": MAIL, "points": [at()]}, 400, ["external_id"]),
        ({"external_id": PHONE, "points": [at()]}, 400, ["external_id"]),
        ({"external_id": "x" * 81, "points": [at()]}, 400, ["external_id"]),
        ({"external_id": "a\nb", "points": [at()]}, 400, ["external_id"]),
        ({"points": [at(), at("nothing")]}, 400, ["points.1.value"]),
        ({"points": [at()], "custom": {"shoe": "1"}}, 422, ["custom.shoe"]),
        ({"points": [at()], "externalid": "crm-1"}, 400, ["externalid"]),
    ],
)
def test_what_does_not_say_who_it_is_or_does_not_fit_writes_nothing(acme, app, sent, status, fields):
    app.get("organization/")
    before = rows_of(acme.id)

    answer = put(app, **sent)

    assert (told(answer)[0], told(answer)[2]) == (status, fields)
    assert set(changed(before, rows_of(acme.id))) <= QUIET


def test_an_external_id_that_somebody_has_is_taken_for_everybody_else(acme, app):
    put(app, external_id="crm-1", first_name="Mina")
    omar = put(app, external_id="crm-2", first_name="Omar").json()["id"]

    answers = [
        app.post("contacts/", {"external_id": "crm-1", "first_name": "Nil"}),
        app.patch(f"contacts/{omar}/", {"external_id": "crm-1"}),
    ]
    freed = app.patch(f"contacts/{omar}/", {"external_id": ""})

    assert {told(each)[1] for each in answers} == {"external_id_taken"}
    assert (freed.status_code, freed.json()["external_id"], people(acme)) == (200, "", 2)


def test_keeping_somebody_never_raises_consent_and_lifts_no_stop(acme, app):
    make_contact(acme, number=PHONE, first_name="Mina")
    app.post("stops/", {"address": PHONE, "channel": "all"})

    def standing():
        with tenant_context(acme.id):
            models = (ConsentEvent, ConsentState, Suppression)
            return [list(model.objects.order_by("id").values()) for model in models]

    before = standing()

    put(app, external_id="crm-1", first_name="Mina", points=[at(), at(MAIL, "email")])
    app.post("contacts/batch/", {"contacts": [{"external_id": "crm-2", "points": [at(OTHER)]}]})

    assert standing() == before
    assert before[2]


def test_many_at_once_are_each_taken_or_refused_by_themselves(acme, rival, app):
    make_contact(acme, number=OTHER, first_name="Omar")
    others = rows_of(rival.id)
    items = [
        {"external_id": "crm-1", "points": [at()], "first_name": "Mina", "reference": "row 1"},
        {"points": [at(OTHER)], "city": "Omaha"},
        {"points": [at(OTHER)]},
        {"first_name": "Nobody"},
        {"external_id": "crm-1"},
        {"points": [at("+14025550177")], "custom": {"shoe": "1"}, "reference": "row 6"},
        {"frist_name": "Mina"},
        ["not", "a", "person"],
        {"external_id": "crm-2", "points": [at()], "first_name": "Ali\u0000"},
        {"external_id": "crm-2", "points": [at()], "first_name": "Ali"},
    ]

    answer = app.post("contacts/batch/", {"contacts": items})

    body = answer.json()
    assert (answer.status_code, body["accepted"], body["refused"]) == (200, 3, 7)
    assert [(each["index"], each["status"]) for each in body["results"]] == list(
        enumerate(["created", "changed", *["refused"] * 7, "created"])
    )
    assert [each["problem"] and each["problem"]["code"] for each in body["results"]] == [
        None, None, "twice_in_request", "unfit", "twice_in_request", "unfit", "invalid", "invalid", "invalid", None
    ]  # fmt: skip
    assert [each["reference"] for each in body["results"]][::5] == ["row 1", "row 6"]
    assert body["results"][5]["problem"]["errors"][0]["field"] == "custom.shoe"
    assert rows_of(rival.id) == others
    with tenant_context(acme.id):
        assert (Contact.objects.count(), Point.objects.count()) == (3, 2)
        assert str(Contact.objects.get(external_id="crm-1").id) == body["results"][0]["contact_id"]


def test_the_same_batch_again_changes_nothing_and_its_parts_say_so(acme, app):
    items = [{"external_id": f"crm-{number}", "points": [at(f"+140255501{number}")]} for number in range(50, 60)]

    first, again = (app.post("contacts/batch/", {"contacts": items}).json() for _ in range(2))

    assert {each["status"] for each in first["results"]} == {"created"}
    assert {each["status"] for each in again["results"]} == {"unchanged"}
    assert people(acme) == 10


def test_a_batch_too_long_or_empty_is_refused_as_a_whole(acme, app):
    answers = [app.post("contacts/batch/", {"contacts": items}) for items in ([{}] * 201, [], "x")]

    assert [told(each) for each in answers] == [(400, "invalid", ["contacts"])] * 3
    assert people(acme) == 0


def test_whoever_asked_to_be_forgotten_is_not_brought_back_and_no_address_of_the_item_is_kept(acme, app):
    app.post("stops/", {"address": PHONE, "channel": "all"})
    with tenant_context(acme.id):
        point = Point.objects.get()
        Suppression.objects.create(
            point=point, channel="", kind="erased", source="erasure", created_at=point.created_at
        )

    single = put(app, points=[at(), at(OTHER)])
    many = app.post("contacts/batch/", {"contacts": [{"points": [at(), at(OTHER)]}, {"points": [at(MAIL, "email")]}]})

    assert told(single)[:2] == (422, "erased")
    assert [each["status"] for each in many.json()["results"]] == ["refused", "created"]
    assert many.json()["results"][0]["problem"]["code"] == "erased"
    with tenant_context(acme.id):
        assert (Contact.objects.count(), Point.objects.count()) == (1, 2)


def test_a_key_without_the_scope_changes_nobody(acme):
    app = application(acme, "see_contacts")

    answers = [put(app, external_id="crm-1", first_name="Mina"), app.post("contacts/batch/", {"contacts": [{}]})]

    assert {told(each)[:2] for each in answers} == {(403, "not_allowed")}
    assert people(acme) == 0


def test_programs_that_bring_the_same_people_at_the_same_time_make_each_once(committed_db):
    team = make_team("Acme")
    app = application(team, "change_contacts", "see_contacts", "see_addresses")
    items = [{"external_id": f"crm-{number}", "points": [at(f"+140255501{number}")]} for number in range(50, 62)]
    statuses = []

    def bring(rows):
        try:
            statuses.append(app.post("contacts/batch/", {"contacts": rows}).status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=bring, args=(rows,)) for rows in (items, items[::-1], items[6:] + items[:6])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert statuses == [200, 200, 200]
    assert people(team) == 12


def test_a_batch_costs_the_same_few_statements_for_each_person(acme, app):
    def statements(count, base):
        items = [{"external_id": f"crm-{base + n}", "points": [at(f"+1402555{base + n}")]} for n in range(count)]
        with Statements() as asked:
            assert app.post("contacts/batch/", {"contacts": items}).json()["accepted"] == count
        return len(asked)

    statements(1, 1000)
    one, eleven = statements(1, 2000), statements(11, 3000)

    say(f"{one} statements for one person, {eleven} for eleven")
    assert eleven - one <= 10 * 20


def locks(asked):
    """The tables that were held, in the order in which that happened first; rows in the order of their ids."""
    found = [query["sql"].lower() for query in asked.captured_queries]
    marks = (" for update", " for no key update", "advisory", "insert into accounts_auditevent")
    held = [sql.replace('"', "") for sql in found if any(mark in sql.replace('"', "") for mark in marks)]
    names = ("advisory", "contacts_list", "consent_point", "contacts_contact", "accounts_auditevent")
    tables = [next(name for name in names if name in sql) for sql in held]
    return list(dict.fromkeys(tables))


def test_lists_are_held_before_addresses_people_and_the_audit_trail_by_whoever_brings_people(acme, app):
    with tenant_context(acme.id):
        made = [str(create_list(actor=acme.actor(), name=name).id) for name in ("Friends", "Guests")]
    items = [
        {"external_id": "crm-1", "points": [at()], "lists": made[:1]},
        {"external_id": "crm-2", "points": [at(OTHER)], "lists": made[::-1]},
    ]
    app.post("contacts/batch/", {"contacts": items})

    with Statements() as batch:
        assert app.post("contacts/batch/", {"contacts": [each | {"city": "Pune"} for each in items]}).status_code == 200
    with Statements() as single:
        answer = app.post("contacts/", {"first_name": "Zoya", "points": [at("+14025550144")], "lists": made})

    assert answer.status_code == 201
    order = ["contacts_list", "advisory", "consent_point", "contacts_contact", "accounts_auditevent"]
    assert locks(batch) == order
    assert locks(single) == [name for name in order if name != "contacts_contact"]
    for asked in (batch, single):
        first = next(query["sql"] for query in asked.captured_queries if "FOR NO KEY UPDATE" in query["sql"])
        assert all(each.replace("-", "") in first for each in made)


def test_batches_that_name_two_lists_in_opposite_order_do_not_wait_for_each_other_for_ever(committed_db, monkeypatch):
    team = make_team("Acme")
    app = application(team, "change_contacts", "see_contacts", "see_addresses")
    with tenant_context(team.id):
        first, second = (str(create_list(actor=team.actor(), name=name).id) for name in ("Friends", "Guests"))
    met, results, add = threading.Barrier(2), [], upserting.add_members
    for name in (
        "crm-1",
        "crm-2",
        "crm-3",
        "crm-4",
    ):  # there already: the first thing written is that they are on a list
        put(app, external_id=name, first_name="Mina")

    def add_when_both_have_begun(**told):
        added = add(**told)
        with contextlib.suppress(threading.BrokenBarrierError):
            met.wait(1)
        return added

    monkeypatch.setattr(upserting, "add_members", add_when_both_have_begun)

    def bring(names, lists):
        items = [{"external_id": name, "lists": [each]} for name, each in zip(names, lists, strict=True)]
        try:
            results.append(app.post("contacts/batch/", {"contacts": items}))
        finally:
            connection.close()

    threads = [
        threading.Thread(target=bring, args=told)
        for told in ((("crm-1", "crm-2"), (first, second)), (("crm-3", "crm-4"), (second, first)))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [(answer.status_code, answer.json()["accepted"]) for answer in results] == [(200, 2)] * 2
    with tenant_context(team.id):
        assert ListMember.objects.count() == 4


def test_the_lists_of_a_batch_are_looked_up_once_and_one_that_is_not_there_refuses_its_item_alone(acme, app):
    with tenant_context(acme.id):
        made = [str(create_list(actor=acme.actor(), name=name).id) for name in ("Friends", "Guests")]
    nowhere = "0193a1c2-0000-7000-8000-000000000001"
    items = [
        {"external_id": "crm-1", "first_name": "Mina", "lists": made},
        {"external_id": "crm-2", "first_name": "Omar", "lists": [made[0], nowhere]},
        {"external_id": "crm-3", "first_name": "Zoya", "lists": [made[1], made[1]]},
    ]

    with Statements() as asked:
        results = app.post("contacts/batch/", {"contacts": items}).json()["results"]

    looks = [query["sql"] for query in asked.captured_queries if 'FROM "contacts_list" WHERE' in query["sql"]]
    assert len([sql for sql in looks if "FOR NO KEY UPDATE" not in sql]) == 1
    assert [each["status"] for each in results] == ["created", "refused", "created"]
    assert results[1]["problem"]["errors"] == [{"field": "lists.1", "detail": "There is no such list."}]
