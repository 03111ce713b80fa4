"""What an import does to people: new, changed, the same, twice, refused; and what it never does."""

import json

import pytest
from django.db import connection

from accounts.contracts import Refused
from consent.actions.ledger import suppress_points
from consent.models import ConsentEvent, ConsentState, Point
from consent.values import Provenance
from contacts.actions import fields, imports, lists
from contacts.actions.import_work import mapping_of
from contacts.contracts import MappedColumn, Mapping
from contacts.files.export import reject_file
from contacts.mapping import with_field
from contacts.models import Contact, ContactPoint, ImportRow, List, ListMember
from contacts.selectors.imports import import_counts, import_rows, rejected_rows, same_file_before
from core import vault
from core.tenancy import tenant_context
from tests.factories.contacts import bring_in, declare, make_contact, receive, reread, run
from tests.integration.accounts.chain import deeds
from tests.proofs import proves
from tests.snapshots import changed, rows_of

PEOPLE = (
    "Phone,Email,First name,Last name,City\n+14025550142,mina@example.com,Mina,Qureshi,Lahore\n+14025550143,,Omar,,\n"
)
WRITES_NO_PERSON = {
    "contacts_contact", "contacts_contactpoint", "consent_point", "consent_consentevent", "consent_consentstate",
    "consent_suppression", "contacts_list", "contacts_listmember", "contacts_tag", "contacts_contacttag",
}  # fmt: skip


def outcomes(team, job):
    """Row → what became of it."""
    with tenant_context(team.id):
        return dict(ImportRow.objects.filter(job=job).values_list("number", "outcome"))


@proves("B8", "B10", "B16")
def test_a_file_brings_people_in_and_says_so_truthfully(acme, rival):
    others = rows_of(rival.id)

    job = bring_in(acme, PEOPLE)

    assert (job.state, job.next_at, job.counts["rows"], job.counts["created"]) == ("finished", None, 2, 2)
    with tenant_context(acme.id):
        mina = Contact.objects.get(first_name="Mina")
        assert (mina.last_name, mina.city, mina.search_name, mina.fields) == ("Qureshi", "Lahore", "mina qureshi", {})
        assert set(mina.links.values_list("label", flat=True)) == {"phone", "email"}
        assert not ConsentState.objects.exists()
    assert rows_of(rival.id) == others
    assert [deed[0] for deed in deeds(acme.id)][-4:] == [
        "import.received", "import.declared", "import.started", "import.finished"
    ]  # fmt: skip
    assert deeds(acme.id)[-1][2] == {"rows": 2, "created": 2}


@proves("B10")
def test_the_same_file_again_changes_nothing(acme):
    first = bring_in(acme, PEOPLE)
    with tenant_context(acme.id):
        people = list(Contact.objects.order_by("id").values())
        links = list(ContactPoint.objects.order_by("id").values())

    again = bring_in(acme, PEOPLE)

    assert (again.counts["rows"], again.counts["unchanged"]) == (2, 2)
    with tenant_context(acme.id):
        assert list(Contact.objects.order_by("id").values()) == people
        assert list(ContactPoint.objects.order_by("id").values()) == links
        assert same_file_before(again).id == first.id


@proves("B10")
def test_a_row_changes_what_it_says_leaves_the_rest_and_keeps_what_was_before(acme):
    bring_in(acme, PEOPLE)

    job = bring_in(
        acme,
        "Phone,Email,First name,City\n+14025550142,mina@example.com,Mina,Karachi\n+14025550143,omar@example.com,,\n",
    )

    assert (job.counts["updated"], job.counts.get("created", 0)) == (2, 0)
    with tenant_context(acme.id):
        mina = Contact.objects.get(first_name="Mina")
        assert (mina.last_name, mina.city) == ("Qureshi", "Karachi")
        assert Contact.objects.get(first_name="Omar").links.count() == 2
        row = ImportRow.objects.get(job=job, number=1)
        former = json.loads(
            vault.unseal_text(acme.id, "contacts_importrow", "former_sealed", row.id, row.former_sealed)
        )
    assert former["texts"] == {"city": "Lahore"}
    assert row.contact_id == mina.id
    with tenant_context(acme.id), connection.cursor() as cursor:
        cursor.execute("select t::text, encode(former_sealed, 'escape') from contacts_importrow t")
        stored = str(cursor.fetchall())
    assert not [word for word in ("Lahore", "Karachi", "Mina", "402555", "@example") if word in stored]


