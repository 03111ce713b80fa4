"""The machinery under the tests: roles, rollback, real commits, the cache, the carriers, the closed network."""

import smtplib
import socket
import threading

import pytest
from django.core.cache import cache
from django.db import connection

from tests.carriers import Sandbox
from tests.databases import Database
from tests.network import NetworkForbidden


@pytest.mark.usefixtures("db")
def test_tests_speak_as_the_role_that_cannot_pass_row_level_security() -> None:
    with connection.cursor() as cursor:
        cursor.execute("select current_user, rolsuper or rolbypassrls from pg_roles where rolname = current_user")
        found = cursor.fetchone()

    assert found == ("app_web", False)


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize("_again", [1, 2])
def test_what_a_test_writes_is_rolled_back(_again: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from django_session")
        before = cursor.fetchone()
        cursor.execute("insert into django_session values ('s', 'd', now())")

    assert before == (0,)


@pytest.mark.parametrize("_again", [1, 2])
def test_a_committed_database_is_fresh_and_seen_by_other_threads(committed_db: Database, _again: int) -> None:
    before = committed_db.run_sql("select count(*) from django_session")
    seen = []

    def look() -> None:
        with connection.cursor() as cursor:
            cursor.execute("select count(*) from django_session")
            seen.append(cursor.fetchone())
        connection.close()

    with connection.cursor() as cursor:
        cursor.execute("insert into django_session values ('s', 'd', now())")
    thread = threading.Thread(target=look)
    thread.start()
    thread.join()

    assert before == [(0,)]
    assert seen == [(1,)]


@pytest.mark.parametrize("_again", [1, 2])
def test_the_cache_of_one_test_is_empty_in_the_next(_again: int) -> None:
    before = cache.get("left-behind")

    cache.set("left-behind", "yes")

    assert before is None
    assert cache.get("left-behind") == "yes"


@pytest.mark.parametrize("_again", [1, 2])
def test_every_test_finds_the_carriers_freshly_opened(sandbox: Sandbox, _again: int) -> None:
    before = sandbox.get("mail")

    with smtplib.SMTP("127.0.0.1", sandbox.smtp_port) as client:
        client.sendmail("a@carillon.example", ["b@carillon.example"], "Subject: x\r\n\r\nhello")

    assert before == []
    assert len(sandbox.get("mail")) == 1


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1", "carillon.example"])
def test_no_test_leaves_the_machine(host: str) -> None:
    with pytest.raises(NetworkForbidden):
        socket.create_connection((host, 80), timeout=1)
