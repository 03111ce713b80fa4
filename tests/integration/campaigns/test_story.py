"""The street from list to handset, over real HTTP: check, launch, deliver, STOP, and never again."""

import contextlib
import pathlib
import signal
import sys
from collections import Counter
from collections.abc import Iterator

import pytest

from accounts.models import Organization
from campaigns.actions import advancing
from campaigns.actions.launching import (
    cancel_run,
    launch_campaign,
    pause_run,
    resume_run,
    simulate_campaign,
    undo_launch,
)
from campaigns.models import Campaign, Recipient, Run
from consent.models import Suppression
from core.jobs import enqueue
from core.tenancy import tenant_context
from messaging.models import InboundMessage, Message, SendAttempt
from tests.carriers import Sandbox
from tests.databases import Database
from tests.factories.accounts import make_operator, make_team, operator_actor
from tests.factories.campaigns import ACCOUNT_SID, TOKEN, House, add_people, make_campaign, make_house
from tests.proofs import proves
from tooling import places, ports, processes


@contextlib.contextmanager
def web(database: Database, folder: pathlib.Path, port: int) -> Iterator[None]:
    """The product's web process, for the carrier's webhooks."""
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    address = f"http://127.0.0.1:{port}"
    variables = database.environment() | {"WEBHOOK_URL": address, "DJANGO_SETTINGS_MODULE": "config.settings.test"}
    with (folder / "web.log").open("wb") as output:
        process = processes.spawn(
            [*command, "--blocking-threads", "8", "config.wsgi:application"],
            environment=variables,
            folder=places.PROJECT,
            output=output,
        )
    try:
        assert ports.wait_until(lambda: ports.answers(port), 30), (folder / "web.log").read_text()[-2000:]
        yield
    finally:
        processes.stop(process, (signal.SIGTERM, 5))


