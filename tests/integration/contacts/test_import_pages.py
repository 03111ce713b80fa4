"""The pages of an import: the file, its columns, the trial, the result, and what each refuses."""

import html

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from contacts.models import Contact, ImportJob, List, SavedMapping
from core.tenancy import tenant_context
from tests.counts import Statements
from tests.factories.accounts import make_team
from tests.factories.consent import make_point, stop
from tests.factories.contacts import bring_in, declare, receive, reread
from tests.integration.accounts.chain import deeds
from tests.proofs import proves
from tests.snapshots import changed, rows_of

PEOPLE = (
    "Phone,Email,Name,SMS opt in,Opt in date,Opt in source\n"
    "+14025550142,mina@example.com,Mina Qureshi,yes,2024-01-02,till 7\n"
    "+14025550143,,Omar,STOP,,\n"
    "none,,Nobody,yes,,\n"
)
COLUMNS = {
    "column_0": "phone", "column_1": "email", "column_2": "full_name", "column_3": "consent:sms",
    "column_4": "consent_date", "column_5": "consent_source", "purpose": "offers", "attested": "on",
    "days_in_utc": "on",
}  # fmt: skip


def text_of(answer):
    return " ".join(html.unescape(answer.content.decode()).split())


def upload(team, content=PEOPLE, kind="people"):
    file = SimpleUploadedFile("people.csv", content.encode())
    return team.client().post("/contacts/imports/upload/", {"file": file, "kind": kind}).headers["Location"]


def only(team):
    with tenant_context(team.id):
        return ImportJob.objects.get()


@proves("B8", "B9", "B10")
def test_a_file_goes_from_upload_to_result_and_every_page_says_where_it_stands(
    acme, offers, django_capture_on_commit_callbacks
):
    browser = acme.client()

    page = upload(acme)
    columns = browser.get(page)
    with django_capture_on_commit_callbacks(execute=True):
        assert browser.post(page, COLUMNS | {"new_list": "Expo", "save": "Till"}).headers["Location"] == page
    checked = browser.get(page)
    with tenant_context(acme.id):
        nobody_yet = Contact.objects.count()
    with django_capture_on_commit_callbacks(execute=True):
        assert browser.post(f"{page}start/").headers["Location"] == page
    result = browser.get(page)

    assert "mina@example.com" in text_of(columns)
    assert [field["field"].value() for field in columns.context["columns"]] == list(COLUMNS.values())[:6]
    assert nobody_yet == 0
    assert "2 rows can come in. 1 cannot." in text_of(checked)
    assert "The phone number contains letters" in text_of(checked)
    assert "2 new, 0 changed. 1 could not come in." in text_of(result)
    with tenant_context(acme.id):
        assert List.objects.get().members.count() == 2
        assert SavedMapping.objects.get().name == "Till"


def test_the_columns_page_warns_of_a_column_that_looks_like_evidence_and_is_left_out(acme, offers):
    page = upload(acme, "Phone,Consent date,Proof of opt-in,Notes\n+14025550142,2024-01-02,form 7,\n")

    guessed = acme.client().get(page)
    left_out = acme.client().post(page, {"column_0": "phone", "column_1": "", "column_2": "", "column_3": ""})

    assert [column["left_out_proof"] for column in guessed.context["columns"]] == [False, False, True, False]
    assert "it looks like evidence of consent" in text_of(guessed)
    assert [column["left_out_proof"] for column in left_out.context["columns"]] == [False, True, True, False]


@proves("B9")
def test_the_columns_page_writes_no_person_and_keeps_what_was_typed_when_it_refuses(acme, offers):
    page = upload(acme)
    before = rows_of(acme.id)

    unattested = acme.client().post(page, COLUMNS | {"attested": "", "consent_source": "Our shop"})
    twice = acme.client().post(page, COLUMNS | {"column_2": "phone"})
    purposeless = acme.client().post(page, COLUMNS | {"purpose": ""})

    assert [answer.status_code for answer in (unattested, twice, purposeless)] == [422, 422, 422]
    assert list(unattested.context["form"].errors) == ["attested"]
    assert 'value="Our shop"' in unattested.content.decode()
    assert twice.context["columns_form"].errors
    assert list(purposeless.context["form"].errors) == ["purpose"]
    assert rows_of(acme.id) == before


@proves("B11")
def test_the_result_page_names_those_who_said_stop_and_stay_out(acme, offers):
    with tenant_context(acme.id):
        stop(make_point("+14025550142"))

    job = bring_in(acme, PEOPLE, purpose="offers")

    page = acme.client().get(f"/contacts/imports/{job.id}/")
    assert [(line.number, line.name) for line in page.context["kept_out"]] == [(2, "Mina Qureshi")]
    assert "Said stop, stays out" in text_of(page)
    assert "They said stop before. A file cannot undo that" in text_of(page)


@proves("B10")
def test_the_refused_rows_come_as_a_file_and_can_be_looked_at_by_reason(acme, offers):
    job = bring_in(acme, PEOPLE + "none,not-an-address,Other,,,\n,two@@example.com,Third,,,\n", purpose="offers")
    browser = acme.client()

    file = browser.get(f"/contacts/imports/{job.id}/rejected.csv")
    filtered = browser.get(f"/contacts/imports/{job.id}/?reason=bad_email.two_at_signs")

    lines = b"".join(file.streaming_content).decode("utf-8-sig").splitlines()
    assert (file.headers["Content-Type"], len(lines)) == ("text/csv", 4)
    assert "attachment" in file.headers["Content-Disposition"]
    assert lines[1].startswith('"none","","Nobody","yes","","","4","Phone: The phone number contains letters."')
    assert [line.number for line in filtered.context["rows"].object_list] == [6]


