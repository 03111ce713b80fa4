"""A new yes after a no: who may bring it, what it lifts, and what stays stopped."""

import datetime
import unittest.mock

import pytest

from consent.models import ConsentEvent, ConsentState, Suppression
from consent.selectors.points import point_history
from consent.selectors.receipts import open_evidence
from consent.states import SOURCES, UnknownWord
from core import clock
from core.tenancy import tenant_context
from tests.factories.consent import MINA, grant, make_claim, make_point, make_purpose, record, stop
from tests.integration.consent.test_stops import live, protect, refused
from tests.proofs import proves
from tests.snapshots import changed, rows_of

HOUR = datetime.timedelta(hours=1)
BY_THE_PERSON = [
    "confirm_key",
    "confirm_link",
    "confirm_reply",
    "keypress",
    "keyword",
    "preference_page",
    "qr",
    "spoken",
    "web_form",
]
PROOF = {"page": "https://acme.example/offers", "address": "203.0.113.24"}


@pytest.fixture
def mina(acme):
    """Mina's number: a yes to offers and to order updates by text, then a STOP by text."""
    with tenant_context(acme.id):
        offers, orders, point = make_purpose(acme.actor()), make_purpose(acme.actor(), "Orders"), make_point(MINA)
        grant(point, offers)
        grant(point, orders)
        stop(point)
        return point, offers, orders


def yes(point, purpose, source="web_form", **more):
    return make_claim(point, purpose, source=source, evidence=PROOF, **more)


def status(point, purpose, channel="sms"):
    return ConsentState.objects.get(point=point, purpose=purpose, channel=channel).status


@pytest.mark.parametrize("source", BY_THE_PERSON)
def test_a_newer_yes_of_the_person_lifts_the_stop_and_brings_back_that_purpose_alone(acme, rival, mina, source):
    point, offers, orders = mina
    before, others = rows_of(acme.id), rows_of(rival.id)

    with tenant_context(acme.id):
        assert record(yes(point, offers, source), origin="form", may_raise=True) == ["taken"]
        event = ConsentEvent.objects.order_by("-recorded_at").first()
        standing = {row.purpose: {each.refused for each in row.standings} for row in point_history(point).purposes}

    assert changed(before, rows_of(acme.id)) == {
        "consent_consentevent": 1, "consent_consentstate": 0, "consent_suppression": 0
    }  # fmt: skip
    assert rows_of(rival.id) == others
    assert standing[offers] == {None}
    assert [each.code for each in standing[orders]] == ["withdrawn"]
    with tenant_context(acme.id):
        assert live() == []
        assert Suppression.objects.get().lifted_event_id == event.id
        assert (event.status, event.source, open_evidence(event)) == ("granted", source, PROOF)
        assert ConsentEvent.objects.filter(status="withdrawn").count() == 1


@proves("B11")
@pytest.mark.parametrize("source", sorted(set(SOURCES) - set(BY_THE_PERSON)))
def test_no_other_source_lifts_a_stop_even_through_a_door_that_may_raise(acme, mina, source):
    point, offers, _ = mina
    before = rows_of(acme.id)

    with tenant_context(acme.id):
        claim = yes(point, offers, source, occurred_at=clock.now() + HOUR)
        assert record(claim, may_raise=True) == ["kept_out"]

    assert rows_of(acme.id) == before


@proves("B11")
def test_a_door_that_may_not_raise_lifts_nothing_whatever_the_source(acme, mina):
    point, offers, _ = mina
    before = rows_of(acme.id)

    with tenant_context(acme.id):
        assert record(yes(point, offers), origin="import") == ["kept_out"]

    assert rows_of(acme.id) == before


def test_a_yes_from_before_the_stop_lifts_nothing(acme, mina):
    point, offers, _ = mina
    before = rows_of(acme.id)

    with tenant_context(acme.id):
        assert record(yes(point, offers, occurred_at=clock.now() - HOUR), may_raise=True) == ["kept_out"]

    assert rows_of(acme.id) == before


def test_a_newer_yes_by_text_leaves_a_stop_on_everything_in_force_elsewhere(acme, mina):
    point, offers, _ = mina
    with tenant_context(acme.id):
        stopped = stop(point, channel="")

        assert record(yes(point, offers), may_raise=True) == ["taken"]

        left = Suppression.objects.filter(lifted_at=None).values_list("channel", "event_id")
        assert set(left) == {("voice", stopped.id), ("whatsapp", stopped.id)}
        assert record(yes(point, offers, channel="whatsapp"), origin="import") == ["kept_out"]


