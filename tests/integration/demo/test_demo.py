"""The demo organisation in small, made with the real carrier process: what a visitor finds, and that it is made once."""

import copy
import datetime
import io
import pathlib
import re
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count, Sum
from django.test import Client

from accounts.contracts import Actor
from accounts.models import Membership
from accounts.roles import GRANTS
from billing.models import LedgerEntry
from billing.selectors import funds, used_by
from campaigns.actions.launching import simulate_campaign
from campaigns.management.commands import seed_demo
from campaigns.management.demo import arrivals
from campaigns.management.demo.people import Crowd, people_file
from campaigns.management.demo.telling import read_story
from campaigns.models import Campaign, Run
from campaigns.selectors.quotes import quote_run
from core import clock
from core.tenancy import tenant_context
from messaging.models import Message
from tests.carriers import Sandbox
from tests.databases import Database
from tests.factories.accounts import make_team
from tests.proofs import proves

#: file of the story → people in the test; the days, the deeds and the proportions stay
SMALL = {
    "omaha-fabric-fair.csv": 45,
    "web-shop-customers.csv": 70,
    "counter-cards.csv": 40,
    "open-orders.csv": 15,
    "unsubscribed-in-the-old-tool.csv": 4,
}
TABLES = ("contacts_contact", "consent_consentevent", "campaigns_run", "messaging_message", "accounts_auditevent")


