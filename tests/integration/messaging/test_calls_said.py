"""Calls in which somebody says something, from the campaign to the next one and the text that confirms, over real HTTP."""

import pathlib
from collections.abc import Iterator

import pytest
from django.conf import settings

from campaigns.actions import advancing
from campaigns.models import Recipient
from consent.models import ConsentEvent, Point
from core.jobs import enqueue
from core.tenancy import tenant_context
from messaging.models import Sender
from tests.carriers import Sandbox
from tests.databases import Database
from tests.factories.accounts import Team, make_team
from tests.factories.calls import add_callees, make_call_campaign
from tests.factories.campaigns import House
from tests.factories.consent import grant
from tests.integration.campaigns.test_story import check, reasons
from tests.integration.messaging.test_calls import BYE, HEARD, call_everybody, calling_house, ended, outcomes
from tests.proofs import proves
from tooling import ports

SAYS_STOP, MAY_SAY_STOP, SAYS_HELLO = (f"+140255501{digits}" for digits in ("86", "87", "88"))
NOTED = "We have noted that, and will not call you again for now. Goodbye."


@pytest.fixture
def team(committed_db: Database) -> Team:
    """Who calls."""
    return make_team("Acme")


@pytest.fixture
def house(
    committed_db: Database, team: Team, sandbox: Sandbox, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[House]:
    """A house that calls at once, and texts from the same number."""
    monkeypatch.setattr(settings, "WEBHOOK_URL", f"http://127.0.0.1:{ports.free_port()}")
    monkeypatch.setattr(advancing, "BREATH_SECONDS", 0)
    with calling_house(committed_db, team, sandbox, tmp_path) as made:
        yield made


@proves("C11", "H11")
def test_who_says_so_in_a_call_is_left_out_of_the_next_and_gets_one_text_that_confirms_it(
    house: House, team: Team, sandbox: Sandbox
) -> None:
    points = add_callees(house, SAYS_STOP, MAY_SAY_STOP, SAYS_HELLO)
    with tenant_context(house.id):
        for number in points:
            grant(Point.objects.get(id=points[number]), house.purpose, "sms")

    call_everybody(house, sandbox, 3)
    with tenant_context(house.id):
        for sender in Sender.objects.filter(channel="sms"):
            enqueue("messaging.drain_sender", organization_id=house.id, sender_id=sender.id)
    sandbox.settle()

    calls = ended(sandbox)
    assert calls[SAYS_STOP]["said"] == [*HEARD, "say Please take me off your list.", BYE]
    assert calls[MAY_SAY_STOP]["said"][-2:] == ["say Cancel my 3 pm appointment.", NOTED]
    hello = [HEARD[0], HEARD[1].replace("0", "2"), *HEARD[2:]]
    assert calls[SAYS_HELLO]["said"] == [*hello, "say Hello? Who is this?", *hello]
    (text,) = sandbox.ledger("kind=message")
    assert (text["to"], text["accepted"]) == (SAYS_STOP, True)
    assert text["body"].startswith("Acme: ")
    second = check(house, make_call_campaign(house))
    assert reasons(house, second) == {("allowed", ""): 1, ("left_out", "opted_out"): 2}
    with tenant_context(house.id):
        stop = ConsentEvent.objects.get(point_id=points[SAYS_STOP], status="withdrawn")
        assert Recipient.objects.get(run=second, outcome="left_out", point_id=points[SAYS_STOP]).evidence_id == stop.id
        assert outcomes(house) == [("human", "", 1)] * 3
    assert "Needs your judgement" in team.client().get("/replies/?show=judge").content.decode()
