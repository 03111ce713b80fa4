"""How far a stop reaches is a dated rule: the channel today, every automatic call and text once the waiver has ended."""

import datetime
import uuid

import pytest

from accounts.contracts import SYSTEM
from consent.actions.ledger import stop_point
from consent.actions.lifting import retract_stop
from consent.models import ConsentEvent, ConsentState, Suppression
from consent.rulebook import rulebook
from consent.values import Provenance
from core import clock
from core.tenancy import tenant_context
from tests.counts import Statements
from tests.factories.consent import MINA, grant, make_claim, make_point, make_purpose, record
from tests.proofs import proves

WAIVER_ENDS = datetime.date(2027, 1, 31)


@pytest.fixture
def mina(acme):
    """Mina's number, with a yes to offers by text, call and WhatsApp, and to order updates by text."""
    with tenant_context(acme.id):
        offers, orders = make_purpose(acme.actor()), make_purpose(acme.actor(), "Order updates", "transactional")
        point = make_point(MINA)
        for purpose, channel in ((offers, "sms"), (offers, "voice"), (offers, "whatsapp"), (orders, "sms")):
            grant(point, purpose, channel)
        return point


def hear_stop(point, channel, day, monkeypatch, hour=12):
    at = datetime.datetime.combine(day, datetime.time(hour), datetime.UTC)
    monkeypatch.setattr(clock, "now", lambda: at)
    return stop_point(
        actor=SYSTEM, point_id=point.id, channel=channel, source="keyword",
        provenance=Provenance("inbound", uuid.UUID(int=7)), evidence={"said": "STOP"},
    )  # fmt: skip


def judged_no_stop(point, *events):
    """What the team reads as no stop in a text; the channel that opens again, if it does."""
    lifted = retract_stop(
        actor=SYSTEM, point_id=point.id, channel="sms", unmeant=[event.id for event in events], source="staff",
        provenance=Provenance("inbound", uuid.UUID(int=8)), evidence={"note": "It was not a stop."},
    )  # fmt: skip
    return lifted and lifted.channel


def standing(point):
    """What is left of Mina's yeses, and where she is protected."""
    left = ConsentState.objects.filter(point=point, status="granted").values_list("channel", flat=True)
    return sorted(left), sorted(Suppression.objects.filter(lifted_at=None).values_list("channel", flat=True))


def stopped_on(point, channel, day, monkeypatch):
    """What is left, and where she is protected, after a stop heard on that day."""
    hear_stop(point, channel, day, monkeypatch)
    return standing(point)


@proves("C13")
@pytest.mark.parametrize(
    ("channel", "day", "left", "protected"),
    [
        pytest.param("sms", datetime.date(2027, 1, 30), ["voice", "whatsapp"], ["sms"], id="A4-8-waived"),
        pytest.param("sms", WAIVER_ENDS, ["whatsapp"], ["sms", "voice"], id="A4-8-text"),
        pytest.param("voice", WAIVER_ENDS, ["whatsapp"], ["sms", "voice"], id="A4-8-call"),
        pytest.param("whatsapp", WAIVER_ENDS, ["sms", "sms", "voice"], ["whatsapp"], id="A4-8-whatsapp"),
        pytest.param("", datetime.date(2026, 11, 25), [], [""], id="A4-8-everything"),
    ],
)
def test_a_stop_closes_what_the_rule_of_its_day_says_and_every_purpose_there(
    acme, mina, monkeypatch, channel, day, left, protected
):
    with tenant_context(acme.id):
        assert stopped_on(mina, channel, day, monkeypatch) == (left, protected)


@proves("C13")
def test_no_scope_is_weaker_than_the_channel_it_was_said_on():
    days = [datetime.date(2021, 1, 1) + datetime.timedelta(days=30 * month) for month in range(120)]

    for channel in ("sms", "voice", "whatsapp", "email"):
        assert all(channel in rulebook().stopped_channels(channel, day) for day in days)


