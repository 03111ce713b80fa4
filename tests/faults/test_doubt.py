"""Doubt means nothing is sent: the ledger of consent, the rules or the clock is gone, at each place that could let one out."""

import contextlib
import datetime
import warnings
from collections.abc import Callable, Iterator
from unittest import mock

import pytest
from django.db import DatabaseError

from accounts.contracts import Refused
from campaigns.models import Recipient, Run
from consent import rulebook
from consent.models import DecisionRecord, Point
from consent.rule_reader import InvalidRules
from core import clock
from core.tenancy import tenant_context
from messaging import lanes
from messaging.actions.messaging_one import Letter, judge_letter, message_one
from messaging.models import Message
from tests.databases import Database
from tests.faults.scene import Street
from tests.proofs import proves
from tests.support import workers


class NoClock(Exception):
    """What a clock that answers nobody says. No OSError: a broker that is gone says that too, and is waited for."""


Doubt = Callable[[Database], contextlib.AbstractContextManager[object]]
#: how the doubt is met; anything else would be a fault of the test
DOUBTS = (DatabaseError, InvalidRules, NoClock, TypeError)
#: what the gate's facts are read from
STORES = (
    "consent_consentstate", "consent_suppression", "consent_platformsuppression", "consent_stoplist", "consent_preference",
    "consent_point", "consent_decisionrecord", "consent_purpose",
)  # fmt: skip


def store_gone(table: str) -> Doubt:
    """A table nobody can read or write, as far as the product can tell."""

    @contextlib.contextmanager
    def gone(database: Database) -> Iterator[None]:
        database.run_sql(f"alter table {table} rename to {table}_gone")
        try:
            yield
        finally:
            database.run_sql(f"alter table {table}_gone rename to {table}")

    return gone


def clock_stopped(database: Database) -> contextlib.AbstractContextManager[object]:
    """A clock that answers nobody."""
    return mock.patch.object(clock, "now", side_effect=NoClock)


@contextlib.contextmanager
def clock_without_zone(database: Database) -> Iterator[None]:
    """A clock that tells a time of nowhere; as in production, where Django's warning about such a time stops nothing."""
    told = datetime.datetime.now(datetime.UTC).replace(tzinfo=None)
    with warnings.catch_warnings(), mock.patch.object(clock, "now", return_value=told):
        warnings.simplefilter("ignore", RuntimeWarning)
        yield


def database_without_clock(database: Database) -> contextlib.AbstractContextManager[object]:
    """The database has no business time any more."""

    @contextlib.contextmanager
    def gone() -> Iterator[None]:
        database.run_sql("alter function app_now() rename to app_now_gone")
        try:
            yield
        finally:
            database.run_sql("alter function app_now_gone() rename to app_now")

    return gone()


def rules_gone(database: Database) -> contextlib.AbstractContextManager[object]:
    """The files of the rules cannot be read."""
    return mock.patch.object(rulebook, "load", side_effect=InvalidRules("tiers.toml: is missing from the rules"))


OURS: dict[str, Doubt] = {
    "clock stopped": clock_stopped,
    "clock without a zone": clock_without_zone,
    "rules gone": rules_gone,
    **{f"{table} gone": store_gone(table) for table in STORES},
}


@proves("O16")
@pytest.mark.parametrize("doubt", [*OURS.values(), database_without_clock], ids=[*OURS, "database without clock"])
def test_in_doubt_the_lane_sends_nothing_and_all_of_it_leaves_when_the_doubt_is_over(
    street: Street, doubt: Doubt
) -> None:
    people = street.add_people(3)
    street.queue(people)

    with doubt(street.database), pytest.raises(DOUBTS):
        lanes.drain(street.id, street.sender.id)

    assert (street.handed_over(), street.attempts()) == ({}, [])
    assert set(street.states()) <= {"ready", "claimed"}
    street.expire_leases()
    workers.send(street.id, [street.sender.id], 20.0)
    assert street.handed_over() == {street.number_of(each): 1 for each in people}


@proves("O16")
@pytest.mark.parametrize("doubt", OURS.values(), ids=OURS)
def test_in_doubt_a_launched_run_plans_nobody_and_goes_on_afterwards(street: Street, doubt: Doubt) -> None:
    street.add_contacts(street.add_people(2))
    campaign = street.add_campaign()
    with mock.patch("campaigns.actions.launching.enqueue"):
        run = street.launch(campaign, 2)

    with doubt(street.database), pytest.raises(DOUBTS):
        street.tick()

    with tenant_context(street.id):
        assert (Recipient.objects.filter(run=run).count(), Run.objects.get(id=run.id).state) == (0, "planning")
    assert (street.messages(), street.handed_over()) == ([], {})
    street.tick()
    street.tick()
    assert street.states() == {"ready": 2}


def letter_to_somebody(street: Street) -> Letter:
    (mina,) = street.add_people(1)
    with tenant_context(street.id):
        return Letter(Point.objects.get(id=mina), street.sender, street.purpose, "Your order is ready.")


@proves("O16")
@pytest.mark.parametrize("name", [name for name in OURS if name != "clock without a zone"])
def test_in_doubt_nobody_is_told_that_one_person_may_be_written_to(street: Street, name: str) -> None:
    letter = letter_to_somebody(street)

    for ask in (judge_letter, message_one):
        with OURS[name](street.database), pytest.raises(DOUBTS), tenant_context(street.id):
            ask(actor=street.actor, letter=letter)

    with tenant_context(street.id):
        assert (Message.objects.count(), DecisionRecord.objects.count()) == (0, 0)
    assert street.handed_over() == {}


@proves("O16")
def test_one_person_is_not_written_to_at_a_time_of_nowhere(street: Street) -> None:
    letter = letter_to_somebody(street)

    with clock_without_zone(street.database), tenant_context(street.id):
        answer = judge_letter(actor=street.actor, letter=letter).answer
        with pytest.raises(Refused) as refused:
            message_one(actor=street.actor, letter=letter)

    assert answer.reason is not None
    assert (answer.outcome, answer.reason.code, refused.value.code) == ("denied", "undecidable", "undecidable")
    with tenant_context(street.id):
        assert Message.objects.count() == 0
    assert street.handed_over() == {}
