"""What a file may say about stops: they win over every yes of a file, and a list of them protects addresses of nobody."""

import datetime
import uuid

import pytest

from accounts.contracts import SYSTEM
from consent.actions.ledger import suppress_points
from consent.actions.lifting import start_point
from consent.models import ConsentState, Suppression
from consent.values import Provenance
from contacts.models import Contact
from contacts.selectors.imports import kept_out
from core import clock
from core.tenancy import tenant_context
from tests.counts import Statements
from tests.factories.consent import make_claim, make_point, record, stop
from tests.factories.contacts import bring_in, declare, make_purpose, receive, run
from tests.factories.imports import DAY, HEAD, file, notes, states
from tests.proofs import proves
from tests.snapshots import changed, rows_of


@proves("B11")
def test_who_said_stop_stays_out_and_the_result_says_so(acme, offers):
    bring_in(acme, file("yes", "yes", "2020-01-02", "till"), purpose="offers")
    with tenant_context(acme.id):
        stop(make_point("+14025550142"))
    before = states(acme)

    job = bring_in(acme, file("yes", "yes", "2024-01-02", "till"), purpose="offers")

    assert before == states(acme) == {"sms": "withdrawn", "email": "granted"}
    assert notes(acme, job) == {1: "kept_out"}
    assert job.counts["by_sms"] == {"kept_out": 1}
    with tenant_context(acme.id):
        assert [(line.number, line.name) for line in kept_out(job)] == [(2, "Mina")]
        assert Suppression.objects.filter(lifted_at=None).count() == 1


@proves("B9", "B11")
@pytest.mark.parametrize("back", ["their yes to news", "START"])
def test_the_trial_keeps_out_whom_the_import_keeps_out_after_a_stop_was_taken_back(acme, offers, back):
    news = make_purpose(acme, "News")
    with tenant_context(acme.id):
        point = make_point("+14025550142")
        if back == "START":
            record(make_claim(point, offers, "unproven"))
        stop(point)
        if back == "START":
            start_point(
                actor=SYSTEM,
                point_id=point.id,
                channel="sms",
                source="keyword",
                provenance=Provenance("inbound", uuid.uuid4()),
                evidence={"said": "START"},
            )
        else:
            assert record(make_claim(point, news, source="web_form"), origin="form", may_raise=True) == ["taken"]
        assert not Suppression.objects.filter(lifted_at=None).exists()

    job = declare(acme, receive(acme, file("yes", "", "2024-01-02", "till")), purpose="offers")
    foreseen = job.checked_counts["by_sms"]
    done = run(acme, job)

    assert foreseen == done.counts["by_sms"] == {"kept_out": 1}


@proves("B11")
@pytest.mark.parametrize("kind", ["opted_out", "complaint"])
def test_no_yes_of_a_file_lifts_a_protection(acme, offers, kind):
    with tenant_context(acme.id):
        point = make_point("+14025550142")
        suppress_points(
            actor=acme.actor(), point_ids=[point.id], channel="", kind=kind, source="staff", provenance=Provenance()
        )

    job = bring_in(acme, file("yes", "", "2999-01-01", "till").replace("2999", "2025"), purpose="offers")

    assert states(acme) == {}
    assert notes(acme, job) == {1: "kept_out"}


@proves("B11")
def test_a_stop_in_the_file_wins_over_a_yes_of_the_same_person_whatever_their_order(acme, offers):
    yes, no = "+14025550142,,Mina,yes,,2024-01-02,till,\n", "+14025550142,,Mina,STOP,,,,\n"
    other_yes, other_no = yes.replace("142", "143"), no.replace("142", "143")

    job = bring_in(acme, HEAD + yes + no + other_no + other_yes, purpose="offers")

    assert notes(acme, job) == {1: "kept_out", 2: "withdrawn", 3: "withdrawn", 4: "kept_out"}
    with tenant_context(acme.id):
        assert sorted(Suppression.objects.values_list("channel", "kind")) == [("sms", "opted_out")] * 2
        assert not ConsentState.objects.exists()


def test_a_no_is_no_withdrawal_and_leaves_what_the_ledger_holds(acme, offers):
    bring_in(acme, file("yes", "", "2024-01-02", "till"), purpose="offers")

    job = bring_in(acme, file("no"), purpose="offers")

    assert states(acme) == {"sms": "granted"}
    assert notes(acme, job) == {1: ""}


@proves("B13")
def test_a_list_of_stops_protects_addresses_and_makes_no_people(acme, rival):
    others = rows_of(rival.id)
    text = "Phone,Email\n+14025550142,mina@example.com\n,omar@example.com\nnone,\n+14025550142,other@example.com\n"

    job = bring_in(acme, text, kind="suppressions")
    again = bring_in(acme, text, kind="suppressions")

    assert {key: job.counts.get(key) for key in ("created", "duplicate", "rejected")} == {
        "created": 2, "duplicate": 1, "rejected": 1
    }  # fmt: skip
    assert again.counts["unchanged"] == 2
    with tenant_context(acme.id):
        assert not Contact.objects.exists()
        live = Suppression.objects.filter(lifted_at=None, channel="", kind="opted_out", source="import")
        assert live.values("point").distinct().count() == 4
    assert rows_of(rival.id) == others


