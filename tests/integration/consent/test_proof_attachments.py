"""What is filed with an agreement: known by its content, sealed, tied to its event, shown to who may see it, in the proof."""

import datetime
import hashlib
import io
import wave

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction

from consent import tasks
from consent.actions.attachments import keep_upload
from consent.models import Attachment, ConsentEvent, Point
from consent.selectors.attachments import KINDS, LARGEST_BYTES, kind_of
from core import clock
from core.tenancy import tenant_context
from tests.factories.accounts import make_key
from tests.factories.consent import MINA, make_point, make_purpose, make_wording, stop
from tests.factories.proofs import lines, make_contact, problems_of, unpacked

PAPER = b"%PDF-1.7\nsigned by hand"
PICTURE = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


def recording():
    """One silent sample."""
    held = io.BytesIO()
    with wave.open(held, "wb") as file:
        file.setparams((1, 1, 8000, 1, "NONE", "not compressed"))
        file.writeframes(b"\x80")
    return held.getvalue()


@pytest.fixture
def shop(acme):
    """An address, a purpose and its words."""
    with tenant_context(acme.id):
        purpose = make_purpose(acme.actor())
        return make_point(MINA), purpose, make_wording(acme.actor(), purpose)


def form_of(shop, **more):
    point, purpose, wording = shop
    return {
        "purpose": str(purpose.id), "channel": "sms", "source": "paper", "wording": str(wording.id),
        "occurred_at": "2026-01-02T10:00", **more,
    }  # fmt: skip


def posted(team, shop, content, name="card.pdf", **more):
    """The answer to the form with a file."""
    body = form_of(shop, **more) | {"attachment": SimpleUploadedFile(name, content)}
    return team.client().post(f"/consent/points/{shop[0].id}/record/", body)


def test_a_scan_is_kept_sealed_with_its_event_shown_and_part_of_the_proof(acme, rival, shop, tmp_path):
    assert posted(acme, shop, PAPER).status_code == 302

    with tenant_context(acme.id):
        event, row = ConsentEvent.objects.get(), Attachment.objects.get()
        contact = make_contact(shop[0])
    assert (row.event_id, row.kind, row.size) == (event.id, "application/pdf", len(PAPER))
    assert PAPER not in bytes(row.content_sealed)
    file = acme.client().get(f"/consent/events/{event.id}/attachment/")
    assert (file.content, file.headers["Content-Type"]) == (PAPER, "application/pdf")
    assert file.headers["Content-Disposition"] == f'attachment; filename="{event.id}.pdf"'
    assert (
        f"/consent/events/{event.id}/attachment/" in acme.client().get(f"/consent/events/{event.id}/").content.decode()
    )
    assert rival.client().get(f"/consent/events/{event.id}/attachment/").status_code == 404
    assert acme.client("viewer").get(f"/consent/events/{event.id}/attachment/").status_code == 403
    files = unpacked(b"".join(acme.client().post(f"/proof/{contact.id}/")), tmp_path)
    (entry,) = lines(files["events.jsonl"])
    assert files[f"attachments/{event.id}.pdf"] == PAPER
    assert entry["event"]["evidence"]["attachment"]["sha256"] == hashlib.sha256(PAPER).hexdigest()
    assert problems_of(tmp_path) == []


def test_a_picture_is_shown_on_the_page_of_its_event(acme, shop):
    posted(acme, shop, PICTURE, "card.png")

    with tenant_context(acme.id):
        event = ConsentEvent.objects.get()
    file = acme.client().get(f"/consent/events/{event.id}/attachment/")
    assert file.headers["Content-Disposition"].startswith("inline")
    assert (
        f'src="/consent/events/{event.id}/attachment/"'
        in acme.client().get(f"/consent/events/{event.id}/").content.decode()
    )