def small(story: dict[str, Any]) -> dict[str, Any]:
    smaller = copy.deepcopy(story)
    for kind in ("file", "orders_file", "stops_file"):
        for plan in smaller[kind]:
            plan["people"] = SMALL[plan["name"]]
            plan |= {name: plan[name] // 5 for name in ("again", "spoiled") if name in plan}
    for plan in smaller["units"]:
        plan["units"] //= 10
    return smaller


@pytest.fixture
def on_a_developer_s_machine(
    settings: Any, sandbox: Sandbox, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What bin/dev tells its processes, and a small story."""
    settings.SANDBOX_URL, settings.SANDBOX_SECRET = sandbox.url, sandbox.secret
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(seed_demo, "read_story", lambda: small(read_story()))


def run() -> str:
    output = io.StringIO()
    call_command("seed_demo", stdout=output)
    return output.getvalue()


def rows(database: Database) -> list[int]:
    return [database.run_sql(f"select count(*) from {table}")[0][0] for table in TABLES]


@proves("N19")
def test_a_visitor_finds_six_weeks_of_a_living_shop_that_are_made_only_once(
    committed_db: Database, sandbox: Sandbox, on_a_developer_s_machine: None
) -> None:
    rival = make_team("Rival")
    before = committed_db.run_sql(f"select count(*) from accounts_auditevent where organization_id = '{rival.id}'")

    said = run()
    made = rows(committed_db)
    again = run()

    assert rows(committed_db) == made
    assert "is there." in again
    assert said.splitlines()[-1] == again.splitlines()[-1]
    assert (
        committed_db.run_sql(f"select count(*) from accounts_auditevent where organization_id = '{rival.id}'") == before
    )
    assert _states(committed_db) == {
        "Thank you for visiting us at the fair": "finished",
        "Orders on their way, week one": "finished",
        "Khaddar for the cold months": "finished",
        "Festival week at the counter": "finished",
        "Last pieces of the autumn lawn": "running",
        "Winter silk preview": "scheduled",
        "New year, new cloth": "draft",
    }
    _demand_that_the_ledger_agrees(committed_db, sandbox)
    _demand_a_past(committed_db)
    _demand_anchors_of_their_time(committed_db)
    _demand_units(committed_db)
    _log_in(again)


def _demand_anchors_of_their_time(database: Database) -> None:
    """No proof of a customer of the demo names an event as written in later."""
    late = database.run_sql(
        "select count(*), min(recorded_at), max(recorded_at) from consent_consentevent e where coalesce("
        " (select min(a.at) from consent_evidenceanchor a where a.organization_id = e.organization_id"
        " and a.through_id >= e.id) > e.recorded_at + interval '3 days', true)"
    )

    assert late == [(0, None, None)]


def _demand_units(database: Database) -> None:
    """Units came in and were charged, each message its price; what is left does not reach for the draft."""
    ((organization_id,),) = database.run_sql("select distinct organization_id from campaigns_run")
    with tenant_context(organization_id):
        kinds = dict(LedgerEntry.objects.values_list("kind").annotate(Count("id")))
        paid = Run.objects.get(campaign__name="Festival week at the counter", kind="launch")
        sent = Message.objects.filter(origin_id=paid.id, state="accepted").aggregate(parts=Sum("units"))["parts"]
        draft = Campaign.objects.get(name="New year, new cloth")
        owner = Membership.objects.get(role="owner").user_id
        simulate_campaign(actor=Actor("user", owner, GRANTS["owner"], "", ""), campaign=draft)
    with tenant_context(organization_id):
        quote = quote_run(Run.objects.get(campaign__name="New year, new cloth"))
        assert (kinds["top_up"], kinds["bonus"]) == (2, 1)
        assert (kinds["settle"], used_by(paid.id).charged) == (kinds["reserve"], sent * 1000)
        assert funds().available == 90_000 - sent * 1000
        assert quote is not None
        assert not quote.free
        assert not quote.enough


def _states(database: Database) -> dict[str, str]:
    return dict(database.run_sql("select name, state from campaigns_campaign"))


def _demand_that_the_ledger_agrees(database: Database, sandbox: Sandbox) -> None:
    """Every message the product counts as taken is in the carrier's ledger once, and the other way round."""
    taken = {
        sid for (sid,) in database.run_sql("select provider_message_id from messaging_message where state = 'accepted'")
    }
    ledger = [entry["sid"] for entry in sandbox.ledger("kind=message") if entry["accepted"]]
    heard = database.run_sql("select kind, count(*) from messaging_inboundmessage group by 1")

    assert sorted(ledger) == sorted(taken)
    assert len(taken) > 60
    assert sum(count for _, count in heard) == len(sandbox.ledger("kind=inbound"))
    assert dict(heard)["stop"] >= 3


def _demand_a_past(database: Database) -> None:
    """The story lies in the past, each step after the one before; everybody else's clock was never touched."""
    first, last = database.run_sql("select min(created_at), max(created_at) from campaigns_run where kind = 'launch'")[
        0
    ]
    ((links, ordered),) = database.run_sql(
        "select count(*), count(*) filter (where at >= before) from (select at, lag(at, 1, at) over"
        " (partition by organization_id order by sequence) as before from accounts_auditevent) links"
    )

    assert 38 <= (last - first).days <= 46
    assert links == ordered
    assert database.run_sql("select moved_by from core_clock")[0][0].total_seconds() == 0


def _log_in(said: str) -> None:
    address, password = re.search(r"Demo login (\S+) with the password (\S+)", said).groups()  # type: ignore[union-attr]
    browser = Client()
    answer = browser.post("/account/login/", {"login": address, "password": password})
    assert answer.status_code == 302
    assert "Festival week at the counter" in browser.get("/campaigns/").content.decode()


def test_where_the_clock_is_fixed_the_demo_refuses_and_makes_nothing(
    committed_db: Database, on_a_developer_s_machine: None, settings: Any
) -> None:
    settings.CLOCK_MAY_MOVE = False

    with pytest.raises(CommandError, match="belongs on a developer's machine"):
        run()

    assert rows(committed_db)[:4] == [0, 0, 0, 0]
    assert committed_db.run_sql("select count(*) from accounts_user") == [(0,)]


def test_a_demo_that_was_interrupted_says_so_and_is_left_alone(
    committed_db: Database, on_a_developer_s_machine: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(arrivals, "bring_file", interrupt)
    with pytest.raises(KeyboardInterrupt):
        run()
    made = rows(committed_db)

    said = run()

    assert "It was interrupted while it was made" in said
    assert rows(committed_db) == made
    assert clock.now() - datetime.datetime.now(datetime.UTC) < datetime.timedelta(seconds=1)


def test_one_seed_makes_one_crowd() -> None:
    plan, day = read_story()["file"][0], datetime.date(2026, 10, 1)

    first, second = people_file(Crowd(7), plan, day), people_file(Crowd(7), plan, day)

    assert first == second
    assert people_file(Crowd(8), plan, day) != first
    assert all(re.fullmatch(r"\+1\d{3}55501\d\d", person.number) for person in Crowd(7).arrive(100, willed=5))
