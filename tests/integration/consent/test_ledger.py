"""Claims and the ledger: what becomes an event, what follows from it, and what a no keeps out."""

import datetime

import pytest
from django.db import DatabaseError, transaction

from consent.actions.points import ensure_points
from consent.actions.purposes import publish_wording
from consent.models import ConsentEvent, ConsentState, Point, Suppression, Wording
from consent.selectors.receipts import open_evidence
from consent.values import address_of
from core import clock
from core.phone import parse_phone
from core.tenancy import tenant_context
from tests.counts import Statements
from tests.factories.consent import (
    MINA,
    OMAR,
    grant,
    make_claim,
    make_point,
    make_purpose,
    make_wording,
    record,
    stop,
)
from tests.proofs import proves
from tests.snapshots import changed, rows_of

HOUR = datetime.timedelta(hours=1)


@pytest.fixture
def offers(acme):
    """Acme's purpose with words in force, and Mina's number."""
    with tenant_context(acme.id):
        purpose = make_purpose(acme.actor())
        return purpose, make_wording(acme.actor(), purpose), make_point(MINA)


def status_of(point, purpose, channel="sms"):
    return (
        ConsentState.objects.filter(point=point, purpose=purpose, channel=channel)
        .values_list("status", flat=True)
        .get()
    )


@proves("C1")
def test_a_claim_becomes_one_event_and_the_state_follows_it(acme, rival, offers):
    purpose, _, point = offers
    before, others = rows_of(acme.id), rows_of(rival.id)

    with tenant_context(acme.id):
        assert record(make_claim(point, purpose)) == ["taken"]
        event, state = ConsentEvent.objects.get(), ConsentState.objects.get()

    assert changed(before, rows_of(acme.id)) == {"consent_consentevent": 1, "consent_consentstate": 1}
    assert rows_of(rival.id) == others
    assert (event.point_id, event.purpose_id, event.channel, event.status) == (point.id, purpose.id, "sms", "granted")
    assert (state.status, state.event_id, state.changed_at) == ("granted", event.id, event.occurred_at)


@proves("C1")
@pytest.mark.parametrize("verb", ["update", "delete"])
def test_nobody_changes_or_removes_an_event_of_the_ledger(acme, offers, verb):
    purpose, _, point = offers
    with tenant_context(acme.id):
        grant(point, purpose)
    before = rows_of(acme.id)

    with tenant_context(acme.id), pytest.raises(DatabaseError), transaction.atomic():
        if verb == "update":
            ConsentEvent.objects.update(status="withdrawn")
        else:
            ConsentEvent.objects.all().delete()

    assert rows_of(acme.id) == before


@proves("C2")
def test_a_grant_keeps_the_words_the_way_the_moment_and_the_proof_and_the_proof_is_sealed(acme, offers):
    purpose, wording, point = offers
    moment = clock.now() - 3 * HOUR
    proof = {"page": "https://acme.example/offers", "address": "203.0.113.24", "agent": "Firefox", "locale": "en-US"}
    claim = make_claim(point, purpose, source="web_form", wording=wording, evidence=proof, occurred_at=moment)

    with tenant_context(acme.id):
        record(claim, origin="form")
        event = ConsentEvent.objects.get()
        opened = open_evidence(event)

    assert opened == proof
    assert b"203.0.113.24" not in bytes(event.evidence_sealed)
    assert (event.wording_id, event.source, event.occurred_at) == (wording.id, "web_form", moment)
    assert (event.actor_kind, event.origin) == ("system", "form")
    assert event.recorded_at > event.occurred_at


@proves("C3")
def test_a_yes_to_one_purpose_and_channel_is_no_yes_to_another(acme, offers):
    purpose, _, point = offers

    with tenant_context(acme.id):
        orders = make_purpose(acme.actor(), "Order updates", "transactional")
        grant(point, purpose)
        found = list(ConsentState.objects.values_list("purpose_id", "channel", "status"))
        assert not ConsentState.objects.filter(purpose=orders).exists()

    assert found == [(purpose.id, "sms", "granted")]


