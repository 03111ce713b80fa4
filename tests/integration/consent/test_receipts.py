"""The evidence of one event, in the rarer shapes it comes in."""

import uuid

import pytest

from accounts.contracts import SYSTEM, Actor, NotAllowed
from consent.access import access_event
from consent.actions.ledger import record_claims
from consent.models import ConsentEvent
from consent.selectors.points import point_history
from consent.selectors.receipts import receipt
from consent.selectors.words import receipt_number, source_label, status_badge, suppression_label
from consent.values import Provenance
from core.tenancy import tenant_context
from tests.factories.accounts import make_team
from tests.factories.consent import MINA, grant, make_claim, make_point, make_purpose, record, stop
from tests.integration.consent.test_ledger_races import planted


def written_by(team, actor, **claim):
    """The slip of one event that this actor wrote."""
    with tenant_context(team.id):
        made = make_claim(make_point(MINA), make_purpose(team.actor()), **claim)
        record_claims(actor=actor, claims=[made], provenance=Provenance("import"))
        event = access_event(team.actor(), ConsentEvent.objects.get().id)
        return receipt(team.actor(), event)


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("key", "An application, by its API key"),
        ("operator", "An operator"),
        ("system", "By itself"),
        ("user", "Somebody who has left"),
    ],
)
def test_the_slip_names_who_wrote_it_down(acme, kind, says):
    assert written_by(acme, Actor(kind, uuid.uuid4())).recorded_by == says


def test_the_slip_names_a_person_of_the_team(acme):
    assert written_by(acme, acme.actor()).recorded_by == "Acme Owner"


def test_a_slip_without_proof_says_so_instead_of_showing_empty_words(acme):
    slip = written_by(acme, SYSTEM, status="unproven")
    page = acme.client().get(f"/consent/events/{slip.id}/").content.decode()

    assert (slip.words, slip.where, slip.note, slip.others) == ("", "", "", ())
    assert "Nobody can show which words this was about" in page
    assert (slip.number[:3], slip.badge["tone"], slip.standing["label"]) == ("CU-", "wait", "Only a claim")


def test_proof_of_a_shape_nobody_expected_is_shown_all_the_same(acme):
    odd = written_by(acme, SYSTEM, evidence=["scan 7"])
    assert odd.note == "['scan 7']"


def test_unknown_facts_of_the_proof_are_listed_by_their_names(acme):
    slip = written_by(acme, SYSTEM, evidence={"till_number": 7, "note": "folder 12", "empty": ""})

    assert slip.others == (("Till number", "7"),)
    assert slip.note == "folder 12"


def test_nobody_opens_a_slip_without_the_right(acme):
    with tenant_context(acme.id):
        event = stop(make_point(MINA))

        with pytest.raises(NotAllowed):
            access_event(acme.actor("viewer"), event.id)
        with pytest.raises(NotAllowed):
            receipt(acme.actor("viewer"), event)


def test_a_receipts_number_is_short_the_same_for_ever_and_different_for_neighbours():
    first, second = uuid.UUID(int=31 << 35 | 1), uuid.UUID(int=31 << 35 | 2)

    assert receipt_number(first, "granted") == "CR-Z000-0001"
    assert receipt_number(second, "withdrawn") == "CW-Z000-0002"
    assert receipt_number(second, "expired") == "CE-Z000-0002"


def test_a_word_no_table_knows_is_shown_as_it_is():
    assert (source_label("walk_in"), source_label("paper")) == ("Walk in", "Signed paper, filed by staff")
    assert status_badge("odd") == {"label": "odd", "tone": "plain", "icon": "clock"}
    assert (suppression_label("odd"), suppression_label("dnc")) == ("odd", "On a do-not-call register")


def test_a_long_history_shows_its_latest_events_and_how_many_there_are(acme):
    with tenant_context(acme.id):
        point = make_point(MINA)
        for _ in range(25):
            stop(point)
        history = point_history(point)

    assert (len(history.events), history.event_count) == (20, 25)
    assert "and 5 earlier" in acme.client().get(f"/consent/points/{point.id}/").content.decode()


def test_an_address_on_the_platforms_list_is_refused_whatever_it_agreed_to(committed_db):
    team = make_team("Acme")
    purpose, mina, omar = planted(team)
    with tenant_context(team.id):
        grant(mina, purpose)
        grant(omar, purpose)

    digest = bytes(mina.platform_digest).hex()
    committed_db.run_sql(f"insert into consent_platformsuppression values (decode('{digest}', 'hex'), 'fraud', now())")

    with tenant_context(team.id):
        barred, free = (point_history(point).purposes[0].standings[0].refused for point in (mina, omar))
    assert (barred.code, free) == ("platform_suppressed", None)


def test_no_claims_are_no_events(acme):
    with tenant_context(acme.id):
        assert record() == []
        assert not ConsentEvent.objects.exists()
