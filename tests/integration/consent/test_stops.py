"""Saying stop, coming back, and being protected: the other half of the ledger."""

import datetime
import time
import uuid

import pytest

from accounts.contracts import SYSTEM
from consent.actions.ledger import stop_point, suppress_points
from consent.actions.lifting import start_point
from consent.models import ConsentEvent, ConsentState, Suppression
from consent.selectors.points import point_history
from consent.states import SOURCES
from consent.values import Provenance
from core import clock
from core.tenancy import tenant_context
from messaging.actions.receiving import receive_inbound
from messaging.contracts import Inbound
from tests.factories.consent import MINA, OMAR, grant, make_claim, make_point, make_purpose, record, stop
from tests.factories.messaging import NUMBER, make_account
from tests.proofs import proves
from tests.snapshots import changed, rows_of

FROM_A_TEXT = Provenance("inbound", uuid.UUID(int=7))
WORDS = ["STOP", "stopall", "Unsubscribe!", "CANCEL", "end.", "Quit", "REVOKE", "optout", "opt out", "ARRÊT", " Stop… "]


@pytest.fixture
def mina(acme):
    """Mina's number, with a yes to offers by text and by WhatsApp, and one to order updates by text."""
    with tenant_context(acme.id):
        offers = make_purpose(acme.actor())
        orders = make_purpose(acme.actor(), "Order updates", "transactional")
        point = make_point(MINA)
        for purpose, channel in ((offers, "sms"), (offers, "whatsapp"), (orders, "sms")):
            grant(point, purpose, channel)
        return point, offers, orders


def states(point):
    rows = ConsentState.objects.filter(point=point).order_by("purpose__created_at", "channel")
    return [(row.purpose.key, row.channel, row.status) for row in rows.select_related("purpose")]


def start(point, channel="sms"):
    return start_point(
        actor=SYSTEM,
        point_id=point.id,
        channel=channel,
        source="keyword",
        provenance=FROM_A_TEXT,
        evidence={"said": "START"},
    )


def live():
    return list(Suppression.objects.filter(lifted_at=None).values_list("channel", "kind", "source"))


def test_a_stop_on_a_channel_withdraws_every_purpose_there_and_nothing_elsewhere(acme, rival, mina):
    point, _, _ = mina
    with tenant_context(acme.id):
        grant(make_point(OMAR), mina[1])
    before, others = rows_of(acme.id), rows_of(rival.id)

    with tenant_context(acme.id):
        event = stop(point)
        assert states(point) == [
            ("offers", "sms", "withdrawn"), ("offers", "whatsapp", "granted"), ("order-updates", "sms", "withdrawn")
        ]  # fmt: skip
        assert live() == [("sms", "opted_out", "keyword")]
        assert states(make_point(OMAR)) == [("offers", "sms", "granted")]

    assert (event.status, event.channel, event.purpose_id) == ("withdrawn", "sms", None)
    assert changed(before, rows_of(acme.id)) == {
        "consent_consentevent": 1, "consent_consentstate": 0, "consent_suppression": 1
    }  # fmt: skip
    assert rows_of(rival.id) == others


def test_a_stop_on_everything_withdraws_every_channel(acme, mina):
    point, _, _ = mina

    with tenant_context(acme.id):
        stop(point, channel="")
        assert {status for _, _, status in states(point)} == {"withdrawn"}
        assert live() == [("", "opted_out", "keyword")]


def test_a_no_to_one_purpose_leaves_the_others(acme, mina):
    point, offers, _ = mina

    with tenant_context(acme.id):
        record(make_claim(point, offers, "withdrawn", source="preference_page"))
        assert states(point) == [
            ("offers", "sms", "withdrawn"), ("offers", "whatsapp", "granted"), ("order-updates", "sms", "granted")
        ]  # fmt: skip
        assert live() == []


