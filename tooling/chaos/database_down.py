"""1,000 people say STOP while PostgreSQL is down for two minutes, and 50 more whose webhooks are lost for ever (P5).

Whoever cannot be written down is answered 503. Twilio asks again only as often as the address wants, so what is still missing
when the database is back is found in the carrier's own list, by the hourly reading, and so are the 50.
"""

import logging
import random
import time

from tooling.chaos._verdict import Verdict, histogram
from tooling.chaos._world import open_the_product, street

_STOPS, _LOST, _DOWN_SECONDS = 1_000, 50, 120.0
#: so many stops are timed afterwards, one after the other
_TIMED = 300


def run(seed: int) -> Verdict:
    """The outage at full size."""
    open_the_product()
    logging.getLogger("messaging.views.webhooks").setLevel(logging.CRITICAL)
    logging.getLogger("django.request").setLevel(logging.CRITICAL)
    from tests.faults import outage

    chance = random.Random(seed)
    with street() as there:
        people = there.add_people(_STOPS + _LOST)
        chance.shuffle(people)
        postgres = there.database.servers.postgres
        began = time.monotonic()
        postgres.stop()
        outage.say_stop(there, people[:_STOPS])
        answered = outage.answers(there)
        time.sleep(max(0.0, _DOWN_SECONDS - (time.monotonic() - began)))
        postgres.start()
        outage.forget_connections()
        down = time.monotonic() - began
        by_webhook = outage.stopped(there)
        there.sandbox.post("faults", {"webhooks": {"lose": 1.0}})
        outage.say_stop(there, people[_STOPS:])
        there.sandbox.post("faults", {})
        found = outage.read_list_later(there)
        recorded = outage.stopped(there)
        waited = outage.timed_stops(there, _TIMED)
    ok = recorded == _STOPS + _LOST
    return Verdict(
        ok,
        {
            "seconds down": round(down),
            "stops while it was down": _STOPS,
            "answered 503": answered.get(503, 0),
            "answered otherwise": sum(count for status, count in answered.items() if status != 503),
            "recorded by a repeated webhook": by_webhook,
            "webhooks lost for ever": _LOST,
            "found in the carrier's list": found,
            "recorded in the end": recorded,
            "a STOP's webhook when all is well, one after the other, ms": histogram(waited),
        },
    )
