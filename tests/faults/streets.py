"""Opening the street of the fault tests: for the suite by a fixture, at full size by a drill."""

import contextlib
from collections.abc import Iterator
from unittest import mock

from django.test import override_settings

from tests.carriers import Sandbox
from tests.databases import Database
from tests.support import web_thread, workers
from tooling import ports


@contextlib.contextmanager
def opened(database: Database, sandbox: Sandbox) -> Iterator[object]:
    """A live organisation whose sender is at the sandbox carrier, with a web side that takes its webhooks.

    Effects: at the end no worker of it is left alive.
    """
    from campaigns.actions import advancing
    from tests.factories.accounts import make_operator, make_team, operator_actor
    from tests.factories.campaigns import ACCOUNT_SID, TOKEN, make_house
    from tests.faults.scene import Street

    try:
        with mock.patch.object(advancing, "BREATH_SECONDS", 0), web_thread.serving(ports.free_port()) as address:
            team = make_team("Acme")
            house = make_house(team.id, team.actor(), operator_actor(make_operator()), sandbox.url)
            inbound = f"{address}/webhooks/twilio/inbound/{house.account.token}"
            account = {"sid": ACCOUNT_SID, "token": TOKEN, "inbound_url": inbound, "sender": "+14025550100"}
            sandbox.post("accounts", account)
            with override_settings(WEBHOOK_URL=address):
                yield Street(
                    house.id,
                    house.actor,
                    house.account,
                    house.sender,
                    house.purpose,
                    sandbox,
                    database,
                    address,
                    house.people,
                )
    finally:
        workers.end_all()
