"""A file over the API: uploaded, declared, checked, brought in and read back row by row; and everything that is refused."""

import base64
import csv
import io
import urllib.parse
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import ApiRequestLog, AuditEvent, IdempotencyKey
from consent.models import ConsentState
from contacts.actions import imports as verbs
from contacts.actions.lists import create_list
from contacts.files.limits import Limits
from contacts.models import Contact, ImportJob, ImportRow, List, SavedMapping
from core.tenancy import tenant_context
from tests.factories import contacts
from tests.integration.api.conftest import application, told
from tests.snapshots import changed, rows_of

PEOPLE = (
    "Phone,Email,Name,SMS opt in,Opt in date,Opt in source\n"
    "+14025550142,mina@example.com,Mina Qureshi,yes,2024-01-02,till 7\n"
    "+14025550143,,Omar,STOP,,\n"
    "none,,Nobody,yes,,\n"
)
DECLARATION = {"attested": True, "purpose": "offers", "days_in_utc": True}
COUNTED = ("rows", "created", "updated", "unchanged", "duplicates", "rejected")


@pytest.fixture(autouse=True)
def media(tmp_path, settings):
    """Where uploads lie."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture
def offers(acme):
    """The purpose people say yes to."""
    return contacts.make_purpose(acme)


def upload(app, content=PEOPLE, headers=None, **fields):
    """Post a file as a form does."""
    file = SimpleUploadedFile(fields.pop("name", "people.csv"), content.encode())
    sent = {"Authorization": f"Bearer {app.key}"} | (headers or {})
    client = Client(raise_request_exception=False)
    return client.post("/api/v1/imports/", {"file": file} | fields, headers=sent)


def files_in(media):
    return [path for path in media.rglob("*") if path.is_file()]


@pytest.fixture
def done(django_capture_on_commit_callbacks):
    """Ask for something, and let the tasks it rings for run to their end."""

    def ask(app, path, body=None):
        with django_capture_on_commit_callbacks(execute=True):
            return app.post(path, body)

    return ask


def test_a_file_goes_from_upload_to_people_and_every_step_says_where_it_stands(acme, rival, app, offers, done):
    others = rows_of(rival.id)

    uploaded = upload(app).json()
    at = f"imports/{uploaded['id']}/"
    checking = done(app, f"{at}check/", DECLARATION | {"new_list": "Expo", "remember_as": "Till"})
    checked = app.get(at).json()
    with tenant_context(acme.id):
        nobody_yet = Contact.objects.count()
    running = done(app, f"{at}run/")
    finished = app.get(at).json()

    assert [column["field"] for column in uploaded["columns"]] == [
        "phone", "email", "full_name", "consent:sms", "consent_date", "consent_source"
    ]  # fmt: skip
    assert (uploaded["state"], checking.status_code, checking.json()["state"]) == ("uploaded", 202, "checking")
    assert (checked["state"], [checked["counts"][name] for name in COUNTED]) == ("checked", [3, 2, 0, 0, 0, 1])
    assert checked["counts"]["reasons"][0]["reason"] == "bad_phone.letters"
    assert (nobody_yet, running.status_code, running.json()["state"]) == (0, 202, "running")
    assert (finished["state"], [finished["counts"][name] for name in COUNTED]) == ("finished", [3, 2, 0, 0, 0, 1])
    assert (finished["counts"]["said"]["granted"], finished["counts"]["said"]["withdrawn"]) == (1, 1)
    assert finished["progress"] == {"rows_done": 3, "rows_expected": 3}
    assert [row["id"] for row in app.get("imports/?state=finished&kind=people").json()["data"]] == [uploaded["id"]]
    assert app.get("imports/?state=failed").json()["data"] == []
    assert rows_of(rival.id) == others
    with tenant_context(acme.id):
        assert List.objects.get(name="Expo").members.count() == 2
        assert SavedMapping.objects.get().name == "Till"
        assert set(AuditEvent.objects.filter(action__startswith="import.").values_list("actor_kind", flat=True)) == {
            "key"
        }


def test_the_rows_are_read_in_pages_in_the_order_of_the_file_and_the_refused_ones_as_a_file(acme, app, offers, done):
    at = f"imports/{upload(app).json()['id']}/"
    done(app, f"{at}check/", DECLARATION)
    done(app, f"{at}run/")

    first = app.get(f"{at}rows/?limit=2").json()
    second = app.get(first["next"]).json()
    refused = app.get(f"{at}rows/?outcome=rejected&reason=bad_phone.letters&fields=row,reason,column").json()["data"]
    file = app.get(f"{at}rejected/")

    assert [(row["row"], row["outcome"], row["consent"]) for row in first["data"] + second["data"]] == [
        (2, "created", "granted"), (3, "created", "withdrawn"), (4, "rejected", "")
    ]  # fmt: skip
    assert second["next"] is None
    assert refused == [{"row": 4, "reason": "bad_phone.letters", "column": "Phone"}]
    assert "mina" not in str(first)
    lines = list(csv.reader(io.StringIO(b"".join(file).decode("utf-8-sig"))))
    assert lines[1][:3] == ["none", "", "Nobody"]
    assert lines[1][6] == "4"


@pytest.mark.parametrize("position", ["p=abc", "p=1.5", "p=", "r=1&p=x", "o=x&p=2"])
def test_a_changed_cursor_of_rows_is_named_like_any_other(app, position):
    at = f"imports/{upload(app).json()['id']}/rows/"
    cursor = base64.b64encode(position.encode()).decode()

    answer = app.get(f"{at}?cursor={urllib.parse.quote(cursor)}")

    assert told(answer) == (400, "invalid", ["cursor"])


def test_a_list_of_stops_protects_and_nobody_who_said_stop_is_raised_by_a_yes(acme, app, offers, done):
    app.post("stops/", {"address": "+14025550142", "channel": "all"})
    stops = upload(app, "Phone,First name\n+14025550143,Omar\n", kind="suppressions").json()
    people = upload(app, "Phone,Name\n+14025550142,Mina\n").json()
    yes = DECLARATION | {"channels": ["sms"], "consent_source": "till", "consent_at": "2024-01-02T10:00:00Z"}

    for job, declaration in ((stops, {"attested": True, "suppression": "dnc", "channel": "all"}), (people, yes)):
        assert done(app, f"imports/{job['id']}/check/", declaration).status_code == 202
        assert done(app, f"imports/{job['id']}/run/").status_code == 202

    brought = app.get(f"imports/{people['id']}/").json()
    assert brought["counts"]["said"]["kept_out"] == 1
    assert app.get(f"imports/{stops['id']}/").json()["counts"]["created"] == 1
    assert app.post("consents/search/", {"address": "+14025550143"}).json()["protections"][0]["kind"] == "dnc"
    with tenant_context(acme.id):
        assert ConsentState.objects.filter(status="granted").count() == 0
        assert [contact.first_name for contact in Contact.objects.all()] == ["Mina"]


@pytest.mark.parametrize(
    ("sent", "status", "fields"),
    [
        ({"attested": False}, 422, ["attested"]),
        ({}, 400, ["attested"]),
        ({"attested": True}, 422, ["purpose"]),
        ({"attested": True, "purpose": "nothing"}, 400, ["purpose"]),
        ({"attested": True, "purpose": "offers"}, 422, ["days_in_utc"]),
        (DECLARATION | {"columns": [{"position": 1, "field": "phone"}]}, 422, ["columns.0.field"]),
        (DECLARATION | {"columns": [{"position": 0, "field": ""}, {"position": 1, "field": "shoe"}]}, 422, ["columns.1.field"]),
        (DECLARATION | {"columns": [{"position": 6, "field": "phone"}]}, 400, ["columns.0.position"]),
        (DECLARATION | {"columns": [{"position": 1, "field": "custom:shoe"}]}, 422, ["columns.0.field"]),
        (DECLARATION | {"columns": [{"position": 0, "field": ""}, {"position": 1, "field": ""}]}, 422, [""]),
        (DECLARATION | {"consent_at": "2090-01-01T10:00:00Z"}, 422, ["consent_at"]),
        (DECLARATION | {"consent_at": "2024-01-01T10:00:00"}, 400, ["consent_at"]),
        (DECLARATION | {"list": str(uuid.uuid4())}, 400, ["list"]),
        (DECLARATION | {"new_list": "Friends"}, 422, ["new_list"]),
        (DECLARATION | {"channel": "sms"}, 400, ["channel"]),
        (DECLARATION | {"default_country": "XX"}, 400, ["default_country"]),
        (DECLARATION | {"atested": True}, 400, ["atested"]),
    ],
)  # fmt: skip
def test_a_declaration_that_does_not_fit_names_the_field_and_leaves_everything_as_it_was(
    acme, app, offers, sent, status, fields
):
    with tenant_context(acme.id):
        create_list(actor=acme.actor(), name="Friends")
    at = f"imports/{upload(app).json()['id']}/"
    before = rows_of(acme.id)

    answer = app.post(f"{at}check/", sent)

    code, _, named = told(answer)
    assert (code, named) == (status, [field for field in fields if field])
    assert answer.json()["remedy"]
    assert set(changed(before, rows_of(acme.id))) <= {"accounts_apirequestlog"}


def test_a_list_of_stops_takes_no_words_about_consent_and_needs_a_reason(acme, app, offers):
    at = f"imports/{upload(app, kind='suppressions').json()['id']}/check/"
    before = rows_of(acme.id)

    answers = [
        app.post(at, {"attested": True}),
        app.post(at, {"attested": True, "suppression": "dnc", "purpose": "offers"}),
        app.post(at, {"attested": True, "suppression": "dnc", "columns": [{"position": 2, "field": "first_name"}]}),
    ]

    assert [told(each) for each in answers] == [
        (400, "invalid", ["suppression"]), (400, "invalid", ["purpose"]), (400, "invalid", ["columns.0.field"])
    ]  # fmt: skip
    assert set(changed(before, rows_of(acme.id))) <= {"accounts_apirequestlog"}


@pytest.mark.parametrize(
    ("content", "fields", "status", "named"),
    [
        ("", {}, 400, ["file"]),
        ("\n\n", {}, 422, ["file"]),
        (PEOPLE, {"kind": "cats"}, 400, ["kind"]),
        (PEOPLE, {"source": "till"}, 400, ["source"]),
    ],
)
def test_an_upload_that_cannot_be_taken_leaves_neither_row_nor_file(acme, app, media, content, fields, status, named):
    app.get("organization/")  # notes the day's first use of the key
    before = rows_of(acme.id)

    answer = upload(app, content, **fields)

    assert (told(answer)[0], told(answer)[2]) == (status, named)
    assert files_in(media) == []
    assert set(changed(before, rows_of(acme.id))) <= {"accounts_apirequestlog"}


def test_a_file_too_large_and_one_too_many_are_refused_by_the_verb_of_the_pages(acme, app, media, monkeypatch):
    upload(app)
    monkeypatch.setattr(verbs, "MOST_OPEN", 1)
    one_too_many = upload(app)
    monkeypatch.setattr("contacts.actions.import_files.Limits", lambda: Limits(size=20))
    too_large = upload(app)

    assert told(one_too_many) == (422, "unfit", ["file"])
    assert told(too_large) == (422, "unfit", ["file"])
    assert too_large.json()["remedy"] == "Split it and upload the parts."
    assert len(files_in(media)) == 1


def test_whoever_sends_no_form_no_key_or_no_scope_writes_nothing_to_the_disk(acme, app, media):
    answers = [
        app.post("imports/", {"file": "people"}),
        upload(application(acme, "see_contacts")),
        upload(type(app)("crl_live_nobody")),
        upload(app, name="people.csv", headers={"Idempotency-Key": "k" * 201}),
    ]

    assert [each.status_code for each in answers] == [415, 403, 401, 400]
    assert files_in(media) == []
    with tenant_context(acme.id):
        assert ImportJob.objects.count() == 0


def test_the_same_upload_under_the_same_key_is_taken_once_and_another_under_it_is_refused(acme, app, media):
    key = {"Idempotency-Key": "night-7"}

    first, again = upload(app, headers=key), upload(app, headers=key)
    other, other_kind = upload(app, PEOPLE + "x", headers=key), upload(app, headers=key, kind="suppressions")
    without = upload(app)

    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
    assert again.headers["Idempotent-Replayed"] == "true"
    assert {told(each)[:2] for each in (other, other_kind)} == {(422, "key_reused")}
    assert without.json()["id"] != first.json()["id"]
    assert len(files_in(media)) == 2
    with tenant_context(acme.id):
        assert (ImportJob.objects.count(), IdempotencyKey.objects.count()) == (2, 1)
        assert ApiRequestLog.objects.filter(route="api/v1/imports/", replayed=True).count() == 1


def test_an_import_is_run_once_after_its_check_and_cancelled_once(acme, app, offers, done, media):
    at = f"imports/{upload(app).json()['id']}/"

    too_early = app.post(f"{at}run/")
    done(app, f"{at}check/", DECLARATION)
    done(app, f"{at}check/", DECLARATION)
    cancelled = done(app, f"{at}cancel/")
    too_late = [
        app.post(f"{at}{deed}/", DECLARATION if deed == "check" else None) for deed in ("run", "cancel", "check")
    ]

    assert told(too_early)[:2] == (422, "refused")
    assert (cancelled.status_code, cancelled.json()["state"]) == (200, "cancelled")
    assert {told(each)[:2] for each in too_late} == {(422, "refused")}
    assert files_in(media) == []
    with tenant_context(acme.id):
        assert Contact.objects.count() == 0


def test_a_file_that_breaks_in_the_middle_tells_its_trouble(acme, app, offers, done, media):
    at = f"imports/{upload(app).json()['id']}/"
    files_in(media)[0].unlink()

    done(app, f"{at}check/", DECLARATION)

    broken = app.get(at).json()
    assert (broken["state"], bool(broken["problem"]["words"])) == ("failed", True)


def test_another_organisation_s_import_is_not_there_for_any_operation(acme, rival, app, offers):
    theirs = contacts.receive(rival, PEOPLE)
    at, before = f"imports/{theirs.id}/", rows_of(rival.id)

    answers = [app.get(at), app.get(f"{at}rows/"), app.get(f"{at}rejected/")]
    answers += [app.post(f"{at}{deed}/", DECLARATION) for deed in ("check", "run", "cancel")]

    assert {told(each)[:2] for each in answers} == {(404, "not_found")}
    assert rows_of(rival.id) == before
    with tenant_context(acme.id):
        assert ImportRow.objects.count() == 0