def test_a_wider_stop_costs_no_statement_more(acme, mina, monkeypatch):
    counts = []

    for day in (datetime.date(2027, 1, 30), WAIVER_ENDS):
        with tenant_context(acme.id), Statements() as asked:
            stopped_on(mina, "sms", day, monkeypatch)
        counts.append(len(asked))

    assert counts[0] == counts[1]


@proves("C13")
def test_what_was_no_stop_opens_every_channel_it_had_closed(acme, mina, monkeypatch):
    with tenant_context(acme.id):
        before = standing(mina)
        doubtful = hear_stop(mina, "sms", WAIVER_ENDS, monkeypatch)

        assert judged_no_stop(mina, doubtful) == "sms"

        assert standing(mina) == before == (["sms", "sms", "voice", "whatsapp"], [])
        lifted = ConsentEvent.objects.filter(status="lifted").values_list("channel", flat=True)
        assert sorted(lifted) == ["sms", "voice"]


@proves("C13")
def test_a_stop_said_on_a_call_since_holds_for_texts_whatever_is_judged_about_a_text(acme, mina, monkeypatch):
    with tenant_context(acme.id):
        doubtful = hear_stop(mina, "sms", WAIVER_ENDS, monkeypatch)
        hear_stop(mina, "voice", WAIVER_ENDS, monkeypatch, hour=13)

        assert judged_no_stop(mina, doubtful) is None

        assert standing(mina) == (["whatsapp"], ["sms", "voice"])
        assert not ConsentEvent.objects.filter(status="lifted").exists()


def test_a_stop_on_a_call_before_the_waiver_ended_holds_for_calls_alone(acme, mina, monkeypatch):
    with tenant_context(acme.id):
        hear_stop(mina, "voice", datetime.date(2027, 1, 30), monkeypatch)
        doubtful = hear_stop(mina, "sms", WAIVER_ENDS, monkeypatch)

        assert judged_no_stop(mina, doubtful) == "sms"

        assert standing(mina) == (["sms", "sms", "whatsapp"], ["voice"])


def test_a_stop_by_text_before_the_waiver_ended_keeps_texts_closed_while_calls_open_again(acme, mina, monkeypatch):
    with tenant_context(acme.id):
        hear_stop(mina, "sms", datetime.date(2027, 1, 30), monkeypatch)
        doubtful = hear_stop(mina, "sms", WAIVER_ENDS, monkeypatch)

        assert judged_no_stop(mina, doubtful) is None

        assert standing(mina) == (["voice", "whatsapp"], ["sms"])


def test_a_yes_to_texts_that_is_older_than_a_stop_on_a_call_lifts_nothing(acme, mina, monkeypatch):
    with tenant_context(acme.id):
        offers = ConsentState.objects.get(point=mina, channel="voice").purpose
        hear_stop(mina, "sms", WAIVER_ENDS, monkeypatch, hour=10)
        hear_stop(mina, "voice", WAIVER_ENDS, monkeypatch, hour=12)
        between = datetime.datetime.combine(WAIVER_ENDS, datetime.time(11), datetime.UTC)
        yes = make_claim(mina, offers, source="web_form", evidence={"page": "a"}, occurred_at=between)

        assert record(yes, origin="form", may_raise=True) == ["kept_out"]

        assert standing(mina) == (["whatsapp"], ["sms", "voice"])


@pytest.mark.parametrize(
    ("heard", "due"),
    [
        pytest.param("2026-11-20", "2026-12-07", id="A4-4-thanksgiving"),
        pytest.param("2026-12-18", "2027-01-05", id="A4-4-christmas"),
        pytest.param("2026-11-28", "2026-12-11", id="A4-4-saturday"),
    ],
)
def test_a_stop_must_hold_within_ten_business_days_without_weekends_and_federal_holidays(heard, due):
    assert str(rulebook().revocation_due(datetime.date.fromisoformat(heard))) == due