@proves("C3")
def test_changed_words_are_the_next_version_and_an_earlier_agreement_keeps_its_own(acme, offers):
    purpose, first, point = offers

    with tenant_context(acme.id):
        grant(point, purpose, wording=first)
        second = publish_wording(actor=acme.actor(), purpose=purpose, channel="sms", text="Other words.")
        same = publish_wording(actor=acme.actor(), purpose=purpose, channel="sms", text="Other words. ")
        elsewhere = publish_wording(actor=acme.actor(), purpose=purpose, channel="email", text="Other words.")
        agreed_to = ConsentEvent.objects.get().wording

    assert (first.version, second.version, same.id, elsewhere.version) == (1, 2, second.id, 1)
    assert agreed_to == first
    with tenant_context(acme.id), pytest.raises(DatabaseError), transaction.atomic():
        Wording.objects.filter(id=first.id).update(text="Never said this.")


def test_the_same_claim_again_writes_nothing(acme, offers):
    purpose, _, point = offers
    with tenant_context(acme.id):
        record(make_claim(point, purpose))
    before = rows_of(acme.id)

    with tenant_context(acme.id):
        assert record(make_claim(point, purpose), make_claim(point, purpose, "unproven")) == ["unchanged", "unchanged"]

    assert rows_of(acme.id) == before


def test_proof_turns_a_claim_without_proof_into_an_agreement_and_never_the_other_way(acme, offers):
    purpose, _, point = offers

    with tenant_context(acme.id):
        assert record(make_claim(point, purpose, "unproven")) == ["taken"]
        assert record(make_claim(point, purpose, "unproven")) == ["unchanged"]
        assert record(make_claim(point, purpose)) == ["taken"]
        assert record(make_claim(point, purpose, "unproven")) == ["unchanged"]
        assert status_of(point, purpose) == "granted"
        assert ConsentEvent.objects.count() == 2


@proves("B11")
@pytest.mark.parametrize("status", ["granted", "unproven"])
def test_an_import_raises_nobody_who_said_stop_and_says_so(acme, offers, status):
    purpose, _, point = offers
    with tenant_context(acme.id):
        grant(point, purpose)
        stop(point)
    before = rows_of(acme.id)

    with tenant_context(acme.id):
        assert record(make_claim(point, purpose, status, occurred_at=clock.now() + HOUR)) == ["kept_out"]

    assert rows_of(acme.id) == before


@proves("B11")
def test_a_stop_keeps_out_purposes_that_were_never_asked_about_and_leaves_other_channels_alone(acme, offers):
    purpose, _, point = offers

    with tenant_context(acme.id):
        stop(point)
        outcomes = record(make_claim(point, purpose), make_claim(point, purpose, channel="whatsapp"))
        assert outcomes == ["kept_out", "taken"]
        assert list(ConsentState.objects.values_list("channel", "status")) == [("whatsapp", "granted")]


@proves("B11")
def test_a_stop_on_everything_keeps_every_channel_out(acme, offers):
    purpose, _, point = offers

    with tenant_context(acme.id):
        stop(point, channel="")
        claims = [make_claim(point, purpose, channel=channel) for channel in ("sms", "whatsapp", "voice")]
        assert record(*claims) == ["kept_out"] * 3
        assert not ConsentState.objects.exists()


@proves("B11")
def test_one_purpose_that_was_withdrawn_stays_withdrawn_and_the_other_can_be_agreed_to(acme, offers):
    purpose, _, point = offers

    with tenant_context(acme.id):
        orders = make_purpose(acme.actor(), "Order updates", "transactional")
        grant(point, purpose)
        assert record(make_claim(point, purpose, "withdrawn")) == ["taken"]
        assert record(make_claim(point, purpose), make_claim(point, orders)) == ["kept_out", "taken"]
        assert (status_of(point, purpose), status_of(point, orders)) == ("withdrawn", "granted")


def test_only_proof_newer_than_the_no_counts_and_only_where_the_source_may_raise(acme, offers):
    purpose, _, point = offers
    with tenant_context(acme.id):
        grant(point, purpose)
        no = record(make_claim(point, purpose, "withdrawn"))
        older, newer = clock.now() - HOUR, clock.now()

        outcomes = [
            record(make_claim(point, purpose, source="web_form", occurred_at=older), may_raise=True),
            record(make_claim(point, purpose, "unproven", source="web_form", occurred_at=newer), may_raise=True),
            record(make_claim(point, purpose, source="web_form", occurred_at=newer)),
            record(make_claim(point, purpose, source="import", occurred_at=newer), may_raise=True),
            record(make_claim(point, purpose, source="web_form", occurred_at=newer), may_raise=True),
        ]

    assert no == ["taken"]
    assert outcomes == [["kept_out"], ["kept_out"], ["kept_out"], ["kept_out"], ["taken"]]


