"""One clock: business time is the database's time plus an offset that only test and demo settings may move (R8)."""

import datetime
import threading
import time

from django.conf import settings
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

_lock = threading.Lock()
_cached: tuple[float, datetime.timedelta] = (-10.0, datetime.timedelta())
_apart = ""  # how far this process stands from the others, as SQL reads an interval
_CACHE_SECONDS = 1.0  # how stale a moved clock may be in another process; only where the clock may move at all


def now() -> datetime.datetime:
    """The business time, aware UTC: due, quiet hours, expiry and validity are measured with it."""
    return datetime.datetime.now(datetime.UTC) + _offset()


def _offset() -> datetime.timedelta:
    global _cached
    if not settings.CLOCK_MAY_MOVE:
        return datetime.timedelta()
    read_at, offset = _cached
    if time.monotonic() - read_at < _CACHE_SECONDS:
        return offset
    with connection.cursor() as cursor:
        cursor.execute("select app_clock_offset()")
        offset = cursor.fetchone()[0]
    with _lock:
        _cached = (time.monotonic(), offset)
    return offset


def move(offset: datetime.timedelta) -> None:
    """Set the offset of business time.

    Effects: one row; every process follows within a second.
    Errors:  ClockFixed where the settings or the database do not allow it; nothing changed.
    """
    global _cached
    if not settings.CLOCK_MAY_MOVE:
        raise ClockFixed("The clock can be moved only in development and tests.")
    with connection.cursor() as cursor:
        cursor.execute("select app_move_clock(make_interval(secs => %s))", [offset.total_seconds()])
    with _lock:
        _cached = (time.monotonic(), offset)


def stand_apart(offset: datetime.timedelta) -> None:
    """Let this process alone, and its default connection, live that far from everybody else's business time.

    Effects: none on others; made for writing a history while people work. A new connection of the process follows too.
    Errors:  ClockFixed where the settings do not allow it; where only the database does not, it changes nothing there.
    """
    global _apart, _cached
    if not settings.CLOCK_MAY_MOVE:
        raise ClockFixed("The clock can be moved only in development and tests.")
    _apart = f"{offset.total_seconds()} seconds"
    connection_created.connect(_tell_connection, dispatch_uid="core.clock")
    if connection.connection is not None:
        _tell_connection(connection=connection)
    with _lock:
        _cached = (-10.0, datetime.timedelta())


def _tell_connection(*, connection: BaseDatabaseWrapper, **_: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select set_config('app.clock_apart', %s, false)", [_apart])


class ClockFixed(Exception):
    """Somebody tried to move the clock of an installation whose clock is fixed."""
