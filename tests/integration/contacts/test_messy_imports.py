"""Twenty thousand untidy rows, through the page and through the command: every row as the truth about it says."""

import io
import json
from collections import Counter

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command

from contacts.models import ImportJob
from core.tenancy import tenant_context
from tests.factories.consent import make_point, stop
from tests.integration.contacts.truth import (
    consent_of,
    differences,
    notes_of,
    outcomes_of,
    people_of,
    recorded,
    world,
)
from tests.proofs import proves
from tests.snapshots import rows_of
from tests.support.messy_contacts import write_csv, write_xlsx

SEED = 20_261
KEPT = {
    "contacts_contact", "contacts_contactpoint", "contacts_list", "contacts_listmember", "contacts_tag",
    "contacts_contacttag", "consent_point", "consent_consentevent", "consent_consentstate", "consent_suppression",
}  # fmt: skip


def by_page(team, path, commit):
    """Upload, columns, check and import in a browser; the job, and what its result page says of consent."""
    browser = team.client()
    file = SimpleUploadedFile("people", path.read_bytes())
    page = browser.post("/contacts/imports/upload/", {"file": file, "kind": "people"}).headers["Location"]
    form = browser.get(page)
    typed = {field.html_name: field.value() or "" for field in form.context["columns_form"]}
    with commit(execute=True):
        answer = browser.post(page, typed | {"purpose": "offers", "attested": "on", "days_in_utc": "on"})
    assert (answer.status_code, browser.get(page).context["shown"].job.state) == (302, "checked")
    with commit(execute=True):
        assert browser.post(f"{page}start/").status_code == 302
    result = browser.get(page)
    said = result.context["shown"].totals.said
    assert "Said stop, stays out" in result.content.decode()
    assert f">{said['kept_out']:,}</span> stay out" in result.content.decode()
    return newest(team), said


def by_command(team, path, commit):
    """The same from a shell; the job, and what was printed of consent."""
    printed = io.StringIO()
    call_command(
        "import_contacts", str(team.id), str(path), "--purpose", "offers", "--attest", "--days-in-utc", stdout=printed
    )
    return newest(team), json.loads(printed.getvalue())["said"]


def newest(team):
    with tenant_context(team.id):
        return ImportJob.objects.order_by("-created_at", "-id")[0]


def ledger(team):
    """Digests of everything that is kept of people and their consent, so that no change goes unseen."""
    return {table: told for table, told in rows_of(team.id).items() if table in KEPT}


def check_rows(team, job, truth, held, *, again):
    found = recorded(team, job)
    assert differences(found["outcomes"], outcomes_of(truth, again=again)) == {}
    assert differences(found["notes"], notes_of(truth, held)) == {}


@proves("B10", "B11", "B12")
@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("rows", "write", "first", "write_again", "second"),
    [
        (20_000, write_csv, by_page, write_xlsx, by_command),
        (2_600, write_xlsx, by_command, write_xlsx, by_page),
    ],
    ids=["20,000 rows: csv by page, then xlsx by command", "2,600 rows: xlsx by command, then by page"],
)
def test_every_row_comes_out_as_its_truth_says_and_the_same_people_again_change_nothing(
    acme, rival, offers, tmp_path, django_capture_on_commit_callbacks, rows, write, first, write_again, second
):
    truth = write(tmp_path / "first", rows, SEED)
    assert write_again(tmp_path / "second", rows, SEED) == truth
    opted_out = sorted({each.phone for each in truth if ("sms", "granted") in each.claims})[:40]
    with tenant_context(acme.id):
        for number in opted_out:
            stop(make_point(number))
    stopped = {(number, "sms"): "withdrawn" for number in opted_out}
    others = rows_of(rival.id)

    job, said = first(acme, tmp_path / "first", django_capture_on_commit_callbacks)
    here, before = world(acme), ledger(acme)
    again, said_again = second(acme, tmp_path / "second", django_capture_on_commit_callbacks)

    check_rows(acme, job, truth, stopped, again=False)
    assert here["people"] == people_of(truth)
    assert differences(here["consent"], consent_of(truth, stopped)) == {}
    check_rows(acme, again, truth, here["consent"], again=True)
    assert ledger(acme) == before
    assert rows_of(rival.id) == others
    counts = Counter(told[0] for told in outcomes_of(truth).values())
    assert {word: job.counts[word] for word in counts} == counts
    assert (again.counts["unchanged"], again.counts.get("created"), again.counts.get("updated")) == (
        counts["created"], None, None
    )  # fmt: skip
    assert said["kept_out"] >= 40
    assert (said_again["granted"], said_again["unproven"], said_again["withdrawn"]) == (0, 0, 0)