def test_proof_older_than_a_stop_raises_nobody_whatever_its_source(acme, offers):
    purpose, _, point = offers
    with tenant_context(acme.id):
        stop(point)
    before = rows_of(acme.id)

    with tenant_context(acme.id):
        claim = make_claim(point, purpose, source="web_form", occurred_at=clock.now() - HOUR)
        assert record(claim, may_raise=True) == ["kept_out"]

    assert rows_of(acme.id) == before


def test_a_no_counts_from_any_source_and_only_once(acme, offers):
    purpose, _, point = offers

    with tenant_context(acme.id):
        assert record(make_claim(point, purpose, "withdrawn")) == ["taken"]
        assert record(make_claim(point, purpose, "withdrawn")) == ["unchanged"]
        assert status_of(point, purpose) == "withdrawn"
        assert ConsentEvent.objects.count() == 1
        assert not Suppression.objects.exists()


def test_claims_of_one_file_are_judged_in_their_order(acme, offers):
    purpose, _, point = offers

    with tenant_context(acme.id):
        other = make_point(OMAR)
        outcomes = record(
            make_claim(point, purpose),
            make_claim(point, purpose, "withdrawn"),
            make_claim(point, purpose),
            make_claim(other, purpose),
        )
        assert outcomes == ["taken", "taken", "kept_out", "taken"]
        assert (status_of(point, purpose), status_of(other, purpose)) == ("withdrawn", "granted")


@pytest.mark.parametrize(("people", "queries"), [(2, 6), (100, 6), (101, 12), (400, 12)])
def test_a_batch_costs_six_queries_up_to_a_hundred_people_and_twelve_for_any_number(acme, offers, people, queries):
    purpose, _, _ = offers

    with tenant_context(acme.id):
        addresses = [address_of(parse_phone(f"+1402556{number:04}")) for number in range(people)]
        points = ensure_points(addresses).values()
        claims = [make_claim(Point(id=point_id), purpose) for point_id in points]
        with Statements() as asked:
            assert record(*claims) == ["taken"] * people
        with Statements() as again:
            assert record(*claims) == ["unchanged"] * people

    assert (len(asked), len(again)) == (queries, 4)


def test_a_yes_that_lifts_a_stop_costs_at_most_four_queries_more(acme, offers):
    purpose, _, point = offers

    with tenant_context(acme.id):
        stop(point, channel="")
        with Statements() as asked:
            assert record(make_claim(point, purpose, source="web_form"), may_raise=True) == ["taken"]

    assert len(asked) == 6 + 4


def test_the_same_number_in_two_organisations_is_two_addresses_with_two_consents(acme, rival, offers):
    purpose, _, point = offers
    with tenant_context(acme.id):
        grant(point, purpose)
    with tenant_context(rival.id):
        theirs, twin = make_purpose(rival.actor()), make_point(MINA)
        grant(twin, theirs)
        stop(twin)

    with tenant_context(acme.id):
        assert status_of(point, purpose) == "granted"
        assert not Suppression.objects.exists()
        assert not ConsentEvent.objects.filter(point_id=twin.id).exists()
    assert point.id != twin.id
    assert bytes(point.digest) != bytes(twin.digest)
    assert bytes(point.platform_digest) == bytes(twin.platform_digest)


def test_a_claim_about_a_row_of_another_organisation_is_refused_by_the_database(acme, rival, offers):
    purpose, _, _ = offers
    with tenant_context(rival.id):
        twin = make_point(MINA)
    before, others = rows_of(acme.id), rows_of(rival.id)

    with pytest.raises(DatabaseError), tenant_context(acme.id):
        record(make_claim(twin, purpose))

    assert (rows_of(acme.id), rows_of(rival.id)) == (before, others)
