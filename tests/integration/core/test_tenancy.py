"""Scopes: what exists inside one, outside all, and after leaving; the guard; the clock; the bells."""

import datetime
import threading
import uuid

import pytest
from django.core.cache import caches
from django.db import DatabaseError, connection, transaction

from accounts.models import Membership, Organization
from core import clock, jobs
from core.tenancy import (
    TenantContextMissing,
    cache_key,
    current_organization_id,
    require_organization_id,
    tenant_context,
)
from tests.snapshots import rows_of


def seen_by_the_database():
    with connection.cursor() as cursor:
        cursor.execute("select app_org()")
        return cursor.fetchone()[0]


def test_outside_every_scope_managers_refuse_and_nothing_is_current(db):
    assert current_organization_id() is None
    with pytest.raises(TenantContextMissing):
        require_organization_id()
    for ask in (Membership.objects.all, Organization.objects.current, Membership.objects.count):
        with pytest.raises(TenantContextMissing):
            ask()


def test_a_scope_shows_one_organisation_to_the_code_and_to_the_database_and_gives_the_former_one_back(acme, rival):
    with tenant_context(acme.id):
        assert (current_organization_id(), seen_by_the_database()) == (acme.id, acme.id)
        with tenant_context(rival.id):
            assert (current_organization_id(), seen_by_the_database()) == (rival.id, rival.id)
            assert Organization.objects.current().name == "Rival"
        assert (current_organization_id(), seen_by_the_database()) == (acme.id, acme.id)
        assert Organization.objects.current().name == "Acme"
        with tenant_context(acme.id):
            assert seen_by_the_database() == acme.id
        assert seen_by_the_database() == acme.id

    assert (current_organization_id(), seen_by_the_database()) == (None, None)


@pytest.mark.parametrize("how", ["exception", "rollback", "database error"])
def test_a_scope_that_ends_badly_gives_the_former_one_back_and_writes_nothing(acme, rival, how):
    before = rows_of(rival.id)
    with tenant_context(acme.id):
        try:
            with tenant_context(rival.id):
                Organization.objects.update(name="Changed")
                if how == "exception":
                    raise ZeroDivisionError
                if how == "rollback":
                    transaction.set_rollback(True)
                else:
                    with connection.cursor() as cursor:
                        cursor.execute("select 1/0")
        except (ZeroDivisionError, DatabaseError):
            pass

        assert (current_organization_id(), seen_by_the_database()) == (acme.id, acme.id)
    assert (current_organization_id(), seen_by_the_database()) == (None, None)
    assert rows_of(rival.id) == before


def test_a_scope_needs_a_uuid(db):
    for wrong in ("01a21189-69d4-77f6-b28b-570d4d2ebebc", None, 1):
        with pytest.raises(TypeError), tenant_context(wrong):
            pass
    assert current_organization_id() is None


def test_a_row_made_in_a_scope_belongs_to_it_and_one_made_for_another_is_refused(acme, rival, outsider):
    with tenant_context(acme.id):
        assert Membership.objects.create(user=outsider, role="viewer").organization_id == acme.id
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            Membership.objects.create(user=outsider, role="viewer", organization_id=rival.id)


def test_a_scope_belongs_to_its_thread(acme):
    found = []
    with tenant_context(acme.id):
        thread = threading.Thread(target=lambda: found.append(current_organization_id()))
        thread.start()
        thread.join()

    assert found == [None]


def test_cached_values_do_not_cross_from_one_organisation_to_another(acme, rival):
    cache = caches["default"]
    with tenant_context(acme.id):
        cache.set("page", "of acme")
    with tenant_context(rival.id):
        assert cache.get("page") is None
    assert cache.get("page") is None
    with tenant_context(acme.id):
        assert cache.get("page") == "of acme"
        assert cache_key("page", "", 1) == f":1:{acme.id}:page"


# ── the clock ──


@pytest.fixture
def fresh_clock(monkeypatch):
    monkeypatch.setattr(clock, "_cached", (-10.0, datetime.timedelta()))