@proves("B16")
def test_the_page_of_a_working_import_asks_for_progress_until_it_is_over(acme, offers):
    job = receive(acme, PEOPLE)
    with tenant_context(acme.id):
        ImportJob.objects.filter(id=job.id).update(state="running", rows_done=2, row_estimate=3, counts={"rows": 2})
    browser = acme.client()

    page = browser.get(f"/contacts/imports/{job.id}/")
    working = browser.get(f"/contacts/imports/{job.id}/progress/")
    with tenant_context(acme.id):
        ImportJob.objects.filter(id=job.id).update(state="finished", counts={"rows": 3, "created": 3})
    over = browser.get(f"/contacts/imports/{job.id}/progress/")

    assert f'hx-get="/contacts/imports/{job.id}/progress/"' in page.content.decode()
    assert "2 of about 3 rows" in text_of(working)
    assert (working.status_code, over.status_code, over.headers["HX-Refresh"]) == (200, 286, "true")
    assert "hx-get" not in over.content.decode()


def test_an_import_is_cancelled_once_and_a_second_time_is_told_it_is_over(acme, offers):
    job = receive(acme, PEOPLE)
    browser = acme.client()

    first = browser.post(f"/contacts/imports/{job.id}/cancel/")
    before = rows_of(acme.id)
    second = browser.post(f"/contacts/imports/{job.id}/cancel/")
    start = browser.post(f"/contacts/imports/{job.id}/start/")

    assert (first.status_code, second.status_code, start.status_code) == (302, 422, 422)
    assert "This import is over." in text_of(second)
    assert reread(acme, job).state == "cancelled"
    assert rows_of(acme.id) == before


@proves("B13")
def test_a_file_of_addresses_not_to_be_reached_has_its_own_questions_and_its_own_words(
    acme, django_capture_on_commit_callbacks
):
    browser = acme.client()

    page = upload(acme, "Phone\n+14025550142\n+14025550143\n", kind="suppressions")
    columns = browser.get(page)
    typed = {"column_0": "phone", "suppression": "complaint", "channel": "", "attested": "on"}
    with django_capture_on_commit_callbacks(execute=True):
        browser.post(page, typed)
    with django_capture_on_commit_callbacks(execute=True):
        browser.post(f"{page}start/")

    assert "Why they must not be reached" in text_of(columns)
    assert "2 rows protected from now on. 0 were already." in text_of(browser.get(page))
    with tenant_context(acme.id):
        assert not Contact.objects.exists()


def test_the_same_columns_come_with_the_saved_choice_and_the_same_file_is_recognised(acme, offers):
    first = bring_in(acme, PEOPLE, purpose="offers", save="Till")

    page = acme.client().get(upload(acme))

    assert page.context["earlier"].id == first.id
    assert page.context["form"].initial["purpose"] == "offers"
    assert "This very file came in before" in text_of(page)


def test_the_list_of_imports_is_newest_first_and_costs_the_same_however_long(acme, offers):
    for number in range(6):
        declare(acme, receive(acme, f"Phone\n+1402555010{number}\n"))
    browser = acme.client()
    browser.get("/contacts/imports/")

    with Statements() as asked:
        page = browser.get("/contacts/imports/")

    assert [each.job.state for each in page.context["page"].object_list] == ["checked"] * 6
    assert len(asked) == 17
    created = [each.job.created_at for each in page.context["page"].object_list]
    assert created == sorted(created, reverse=True)


def test_nobody_without_the_right_and_nobody_else_comes_to_an_import(acme, rival, offers):
    job = bring_in(acme, PEOPLE, purpose="offers")
    before = rows_of(acme.id)
    paths = [f"/contacts/imports/{job.id}/{tail}" for tail in ("", "progress/", "rejected.csv")]

    for path in ["/contacts/imports/", "/contacts/imports/upload/", *paths]:
        assert acme.client("viewer").get(path).status_code == 403, path
    for path in paths:
        assert rival.client().get(path).status_code == 404, path
    for verb in ("start", "cancel"):
        assert rival.client().post(f"/contacts/imports/{job.id}/{verb}/").status_code == 404
        assert acme.client("viewer").post(f"/contacts/imports/{job.id}/{verb}/").status_code == 403

    assert rows_of(acme.id) == before


def test_no_page_shows_a_whole_address_in_its_own_address_and_the_record_names_no_value(acme, offers):
    job = bring_in(acme, PEOPLE, purpose="offers")

    page = acme.client().get(f"/contacts/imports/{job.id}/")

    assert "402555" not in page.content.decode()
    assert "402555" not in str(deeds(acme.id))


@pytest.mark.parametrize("role", ["owner", "campaign_manager"])
def test_those_who_may_change_contacts_open_every_page_of_imports(db, role):
    team = make_team("Acme")
    job = receive(team, PEOPLE)

    for path in ("/contacts/imports/", "/contacts/imports/upload/", f"/contacts/imports/{job.id}/"):
        assert team.client(role).get(path).status_code == 200


def test_columns_may_be_chosen_again_after_the_trial(acme, offers, django_capture_on_commit_callbacks):
    job = declare(acme, receive(acme, PEOPLE), purpose="offers")
    page = f"/contacts/imports/{job.id}/"
    before = reread(acme, job).checked_counts

    shown = acme.client().get(f"{page}?columns")
    with django_capture_on_commit_callbacks(execute=True):
        acme.client().post(page, COLUMNS | {"column_3": ""})

    assert shown.templates[0].name == "contacts/columns.html"
    after = reread(acme, job)
    assert (before["said"].get("granted"), after.checked_counts["said"]) == (1, {"nothing": 2})
    assert changed(rows_of(acme.id), rows_of(acme.id)) == {}
