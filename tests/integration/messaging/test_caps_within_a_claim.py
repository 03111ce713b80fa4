"""Caps hold within one claim and between lanes: of several messages that are due to one address, no more leave than allowed."""

import datetime
import threading

import pytest
from django.db import connection

from accounts.models import Organization
from consent.actions.preferring import record_wishes
from consent.models import Point, Purpose
from consent.values import Provenance, Wishes
from core import clock
from core.ids import new_id
from core.tenancy import tenant_context
from messaging.actions.claiming import claim_due
from messaging.actions.connecting import add_sender
from messaging.actions.intending import intend
from messaging.actions.queueing import Errand, Wish, queue_messages
from messaging.actions.writing import save_text
from messaging.models import Message, Sender
from tests.counts import Statements
from tests.factories.accounts import make_operator, make_team, operator_actor
from tests.factories.campaigns import House, make_house
from tests.factories.consent import grant, make_point, make_purpose
from tests.faults.scene import without_bells
from tests.proofs import proves

#: ten in the morning in Nebraska
MORNING = datetime.datetime(2026, 11, 25, 16, 0, tzinfo=datetime.UTC)


@pytest.fixture(autouse=True)
def _morning(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: MORNING)


@pytest.fixture
def house(acme, operator):
    """Acme, live, with a sender that nobody asks."""
    return make_house(acme.id, acme.actor(), operator_actor(operator), "http://127.0.0.1:9")


def people(house: House, count: int = 1, tier: str = "marketing") -> tuple[Purpose, list[Point]]:
    """Something people agreed to, and so many of them."""
    with tenant_context(house.id):
        purpose = make_purpose(house.actor, f"Of {tier}", tier)
        points = [make_point(f"+14025560{index:03}") for index in range(count)]
        for point in points:
            grant(point, purpose)
        return purpose, points


def campaign(house: House, purpose: Purpose, points: list[Point], sender: Sender | None = None) -> None:
    """A message of a campaign of its own to each of them, due now; no lane is rung."""
    with tenant_context(house.id), without_bells():
        version = save_text(
            actor=house.actor, template=None, name=str(new_id()), channel="sms", purpose=purpose, body="Ready."
        )
        line = (sender or house.sender).id
        ends = clock.now() + datetime.timedelta(hours=8)
        errand = Errand("run", new_id(), line, "sms", purpose.id, version.id, ends)
        queue_messages(errand=errand, wishes=[Wish(new_id(), point.id, "Ready.", 1) for point in points])


def go(sender: Sender) -> int:
    """Claim all that is due and write the intents; how many leave."""
    token = new_id()
    with tenant_context(sender.organization_id):
        claimed = claim_due(sender_id=sender.id, limit=200, token=token)
    with tenant_context(sender.organization_id):
        return len(intend(sender=sender, message_ids=claimed, token=token))


def cap(house: House, point: Point, whose: str) -> None:
    with tenant_context(house.id):
        if whose == "theirs":
            record_wishes(
                actor=house.actor, point_ids=[point.id], wishes=Wishes(weekly_cap=1),
                provenance=Provenance("preferences"), evidence={},
            )  # fmt: skip
        elif whose == "ours":
            Organization.objects.update(message_cap=1, message_cap_days=7)


def rows(house: House) -> list[tuple[str, str]]:
    with tenant_context(house.id):
        return sorted(Message.objects.values_list("state", "reason"))


@proves("C33")
@pytest.mark.parametrize(("whose", "reason"), [("theirs", "own_frequency"), ("ours", "freq_cap")])
def test_of_two_campaigns_due_at_once_exactly_one_leaves_where_one_is_allowed(house, whose, reason):
    purpose, (mina,) = people(house)
    cap(house, mina, whose)
    campaign(house, purpose, [mina])
    campaign(house, purpose, [mina])

    first = go(house.sender)
    between = rows(house)
    second = go(house.sender)

    assert (first, second) == (1, 0)
    assert between == [("attempting", ""), ("ready", "")]
    assert rows(house) == [("attempting", ""), ("suppressed", reason)]


def test_where_nothing_is_capped_the_other_leaves_in_the_next_round_with_no_claim_against_it(house):
    purpose, (mina,) = people(house)
    campaign(house, purpose, [mina])
    campaign(house, purpose, [mina])

    first = go(house.sender)
    with tenant_context(house.id):
        waiting = Message.objects.get(state="ready")
    second = go(house.sender)

    assert (waiting.claim_count, waiting.attempt_count, waiting.lease_token) == (0, 0, None)
    assert (first, second, rows(house)) == (1, 1, [("attempting", "")] * 2)


def test_what_no_cap_counts_leaves_all_at_once(house):
    purpose, (mina,) = people(house, tier="transactional")
    cap(house, mina, "ours")
    campaign(house, purpose, [mina])
    campaign(house, purpose, [mina])

    assert go(house.sender) == 2


def test_a_claim_takes_as_many_statements_for_twenty_people_as_for_three(house):
    purpose, everybody = people(house, 24)
    counts = []

    for some in (everybody[:1], everybody[1:4], everybody[4:]):
        campaign(house, purpose, some)
        with Statements() as asked:
            assert go(house.sender) == len(some)
        counts.append(len(asked))

    assert counts[1] == counts[2]


@proves("C33")
def test_of_two_lanes_with_a_message_to_one_person_each_exactly_one_lets_it_leave(committed_db):
    team = make_team("Acme")
    house = make_house(team.id, team.actor(), operator_actor(make_operator("Olga")), "http://127.0.0.1:9")
    with tenant_context(house.id):
        other = add_sender(
            actor=house.actor, account=house.account, channel="sms", address="+14025550101", label="Second",
            rate_per_second=500,
        )  # fmt: skip
    purpose, everybody = people(house, 20)
    cap(house, everybody[0], "ours")
    campaign(house, purpose, everybody)
    campaign(house, purpose, everybody[::-1], other)
    gate, left = threading.Barrier(2, timeout=10), []

    def lane(sender: Sender) -> None:
        try:
            gate.wait()
            left.append(go(sender))
        finally:
            connection.close()

    threads = [threading.Thread(target=lane, args=[sender]) for sender in (house.sender, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert sorted(left) == [0, 20]
    assert rows(house) == [("attempting", "")] * 20 + [("suppressed", "freq_cap")] * 20