def test_business_time_moves_with_the_database_and_the_database_with_it(committed_db, fresh_clock):
    clock.move(datetime.timedelta(hours=3))

    ahead = clock.now() - datetime.datetime.now(datetime.UTC)
    (database,) = committed_db.run_sql("select app_now() - clock_timestamp()")[0]
    assert abs(ahead - datetime.timedelta(hours=3)) < datetime.timedelta(seconds=1)
    assert abs(database - datetime.timedelta(hours=3)) < datetime.timedelta(seconds=1)
    clock.move(datetime.timedelta())


def test_a_fixed_clock_moves_neither_by_setting_nor_in_the_database(committed_db, settings, fresh_clock):
    committed_db.run_sql("update core_clock set movable = false")
    with pytest.raises(DatabaseError, match="this clock is fixed"):
        clock.move(datetime.timedelta(hours=3))
    settings.CLOCK_MAY_MOVE = False
    with pytest.raises(clock.ClockFixed):
        clock.move(datetime.timedelta(hours=3))

    assert abs(clock.now() - datetime.datetime.now(datetime.UTC)) < datetime.timedelta(seconds=1)
    assert committed_db.run_sql("select moved_by from core_clock") == [(datetime.timedelta(),)]


# ── the bells ──


@pytest.fixture
def bell(monkeypatch):
    """Catches what would go to the broker."""
    rung = []
    monkeypatch.setattr(jobs, "_ring", lambda task, arguments: rung.append((task.name, arguments)))
    return rung


def test_a_bell_rings_after_commit_with_ids_as_text_and_not_at_all_after_a_rollback(
    db, bell, django_capture_on_commit_callbacks
):
    organization_id, sender_id = uuid.uuid4(), uuid.uuid4()

    with django_capture_on_commit_callbacks(execute=True):
        jobs.enqueue("messaging.drain_sender", organization_id=organization_id, sender_id=sender_id)
        assert bell == []
    with django_capture_on_commit_callbacks(execute=True):
        try:
            with transaction.atomic():
                jobs.enqueue("messaging.drain_sender", organization_id=organization_id, sender_id=sender_id)
                raise ZeroDivisionError
        except ZeroDivisionError:
            pass

    assert bell == [
        ("messaging.drain_sender", {"organization_id": str(organization_id), "sender_id": str(sender_id)})
    ]  # fmt: skip


def test_an_unknown_name_or_a_missing_organisation_is_refused_before_anything_rings(db, bell):
    with pytest.raises(jobs.UnknownTask):
        jobs.enqueue("messaging.nothing", organization_id=uuid.uuid4())
    with pytest.raises(TypeError, match="needs organization_id"):
        jobs.enqueue("messaging.drain_sender", sender_id=uuid.uuid4())
    with pytest.raises(jobs.UnknownTask, match="written list"):
        jobs.platform_task("messaging.something")

    assert bell == []


def test_a_broker_that_is_down_costs_nobody_their_work(db, monkeypatch, caplog, django_capture_on_commit_callbacks):
    class Task:
        name = "messaging.drain_sender"

        @staticmethod
        def apply_async(**_):
            raise ConnectionRefusedError

    monkeypatch.setattr(jobs.current_app, "tasks", {"messaging.drain_sender": Task})

    with django_capture_on_commit_callbacks(execute=True):
        jobs.enqueue("messaging.drain_sender", organization_id=uuid.uuid4())

    assert "the broker did not take a task" in caplog.text


def test_a_task_of_an_organisation_runs_inside_it_or_opens_its_own_scope(acme, monkeypatch):
    monkeypatch.setattr(jobs, "shared_task", lambda **_: lambda run: run)
    inside = jobs.tenant_task("x.do_this")(lambda *, organization_id: (organization_id, current_organization_id()))
    own = jobs.tenant_task("x.do_that", own_transactions=True)(
        lambda *, organization_id: (organization_id, current_organization_id())
    )

    assert inside(organization_id=str(acme.id)) == (acme.id, acme.id)
    assert own(organization_id=str(acme.id)) == (acme.id, None)
    with pytest.raises(TypeError):
        inside()
    with pytest.raises(ValueError):
        inside(organization_id="nobody")
