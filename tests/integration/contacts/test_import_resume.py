"""Workers of an import are killed where it hurts most; what is in the end is what the file says, each row once."""

import contextlib
import pathlib
import signal
import subprocess
import sys

import pytest

from contacts import tasks
from contacts.actions import import_engine, imports
from contacts.models import ImportJob
from core.failpoints import FailpointReached
from core.jobs import enqueue
from core.tenancy import tenant_context
from tests.databases import Database
from tests.factories.accounts import Team, make_team
from tests.factories.contacts import declare, make_purpose, receive, reread
from tests.integration.contacts.truth import (
    SLICE,
    consent_of,
    differences,
    notes_of,
    outcomes_of,
    people_of,
    recorded,
    world,
)
from tests.proofs import proves
from tests.support.messy_contacts import Truth, write_csv
from tooling import places

ROWS = 2 * SLICE + 100


def start(team: Team, path: pathlib.Path) -> ImportJob:
    """A checked import, started, whose bell nobody heard."""
    job = declare(team, receive(team, path), purpose="offers")
    with pytest.MonkeyPatch.context() as patch, tenant_context(team.id):
        patch.setattr(imports, "enqueue", lambda *_names, **_ids: None)
        return imports.start_import(actor=team.actor(), job=job)


def work_until_killed(database: Database, team: Team, job: ImportJob, where: str, media: pathlib.Path) -> int:
    """A worker process of its own that is killed by SIGKILL at a failpoint; how it ended."""
    program = (
        "import uuid, django; django.setup()\n"
        "from contacts.actions.import_engine import run_import\n"
        f"run_import(organization_id=uuid.UUID('{team.id}'), job_id=uuid.UUID('{job.id}'))\n"
    )
    variables = database.environment() | {
        "DJANGO_SETTINGS_MODULE": "config.settings.test", "FAILPOINTS": where, "MEDIA_ROOT": str(media)
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=places.PROJECT, env=variables, capture_output=True, check=False, timeout=60
    )
    return done.returncode


def sweep(team: Team, job: ImportJob) -> None:
    """The lease of the dead worker has run out, and the beat rings."""
    with tenant_context(team.id):
        assert ImportJob.objects.filter(id=job.id, next_at__isnull=False).update(next_at="2000-01-01T00:00Z")
    enqueue("contacts.sweep_imports")


def is_exactly(team: Team, job: ImportJob, truth: list[Truth]) -> None:
    found, here = recorded(team, job), world(team)
    assert differences(found["outcomes"], outcomes_of(truth)) == {}
    assert differences(found["notes"], notes_of(truth, {})) == {}
    assert here["people"] == people_of(truth)
    assert differences(here["consent"], consent_of(truth)) == {}
    outcomes = [outcome for outcome, _ in outcomes_of(truth).values()]
    assert (job.state, job.counts["rows"], job.rows_done) == ("finished", len(truth), len(truth))
    assert {word: job.counts[word] for word in set(outcomes)} == {word: outcomes.count(word) for word in set(outcomes)}


@proves("B16")
def test_an_import_killed_between_and_inside_its_slices_ends_with_every_row_once(
    committed_db: Database, media: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    team = make_team("Acme")
    make_purpose(team)
    truth = write_csv(tmp_path / "people.csv", ROWS, 31)
    job = start(team, tmp_path / "people.csv")
    done, ended = [], []

    for where in ("after_import_slice=kill", "before_import_commit=kill"):
        ended.append(work_until_killed(committed_db, team, job, where, media))
        done.append(reread(team, job).rows_done)
    sweep(team, job)

    assert ended == [-signal.SIGKILL] * 2
    assert done == [SLICE, SLICE]
    is_exactly(team, reread(team, job), truth)


def test_a_trial_that_was_killed_starts_over_and_counts_every_row_once(acme, offers, tmp_path, monkeypatch):
    truth = write_csv(tmp_path / "people.csv", SLICE + 200, 32)
    job = receive(acme, tmp_path / "people.csv")

    def broken(name):
        raise FailpointReached(name)

    with monkeypatch.context() as patch:
        patch.setattr(import_engine, "failpoint", broken)
        with pytest.raises(FailpointReached):
            declare(acme, job, purpose="offers")
    with tenant_context(acme.id):
        ImportJob.objects.filter(id=job.id).update(state="checking", finished_at=None)
    import_engine.check_import(organization_id=acme.id, job_id=job.id)

    checked = reread(acme, job)
    assert (checked.state, checked.checked_counts["rows"]) == ("checked", len(truth))


def test_two_workers_of_one_import_do_each_slice_once(acme, offers, tmp_path, monkeypatch):
    truth = write_csv(tmp_path / "people.csv", SLICE + 200, 33)
    job = start(acme, tmp_path / "people.csv")
    rung = []

    def second_worker(name):
        if name == "after_import_slice" and not rung:
            rung.append(name)
            tasks.run_import(organization_id=str(acme.id), job_id=str(job.id))

    monkeypatch.setattr(import_engine, "failpoint", second_worker)
    import_engine.run_import(organization_id=acme.id, job_id=job.id)

    is_exactly(acme, reread(acme, job), truth)


def test_an_import_whose_program_fails_says_so_and_keeps_what_came_in(acme, offers, tmp_path, monkeypatch):
    write_csv(tmp_path / "people.csv", SLICE + 200, 34)
    job = start(acme, tmp_path / "people.csv")
    whole = import_engine.write_slice

    def breaks_at_the_second(work, plans, remembered, list_name):
        whole(work, plans, remembered, list_name)
        if plans[-1].number > SLICE:
            raise RuntimeError("a fault of ours")

    monkeypatch.setattr(import_engine, "write_slice", breaks_at_the_second)
    with contextlib.suppress(RuntimeError):
        import_engine.run_import(organization_id=acme.id, job_id=job.id)

    failed = reread(acme, job)
    assert (failed.state, failed.problem_code, failed.rows_done, failed.next_at) == ("failed", "internal", SLICE, None)
    assert "What came in so far stays" in failed.problem_text
    assert set(recorded(acme, job)["outcomes"]) == set(range(1, SLICE + 1))