def test_a_full_name_becomes_two_and_long_words_are_cut_and_said(acme):
    job = bring_in(acme, f"Phone,Name,City\n+14025550142,Mina Noor Qureshi,{'x' * 100}\n")

    with tenant_context(acme.id):
        mina = Contact.objects.get()
    assert (mina.first_name, mina.last_name, len(mina.city)) == ("Mina", "Noor Qureshi", 80)
    assert job.counts["reasons"] == {"too_long.cut": 1}


@proves("B5")
def test_lists_and_tags_of_a_file_are_made_once_and_filled(acme):
    with tenant_context(acme.id):
        target = lists.create_list(actor=acme.actor(), name="Expo")

    bring_in(acme, "Phone,Lists,Tags\n+14025550142,Guests;Trade,VIP\n+14025550143,Guests,VIP|New\n", target=target)
    again = bring_in(acme, "Phone,Lists,Tags\n+14025550142,Guests;Trade,VIP\n", target=target)

    assert again.counts["unchanged"] == 1
    with tenant_context(acme.id):
        found = {each.name: each.members.count() for each in List.objects.all()}
        tags = [sorted(c.tags.values_list("tag__name", flat=True)) for c in Contact.objects.order_by("id")]
    assert found == {"Expo": 2, "Guests": 2, "Trade": 1}
    assert sorted(tags) == [["New", "VIP"], ["VIP"]]


@proves("B4")
def test_custom_fields_are_read_by_their_kind_and_a_bad_cell_is_no_reason_to_lose_the_person(acme):
    with tenant_context(acme.id):
        fields.open_field(actor=acme.actor(), label="Visits", kind="number")

    job = bring_in(acme, "Phone,Visits\n+14025550142,3\n+14025550143,many\n")

    with tenant_context(acme.id):
        assert sorted(str(person.fields) for person in Contact.objects.all()) == ["{'visits': 3}", "{}"]
        (line,) = import_rows(job).object_list
    assert (job.counts["created"], job.counts["reasons"]) == (2, {"custom_field.number": 1})
    assert (line.number, line.column, line.refused) == (3, "Visits", False)


def test_a_row_about_two_people_joins_nobody_but_its_stop_counts(acme, offers):
    make_contact(acme, number="+14025550142", first_name="Mina")
    make_contact(acme, mail="omar@example.com", first_name="Omar")

    job = bring_in(
        acme, "Phone,Email,First name,SMS opt in\n+14025550142,omar@example.com,Somebody,STOP\n", purpose="offers"
    )

    assert (job.counts["rejected"], job.counts["reasons"]) == (1, {"two_people.match": 1})
    with tenant_context(acme.id):
        assert sorted(Contact.objects.values_list("first_name", flat=True)) == ["Mina", "Omar"]
        assert ContactPoint.objects.count() == 2
        assert ConsentEvent.objects.filter(status="withdrawn", channel="sms").count() == 1


def test_people_behind_one_number_are_told_apart_by_their_name_or_left_alone(acme):
    make_contact(acme, number="+14025550142", first_name="Mina")
    make_contact(acme, number="+14025550142", first_name="Omar")

    known = bring_in(acme, "Phone,First name,City\n+14025550142,Omar,Pune\n")
    unknown = bring_in(acme, "Phone,First name,City\n+14025550142,Zoya,Pune\n+14025550143,Tia,\n")

    assert (known.counts["updated"], unknown.counts["rejected"], unknown.counts["created"]) == (1, 1, 1)
    with tenant_context(acme.id):
        assert dict(Contact.objects.values_list("first_name", "city")) == {"Mina": "", "Omar": "Pune", "Tia": ""}


