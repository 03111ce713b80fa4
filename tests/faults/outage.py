"""What happens around an outage: people who say STOP meanwhile, what the carrier was answered, who is protected in the end."""

import concurrent.futures
import datetime
from collections.abc import Sequence
from typing import Any, Final
from unittest import mock

from django.db import connections

from consent.models import Suppression
from core import clock
from core.tenancy import tenant_context
from messaging import carrier_office
from tests.faults.scene import Street

_BUSINESS: Final = "+14025550100"
_AT_ONCE: Final = 8


def say_stop(there: Street, people: Sequence[Any], at_once: int = _AT_ONCE) -> None:
    """Each person writes STOP; some at the same time, as they would."""

    def write(point_id: Any) -> None:
        there.sandbox.post(f"phones/{there.number_of(point_id)}/reply", {"text": "STOP", "to": _BUSINESS})

    there.number_of(people[0])
    with concurrent.futures.ThreadPoolExecutor(at_once) as crowd:
        list(crowd.map(write, people))


def answers(there: Street) -> dict[int, int]:
    """What our web side answered to the carrier, by status."""
    found: dict[int, int] = {}
    for entry in there.sandbox.ledger("kind=callback"):
        found[entry["http"]] = found.get(entry["http"], 0) + 1
    return found


def stopped(there: Street) -> int:
    """How many addresses are protected because their person said stop."""
    with tenant_context(there.id):
        live = Suppression.objects.filter(kind="opted_out", lifted_at=None, channel="sms")
        return live.values("point_id").distinct().count()


def read_list_later(there: Street) -> int:
    """The hourly reading of the carrier's list, an hour from now; how many messages it found."""
    with mock.patch.object(clock, "now", return_value=clock.now() + datetime.timedelta(hours=1)):
        return carrier_office.find_missed(organization_id=there.id, account_id=there.account.id)


def timed_stops(there: Street, count: int) -> list[float]:
    """How long the webhook of a STOP takes when all is well. Units: seconds, as the carrier measured them."""
    before = len(there.sandbox.ledger("kind=callback"))
    say_stop(there, there.add_people(count), 1)
    entries = there.sandbox.ledger("kind=callback")[before:]
    return [entry["ms"] / 1000 for entry in entries if entry["http"] == 200]


def forget_connections() -> None:
    """Connections of this process that died with the server."""
    connections.close_all()