@proves("B13", "B11")
def test_people_imported_after_their_stop_was_imported_are_protected(acme, offers):
    bring_in(acme, "Phone\n+14025550142\n", kind="suppressions", channel="sms")

    job = bring_in(acme, file("yes", "yes", "2024-01-02", "till"), purpose="offers")

    assert states(acme) == {"email": "granted"}
    assert job.counts["by_sms"] == {"kept_out": 1}


def test_a_suppression_for_one_channel_takes_only_addresses_of_that_channel(acme):
    job = bring_in(
        acme,
        "Phone,Email\n+14025550142,mina@example.com\n+14025550143,\n",
        kind="suppressions",
        channel="email",
        suppression="bounced",
    )

    assert (job.counts["created"], job.counts["rejected"]) == (1, 1)
    with tenant_context(acme.id):
        assert list(Suppression.objects.values_list("channel", "kind", "point__kind")) == [
            ("email", "bounced", "email")
        ]


def test_another_organisation_knows_nothing_of_a_stop(acme, rival, offers):
    make_purpose(rival)
    bring_in(acme, "Phone\n+14025550142\n", kind="suppressions")
    before = rows_of(acme.id)

    bring_in(rival, file("yes", "", "2024-01-02", "till"), purpose="offers")

    assert states(rival) == {"sms": "granted"}
    assert changed(before, rows_of(acme.id)) == {}


@proves("B11")
def test_a_row_that_says_stop_is_not_raised_by_the_declaration_for_everybody(acme, offers):
    rows = "Phone,Opted out\n+14025550141,yes\n+14025550142,no\n"

    job = bring_in(acme, rows, purpose="offers", channels=("sms",), consent_source="Paper form", consent_at=DAY)

    assert notes(acme, job) == {1: "withdrawn", 2: "granted"}
    assert job.counts["by_sms"] == {"withdrawn": 1, "granted": 1}


@proves("C13", "B11")
@pytest.mark.parametrize(
    ("day", "closed"), [pytest.param(30, ["sms"], id="waived"), pytest.param(31, ["sms", "voice"], id="text-and-call")]
)
def test_a_stop_of_a_row_reaches_as_far_as_the_rule_of_its_day_and_the_trial_foresees_it(
    acme, offers, monkeypatch, day, closed
):
    monkeypatch.setattr(clock, "now", lambda: datetime.datetime(2027, 1, day, 12, tzinfo=datetime.UTC))
    rows = "+14025550142,,STOP,\n+14025550142,,,yes\n"
    job = declare(acme, receive(acme, "Phone,Email,SMS opt in,Voice opt in\n" + rows), purpose="offers")
    foreseen = job.checked_counts["said"]

    done = run(acme, job)
    again = bring_in(acme, "Phone,SMS opt in\n+14025550142,STOP\n", purpose="offers")

    assert foreseen == done.counts["said"] == {"withdrawn": 1, "kept_out" if "voice" in closed else "unproven": 1}
    assert again.counts["said"] == {"unchanged": 1}
    with tenant_context(acme.id):
        live = Suppression.objects.filter(lifted_at=None, kind="opted_out")
        assert sorted(live.values_list("channel", flat=True)) == closed
        assert live.values("event").distinct().count() == 1


@proves("C13", "B13")
def test_a_list_of_stops_by_text_closes_calls_too_once_the_rule_says_so_and_nothing_else_does(acme, monkeypatch):
    bring_in(acme, "Phone\n+14025550142\n", kind="suppressions", channel="sms")
    monkeypatch.setattr(clock, "now", lambda: datetime.datetime(2027, 1, 31, 12, tzinfo=datetime.UTC))

    widened = bring_in(acme, "Phone\n+14025550142\n", kind="suppressions", channel="sms")
    again = bring_in(acme, "Phone\n+14025550142\n", kind="suppressions", channel="sms")
    bring_in(acme, "Phone\n+14025550143\n", kind="suppressions", channel="sms", suppression="bounced")

    assert (widened.counts["created"], again.counts["unchanged"]) == (1, 1)
    with tenant_context(acme.id):
        live = Suppression.objects.filter(lifted_at=None).order_by("point__created_at", "channel")
        assert list(live.values_list("channel", "kind")) == [
            ("sms", "opted_out"), ("voice", "opted_out"), ("sms", "bounced")
        ]  # fmt: skip


def test_a_wider_stop_of_a_list_costs_no_statement_more(acme, monkeypatch):
    counts = []

    for day, number in ((30, "+14025550142"), (31, "+14025550143")):
        monkeypatch.setattr(clock, "now", lambda at=day: datetime.datetime(2027, 1, at, 12, tzinfo=datetime.UTC))
        with tenant_context(acme.id):
            point = make_point(number)
            with Statements() as asked:
                suppress_points(
                    actor=acme.actor(), point_ids=[point.id], channel="sms", kind="opted_out", source="import",
                    provenance=Provenance(),
                )  # fmt: skip
        counts.append(len(asked))

    assert counts[0] == counts[1]