@pytest.fixture
def house(
    committed_db: Database,
    sandbox: Sandbox,
    tmp_path: pathlib.Path,
    settings: object,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[House]:
    """A live organisation whose sender is at the sandbox, with the web process that takes its webhooks."""
    port = ports.free_port()
    settings.WEBHOOK_URL = f"http://127.0.0.1:{port}"  # type: ignore[attr-defined]
    monkeypatch.setattr(advancing, "BREATH_SECONDS", 0)
    team = make_team("Acme")
    made = make_house(team.id, team.actor(), operator_actor(make_operator()), sandbox.url)
    inbound = f"http://127.0.0.1:{port}/webhooks/twilio/inbound/{made.account.token}"
    sandbox.post("accounts", {"sid": ACCOUNT_SID, "token": TOKEN, "inbound_url": inbound, "sender": "+14025550100"})
    with web(committed_db, tmp_path, port):
        yield made


def check(house: House, campaign: Campaign) -> Run:
    with tenant_context(house.id):
        run = simulate_campaign(actor=house.actor, campaign=campaign)
    with tenant_context(house.id):
        return Run.objects.get(id=run.id)


def launch(house: House, campaign: Campaign, confirmed: int) -> Run:
    with tenant_context(house.id):
        return launch_campaign(actor=house.actor, campaign=campaign, confirmed=confirmed)


def reasons(house: House, run: Run) -> Counter[tuple[str, str]]:
    with tenant_context(house.id):
        return Counter(Recipient.objects.filter(run=run).values_list("outcome", "reason"))


def tick(house: House) -> None:
    """What the beat rings every five seconds."""
    with tenant_context(house.id):
        Run.objects.filter(next_at__isnull=False).update(next_at="2000-01-01T00:00Z")
    enqueue("campaigns.wake_runs")
    enqueue("messaging.sweep")


def sent_to(sandbox: Sandbox) -> Counter[str]:
    return Counter(entry["to"] for entry in sandbox.ledger("kind=message") if entry["accepted"])


@proves("E10", "E13")
def test_a_campaign_reaches_exactly_the_people_with_proof_and_each_of_them_once(house: House, sandbox: Sandbox) -> None:
    add_people(house, 30, 25)
    campaign = make_campaign(house)

    checked = check(house, campaign)
    run = launch(house, campaign, 25)
    tick(house)
    sandbox.settle()
    tick(house)

    assert (checked.state, checked.planned_count, checked.allowed_count) == ("simulated", 30, 25)
    assert reasons(house, run) == {("allowed", ""): 25, ("left_out", "no_consent"): 5}
    assert sent_to(sandbox) == {f"+1402556{index:04d}": 1 for index in range(25)}
    with tenant_context(house.id):
        assert Run.objects.get(id=run.id).state == "finished"
        assert set(Message.objects.values_list("state", "delivery_rank")) == {("accepted", 40)}
        assert Message.objects.count() == SendAttempt.objects.filter(outcome="accepted").count() == 25


@proves("C10")
def test_stop_is_answered_once_and_the_next_check_leaves_the_person_out(house: House, sandbox: Sandbox) -> None:
    add_people(house, 3, 3)
    campaign = make_campaign(house)
    check(house, campaign)
    launch(house, campaign, 3)
    tick(house)
    sandbox.settle()

    first = sandbox.post("phones/+14025560001/reply", {"text": "Stop, please"})
    second = sandbox.post("phones/+14025560001/reply", {"text": "STOP"})

    assert (first["status"], len(first["replies"])) == (200, 1)
    assert (second["status"], second["replies"]) == (200, [])
    with tenant_context(house.id):
        heard = list(InboundMessage.objects.order_by("received_at"))
        stopped = Suppression.objects.get()
        assert [(row.kind, row.origin) for row in heard] == [("stop", "run"), ("stop", "run")]
        assert (stopped.kind, stopped.channel, stopped.event_id) == ("opted_out", "sms", heard[0].consent_event_id)
    assert reasons(house, check(house, make_campaign(house))) == {("allowed", ""): 2, ("left_out", "opted_out"): 1}


@proves("E26")
def test_undo_during_the_breath_gives_everything_back(house: House, sandbox: Sandbox) -> None:
    add_people(house, 3, 3)
    campaign = make_campaign(house)
    check(house, campaign)
    run = launch(house, campaign, 3)

    with tenant_context(house.id):
        undo_launch(actor=house.actor, run=run)
    tick(house)

    assert sent_to(sandbox) == {}
    with tenant_context(house.id):
        assert (Run.objects.get(id=run.id).state, Campaign.objects.get().state) == ("cancelled", "draft")
        assert Message.objects.count() == 0


@proves("E9")
def test_pause_holds_resume_goes_on_and_nobody_is_skipped_or_repeated(
    house: House, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(advancing, "PROMOTE_MOST", 10)
    add_people(house, 30, 30)
    campaign = make_campaign(house)
    check(house, campaign)
    run = launch(house, campaign, 30)
    tick(house)
    with tenant_context(house.id):
        pause_run(actor=house.actor, run=run)
    held = sum(sent_to(sandbox).values())

    tick(house)
    assert sum(sent_to(sandbox).values()) == held < 30
    with tenant_context(house.id):
        resume_run(actor=house.actor, run=run)
    for _ in range(4):
        tick(house)

    assert sent_to(sandbox) == {f"+1402556{index:04d}": 1 for index in range(30)}


def test_cancel_ends_a_run_for_good(house: House, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(advancing, "PROMOTE_MOST", 10)
    add_people(house, 30, 30)
    campaign = make_campaign(house)
    check(house, campaign)
    run = launch(house, campaign, 30)
    tick(house)

    with tenant_context(house.id):
        cancel_run(actor=house.actor, run=run)
    before = sum(sent_to(sandbox).values())
    tick(house)

    assert sum(sent_to(sandbox).values()) == before < 30
    with tenant_context(house.id):
        assert (Run.objects.get(id=run.id).state, Campaign.objects.get().state) == ("cancelled", "cancelled")


@proves("E25")
def test_the_emergency_stop_holds_what_was_launched(house: House, sandbox: Sandbox) -> None:
    add_people(house, 3, 3)
    campaign = make_campaign(house)
    check(house, campaign)
    run = launch(house, campaign, 3)
    with tenant_context(house.id):
        Organization.objects.update(sending_stopped_at="2026-11-25T00:00Z")

    tick(house)

    assert sent_to(sandbox) == {}
    with tenant_context(house.id):
        assert set(Message.objects.filter(origin_id=run.id).values_list("state", "reason")) == {
            ("suppressed", "sending_stopped")
        }
