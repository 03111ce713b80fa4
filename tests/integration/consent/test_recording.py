"""What the team writes down by hand."""

import datetime

import pytest

from accounts.contracts import NotAllowed, Refused
from consent.actions.recording import record_consent, stop_by_hand
from consent.models import ConsentEvent, ConsentState, Suppression
from consent.selectors.receipts import open_evidence
from core import clock
from core.tenancy import tenant_context
from tests.factories.consent import MINA, make_point, make_purpose, make_wording, stop
from tests.integration.accounts.chain import last_deed
from tests.proofs import proves
from tests.snapshots import changed, rows_of


@pytest.fixture
def paper(acme):
    """Everything a signed paper needs to count."""
    with tenant_context(acme.id):
        purpose = make_purpose(acme.actor())
        return {
            "point": make_point(MINA),
            "purpose": purpose,
            "channel": "sms",
            "source": "paper",
            "occurred_at": clock.now() - datetime.timedelta(days=3),
            "wording": make_wording(acme.actor(), purpose),
            "note": "signed card, folder 12",
        }


def write(team, facts, role="campaign_manager", **others):
    with tenant_context(team.id):
        return record_consent(actor=team.actor(role), **(facts | others))


@proves("C2")
def test_a_signed_paper_with_words_moment_and_place_is_an_agreement(acme, rival, paper):
    before, others = rows_of(acme.id), rows_of(rival.id)

    assert write(acme, paper) == "taken"

    assert changed(before, rows_of(acme.id)) == {
        "consent_consentevent": 1, "consent_consentstate": 1, "accounts_auditevent": 1, "accounts_audithead": 0
    }  # fmt: skip
    assert rows_of(rival.id) == others
    with tenant_context(acme.id):
        event = ConsentEvent.objects.get()
        assert open_evidence(event) == {"note": "signed card, folder 12"}
    assert (event.status, event.source, event.occurred_at) == ("granted", "paper", paper["occurred_at"])
    assert (event.wording_id, event.origin) == (paper["wording"].id, "staff")
    assert (event.actor_kind, event.actor_id) == ("user", acme.people["campaign_manager"].id)
    assert last_deed(acme.id).action == "consent.recorded"


@pytest.mark.parametrize("source", ["verbal", "staff"])
def test_what_somebody_merely_says_is_a_claim_without_proof(acme, paper, source):
    assert write(acme, paper, source=source, wording=None, note="") == "taken"

    with tenant_context(acme.id):
        assert ConsentState.objects.get().status == "unproven"
        assert ConsentEvent.objects.get().evidence_sealed is None


def incomplete():
    """What is missing or wrong → the field that is told."""
    later = clock.now() + datetime.timedelta(hours=1)
    return [
        ({"wording": None}, "wording"),
        ({"note": "  "}, "note"),
        ({"occurred_at": later}, "occurred_at"),
        ({"channel": "email"}, "channel"),
        ({"channel": "voice"}, "wording"),
        ({"source": "web_form"}, "source"),
        ({"source": "import"}, "source"),
        ({"source": "made_up"}, "source"),
    ]


@pytest.mark.parametrize("place", range(8))
def test_without_its_proof_nothing_is_written_and_the_field_is_named(acme, paper, place):
    others, field = incomplete()[place]
    before = rows_of(acme.id)

    with pytest.raises(Refused) as refusal:
        write(acme, paper, **others)

    assert refusal.value.field == field
    assert refusal.value.remedy
    assert rows_of(acme.id) == before


def test_words_of_another_purpose_prove_nothing(acme, paper):
    with tenant_context(acme.id):
        other = make_wording(acme.actor(), make_purpose(acme.actor(), "News"))
    before = rows_of(acme.id)

    with pytest.raises(Refused, match="another purpose"):
        write(acme, paper, wording=other)

    assert rows_of(acme.id) == before


@proves("B11")
def test_no_paper_brings_back_somebody_who_said_stop(acme, paper):
    with tenant_context(acme.id):
        stop(paper["point"])
    before = rows_of(acme.id)

    with pytest.raises(Refused, match="nobody but they"):
        write(acme, paper, occurred_at=clock.now())

    assert rows_of(acme.id) == before


def test_the_same_paper_again_changes_nothing_but_the_audit_trail(acme, paper):
    write(acme, paper)
    before = rows_of(acme.id)

    assert write(acme, paper) == "unchanged"

    assert changed(before, rows_of(acme.id)) == {"accounts_auditevent": 1, "accounts_audithead": 0}


@proves("C12")
@pytest.mark.parametrize(("channel", "told"), [("sms", "sms"), ("", "all")])
def test_a_stop_told_to_the_team_is_a_stop(acme, paper, channel, told):
    write(acme, paper)
    before = rows_of(acme.id)

    with tenant_context(acme.id):
        event = stop_by_hand(
            actor=acme.actor(), point=paper["point"], channel=channel, source="verbal", note="at the counter"
        )
        assert open_evidence(event) == {"note": "at the counter"}
        assert ConsentState.objects.get().status == "withdrawn"
        assert list(Suppression.objects.values_list("channel", "kind", "source")) == [(channel, "opted_out", "verbal")]

    assert changed(before, rows_of(acme.id)) == {
        "consent_consentevent": 1, "consent_consentstate": 0, "consent_suppression": 1,
        "accounts_auditevent": 1, "accounts_audithead": 0,
    }  # fmt: skip
    assert last_deed(acme.id).data == {"channel": told, "source": "verbal"}


@pytest.mark.parametrize(("others", "field"), [({"source": "import"}, "source"), ({"channel": "email"}, "channel")])
def test_a_stop_that_makes_no_sense_is_refused(acme, paper, others, field):
    before = rows_of(acme.id)

    with tenant_context(acme.id), pytest.raises(Refused) as refusal:
        stop_by_hand(**({"actor": acme.actor(), "point": paper["point"], "channel": "sms", "source": "staff"} | others))

    assert refusal.value.field == field
    assert rows_of(acme.id) == before


def test_a_viewer_writes_down_nothing(acme, paper):
    before = rows_of(acme.id)

    with pytest.raises(NotAllowed, match="record consent"):
        write(acme, paper, role="viewer")
    with tenant_context(acme.id), pytest.raises(NotAllowed, match="record consent"):
        stop_by_hand(actor=acme.actor("viewer"), point=paper["point"], channel="", source="verbal")

    assert rows_of(acme.id) == before
