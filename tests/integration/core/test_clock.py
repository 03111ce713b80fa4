"""One clock: moved for everybody by the sandbox, for one process by itself, and for nobody in production."""

import datetime
import importlib
import json

import pytest
from django.db import connection
from django.test import Client
from django.urls import NoReverseMatch, clear_url_caches, reverse

import config.urls
from core import clock
from tests.databases import Database
from tests.proofs import proves

ADDRESS = "/practice/clock/"
HOUR = datetime.timedelta(hours=1)


def tell(content: object, secret: str = "sandbox-test-secret") -> tuple[int, str]:
    headers = {"Authorization": f"Bearer {secret}"}
    answer = Client().post(ADDRESS, json.dumps(content), content_type="application/json", headers=headers)
    return answer.status_code, answer.content.decode()


def database_offset() -> datetime.timedelta:
    with connection.cursor() as cursor:
        cursor.execute("select app_clock_offset(), app_now() - clock_timestamp()")
        offset, difference = cursor.fetchone()
    assert abs(offset - difference) < datetime.timedelta(seconds=1)
    return offset


def python_offset() -> float:
    return (clock.now() - datetime.datetime.now(datetime.UTC)).total_seconds()


@proves("O14")
def test_the_sandbox_moves_sql_and_python_together(db):
    answer = tell({"offset_seconds": 5400.5})

    assert answer == (200, '{"offset_seconds": 5400.5}')
    assert database_offset() == datetime.timedelta(seconds=5400.5)
    assert python_offset() == pytest.approx(5400.5, abs=1)
    clock.move(datetime.timedelta())


@pytest.mark.parametrize(
    "content", [{}, [], "x", {"offset_seconds": "soon"}, {"offset_seconds": 1e12}, {"offset_seconds": None}]
)
def test_a_time_that_is_none_is_refused_by_name_and_moves_nothing(db, content):
    status, text = tell(content)

    assert (status, json.loads(text)) == (400, {"error": "offset_seconds: give a number of seconds, 50 years at most"})
    assert database_offset() == datetime.timedelta()


def test_whoever_lacks_the_sandbox_s_secret_moves_nothing(db, settings):
    assert tell({"offset_seconds": 60}, "guess")[0] == 403
    settings.SANDBOX_SECRET = ""
    assert tell({"offset_seconds": 60}, "")[0] == 403

    assert database_offset() == datetime.timedelta()


def test_where_the_clock_is_fixed_there_is_no_such_address(settings):
    settings.CLOCK_MAY_MOVE = False
    importlib.reload(config.urls)
    clear_url_caches()

    try:
        with pytest.raises(NoReverseMatch):
            reverse("move_clock")
        with pytest.raises(clock.ClockFixed):
            clock.stand_apart(HOUR)
    finally:
        settings.CLOCK_MAY_MOVE = True
        importlib.reload(config.urls)
        clear_url_caches()
    assert reverse("move_clock") == ADDRESS


def test_a_process_that_stands_apart_sees_its_own_time_and_leaves_everybody_else_theirs(committed_db: Database):
    connection.ensure_connection()

    clock.stand_apart(-24 * HOUR)
    try:
        own = (database_offset(), python_offset())
        others = committed_db.run_sql("select app_clock_offset()")
        connection.close()
        after_a_new_connection = database_offset()
    finally:
        clock.stand_apart(datetime.timedelta())

    assert own == (-24 * HOUR, pytest.approx(-86400, abs=1))
    assert others == [(datetime.timedelta(),)]
    assert after_a_new_connection == -24 * HOUR
    assert database_offset() == datetime.timedelta()


def test_a_fixed_database_hears_no_session_of_its_own_time(committed_db: Database):
    committed_db.run_sql("update core_clock set movable = false")

    clock.stand_apart(HOUR)
    try:
        seen = database_offset()
    finally:
        clock.stand_apart(datetime.timedelta())

    assert seen == datetime.timedelta()