@proves("C12")
@pytest.mark.parametrize("source", sorted(set(SOURCES) - {"policy", "import"}))
def test_however_somebody_says_stop_the_ledger_and_the_effect_are_the_same(acme, mina, source):
    point, _, _ = mina
    before = rows_of(acme.id)

    with tenant_context(acme.id):
        event = stop_point(
            actor=SYSTEM, point_id=point.id, channel="sms", source=source, provenance=FROM_A_TEXT, evidence={}
        )
        refusals = {
            each.refused.code
            for row in point_history(point).purposes
            for each in row.standings
            if each.channel == "sms"
        }

    assert changed(before, rows_of(acme.id)) == {
        "consent_consentevent": 1, "consent_consentstate": 0, "consent_suppression": 1
    }  # fmt: skip
    assert (event.source, event.status) == (source, "withdrawn")
    assert refusals == {"opted_out"}


def test_every_stop_is_a_fact_and_the_address_is_suppressed_once(acme, mina):
    point, _, _ = mina

    with tenant_context(acme.id):
        first, second = stop(point), stop(point)
        assert ConsentEvent.objects.filter(status="withdrawn").count() == 2
        assert [row.event_id for row in Suppression.objects.all()] == [first.id]
        assert set(ConsentState.objects.filter(channel="sms").values_list("event_id", flat=True)) == {first.id}
    assert first.id != second.id


@proves("C8")
def test_a_start_brings_back_exactly_what_that_stop_ended_with_an_event_for_each(acme, mina):
    point, offers, orders = mina
    with tenant_context(acme.id):
        news = make_purpose(acme.actor(), "News")
        gifts = make_purpose(acme.actor(), "Gifts")
        record(make_claim(point, news, "unproven"))
        grant(point, gifts)
        record(make_claim(point, gifts, "withdrawn"))
        stop(point)
        stop(point)

        lifting, *events = start(point)

        assert (lifting.status, lifting.channel, lifting.purpose_id) == ("lifted", "sms", None)
        assert {(event.purpose_id, event.status, event.channel) for event in events} == {
            (offers.id, "granted", "sms"), (orders.id, "granted", "sms")
        }  # fmt: skip
        assert states(point) == [
            ("offers", "sms", "granted"),
            ("offers", "whatsapp", "granted"),
            ("order-updates", "sms", "granted"),
            ("news", "sms", "withdrawn"),
            ("gifts", "sms", "withdrawn"),
        ]
        assert live() == []
        assert [row.lifted_event_id for row in Suppression.objects.exclude(lifted_at=None)] == [lifting.id]


@proves("C8")
def test_a_start_on_one_channel_lifts_no_stop_on_another(acme, mina):
    point, _, _ = mina
    with tenant_context(acme.id):
        stop(point, channel="whatsapp")
    before = rows_of(acme.id)

    with tenant_context(acme.id):
        assert start(point, "sms") == []

    assert rows_of(acme.id) == before


@proves("C8")
def test_a_start_takes_a_stop_on_everything_back_on_its_own_channel_and_leaves_the_others_stopped(acme, mina):
    point, offers, orders = mina
    with tenant_context(acme.id):
        stopped = stop(point, channel="")

        lifting, *events = start(point, "sms")

        assert {event.purpose_id for event in events} == {offers.id, orders.id}
        assert refused(point) == set()
        assert refused(point, "whatsapp") == {"opted_out"}
        assert sorted(live()) == [("voice", "opted_out", "keyword"), ("whatsapp", "opted_out", "keyword")]
        left = Suppression.objects.filter(lifted_at=None)
        assert set(left.values_list("event_id", "created_at")) == {(stopped.id, stopped.recorded_at)}
        assert Suppression.objects.get(channel="").lifted_event_id == lifting.id


@proves("C8")
def test_a_start_after_a_stop_here_and_a_stop_everywhere_takes_both_back_on_its_channel(acme, mina):
    point, offers, orders = mina
    with tenant_context(acme.id):
        stop(point)
        stop(point, channel="")

        _, *events = start(point, "sms")

        assert {event.purpose_id for event in events} == {offers.id, orders.id}
        assert refused(point) == set()
        assert {row[0] for row in live()} == {"voice", "whatsapp"}


def test_a_start_makes_consent_count_again_that_a_stop_from_a_list_had_only_covered(acme, mina):
    point, _, _ = mina
    with tenant_context(acme.id):
        protect([point], "opted_out")
        kept = states(point)

        assert [event.status for event in start(point)] == ["lifted"]

        assert states(point) == kept
        assert refused(point) == set()