@pytest.mark.parametrize(
    ("content", "name", "says"),
    [
        (b"MZ\x90 a program", "card.pdf", "of no kind that is kept"),
        (b"<svg onload=alert(1)>", "card.png", "of no kind that is kept"),
        (PAPER + b" " * LARGEST_BYTES, "card.pdf", "at most 5 MB"),
    ],
)
def test_what_is_something_else_or_too_large_is_refused_and_nothing_is_written(acme, shop, content, name, says):
    answer = posted(acme, shop, content, name)

    assert answer.status_code == 422
    assert says in answer.content.decode()
    with tenant_context(acme.id):
        assert (ConsentEvent.objects.count(), Attachment.objects.count()) == (0, 0)


def test_a_claim_without_proof_takes_no_file_and_an_address_that_said_stop_keeps_none(acme, shop):
    claim = posted(acme, shop, PAPER, source="verbal", wording="")
    with tenant_context(acme.id):
        stop(Point.objects.get())

    kept_out = posted(acme, shop, PAPER)

    assert (claim.status_code, kept_out.status_code) == (422, 422)
    assert "Only an agreement with proof takes a file" in claim.content.decode()
    with tenant_context(acme.id):
        assert Attachment.objects.count() == 0


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PAPER, "application/pdf"), (PICTURE, "image/png"), (b"\xff\xd8\xff\xe0", "image/jpeg"), (recording(), "audio/wav"),
        (b"ID3\x04", "audio/mpeg"), (b"\xff\xfb\x90", "audio/mpeg"), (b"RIFF....AVI ", ""), (b"PK\x03\x04", ""), (b"", ""),
    ],
)  # fmt: skip
def test_a_file_is_what_its_first_bytes_say(content, kind):
    assert kind_of(content) == kind
    assert kind in {"", *KINDS}


def upload(browser, key, content):
    headers = {"Authorization": f"Bearer {key}"}
    return browser.post("/api/v1/consents/attachments/", content, content_type="application/pdf", headers=headers)


def report(browser, key, shop, attachment):
    body = {
        "address": MINA, "channel": "sms", "purpose": shop[1].key, "source": "paper", "wording": str(shop[2].id),
        "occurred_at": "2026-01-02T10:00:00Z", "evidence": {"attachment": attachment},
    }  # fmt: skip
    headers = {"Authorization": f"Bearer {key}"}
    return browser.post("/api/v1/consents/", body, content_type="application/json", headers=headers)


def test_an_application_uploads_a_file_and_reports_the_agreement_that_takes_it_once(acme, rival, shop, client):
    with tenant_context(acme.id):
        _, key = make_key(acme, ["change_consent"])
    with tenant_context(rival.id):
        _, theirs = make_key(rival, ["change_consent"])
    big = PAPER + b" " * 3_000_000

    uploaded = upload(client, key, big)
    foreign = upload(client, theirs, PAPER).json()["id"]
    named = uploaded.json()["id"]
    first, second = report(client, key, shop, named), report(client, key, shop, named)
    not_ours = report(client, key, shop, foreign)

    assert (uploaded.status_code, uploaded.json()["kind"], uploaded.json()["size"]) == (
        201,
        "application/pdf",
        len(big),
    )
    assert (first.status_code, second.status_code, not_ours.status_code) == (201, 422, 422)
    assert second.json()["errors"][0]["field"] == not_ours.json()["errors"][0]["field"] == "evidence.attachment"
    with tenant_context(acme.id):
        assert str(Attachment.objects.get().event_id) == first.json()["event_id"]


def test_an_upload_of_something_else_is_refused(acme, client):
    with tenant_context(acme.id):
        _, key = make_key(acme, ["change_consent"])

    answers = [upload(client, key, content) for content in (b"PK\x03\x04", b"", PAPER + b" " * LARGEST_BYTES)]

    assert [each.status_code for each in answers] == [422, 422, 422]
    with tenant_context(acme.id):
        assert Attachment.objects.count() == 0


