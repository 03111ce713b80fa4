"""How long webhooks are kept as they came: they hold numbers and words of people, and of some nobody could say whose."""

import datetime
import pathlib
import tomllib
from typing import Final

from django.db import connection

from core import clock

_FILE: Final = pathlib.Path(__file__).with_name("carrier_log.toml")
_DAYS: Final = int(tomllib.loads(_FILE.read_text("utf-8"))["bodies"]["days"])
_AT_ONCE: Final = 5_000
# the partial index of migration 0019 holds what is not empty yet, and nothing else
_EMPTY: Final = """
update messaging_providerevent set body_sealed = '' where id in (
  select id from messaging_providerevent where received_at < %s and body_sealed <> '' order by received_at limit %s)
"""


def empty_old_bodies() -> int:
    """Empty webhooks older than the days of `carrier_log.toml`, of every organisation; answer how many.

    Effects: nothing but the sealed body goes, so a webhook that comes again is still known. Some thousands at a time.
    """
    before, total = clock.now() - datetime.timedelta(days=_DAYS), 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_EMPTY, [before, _AT_ONCE])
            total += cursor.rowcount
            if cursor.rowcount < _AT_ONCE:
                return total