def test_a_start_without_any_consent_ever_lifts_the_stop_and_agrees_to_nothing(acme, mina):
    with tenant_context(acme.id):
        other = make_point(OMAR)
        stop(other)

        assert [event.status for event in start(other)] == ["lifted"]

        assert states(other) == []


@proves("C8")
@pytest.mark.parametrize("kind", ["bounced", "complaint", "dnc"])
def test_a_start_lifts_nothing_but_a_stop(acme, mina, kind):
    point, _, _ = mina
    with tenant_context(acme.id):
        protect([point], kind)
    before = rows_of(acme.id)

    with tenant_context(acme.id):
        assert start(point) == []

    assert rows_of(acme.id) == before


def test_a_start_of_somebody_who_never_said_stop_writes_nothing(acme, mina):
    before = rows_of(acme.id)

    with tenant_context(acme.id):
        assert start(mina[0]) == []

    assert rows_of(acme.id) == before


def test_stop_and_start_can_follow_each_other_for_ever(acme, mina):
    point, _, _ = mina

    with tenant_context(acme.id):
        for _ in range(3):
            stop(point)
            assert len(start(point)) == 3
        assert {status for _, _, status in states(point)} == {"granted"}
        assert Suppression.objects.exclude(lifted_at=None).count() == 3
        assert live() == []


def protect(points, kind="bounced", channel="sms"):
    return suppress_points(
        actor=SYSTEM,
        point_ids=[point.id for point in points],
        channel=channel,
        kind=kind,
        source="provider",
        provenance=Provenance("message"),
    )


def test_protecting_addresses_writes_one_event_each_and_leaves_what_they_agreed_to(acme, rival, mina):
    point, _, _ = mina
    with tenant_context(acme.id):
        other = make_point(OMAR)
        kept = states(point)
    before, others = rows_of(acme.id), rows_of(rival.id)

    with tenant_context(acme.id):
        assert protect([point, other, point]) == 2
        assert protect([point, other]) == 0
        assert states(point) == kept
        assert live() == [("sms", "bounced", "provider")] * 2

    assert changed(before, rows_of(acme.id)) == {"consent_consentevent": 2, "consent_suppression": 2}
    assert rows_of(rival.id) == others


def test_a_protection_that_has_run_out_refuses_nobody(acme, mina):
    point, _, _ = mina

    with tenant_context(acme.id):
        protect([point])
        assert refused(point) == {"bounced"}
        Suppression.objects.update(expires_at=clock.now() - datetime.timedelta(seconds=1))
        assert refused(point) == set()


def refused(point, channel="sms"):
    rows = point_history(point).purposes
    return {each.refused.code for row in rows for each in row.standings if each.refused and each.channel == channel}


@proves("C6")
@pytest.mark.parametrize("word", WORDS)
def test_a_stop_word_acts_in_the_transaction_that_took_it_in(acme, mina, word):
    point, _, _ = mina
    began = time.monotonic()

    with tenant_context(acme.id):
        account = make_account(acme.actor())
        heard = receive_inbound(account=account, inbound=Inbound("SM1", "sms", MINA, NUMBER, word), confirmed=True)
        assert heard is not None
        assert (heard.message.kind, refused(point)) == ("stop", {"opted_out"})
        assert ConsentEvent.objects.get(status="withdrawn").origin_id == heard.message.id

    assert time.monotonic() - began < 5


@proves("C10")
def test_a_stop_is_answered_once_and_nothing_may_follow(acme, mina):
    point, _, _ = mina

    with tenant_context(acme.id):
        account = make_account(acme.actor())
        answers = [
            receive_inbound(account=account, inbound=Inbound(f"SM{number}", "sms", MINA, NUMBER, "STOP"))
            for number in (1, 2, 2)
        ]
        assert refused(point) == {"opted_out"}

    first, second, repeated = answers
    assert first is not None
    assert second is not None
    assert [len(first.replies), len(second.replies), repeated] == [1, 0, None]
    assert "Acme" in first.replies[0]