@proves("K9")
def test_somebody_who_was_forgotten_stays_forgotten(acme, offers):
    mina = make_contact(acme, number="+14025550142", first_name="Mina")
    with tenant_context(acme.id):
        point = Point.objects.get()
        mina.delete()
        suppress_points(
            actor=acme.actor(), point_ids=[point.id], channel="", kind="erased", source="staff", provenance=Provenance()
        )

    job = bring_in(acme, "Phone,First name,SMS opt in\n+14025550142,Mina,yes\n+14025550143,Omar,\n", purpose="offers")

    assert (job.counts["rejected"], job.counts["created"]) == (1, 1)
    with tenant_context(acme.id):
        row = ImportRow.objects.get(job=job, number=1)
        assert (row.code, row.cells_sealed, row.contact_id) == ("erased_person", None, None)
        assert Contact.objects.get().first_name == "Omar"


def test_a_second_row_about_a_known_person_is_twice_in_the_file(acme):
    make_contact(acme, number="+14025550142", mail="mina@example.com", first_name="Mina")

    job = bring_in(acme, "Phone,Email,City\n+14025550142,,Lahore\n,mina@example.com,Pune\n")
    again = bring_in(acme, "Phone,Email,City\n+14025550142,,Lahore\n,mina@example.com,Pune\n")

    assert outcomes(acme, job) == {1: "updated", 2: "duplicate"}
    assert outcomes(acme, again) == {1: "unchanged", 2: "duplicate"}
    with tenant_context(acme.id):
        assert Contact.objects.get().city == "Lahore"


@proves("B9")
def test_the_trial_says_what_would_happen_and_writes_no_person(acme, offers):
    make_contact(acme, number="+14025550143", first_name="Omar")
    text = PEOPLE + "none,,Bad,,\n+1 402 555 0142,,Twice,,\n"
    job = receive(acme, text)
    before = rows_of(acme.id)

    job = declare(acme, job)

    assert not WRITES_NO_PERSON & set(changed(before, rows_of(acme.id)))
    counts = import_counts(job)
    assert (counts.rows, counts.created, counts.unchanged, counts.duplicates, counts.rejected) == (4, 1, 1, 1, 1)
    assert counts.adds_up
    with tenant_context(acme.id):
        (line,) = import_rows(job).object_list
    assert (line.number, line.column, line.refused) == (4, "Phone", True)
    assert "contains letters" in line.reason
    assert line.remedy


@proves("B9", "B10")
def test_what_the_trial_says_is_what_the_import_does(acme, offers):
    make_contact(acme, number="+14025550143", first_name="Omar")
    text = (
        "Phone,First name,SMS opt in,Opt in date,Opt in source\n"
        "+14025550142,Mina,yes,2024-01-02,till\n+14025550143,Omar,STOP,,\n+14025550142,Mina,STOP,,\n+14025550144,Zoya,yes,,\n"
    )
    job = declare(acme, receive(acme, text), purpose="offers")

    done = run(acme, job)

    assert done.counts == job.checked_counts
    assert done.counts["said"] == {"kept_out": 1, "withdrawn": 2, "unproven": 1}
    assert done.counts["by_sms"] == {"kept_out": 1, "withdrawn": 2, "unproven": 1}


@proves("B10")
def test_refused_rows_come_back_as_a_file_that_can_be_corrected_and_sent_again(acme):
    job = bring_in(acme, 'Phone,First name\n+1 800 FLOWERS,"=1+1"\n+14025550142,Mina\n')

    with tenant_context(acme.id):
        row = ImportRow.objects.get(job=job, number=1)
        assert b"FLOWERS" not in bytes(row.cells_sealed)
        with reject_file(job.headers, rejected_rows(job)) as file:
            text = file.read().decode("utf-8-sig")

    head, line = text.splitlines()
    assert head == '"Phone","First name","Import row","Import reason","Import remedy"'
    assert line.startswith('"\'+1 800 FLOWERS","\'=1+1","2","Phone: The phone number contains letters."')
    corrected = bring_in(acme, text.replace("'+1 800 FLOWERS", "'+14025550199"))
    assert corrected.counts["created"] == 1
    with tenant_context(acme.id):
        assert Contact.objects.filter(first_name="").count() == 1
    assert corrected.counts["reasons"] == {"text.formula": 1}