def test_a_file_that_no_agreement_took_is_gone_after_a_day_and_one_that_was_taken_never_moves(acme, shop):
    posted(acme, shop, PAPER)
    with tenant_context(acme.id):
        taken = Attachment.objects.get()
        left = keep_upload(actor=acme.actor(), content=PICTURE)
        Attachment.objects.bulk_create(
            [
                Attachment(
                    kind="image/png", size=1, sha256=b"0" * 32, content_sealed=b"",
                    created_at=clock.now() - datetime.timedelta(days=2),
                )
            ]
        )  # fmt: skip
        fresh = keep_upload(actor=acme.actor(), content=PICTURE)

        assert set(Attachment.objects.values_list("id", flat=True)) == {taken.id, left.id, fresh.id}
        for change in ({"size": 1}, {"content_sealed": b"x"}, {"event": None}):
            with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
                Attachment.objects.filter(id=taken.id).update(**change)


def test_the_beat_forgets_files_that_waited_a_day_where_there_are_any(acme, rival, shop):
    posted(acme, shop, PAPER)
    with tenant_context(rival.id):
        keep_upload(actor=rival.actor(), content=PICTURE)
    with tenant_context(acme.id):
        fresh = keep_upload(actor=acme.actor(), content=PICTURE)
        waiting(2, clock.now() - datetime.timedelta(hours=25))
    with connection.cursor() as cursor:
        cursor.execute("select organization_id from app_orgs_with_old_uploads()")
        found = cursor.fetchall()

    gone = [tasks.forget_uploads(organization_id=str(team.id)) for team in (acme, rival)]

    assert (found, gone) == ([(acme.id,)], [2, 0])
    with tenant_context(acme.id):
        assert set(Attachment.objects.filter(event=None)) == {fresh}
        assert Attachment.objects.count() == 2


def waiting(count, since):
    """So many files of one byte that wait for an agreement since then."""
    Attachment.objects.bulk_create(
        Attachment(kind="image/png", size=1, sha256=b"0" * 32, content_sealed=b"", created_at=since)
        for _ in range(count)
    )


def test_an_organisation_has_at_most_two_hundred_files_waiting(acme, shop, client):
    with tenant_context(acme.id):
        _, key = make_key(acme, ["change_consent"])
        waiting(199, clock.now())
    last = upload(client, key, PAPER)

    one_more = upload(client, key, PAPER)

    assert (last.status_code, one_more.status_code) == (201, 422)
    assert "200 files wait for their agreements already." in one_more.json()["detail"] + str(one_more.json()["errors"])
    with tenant_context(acme.id):
        assert Attachment.objects.count() == 200
    assert posted(acme, shop, PAPER).status_code == 302


def test_the_receipt_for_the_person_says_who_asked_for_what_in_which_words_and_how_to_take_it_back(acme, shop, client):
    posted(acme, shop, PAPER)
    with tenant_context(acme.id):
        event = ConsentEvent.objects.get()
        _, key = make_key(acme, ["see_addresses"])

    answer = acme.client().get(f"/consent/events/{event.id}/receipt.json")
    address = f"/api/v1/consents/events/{event.id}/receipt/"
    same = client.get(address, headers={"Authorization": f"Bearer {key}"}).json()

    record = answer.json()
    assert answer.headers["Content-Disposition"] == f'attachment; filename="receipt-{record["receipt_number"]}.json"'
    assert record == same
    assert (record["record_id"], record["pii_principal_id"]) == (str(event.id), MINA)
    assert record["pii_controllers"][0]["party_name"]
    assert (record["event"]["event_type"], record["event"]["event_state"]) == ("explicit consent", "given")
    (purpose,) = record["purposes"]
    assert purpose["privacy_notice"]["sha256"] == hashlib.sha256(shop[2].text.encode()).hexdigest()
    assert (purpose["privacy_notice"]["version"], purpose["lawful_basis"]) == (1, "consent")
    assert purpose["withdrawal_method"] == ["Answer any message with STOP."]
    assert acme.client("viewer").get(f"/consent/events/{event.id}/receipt.json").status_code == 403
