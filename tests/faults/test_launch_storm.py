"""F20: the launch of one campaign pressed a hundred times at once, by an application and by hand."""

import collections
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from accounts.actions.keys import issue_api_key
from campaigns.models import Campaign, Run
from core.tenancy import tenant_context
from tests.counts import say
from tests.factories.accounts import make_operator, make_team, operator_actor
from tests.factories.campaigns import House, add_people, make_campaign, make_house
from tests.integration.campaigns.conftest import check
from tests.proofs import proves

PRESSES, AT_ONCE = 100, 10


@pytest.fixture
def checked(committed_db: Any) -> tuple[House, Campaign, str]:
    """A live organisation with a checked draft to three people, and the key of its application."""
    team = make_team("Acme")
    house = make_house(team.id, team.actor(), operator_actor(make_operator()), "http://127.0.0.1:9")
    add_people(house, 3, 3)
    campaign = make_campaign(house)
    check(house, campaign)
    with tenant_context(team.id):
        _, key = issue_api_key(
            actor=team.actor(), name="shop", scopes=["send_campaigns", "see_campaigns"], days=1, is_test=False
        )
    return house, campaign, key


def press(key: str, campaign: Campaign, name: str, confirmed: int = 3) -> tuple[int, bytes]:
    """One press by the application under an Idempotency-Key."""
    headers = {"Authorization": f"Bearer {key}"} | ({"Idempotency-Key": name} if name else {})
    try:
        answer = Client(raise_request_exception=False).post(
            f"/api/v1/campaigns/{campaign.id}/launch/",
            json.dumps({"confirmed": confirmed}),
            content_type="application/json",
            headers=headers,
        )
        return answer.status_code, answer.content
    finally:
        connection.close()


def storm(key: str, campaign: Campaign, names: list[str]) -> list[tuple[int, bytes]]:
    """A press for each name, ten at a time."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(lambda name: press(key, campaign, name), names))


def launches(house: House) -> int:
    with tenant_context(house.id):
        return Run.objects.filter(kind="launch").count()


@proves("fault-20")
def test_a_hundred_presses_with_one_key_are_one_launch_and_the_rest_replays_or_wait(checked):
    house, campaign, key = checked

    answers = storm(key, campaign, ["order-7"] * PRESSES)
    other = press(key, campaign, "order-7", confirmed=2)

    statuses = collections.Counter(status for status, _ in answers)
    say(f"one key, {PRESSES} presses: {dict(statuses)}")
    assert launches(house) == 1
    assert set(statuses) <= {201, 409}
    assert statuses[201] >= 1
    assert len({body for status, body in answers if status == 201}) == 1
    assert (other[0], b'"key_reused"' in other[1]) == (422, True)
    assert launches(house) == 1


@proves("fault-20")
def test_a_hundred_presses_with_keys_of_their_own_are_one_launch_and_ninety_nine_refusals(checked):
    house, campaign, key = checked

    answers = storm(key, campaign, [f"order-{number}" for number in range(PRESSES)])

    statuses = collections.Counter(status for status, _ in answers)
    say(f"{PRESSES} keys: {dict(statuses)}")
    assert statuses == {201: 1, 422: PRESSES - 1}
    assert launches(house) == 1


@proves("fault-20")
def test_a_hundred_presses_without_a_key_are_one_launch(checked):
    house, campaign, key = checked

    answers = storm(key, campaign, [""] * PRESSES)

    assert collections.Counter(status for status, _ in answers) == {201: 1, 422: PRESSES - 1}
    assert launches(house) == 1
