"""The street of the fault tests, in a database that really commits, with webhooks over real HTTP."""

from collections.abc import Iterator

import pytest

from tests.carriers import Sandbox
from tests.databases import Database
from tests.support import web_thread, workers
from tooling import ports


@pytest.fixture
def street(
    committed_db: Database, sandbox: Sandbox, settings: object, monkeypatch: pytest.MonkeyPatch
) -> Iterator[object]:
    """A live organisation whose sender is at the sandbox carrier, with a web side that takes its webhooks."""
    from campaigns.actions import advancing
    from tests.factories.accounts import make_operator, make_team, operator_actor
    from tests.factories.campaigns import ACCOUNT_SID, TOKEN, make_house
    from tests.faults.scene import Street

    monkeypatch.setattr(advancing, "BREATH_SECONDS", 0)
    with web_thread.serving(ports.free_port()) as address:
        settings.WEBHOOK_URL = address  # type: ignore[attr-defined]
        team = make_team("Acme")
        house = make_house(team.id, team.actor(), operator_actor(make_operator()), sandbox.url)
        inbound = f"{address}/webhooks/twilio/inbound/{house.account.token}"
        sandbox.post("accounts", {"sid": ACCOUNT_SID, "token": TOKEN, "inbound_url": inbound, "sender": "+14025550100"})
        yield Street(
            house.id,
            house.actor,
            house.account,
            house.sender,
            house.purpose,
            sandbox,
            committed_db,
            address,
            house.people,
        )


@pytest.fixture(autouse=True)
def _no_worker_outlives_its_test() -> Iterator[None]:
    yield
    workers.end_all()
