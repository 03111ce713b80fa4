"""How far a stop reaches is a dated rule: the channel today, every automatic call and text once the waiver has ended."""

import datetime
import uuid

import pytest

from accounts.contracts import SYSTEM
from consent.actions.ledger import stop_point
from consent.models import ConsentState, Suppression
from consent.rulebook import rulebook
from consent.values import Provenance
from core import clock
from core.tenancy import tenant_context
from tests.counts import Statements
from tests.factories.consent import MINA, grant, make_point, make_purpose
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


def stopped_on(point, channel, day, monkeypatch):
    """What is left of Mina's yeses, and where she is protected, after a stop heard on that day."""
    at = datetime.datetime.combine(day, datetime.time(12), datetime.UTC)
    monkeypatch.setattr(clock, "now", lambda: at)
    stop_point(
        actor=SYSTEM, point_id=point.id, channel=channel, source="keyword",
        provenance=Provenance("inbound", uuid.UUID(int=7)), evidence={"said": "STOP"},
    )  # fmt: skip
    left = ConsentState.objects.filter(point=point, status="granted").values_list("channel", flat=True)
    return sorted(left), sorted(Suppression.objects.filter(lifted_at=None).values_list("channel", flat=True))


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
