"""Promises that hang on one line each, in the smallest real setting that shows them: two threads, two organisations, one row."""

import asyncio
import contextlib
import threading
import time
import uuid
from typing import Any

import pytest
from django.db import connection, models

from accounts.contracts import SYSTEM
from consent.actions.ledger import stop_point
from consent.values import Provenance
from core.tenancy import TenantManager, tenant_context
from messaging import lanes
from messaging.actions import intending
from messaging.actions.claiming import claim_due
from messaging.actions.intending import intend
from messaging.models import Message, Sender
from tests.databases import Database
from tests.factories.accounts import make_team
from tests.factories.consent import MINA, make_point, make_purpose
from tests.factories.messaging import make_account, make_sender
from tests.faults.scene import Street
from tests.proofs import proves

SOON = 0.4  # how long somebody who waits is watched waiting


def claim(street: Street) -> uuid.UUID:
    """The lane holds everything that is due; the lease."""
    token = uuid.uuid4()
    with tenant_context(street.id):
        assert claim_due(sender_id=street.sender.id, limit=100, token=token)
    return token


def decide(street: Street, token: uuid.UUID) -> list[object]:
    sender = Sender.objects.select_related("account").get(id=street.sender.id)
    ids = list(Message.objects.filter(lease_token=token).values_list("id", flat=True))
    return list(intend(sender=sender, message_ids=ids, token=token))


def say_stop(street: Street, point_id: uuid.UUID) -> None:
    with tenant_context(street.id):
        provenance = Provenance("inbound", uuid.uuid4())
        stop_point(actor=SYSTEM, point_id=point_id, channel="sms", source="keyword", provenance=provenance, evidence={})


@contextlib.contextmanager
def beside(deed: object, *arguments: object) -> object:
    """Do something in a thread of its own; yields an event that is set when it has committed."""
    done = threading.Event()

    def run() -> None:
        try:
            deed(*arguments)  # type: ignore[operator]
            done.set()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    yield done
    thread.join(20)


@proves("P4")
def test_a_stop_waits_until_what_was_decided_before_it_is_on_record(street: Street) -> None:
    (mina,) = street.add_people(1)
    street.queue([mina])
    token = claim(street)

    with contextlib.ExitStack() as stack:
        with tenant_context(street.id):
            (intent,) = decide(street, token)
            stopped = stack.enter_context(beside(say_stop, street, mina))
            waited = not stopped.wait(SOON)
        assert stopped.wait(20)

    assert waited
    assert [attempt.id for attempt in street.attempts()] == [intent.permit.attempt_id]


@proves("P4")
def test_who_decides_while_a_stop_is_being_written_waits_and_then_refuses(street: Street) -> None:
    (mina,) = street.add_people(1)
    street.queue([mina])
    token, came = claim(street), []

    def decide_now() -> None:
        with tenant_context(street.id):
            came.extend(decide(street, token))

    with contextlib.ExitStack() as stack:
        with tenant_context(street.id):
            say_stop(street, mina)
            decided = stack.enter_context(beside(decide_now))
            waited = not decided.wait(SOON)
        assert decided.wait(20)

    assert waited
    assert (came, street.attempts()) == ([], [])
    assert street.reasons() == {("suppressed", "opted_out"): 1}


def test_a_yes_without_its_proof_is_no_permit(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    (mina,) = street.add_people(1)
    street.queue([mina])
    token, real = claim(street), intending.fetch_facts

    def without_events(*arguments: Any) -> Any:
        return {key: (None, raw) for key, (_, raw) in real(*arguments).items()}

    monkeypatch.setattr(intending, "fetch_facts", without_events)
    with tenant_context(street.id):
        came = decide(street, token)

    assert (came, street.attempts()) == ([], [])
    assert street.reasons() == {("suppressed", "no_evidence"): 1}


class Listening:
    """A carrier that only counts."""

    def __init__(self) -> None:
        self.calls = 0

    async def send(self, outbound: object) -> None:
        self.calls += 1


@pytest.mark.parametrize(("late", "calls"), [(-0.5, 1), (0.5, 0)])
def test_whoever_was_held_up_past_the_deadline_makes_no_call(late: float, calls: int) -> None:
    carrier = Listening()
    decided = time.clock_gettime(time.CLOCK_BOOTTIME) - lanes.DEADLINE_SECONDS - late

    asyncio.run(lanes._send_one(carrier, object(), decided))  # type: ignore[arg-type]

    assert carrier.calls == calls


@pytest.fixture
def two(committed_db: Database) -> list[uuid.UUID]:
    """Two organisations, each with a purpose, an address and a sender."""
    ids = []
    for name in ("Acme", "Rival"):
        team = make_team(name, ())
        with tenant_context(team.id):
            make_purpose(team.actor())
            make_point(MINA)
            make_sender(team.actor(), make_account(team.actor()))
        ids.append(team.id)
    return ids


def seen_by(organization_id: uuid.UUID) -> set[uuid.UUID]:
    """Whose senders an organisation sees."""
    with tenant_context(organization_id):
        return set(Sender.objects.values_list("organization_id", flat=True))


@proves("P14")
def test_with_the_databases_wall_down_the_manager_alone_keeps_organisations_apart(
    two: list[uuid.UUID], committed_db: Database
) -> None:
    committed_db.run_sql("alter table messaging_sender disable row level security")

    assert [seen_by(each) for each in two] == [{two[0]}, {two[1]}]


@proves("P14")
def test_with_the_managers_filter_gone_the_databases_wall_alone_keeps_organisations_apart(
    two: list[uuid.UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TenantManager, "get_queryset", lambda self: models.Manager.get_queryset(self))

    assert [seen_by(each) for each in two] == [{two[0]}, {two[1]}]


def test_control_with_neither_wall_each_sees_both(
    two: list[uuid.UUID], committed_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TenantManager, "get_queryset", lambda self: models.Manager.get_queryset(self))
    committed_db.run_sql("alter table messaging_sender disable row level security")

    assert [seen_by(each) for each in two] == [set(two), set(two)]
