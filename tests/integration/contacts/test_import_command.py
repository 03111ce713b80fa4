"""`manage.py import_contacts`: the page's import from a shell."""

import datetime
import io
import json
import uuid

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Organization
from consent.models import ConsentEvent, ConsentState, Suppression
from contacts.models import Contact, ImportJob, List
from core.tenancy import tenant_context
from tests.integration.contacts.hostile_files import HOSTILE
from tests.proofs import proves
from tests.snapshots import changed, rows_of

PEOPLE = "Phone,First name\n+14025550142,Mina\n402 555 0143,Omar\nnone,Bad\n"


@pytest.fixture
def file(tmp_path):
    """Two people and a bad row."""
    path = tmp_path / "people.csv"
    path.write_text(PEOPLE)
    return path


def command(team, path, *options):
    printed = io.StringIO()
    call_command("import_contacts", str(team.id), str(path), *options, stdout=printed)
    return json.loads(printed.getvalue())


@proves("B10", "B12")
def test_a_file_comes_in_with_its_declaration_and_the_truth_is_printed(acme, rival, offers, file):
    others = rows_of(rival.id)
    with tenant_context(acme.id):
        Organization.objects.update(time_zone="America/Chicago")

    told = command(
        acme, file, "--attest", "--country", "US", "--purpose", "offers", "--channels", "sms,voice",
        "--source", "Expo in Leeds", "--date", "2026-03-31", "--wording", "Yes, text me.", "--list", "Expo",
    )  # fmt: skip

    assert (told["rows"], told["created"], told["rejected"], told["state"]) == (3, 2, 1, "finished")
    assert told["reasons"] == {"bad_phone.letters": 1}
    with tenant_context(acme.id):
        states = sorted(ConsentState.objects.values_list("channel", "status"))
        assert states == [("sms", "granted")] * 2 + [("voice", "granted")] * 2
        assert List.objects.get(name="Expo").members.count() == 2
        assert ImportJob.objects.get().created_by is None
        moments = set(ConsentEvent.objects.values_list("occurred_at", flat=True))
        assert moments == {datetime.datetime(2026, 3, 31, 5, tzinfo=datetime.UTC)}
    assert rows_of(rival.id) == others


@proves("B9")
def test_a_dry_run_says_the_same_and_writes_no_person(acme, offers, file):
    before = rows_of(acme.id)

    told = command(acme, file, "--attest", "--country", "US", "--dry-run")

    assert (told["rows"], told["created"], told["state"]) == (3, 2, "checked")
    assert set(changed(before, rows_of(acme.id))) == {
        "accounts_auditevent", "accounts_audithead", "contacts_importjob", "contacts_importrow"
    }  # fmt: skip


@proves("B13")
def test_a_file_of_stops_protects_on_the_channel_named(acme, file):
    told = command(acme, file, "--attest", "--kind", "suppressions", "--why", "dnc", "--channel", "sms")

    assert (told["created"], told["rejected"]) == (2, 1)
    with tenant_context(acme.id):
        assert list(Suppression.objects.values_list("channel", "kind")) == [("sms", "dnc")] * 2
        assert not Contact.objects.exists()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ([], "Somebody must answer for where these people come from."),
        (["--attest", "--channels", "sms"], "consent to what?"),
        (["--attest", "--date", "31.03.2026"], "write the date as 2026-03-31"),
    ],
)
def test_what_is_missing_is_said_and_nobody_comes_in(acme, file, options, words):
    with pytest.raises(CommandError, match=words.replace("?", r"\?")):
        command(acme, file, *options)

    with tenant_context(acme.id):
        assert not Contact.objects.exists()


def test_a_foreign_organisation_and_an_absent_file_are_said(acme, file, tmp_path):
    before = rows_of(acme.id)

    with pytest.raises(CommandError, match="no organisation with this id"):
        call_command("import_contacts", str(uuid.uuid4()), str(file), "--attest")
    with pytest.raises(CommandError, match="no such file"):
        command(acme, tmp_path / "absent.csv", "--attest")

    assert rows_of(acme.id) == before


@proves("F33")
@pytest.mark.parametrize("case", ["a zip bomb", "nothing", "a picture", "an unclosed quote"])
def test_a_hostile_file_is_refused_with_its_remedy_and_leaves_nothing(acme, tmp_path, media, case):
    name, content, wrong, remedy = HOSTILE[case]
    (tmp_path / name).write_bytes(content())
    before = rows_of(acme.id)

    with pytest.raises(CommandError) as refusal:
        command(acme, tmp_path / name, "--attest")

    assert wrong in str(refusal.value)
    assert remedy in str(refusal.value)
    assert rows_of(acme.id) == before
    assert [path for path in media.rglob("*") if path.is_file()] == []