@proves("B11")
def test_after_a_yes_to_one_purpose_an_import_still_raises_no_other(acme, mina):
    point, offers, orders = mina
    with tenant_context(acme.id):
        news = make_purpose(acme.actor(), "News")
        record(yes(point, offers), may_raise=True)
    before = rows_of(acme.id)

    with tenant_context(acme.id):
        outcomes = record(make_claim(point, news), make_claim(point, orders), make_claim(point, offers))

    assert outcomes == ["kept_out", "kept_out", "unchanged"]
    assert rows_of(acme.id) == before


def test_a_stop_after_the_newer_yes_stops_again(acme, mina):
    point, offers, _ = mina

    with tenant_context(acme.id):
        record(yes(point, offers), may_raise=True)
        stop(point)
        assert refused(point) == {"opted_out"}
        assert record(yes(point, offers), may_raise=True) == ["taken"]
        assert status(point, offers) == "granted"
        assert Suppression.objects.exclude(lifted_at=None).count() == 2


def test_a_yes_between_two_stops_does_not_outweigh_the_second(acme, mina):
    point, offers, _ = mina
    began = clock.now()
    with unittest.mock.patch.object(clock, "now", return_value=began + 2 * HOUR), tenant_context(acme.id):
        stop(point)
    before = rows_of(acme.id)

    with unittest.mock.patch.object(clock, "now", return_value=began + 3 * HOUR), tenant_context(acme.id):
        outcome = record(yes(point, offers, occurred_at=began + HOUR), origin="form", may_raise=True)

    assert outcome == ["kept_out"]
    assert rows_of(acme.id) == before


def test_a_yes_between_two_stops_counts_no_more_for_another_purpose_once_a_newer_one_has_lifted_them(acme, mina):
    point, offers, orders = mina
    began = clock.now()
    with unittest.mock.patch.object(clock, "now", return_value=began + 2 * HOUR), tenant_context(acme.id):
        stop(point, channel="")

    with unittest.mock.patch.object(clock, "now", return_value=began + 4 * HOUR), tenant_context(acme.id):
        newer = record(yes(point, offers, occurred_at=began + 3 * HOUR), origin="form", may_raise=True)
        between = record(yes(point, orders, occurred_at=began + HOUR), origin="form", may_raise=True)

    assert (newer, between) == (["taken"], ["kept_out"])
    with tenant_context(acme.id):
        assert (status(point, offers), status(point, orders)) == ("granted", "withdrawn")


def test_a_bounce_since_the_stop_does_not_make_the_stop_newer(acme, mina):
    point, offers, _ = mina
    began = clock.now()
    with unittest.mock.patch.object(clock, "now", return_value=began + 2 * HOUR), tenant_context(acme.id):
        protect([point])

    with unittest.mock.patch.object(clock, "now", return_value=began + 3 * HOUR), tenant_context(acme.id):
        outcome = record(yes(point, offers, occurred_at=began + HOUR), origin="form", may_raise=True)

    assert outcome == ["taken"]


def test_no_yes_lifts_a_complaint(acme, mina):
    point, offers, _ = mina
    with tenant_context(acme.id):
        protect([point], "complaint")
    before = rows_of(acme.id)

    with tenant_context(acme.id):
        assert record(yes(point, offers), may_raise=True) == ["kept_out"]

    assert rows_of(acme.id) == before


def test_a_bounce_is_no_word_of_theirs_and_outlives_the_newer_yes(acme, mina):
    point, offers, _ = mina

    with tenant_context(acme.id):
        protect([point], "bounced")
        assert record(yes(point, offers), may_raise=True) == ["taken"]
        assert live() == [("sms", "bounced", "provider")]
        assert refused(point) == {"bounced"}


def test_a_source_of_no_table_is_refused_and_nothing_is_written(acme, mina):
    point, offers, _ = mina
    before = rows_of(acme.id)

    with pytest.raises(UnknownWord, match="source: 'form' is not one of"), tenant_context(acme.id):
        record(yes(point, offers, "form"), may_raise=True)

    assert rows_of(acme.id) == before
