"""What an import and the pages of contacts cost in queries: the same for a few rows and for many."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts.actions import import_engine
from contacts.models import Contact
from core.tenancy import tenant_context
from tests.factories.accounts import make_team
from tests.factories.contacts import bring_in, declare, make_purpose, receive, run
from tests.proofs import proves
from tests.snapshots import rows_of

HEAD = "Phone,Email,First name,Lists,Tags,SMS opt in,Email opt in,Opt in date,Opt in source\n"


def people(rows, name="Mina", start=0):
    """Rows that do everything a row can: addresses, a list, a tag, a proven yes, a claim or a stop."""
    answers = ("yes", "STOP", "")
    return HEAD + "".join(
        f"+140255{number:05},p{number}@example.com,{name},Guests,VIP,{answers[number % 3]},yes,"
        + ("2024-01-02,till\n" if number % 2 else ",\n")
        for number in range(20_000 + start, 20_000 + start + rows)
    )


def number_of(queries):
    """The statements but for the clock's, which is asked once a second."""
    return sum("app_clock_offset" not in str(query["sql"]) for query in queries)


def queries_by_slice(monkeypatch, deed, run_it):
    """How many statements each slice of the deed needs."""
    counts, whole = [], getattr(import_engine, deed)

    def counted(*arguments):
        with CaptureQueriesContext(connection) as queries:
            whole(*arguments)
        counts.append(number_of(queries))

    with monkeypatch.context() as patch:
        patch.setattr(import_engine, deed, counted)
        run_it()
    return counts


@proves("B16")
@pytest.mark.parametrize("known", [False, True], ids=["new people", "known people"])
def test_a_slice_costs_the_same_statements_for_four_hundred_rows_as_for_two_thousand(acme, offers, monkeypatch, known):
    bring_in(acme, people(2_400) if known else people(3, start=9_000), purpose="offers")
    name = "Amina" if known else "Mina"
    small = declare(acme, receive(acme, people(400, name)), purpose="offers")
    few = queries_by_slice(monkeypatch, "write_slice", lambda: run(acme, small))
    large = declare(acme, receive(acme, people(2_000, name, 400)), purpose="offers")

    many = queries_by_slice(monkeypatch, "write_slice", lambda: run(acme, large))

    assert (few, len(many)) == (many, 1)
    assert many[0] <= 60


@proves("B9")
def test_a_slice_of_a_trial_costs_at_most_eleven_questions_and_one_record(acme, offers, monkeypatch):
    bring_in(acme, people(300), purpose="offers")

    few = queries_by_slice(
        monkeypatch, "foresee_slice", lambda: declare(acme, receive(acme, people(200)), purpose="offers")
    )
    many = queries_by_slice(
        monkeypatch, "foresee_slice", lambda: declare(acme, receive(acme, people(2_000)), purpose="offers")
    )

    assert few == many
    assert many[0] <= 11


@proves("A2")
def test_the_same_file_in_two_organisations_makes_two_worlds(acme, rival, offers):
    bring_in(acme, people(30), purpose="offers")
    make_purpose(rival)
    before = rows_of(acme.id)

    bring_in(rival, people(30, "Someone else"), purpose="offers")

    assert rows_of(acme.id) == before
    with tenant_context(acme.id):
        assert set(Contact.objects.values_list("first_name", flat=True)) == {"Mina"}
    with tenant_context(rival.id):
        assert set(Contact.objects.values_list("first_name", flat=True)) == {"Someone else"}


def test_the_list_costs_no_more_however_many_people_there_are(acme, offers):
    browser = acme.client()
    bring_in(acme, people(2), purpose="offers")
    browser.get("/contacts/")
    with CaptureQueriesContext(connection) as few:
        browser.get("/contacts/")
    bring_in(acme, people(60), purpose="offers")

    with CaptureQueriesContext(connection) as many:
        page = browser.get("/contacts/")

    assert number_of(many) <= number_of(few)
    assert len(page.context["page"].people) == 50
    assert number_of(few) <= 26


def test_a_key_to_a_person_is_checked_by_the_id_of_the_person_before_anything_was_counted(committed_db):
    # 64 people are what the planner thinks of where it plans such a check for the first time during an import
    team = make_team("Acme")
    bring_in(team, people(64), purpose=make_purpose(team).key)

    plan = committed_db.run_sql(
        "set plan_cache_mode = force_generic_plan;"
        " prepare checked(uuid, uuid) as"
        " select 1 from only contacts_contact x where organization_id = $1 and id = $2 for key share of x;"
        " explain execute checked(null, null)"
    )

    assert "contacts_contact_org_id" in str(plan) or "contacts_contact_pkey" in str(plan), plan