@proves("B8")
def test_a_mapping_is_remembered_for_files_with_the_same_columns(acme, offers):
    job = receive(acme, "Rufnummer,Wer\n+14025550142,Mina\n")
    chosen = with_field(mapping_of(job.mapping), 1, "first_name")
    declare(acme, job, mapping=chosen, purpose="offers", default_country="DE", save="Visitors")

    second = receive(acme, "RUFNUMMER,wer\n+14025550143,Omar\n")

    assert [column["field"] for column in second.mapping] == ["phone", "first_name"]
    assert second.declared == {"default_country": "DE", "date_order": "", "purpose": "offers"}


def test_a_mapping_that_does_not_fit_is_refused_by_its_column(acme):
    job = receive(acme, PEOPLE)
    before = rows_of(acme.id)

    def refused(*columns):
        with pytest.raises(Refused) as refusal:
            declare(acme, job, mapping=Mapping(columns))
        return refusal.value.field

    assert refused(MappedColumn(0, "Phone", "city")) == ""
    assert refused(MappedColumn(0, "Phone", "phone"), MappedColumn(1, "Email", "custom:shoe")) == "column_1"
    assert refused(MappedColumn(0, "Phone", "phone"), MappedColumn(1, "Other", "email")) == "column_1"
    assert rows_of(acme.id) == before


def test_a_cancelled_import_stops_and_its_file_goes(acme, media, django_capture_on_commit_callbacks):
    job = declare(acme, receive(acme, PEOPLE))
    path = media / job.file_path
    assert path.exists()

    with django_capture_on_commit_callbacks(execute=True), tenant_context(acme.id):
        imports.cancel_import(actor=acme.actor(), job=job)

    assert reread(acme, job).state == "cancelled"
    assert not path.exists()
    with tenant_context(acme.id), pytest.raises(Refused, match="Only a checked file"):
        imports.start_import(actor=acme.actor(), job=job)
    with tenant_context(acme.id), pytest.raises(Refused, match="is over"):
        imports.cancel_import(actor=acme.actor(), job=job)


def test_a_file_of_which_nothing_can_come_in_is_not_started(acme):
    job = declare(acme, receive(acme, "Phone\nnone\n"))

    with tenant_context(acme.id), pytest.raises(Refused, match="No row"):
        imports.start_import(actor=acme.actor(), job=job)


def test_a_file_that_breaks_in_the_middle_fails_with_words_and_writes_nobody(acme):
    seen_at_upload = "".join(f"+140255501{row},Mina\n" for row in range(30, 50))
    job = receive(acme, f'Phone,First name\n{seen_at_upload}+14025550143,"Omar\n')

    job = declare(acme, job)

    assert (job.state, job.problem_code, job.next_at) == ("failed", "unclosed_quote", None)
    assert "Close the quote" in job.problem_text
    with tenant_context(acme.id):
        assert not Contact.objects.exists()


def test_everybody_of_the_file_goes_on_the_chosen_list_also_those_we_knew(acme):
    omar = make_contact(acme, number="+14025550143", first_name="Omar")
    with tenant_context(acme.id):
        target = lists.create_list(actor=acme.actor(), name="Expo")

    job = bring_in(acme, PEOPLE, target=target)

    assert (job.counts["created"], job.counts["updated"]) == (1, 1)
    with tenant_context(acme.id):
        members = set(ListMember.objects.filter(list=target).values_list("contact_id", flat=True))
    assert len(members) == 2
    assert omar.id in members
