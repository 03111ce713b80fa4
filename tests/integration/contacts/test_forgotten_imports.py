"""Files that were uploaded and never brought in."""

import datetime

import pytest
from django.conf import settings

from accounts.contracts import Refused
from contacts.actions import imports
from contacts.actions.import_work import OPEN_DAYS
from contacts.models import ImportJob
from core import clock
from core.jobs import enqueue
from core.tenancy import tenant_context
from tests.factories.contacts import declare, receive, reread, run
from tests.integration.accounts.chain import last_deed
from tests.snapshots import rows_of

FILE = "phone,name\n+14025560001,Mina\n"


@pytest.fixture
def later():
    """Move business time forward by so many days; it goes back after the test."""
    yield lambda days: clock.stand_apart(datetime.timedelta(days=days))
    clock.stand_apart(datetime.timedelta())


def file_of(job):
    return settings.MEDIA_ROOT / job.file_path


def test_an_upload_nobody_finishes_is_cancelled_after_a_week_and_its_file_removed(
    acme, later, django_capture_on_commit_callbacks
):
    uploaded, checked, done = receive(acme, FILE), declare(acme, receive(acme, FILE)), receive(acme, FILE)
    done = run(acme, declare(acme, done))

    later(OPEN_DAYS + 1)
    with django_capture_on_commit_callbacks(execute=True):
        enqueue("contacts.sweep_imports")

    assert [reread(acme, job).state for job in (uploaded, checked, done)] == ["cancelled", "cancelled", "finished"]
    assert not file_of(uploaded).exists()
    assert not file_of(checked).exists()
    assert (last_deed(acme.id).action, last_deed(acme.id).actor_kind) == ("import.cancelled", "system")


def test_an_upload_of_this_week_is_kept(acme, later, django_capture_on_commit_callbacks):
    job = receive(acme, FILE)
    later(OPEN_DAYS - 1)

    with django_capture_on_commit_callbacks(execute=True):
        enqueue("contacts.sweep_imports")

    assert reread(acme, job).state == "uploaded"
    assert file_of(job).exists()


def test_so_many_open_uploads_and_no_more(acme, rival, monkeypatch):
    monkeypatch.setattr(imports, "MOST_OPEN", 2)
    first = receive(acme, FILE)
    receive(acme, FILE)
    before = rows_of(acme.id)

    with pytest.raises(Refused, match="Finish or cancel one of them first"):
        receive(acme, FILE)

    assert rows_of(acme.id) == before
    receive(rival, FILE)
    with tenant_context(acme.id):
        imports.cancel_import(actor=acme.actor(), job=first)
    receive(acme, FILE)
    with tenant_context(acme.id):
        assert ImportJob.objects.count() == 3
